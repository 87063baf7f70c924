"""What is said over links faster than it may be."""

from twisted.trial.unittest import SynchronousTestCase

from tests.support.mixed_server import KEYS, PLACES, MixedServer
from twisted_chat.server import telling
from twisted_chat.server.bounds import HELD_BYTES, LINK_WINDOW, OVER_RATE
from twisted_chat.wire.common import (
    Bare,
    JoinRoom,
    ListRooms,
    Locate,
    Verb,
)
from twisted_chat.wire.framing import HEADER
from twisted_chat.wire.gen2.answers import ContactLocated, Refused
from twisted_chat.wire.gen2.contact import ContactInfo
from twisted_chat.wire.gen2.grounds import Ground
from twisted_chat.wire.gen2.listing import Listed
from twisted_chat.wire.gen2.requests import Kick, QuitRoom, RoomVerb
from twisted_chat.wire.gen2.roster import RosterBegins

HI, AR, RC, RJ = (Bare(verb) for verb in (Verb.HI, Verb.AR, Verb.RC, Verb.RJ))

ANNA = ContactInfo("anna", KEYS[0], *PLACES[0])


class RateTests(SynchronousTestCase):
    """More than the rate."""

    def test_rate(self) -> None:
        """Requests over the rate of a site wait until it has earned them, in their order,
        whatever they are and come in."""
        server = MixedServer(rate=50, burst=10)
        anna = server.session("anna", 0)
        for _ in range(9):
            server.ask(anna, Locate("anna"))
        for request in (Locate("anna"), ListRooms(), Kick("lab"), Locate("no")):
            self.assertEqual(server.ask(anna, request), [])
        server.wait(0.031)
        self.assertEqual(server.take(anna), [ContactLocated(ANNA)])
        server.wait(1)
        self.assertEqual(
            server.take(anna), [Bare(Verb.RL), Refused(RoomVerb.KICK, "lab", Ground.NO_ROOM), AR]
        )
        self.assertEqual(server.ask(anna, Locate("anna")), [ContactLocated(ANNA)])
        self.assertEqual((server.dropped, server.closed), ([], []))

    def test_datagrams_of_the_site(self) -> None:
        """Datagrams, which anybody can send in the name of a site, take nothing from what is
        said over its links: neither requests, nor answers, nor what their room is told."""
        self.patch(telling, "TELL_RATE", 100)
        self.patch(telling, "TELL_BURST", 200)
        server = MixedServer(rate=50, burst=100, answer_rate=5000)
        anna = server.session("anna", 0, "lab")
        address = (PLACES[0][0], 1)
        server.ask(anna, QuitRoom("lab"))
        server.datagram(address, b"hi eve")
        for number in range(64):
            server.datagram((f"10.0.0.{number}", 1), b"hi user%d" % number)
            server.datagram((f"10.0.0.{number}", 1), b"rj lab")
        for _ in range(40):
            for verb in (b"rj lab", b"rk", b"ul"):
                server.datagram(address, verb)
        self.assertIn("over the rate", server.dropped)
        self.assertEqual(server.ask(anna, JoinRoom("lab"))[0], RosterBegins("lab", 1))
        self.assertEqual(server.ask(anna, ListRooms()), [Listed(Verb.RL, ("lab",)), Bare(Verb.RL)])

    def test_everything_counts(self) -> None:
        """There is no request, and no nonsense, that costs nothing."""
        for message in (
            b"rk",
            b"by",
            b"ul",
            b"rl",
            b"ra",
            b"kk",
            b"rx",
            b"hi anna",
            b"\xff",
            b"zz",
        ):
            server = MixedServer(rate=50, burst=10)
            anna = server.session("anna", 0)
            for _ in range(9):
                server.say(anna, message)
            server.take(anna)
            self.assertEqual(server.ask(anna, ListRooms()), [], message)

    def test_held(self) -> None:
        """As long as a request waits nothing is read from its link, and then it is again."""
        server = MixedServer(rate=50, burst=10)
        anna, ben = server.session("anna", 0), server.session("ben", 1)
        for _ in range(9):
            server.say(anna, b"rk")
        self.assertEqual(server.held, set())
        for _ in range(3):
            server.say(anna, b"rk")
            self.assertEqual(server.held, {anna})
        self.assertEqual(server.ask(ben, Locate("anna")), [ContactLocated(ANNA)])
        server.wait(0.05)
        self.assertEqual(server.held, {anna})
        server.wait(0.05)
        self.assertEqual(server.held, set())
        server.wait(1)
        server.say(anna, b"rk")
        self.assertEqual((server.held, server.closed), (set(), []))

    def test_what_is_granted(self) -> None:
        """All that a link was granted may wait, however small the requests are, and however
        large the one before them, and no link is ended for it."""
        for first in (b"rk", b"z" * 1024):
            server = MixedServer(rate=50, burst=1)
            anna = server.session("anna", 0)
            for message in (first, *(b"x" for _ in range(LINK_WINDOW // (HEADER + 1)))):
                server.say(anna, message)
            self.assertEqual((server.held, server.closed), ({anna}, []))
            server.wait(70)
            self.assertEqual(
                (server.held, server.closed, server.dropped[:1]),
                (set(), [], ["not in the language"]),
            )
            self.assertEqual(server.core.gen2._backlog._due, [])

    def test_ignores_it(self) -> None:
        """No more waits than the bound, where something carries more; others are heard."""
        for message in (b"rk", b"zz" + b"x" * 1000):
            server = MixedServer(rate=50, burst=100)
            anna, ben = server.session("anna", 0), server.session("ben", 1)
            for _ in range(110 + HELD_BYTES // (HEADER + len(message))):
                server.say(anna, message)
            self.assertEqual(server.closed, [anna])
            self.assertEqual(server.ask(ben, Locate("anna")), [ContactLocated(ANNA)])
            server.wait(10)
            self.assertEqual(server.core.gen2._backlog._due, [])

    def test_goes_on(self) -> None:
        """A user who says more than its rate whenever it may, for very long, loses the link;
        one who pauses as long does not."""
        for pause, ends in ((0.0, True), (40.0, False)):
            server = MixedServer(rate=50, burst=100)
            anna = server.session("anna", 0)
            began, until = server.now, server.now + 2 * OVER_RATE
            while server.now < until and not server.closed:
                for _ in range(2_000):
                    server.say(anna, b"rk")
                server.wait(40 + pause)
            self.assertEqual(server.closed, [anna] * ends)
            self.assertGreater(server.now - began, OVER_RATE)
