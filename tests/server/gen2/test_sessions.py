"""Links that come and go, and who stays meanwhile."""

from twisted.trial.unittest import SynchronousTestCase

from tests.server.house import KEYS, PLACES, House
from tests.server.test_core import BOB
from twisted_chat.directory.directory import Departed
from twisted_chat.server.bounds import RETURN, SETTLE, SIGN_OF_LIFE, STRANGER
from twisted_chat.wire.common import Leave, Register, Welcome
from twisted_chat.wire.gen2.answers import (
    Came,
    Rivalled,
    RosterBegins,
    RosterEnds,
    RosterMember,
    Went,
)
from twisted_chat.wire.gen2.contact import Contact
from twisted_chat.wire.gen2.requests import SignOfLife

ANNA = Contact("anna", KEYS[0], *PLACES[0])


class LinkTests(SynchronousTestCase):
    """Links that are lost, replaced, moved, or never used."""

    def test_lost(self) -> None:
        """Whoever comes back in time is still in its room, and is told the roster again."""
        house = House()
        anna, ben = house.session("anna", 0, "lab"), house.session("ben", 1, "lab")
        house.take(anna)
        house.lose(ben)
        house.wait(RETURN - 1)
        back = house.link(1)
        roster = [
            Welcome("ben"),
            RosterBegins("lab", 1),
            RosterMember(ANNA),
            RosterEnds(),
        ]
        self.assertEqual(house.ask(back, Register("ben")), roster)
        house.wait(RETURN + 1)
        self.assertEqual(house.take(anna), [])
        self.assertEqual(len(house.room("lab").members), 2)

    def test_lost_for_good(self) -> None:
        """Whoever does not come back in time has left."""
        house = House()
        anna, ben = house.session("anna", 0, "lab"), house.session("ben", 1, "lab")
        house.take(anna)
        house.lose(ben)
        house.wait(RETURN + 0.1)
        self.assertEqual(house.take(anna), [Went(3, "ben")])
        self.assertEqual(house.changes[-1], Departed(KEYS[1], expired=True))

    def test_taken_over(self) -> None:
        """The same key over a new link, from elsewhere, is the same user; the old link ends."""
        house = House()
        anna, ben = house.session("anna", 0, "lab"), house.session("ben", 1, "lab")
        house.take(anna)
        again = house.link(1, PLACES[5])
        self.assertEqual(house.ask(again, Register("ben")), [])
        self.assertEqual(house.take(ben)[-1], SignOfLife())
        house.wait(SIGN_OF_LIFE)
        self.assertEqual(house.closed, [ben])
        answers = house.take(again)
        self.assertEqual(answers[0], Welcome("ben"))
        self.assertEqual(answers[1], RosterBegins("lab", 1))
        moved = Contact("ben", KEYS[1], *PLACES[5])
        self.assertEqual(house.take(anna), [Came(3, moved)])
        house.say(ben, Leave().encode())
        house.lose(ben)
        house.wait(RETURN + 1)
        self.assertEqual(house.holder(1).address, PLACES[5])

    def test_taken_over_with_another_name(self) -> None:
        """A key has one user: another name over a new link ends the old one."""
        house = House()
        ben = house.session("ben", 1, "lab")
        again = house.link(1)
        self.assertEqual(house.ask(again, Register("bennie")), [])
        house.wait(SIGN_OF_LIFE)
        self.assertEqual(house.take(again), [Welcome("bennie")])
        self.assertEqual(house.closed, [ben])
        self.assertEqual([user.name for user in house.directory.users.read()], ["bennie"])

    def test_first_one_lives(self) -> None:
        """Who was there first and answers stays; the other is told for how long it has been."""
        house = House()
        anna, ben = house.session("anna", 0, "lab"), house.session("ben", 1, "lab")
        house.wait(100)
        house.take(anna)
        again = house.link(1, PLACES[5])
        house.ask(again, Register("bennie"))
        house.ask(ben, SignOfLife())
        self.assertEqual(house.take(again), [Rivalled("ben", 100)])
        house.wait(SIGN_OF_LIFE + 1)
        self.assertEqual((house.closed, house.take(anna)), ([], []))
        self.assertEqual(house.holder(1).address, PLACES[1])
        house.ask(ben, SignOfLife())
        self.assertEqual(house.take(again), [])

    def test_first_one_goes(self) -> None:
        """Where the first link ends, or its user leaves, the one who waits comes at once."""
        for goes in ("loses", "leaves"):
            house = House()
            ben = house.session("ben", 1)
            again = house.link(1, PLACES[5])
            house.ask(again, Register("ben"))
            if goes == "loses":
                house.lose(ben)
            else:
                house.ask(ben, Leave())
            self.assertEqual(house.take(again), [Welcome("ben")])
            self.assertEqual(house.holder(1).address, PLACES[5])

    def test_latest_waits(self) -> None:
        """Of several who wait with one key the latest does; one that is gone is forgotten."""
        house = House()
        house.session("ben", 1)
        links = [house.link(1, PLACES[number]) for number in (3, 4, 5)]
        for link in links:
            house.ask(link, Register("ben"))
        for link in links[:2]:
            self.assertEqual(house.take(link), [Rivalled("ben", 0)])
        house.lose(links[2])
        house.wait(SIGN_OF_LIFE)
        self.assertEqual(house.holder(1).address, PLACES[1])

    def test_moved(self) -> None:
        """A link that stays at a new address takes its user with it; both generations are told."""
        house = House()
        anna, ben = house.session("anna", 0, "lab"), house.session("ben", 1, "lab")
        house.datagram(BOB, b"hi bob")
        house.datagram(BOB, b"rj lab")
        house.take(anna), house.take(ben), house.told(BOB)
        house.move(ben, PLACES[4])
        house.move(ben, PLACES[5])
        house.wait(SETTLE)
        moved = Contact("ben", KEYS[1], *PLACES[5])
        self.assertEqual(house.take(anna), [Came(4, moved)])
        self.assertEqual(house.take(ben)[0], RosterBegins("lab", 2))
        entries = [b"rj 203.0.113.0 7000", b"rj 203.0.113.5 7000"]
        self.assertEqual(house.told(BOB), [b"rj __clear_peers__", *entries])
        self.assertEqual(house.directory.users_at_site(PLACES[1][0]), 0)

    def test_strangers_are_shown_out(self) -> None:
        """A link over which nobody registers ends, and one over which somebody did does not."""
        house = House()
        stranger, anna = house.link(1), house.session("anna", 0)
        house.wait(STRANGER)
        self.assertEqual(house.closed, [stranger])
        house.ask(anna, Leave())
        house.wait(STRANGER)
        self.assertEqual(house.closed, [stranger, anna])

    def test_too_many_links(self) -> None:
        """From one site there are twice as many links as users may be, until some end."""
        house = House(users_per_host=2)
        links = [house.link(number, PLACES[0]) for number in range(5)]
        self.assertEqual(house.closed, links[4:])
        house.lose(links[0])
        house.link(0, PLACES[0])
        self.assertEqual(house.closed, links[4:])
        self.assertEqual(house.dropped, ["too many links"])
