"""Links that come and go, and who stays meanwhile."""

from twisted.trial.unittest import SynchronousTestCase

from tests.support.datagram_server import BOB
from tests.support.mixed_server import KEYS, PLACES, MixedServer
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
        server = MixedServer()
        anna, ben = server.session("anna", 0, "lab"), server.session("ben", 1, "lab")
        server.take(anna)
        server.lose(ben)
        server.wait(RETURN - 1)
        back = server.link(1)
        roster = [
            Welcome("ben"),
            RosterBegins("lab", 1),
            RosterMember(ANNA),
            RosterEnds(),
        ]
        self.assertEqual(server.ask(back, Register("ben")), roster)
        server.wait(RETURN + 1)
        self.assertEqual(server.take(anna), [])
        self.assertEqual(len(server.room("lab").members), 2)

    def test_lost_for_good(self) -> None:
        """Whoever does not come back in time has left."""
        server = MixedServer()
        anna, ben = server.session("anna", 0, "lab"), server.session("ben", 1, "lab")
        server.take(anna)
        server.lose(ben)
        server.wait(RETURN + 0.1)
        self.assertEqual(server.take(anna), [Went(3, "ben")])
        self.assertEqual(server.changes[-1], Departed(KEYS[1], expired=True))

    def test_taken_over(self) -> None:
        """The same key over a new link, from elsewhere, is the same user; the old link ends."""
        server = MixedServer()
        anna, ben = server.session("anna", 0, "lab"), server.session("ben", 1, "lab")
        server.take(anna)
        again = server.link(1, PLACES[5])
        self.assertEqual(server.ask(again, Register("ben")), [])
        self.assertEqual(server.take(ben)[-1], SignOfLife())
        server.wait(SIGN_OF_LIFE)
        self.assertEqual(server.closed, [ben])
        answers = server.take(again)
        self.assertEqual(answers[0], Welcome("ben"))
        self.assertEqual(answers[1], RosterBegins("lab", 1))
        moved = Contact("ben", KEYS[1], *PLACES[5])
        self.assertEqual(server.take(anna), [Came(3, moved)])
        server.say(ben, Leave().encode())
        server.lose(ben)
        server.wait(RETURN + 1)
        self.assertEqual(server.holder(1).address, PLACES[5])

    def test_taken_over_with_another_name(self) -> None:
        """A key has one user: another name over a new link ends the old one."""
        server = MixedServer()
        ben = server.session("ben", 1, "lab")
        again = server.link(1)
        self.assertEqual(server.ask(again, Register("bennie")), [])
        server.wait(SIGN_OF_LIFE)
        self.assertEqual(server.take(again), [Welcome("bennie")])
        self.assertEqual(server.closed, [ben])
        self.assertEqual([user.name for user in server.directory.users.read()], ["bennie"])

    def test_first_one_lives(self) -> None:
        """Who was there first and answers stays; the other is told for how long it has been."""
        server = MixedServer()
        anna, ben = server.session("anna", 0, "lab"), server.session("ben", 1, "lab")
        server.wait(100)
        server.take(anna)
        again = server.link(1, PLACES[5])
        server.ask(again, Register("bennie"))
        server.ask(ben, SignOfLife())
        self.assertEqual(server.take(again), [Rivalled("ben", 100)])
        server.wait(SIGN_OF_LIFE + 1)
        self.assertEqual((server.closed, server.take(anna)), ([], []))
        self.assertEqual(server.holder(1).address, PLACES[1])
        server.ask(ben, SignOfLife())
        self.assertEqual(server.take(again), [])

    def test_first_one_goes(self) -> None:
        """Where the first link ends, or its user leaves, the one who waits comes at once."""
        for goes in ("loses", "leaves"):
            server = MixedServer()
            ben = server.session("ben", 1)
            again = server.link(1, PLACES[5])
            server.ask(again, Register("ben"))
            if goes == "loses":
                server.lose(ben)
            else:
                server.ask(ben, Leave())
            self.assertEqual(server.take(again), [Welcome("ben")])
            self.assertEqual(server.holder(1).address, PLACES[5])

    def test_latest_waits(self) -> None:
        """Of several who wait with one key the latest does; one that is gone is forgotten."""
        server = MixedServer()
        server.session("ben", 1)
        links = [server.link(1, PLACES[number]) for number in (3, 4, 5)]
        for link in links:
            server.ask(link, Register("ben"))
        for link in links[:2]:
            self.assertEqual(server.take(link), [Rivalled("ben", 0)])
        server.lose(links[2])
        server.wait(SIGN_OF_LIFE)
        self.assertEqual(server.holder(1).address, PLACES[1])

    def test_moved(self) -> None:
        """A link that stays at a new address takes its user with it; both generations are told."""
        server = MixedServer()
        anna, ben = server.session("anna", 0, "lab"), server.session("ben", 1, "lab")
        server.datagram(BOB, b"hi bob")
        server.datagram(BOB, b"rj lab")
        server.take(anna), server.take(ben), server.told(BOB)
        server.move(ben, PLACES[4])
        server.move(ben, PLACES[5])
        server.wait(SETTLE)
        moved = Contact("ben", KEYS[1], *PLACES[5])
        self.assertEqual(server.take(anna), [Came(4, moved)])
        self.assertEqual(server.take(ben)[0], RosterBegins("lab", 2))
        entries = [b"rj 203.0.113.0 7000", b"rj 203.0.113.5 7000"]
        self.assertEqual(server.told(BOB), [b"rj __clear_peers__", *entries])
        self.assertEqual(server.directory.users_at_site(PLACES[1][0]), 0)

    def test_strangers_are_shown_out(self) -> None:
        """A link over which nobody registers ends, and one over which somebody did does not."""
        server = MixedServer()
        stranger, anna = server.link(1), server.session("anna", 0)
        server.wait(STRANGER)
        self.assertEqual(server.closed, [stranger])
        server.ask(anna, Leave())
        server.wait(STRANGER)
        self.assertEqual(server.closed, [stranger, anna])

    def test_too_many_links(self) -> None:
        """From one site there are twice as many links as users may be, until some end."""
        server = MixedServer(users_per_host=2)
        links = [server.link(number, PLACES[0]) for number in range(5)]
        self.assertEqual(server.closed, links[4:])
        server.lose(links[0])
        server.link(0, PLACES[0])
        self.assertEqual(server.closed, links[4:])
        self.assertEqual(server.dropped, ["too many links"])
