"""What becomes of links when the network of one end changes, or forgets."""

from itertools import pairwise

from qh3.quic.connection import QuicConnectionError

from tests.support.quic import CALLED, CALLER, KEYS, THIRD, End, QuicCase
from twisted_chat.addresses import Address
from twisted_chat.links import AskAll, Dial
from twisted_chat.net.quic_bounds import (
    DOUBT,
    KEEPALIVE,
    KEEPALIVE_LONGEST,
    KEEPALIVE_SHORT,
    KEEPALIVE_WATCH,
    LAPSE,
    LAPSED,
    OVERDUE,
    SLEPT,
)
from twisted_chat.net.quic_lapses import Lapses


class Watching(QuicCase):
    """A caller with a link to a peer, and one to a server that watches."""

    def setUp(self) -> None:
        super().setUp()
        self.link()
        self.server = End(self.network, KEYS[2], THIRD)
        self.caller.port.dial(Dial(THIRD, self.server.key.fingerprint, watch=True))
        self.later(3)
        self.assertEqual(self.caller.heard.told, ["opened", "opened"])
        self.at = len(self.network.sent)

    def asked(self, to: Address, seconds: float, source: Address = CALLER) -> bool:
        """Whether something goes there within so many seconds from now."""
        self.at = len(self.network.sent)
        self.later(seconds, lambda: self.went(to, source))
        return self.went(to, source)

    def went(self, to: Address, source: Address = CALLER) -> bool:
        """Whether something went there since a moment."""
        return any((one.source, one.to) == (source, to) for one in self.network.sent[self.at :])

    def test_doubt(self) -> None:
        """When an answer is overdue the server is asked, which shows where we are, before the
        link is in doubt."""
        self.network.loses = lambda datagram: CALLED in (datagram.source, datagram.to)
        self.caller.heard.links.reverse()
        self.caller.say(b"are you there?")
        self.assertFalse(self.asked(THIRD, OVERDUE - 0.1))
        self.assertTrue(self.asked(THIRD, 0.2))
        self.assertEqual(self.caller.heard.doubts, 0)
        self.later(DOUBT - OVERDUE + 0.01)  # And some round trips.
        self.assertEqual(self.caller.heard.doubts, 1)

    def test_doubt_of_the_server(self) -> None:
        """When the link to the server is in doubt, all others are asked too."""
        self.network.loses = lambda datagram: THIRD in (datagram.source, datagram.to)
        self.caller.say(b"are you there?")
        self.assertFalse(self.asked(CALLED, DOUBT - 0.1))
        self.assertTrue(self.asked(CALLED, 0.5))

    def test_moved_in_silence(self) -> None:
        """Whoever moves without a word is where others find it soon, on all of its links."""
        moved = ("10.0.0.9", 999)
        self.caller.transport.rebind(moved)
        self.later(KEEPALIVE_WATCH + 0.1)
        self.assertIn(f"moved to {moved[0]}", self.server.heard.told)
        self.server.hang_up("moved")
        self.later(DOUBT)
        self.assertEqual(self.called.heard.told, ["opened", f"moved to {moved[0]}"])

    def test_all(self) -> None:
        """Who knows that the network is another asks over all links at once."""
        self.caller.port.perform(AskAll())
        self.later(0.01)
        self.assertTrue(self.went(CALLED) and self.went(THIRD))

    def test_slept(self) -> None:
        """So does a program that has slept."""
        self.clock.advance(KEEPALIVE + SLEPT)
        self.later(0.01)
        self.assertTrue(self.went(CALLED) and self.went(THIRD))
        self.later(60)
        self.assertNotIn("lost", " ".join(self.caller.heard.told))

    def test_all_with_one_that_ended(self) -> None:
        """A link that the library has ended meanwhile, and has not told, holds up no other."""
        links = self.caller.port._links._by_link.values()
        (ended,) = (one for one in links if one.link.address == CALLED)

        def closed(number: int) -> None:
            raise QuicConnectionError(0, None, "connection is closed")

        self.patch(ended._quic, "send_ping", closed)
        self.caller.port.perform(AskAll())
        self.later(0.01)
        self.assertTrue(self.went(THIRD))
        self.later(60)
        self.assertEqual(self.server.heard.told, ["opened"])


class Forgetful(QuicCase):
    """A NAT that forgets what is silent."""

    def setUp(self) -> None:
        super().setUp()
        self.link()
        self.later(1)

    def pause(self, of: Address = CALLER) -> float:
        """Seconds between the two latest questions of an end, of six minutes."""
        start = len(self.network.sent)
        self.later(360)
        asked = [one.at for one in self.network.sent[start:] if one.source == of]
        gaps = [late - early for early, late in pairwise(asked)]
        return max(gaps[len(gaps) // 2 :])

    def test_remembers(self) -> None:
        """Where nothing is forgotten the pauses become long."""
        self.later(200)
        self.assertGreater(self.pause(), KEEPALIVE_LONGEST / 2 - 1)  # Both ends send.

    def test_in_doubt(self) -> None:
        """A link that was in doubt after silence, and is there again, is asked more often."""
        self.later(KEEPALIVE_SHORT + 1)
        self.network.loses = lambda datagram: True
        self.caller.say(b"word")
        self.later(4 * DOUBT)
        self.network.loses = lambda datagram: False
        self.assertLess(self.pause(), KEEPALIVE_SHORT + 0.1)

    def test_another(self) -> None:
        """So is a link that takes the place of one in doubt."""
        self.later(KEEPALIVE_SHORT + 1)
        self.network.loses = lambda datagram: True
        self.caller.say(b"word")
        self.later(4 * DOUBT)
        self.caller.hang_up("another is needed")
        self.later(1)
        self.network.loses = lambda datagram: False
        self.link()
        self.assertLess(self.pause(), KEEPALIVE_SHORT + 0.1)

    def test_moved(self) -> None:
        """Whoever comes from another port of the same host has a NAT that forgot it."""
        self.caller.transport.rebind((CALLER[0], CALLER[1] + 1))
        self.caller.say(b"word")
        self.later(1)
        self.assertLess(self.pause(CALLED), KEEPALIVE_SHORT + 0.1)


class Known(QuicCase):
    """What is remembered of other ends."""

    def test_away(self) -> None:
        """Who was away for longer has no NAT that forgets, and is not suspected any more."""
        lapses = Lapses()
        lapses.suspect("a", 100.0)
        lapses.there_again("a", 100 + LAPSE + 1)
        lapses.there_again("a", 100 + LAPSE)
        self.assertNotIn("a", lapses)
        lapses.suspect("a", 200.0)
        lapses.there_again("a", 201.0)
        self.assertIn("a", lapses)

    def test_bounded(self) -> None:
        """The latest are remembered."""
        lapses = Lapses()
        for number in range(LAPSED + 1):
            lapses.suspect(str(number), 100.0)
            lapses.know(f"known {number}")
        lapses.there_again("0", 101.0)
        self.assertNotIn("0", lapses)
        self.assertNotIn("known 0", lapses)
        self.assertIn(f"known {LAPSED}", lapses)
