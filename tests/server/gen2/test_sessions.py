"""Links that come and go, and who stays meanwhile."""

from twisted.trial.unittest import SynchronousTestCase

from tests.support.datagram_server import BOB
from tests.support.mixed_server import KEYS, PLACES, MixedServer
from twisted_chat.directory.directory import Departed
from twisted_chat.server.bounds import RETURN, SETTLE, STRANGER
from twisted_chat.wire.common import Leave, Locate, Welcome
from twisted_chat.wire.gen2.answers import ContactLocated
from twisted_chat.wire.gen2.contact import ContactInfo
from twisted_chat.wire.gen2.requests import RegisterKey
from twisted_chat.wire.gen2.roster import Came, RosterBegins, RosterEnds, RosterMember, Went

ANNA = ContactInfo("anna", KEYS[0], *PLACES[0])


class LinkTests(SynchronousTestCase):
    """Links that are lost, replaced, moved, or never used."""

    def test_lost(self) -> None:
        """A user who comes back in time is still in its room, and is told the roster again."""
        server = MixedServer()
        anna, ben = server.session("anna", 0, "lab"), server.session("ben", 1, "lab")
        server.take(anna)
        server.lose(ben)
        server.wait(RETURN - 1)
        back = server.link(1)
        roster = [
            Welcome("ben"),
            RosterBegins("lab", 1),
            RosterMember("lab", ANNA),
            RosterEnds("lab"),
        ]
        self.assertEqual(server.ask(back, RegisterKey("ben")), roster)
        server.wait(RETURN + 1)
        self.assertEqual(server.take(anna), [])
        self.assertEqual(len(server.room("lab").members), 2)

    def test_lost_for_good(self) -> None:
        """A user who does not come back in time has left."""
        server = MixedServer()
        anna, ben = server.session("anna", 0, "lab"), server.session("ben", 1, "lab")
        server.take(anna)
        server.lose(ben)
        server.wait(RETURN + 0.1)
        self.assertEqual(server.take(anna), [Went("lab", 3, "ben")])
        self.assertEqual(server.changes[-1], Departed(KEYS[1], expired=True))

    def test_moved(self) -> None:
        """A link that seems to stay at a new address is ended, so that another is made, which
        only the one can who is there; then both generations are told."""
        server = MixedServer()
        anna, ben = server.session("anna", 0, "lab"), server.session("ben", 1, "lab")
        server.datagram(BOB, b"hi bob")
        server.datagram(BOB, b"rj lab")
        server.take(anna), server.take(ben), server.told(BOB)
        server.move(ben, PLACES[4])
        server.move(ben, PLACES[5])
        server.wait(SETTLE)
        self.assertEqual(server.closed, [ben])
        self.assertEqual((server.take(anna), server.told(BOB)), ([], []))
        self.assertEqual(server.holder(1).address, PLACES[1])
        again = server.link(1, PLACES[5])
        told = server.ask(again, RegisterKey("ben"))
        moved = ContactInfo("ben", KEYS[1], *PLACES[5])
        self.assertEqual(server.take(anna), [Came("lab", 4, moved)])
        self.assertEqual(told[:2], [Welcome("ben"), RosterBegins("lab", 2)])
        entries = [b"rj 203.0.113.0 7000", b"rj 203.0.113.5 7000"]
        self.assertEqual(server.told(BOB), [b"rj __clear_peers__", *entries])
        self.assertEqual(server.directory.users_at_site(PLACES[1][0]), 0)

    def test_seems_elsewhere(self) -> None:
        """Nobody is told that somebody is where a link only seems to be, and what is said over
        it counts for where it came up; one that is back in time stays."""
        server = MixedServer(rate=50, burst=10)
        anna, ben = server.session("anna", 0, "lab"), server.link(1)
        server.move(ben, PLACES[4])
        self.assertEqual(server.ask(ben, RegisterKey("ben")), [Welcome("ben")])
        self.assertEqual(server.holder(1).address, PLACES[1])
        for _ in range(20):
            server.say(ben, b"rl")
        dave = server.link(3, (PLACES[4][0], 1))
        self.assertEqual(server.ask(dave, RegisterKey("dave")), [Welcome("dave")])
        found = ContactInfo("ben", KEYS[1], *PLACES[1])
        self.assertEqual(server.ask(anna, Locate("ben")), [ContactLocated(found)])
        server.move(ben, PLACES[1])
        server.wait(SETTLE)
        self.assertEqual(server.closed, [])

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
