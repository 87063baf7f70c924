"""Links that come and go, and who stays meanwhile."""

from twisted.trial.unittest import SynchronousTestCase

from tests.server.house import KEYS, PLACES, House
from tests.server.test_reception import BOB
from twisted_chat import frames, wire
from twisted_chat.directory.directory import Departed
from twisted_chat.frames import Contact
from twisted_chat.server.bounds import RETURN, SETTLE, SIGN_OF_LIFE, STRANGER

ANNA = Contact("anna", KEYS[0], *PLACES[0])


class LinkTests(SynchronousTestCase):
    """Links that are lost, replaced, moved, or never used."""

    def test_lost(self) -> None:
        """Whoever comes back in time is still in its room, and is told the roster again."""
        house = House()
        anna, ben = house.guest("anna", 0, "lab"), house.guest("ben", 1, "lab")
        house.take(anna)
        house.lose(ben)
        house.wait(RETURN - 1)
        back = house.link(1)
        roster = [
            wire.Registered("ben"),
            frames.RosterBegins("lab", 1),
            frames.RosterMember(ANNA),
            frames.RosterEnds(),
        ]
        self.assertEqual(house.ask(back, wire.Register("ben")), roster)
        house.wait(RETURN + 1)
        self.assertEqual(house.take(anna), [])
        self.assertEqual(len(house.room("lab").members), 2)

    def test_lost_for_good(self) -> None:
        """Whoever does not come back in time has left."""
        house = House()
        anna, ben = house.guest("anna", 0, "lab"), house.guest("ben", 1, "lab")
        house.take(anna)
        house.lose(ben)
        house.wait(RETURN + 0.1)
        self.assertEqual(house.take(anna), [frames.Went(3, "ben")])
        self.assertEqual(house.changes[-1], Departed(KEYS[1], expired=True))

    def test_taken_over(self) -> None:
        """The same key over a new link, from elsewhere, is the same user; the old link ends."""
        house = House()
        anna, ben = house.guest("anna", 0, "lab"), house.guest("ben", 1, "lab")
        house.take(anna)
        again = house.link(1, PLACES[5])
        self.assertEqual(house.ask(again, wire.Register("ben")), [])
        self.assertEqual(house.take(ben)[-1], frames.SignOfLife())
        house.wait(SIGN_OF_LIFE)
        self.assertEqual(house.closed, [ben])
        answers = house.take(again)
        self.assertEqual(answers[0], wire.Registered("ben"))
        self.assertEqual(answers[1], frames.RosterBegins("lab", 1))
        moved = Contact("ben", KEYS[1], *PLACES[5])
        self.assertEqual(house.take(anna), [frames.Came(3, moved)])
        house.say(ben, wire.Leave().encode())
        house.lose(ben)
        house.wait(RETURN + 1)
        self.assertEqual(house.holder(1).address, PLACES[5])

    def test_taken_over_with_another_name(self) -> None:
        """A key has one user: another name over a new link ends the old one."""
        house = House()
        ben = house.guest("ben", 1, "lab")
        again = house.link(1)
        self.assertEqual(house.ask(again, wire.Register("bennie")), [])
        house.wait(SIGN_OF_LIFE)
        self.assertEqual(house.take(again), [wire.Registered("bennie")])
        self.assertEqual(house.closed, [ben])
        self.assertEqual([user.name for user in house.directory.users.read()], ["bennie"])

    def test_first_one_lives(self) -> None:
        """Who was there first and answers stays; the other is told for how long it has been."""
        house = House()
        anna, ben = house.guest("anna", 0, "lab"), house.guest("ben", 1, "lab")
        house.wait(100)
        house.take(anna)
        again = house.link(1, PLACES[5])
        house.ask(again, wire.Register("bennie"))
        house.ask(ben, frames.SignOfLife())
        self.assertEqual(house.take(again), [frames.Rivalled("ben", 100)])
        house.wait(SIGN_OF_LIFE + 1)
        self.assertEqual((house.closed, house.take(anna)), ([], []))
        self.assertEqual(house.holder(1).address, PLACES[1])
        house.ask(ben, frames.SignOfLife())
        self.assertEqual(house.take(again), [])

    def test_first_one_goes(self) -> None:
        """Where the first link ends, or its user leaves, the one who waits comes at once."""
        for goes in ("loses", "leaves"):
            house = House()
            ben = house.guest("ben", 1)
            again = house.link(1, PLACES[5])
            house.ask(again, wire.Register("ben"))
            if goes == "loses":
                house.lose(ben)
            else:
                house.ask(ben, wire.Leave())
            self.assertEqual(house.take(again), [wire.Registered("ben")])
            self.assertEqual(house.holder(1).address, PLACES[5])

    def test_latest_waits(self) -> None:
        """Of several who wait with one key the latest does; one that is gone is forgotten."""
        house = House()
        house.guest("ben", 1)
        links = [house.link(1, PLACES[number]) for number in (3, 4, 5)]
        for link in links:
            house.ask(link, wire.Register("ben"))
        for link in links[:2]:
            self.assertEqual(house.take(link), [frames.Rivalled("ben", 0)])
        house.lose(links[2])
        house.wait(SIGN_OF_LIFE)
        self.assertEqual(house.holder(1).address, PLACES[1])

    def test_moved(self) -> None:
        """A link that stays at a new address takes its user with it; both generations are told."""
        house = House()
        anna, ben = house.guest("anna", 0, "lab"), house.guest("ben", 1, "lab")
        house.datagram(BOB, b"hi bob")
        house.datagram(BOB, b"rj lab")
        house.take(anna), house.take(ben), house.told(BOB)
        house.move(ben, PLACES[4])
        house.move(ben, PLACES[5])
        house.wait(SETTLE)
        moved = Contact("ben", KEYS[1], *PLACES[5])
        self.assertEqual(house.take(anna), [frames.Came(4, moved)])
        self.assertEqual(house.take(ben)[0], frames.RosterBegins("lab", 2))
        entries = [b"rj 203.0.113.0 7000", b"rj 203.0.113.5 7000"]
        self.assertEqual(house.told(BOB), [b"rj __clear_peers__", *entries])
        self.assertEqual(house.directory.users_at_site(PLACES[1][0]), 0)

    def test_strangers_are_shown_out(self) -> None:
        """A link over which nobody registers ends, and one over which somebody did does not."""
        house = House()
        stranger, anna = house.link(1), house.guest("anna", 0)
        house.wait(STRANGER)
        self.assertEqual(house.closed, [stranger])
        house.ask(anna, wire.Leave())
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
