"""What is answered to QUIC that belongs to no connection: other versions, links that are gone."""

from hypothesis import given
from hypothesis import strategies as st
from qh3.quic.packet import QuicProtocolVersion
from twisted.trial.unittest import SynchronousTestCase

from tests.support.quic import CALLED, CALLER, KEYS, THIRD, End, QuicCase, Raw
from tests.support.strategies import many
from twisted_chat.net.quic_bounds import ANSWERS_AT_ONCE, SMALLEST_INITIAL, VERSION
from twisted_chat.net.quic_stateless import (
    SHORTEST_RESET,
    TOKEN_BYTES,
    Resets,
    may_be_short,
    version_negotiation,
)

OTHER = b"\x0a\x1a\x2a\x3a"


def opening(first: int = 0xC3, version: bytes = OTHER, size: int = SMALLEST_INITIAL) -> bytes:
    """The start of a connection of some version, with ids of 3 and of 200 bytes."""
    head = bytes((first,)) + version + b"\x03abc" + bytes((200,)) + b"i" * 200
    return head + bytes(size - len(head))


class Versions(QuicCase):
    """Those who speak another version."""

    def answers(self, datagram: bytes) -> list[bytes]:
        before = len(self.network.sent)
        self.called.port.datagramReceived(datagram, THIRD)
        return [one.payload for one in self.network.sent[before:]]

    def test_answered(self) -> None:
        """They are told which there is, with their ids the other way around, whatever the other
        bits of the first byte are."""
        for first in (0x80, 0xBF, 0xC0, 0xFF):
            (answer,) = self.answers(opening(first))
            self.assertGreaterEqual(answer[0], 0x80)
            self.assertEqual(answer[1:5], bytes(4))
            self.assertEqual(answer[5:], bytes((200,)) + b"i" * 200 + b"\x03abc" + VERSION)
        self.assertEqual(self.called.port.totals(), {"another version of QUIC": 4})
        self.assertEqual(self.called.text.received, [])

    def test_understood(self) -> None:
        """The library's client of another version ends at the answer."""
        raw = Raw(self.network, KEYS[2], THIRD)
        raw.configuration.supported_versions = [QuicProtocolVersion.VERSION_2]
        raw.dial(CALLED)
        self.later(1)
        self.assertEqual(type(raw.events[-1]).__name__, "ConnectionTerminated")

    def test_not_answered(self) -> None:
        """An answer is not answered, nor what could not open a connection, nor more of one
        site than the rate allows, nor by somebody who is not to be dialled."""
        for datagram in (
            opening(version=bytes(4)),
            opening(size=SMALLEST_INITIAL - 1),
            b"",
            b"\xc0",
        ):
            self.assertEqual(self.answers(datagram), [])
        self.called.port._newcomers._accepts = False
        self.assertEqual(self.answers(opening()), [])
        self.called.port._newcomers._accepts = True
        many = [self.answers(opening()) for _ in range(2 * ANSWERS_AT_ONCE)]
        self.assertEqual(sum(map(len, many)), ANSWERS_AT_ONCE)

    @many
    @given(st.binary(max_size=64), st.integers(0, 255), st.sampled_from([b"", b"\xff" * 1200]))
    def test_anything(self, some: bytes, first: int, rest: bytes) -> None:
        """Whatever comes, nothing is raised, and no answer is longer than it."""
        datagram = bytes((first,)) + some + rest
        self.assertLessEqual(len(version_negotiation(datagram) or b""), len(datagram))


class Short(SynchronousTestCase):
    """What may be a packet with a short header."""

    @many
    @given(st.text(min_size=1), st.sampled_from("@AZ_hmr~"))
    def test_text(self, text: str, first: str) -> None:
        """No text is, whatever it begins with."""
        self.assertFalse(may_be_short((first + text + 30 * "ä").encode()))

    def test_packet(self) -> None:
        """Bytes that are no text are, if they are long enough for an answer that is shorter."""
        noise = b"h" + bytes(range(128, 128 + SHORTEST_RESET))
        self.assertTrue(may_be_short(noise))
        self.assertFalse(may_be_short(noise[:SHORTEST_RESET]))
        for first in (0x00, 0x3F, 0x80, 0xC0):
            self.assertFalse(may_be_short(bytes((first,)) + noise))


class Gone(QuicCase):
    """Links that one end knows nothing of any more."""

    def setUp(self) -> None:
        super().setUp()
        self.link()

    def restart(self, key: int = 1) -> None:
        self.called.transport.kill()
        self.called = End(self.network, KEYS[key], CALLED)

    def test_restarted(self) -> None:
        """Whoever has dialled a server that was killed and is back hears of it with the first
        word it says."""
        self.restart()
        self.caller.say(b"word")
        self.later(0.1)
        self.assertEqual(self.caller.heard.told, ["opened", "lost: the other side has ended it"])
        self.assertEqual(self.called.port.totals(), {"a link that is gone": 1})
        self.assertEqual(self.called.text.received, [])
        self.later(5)
        self.assertEqual(len(self.caller.port), 0)
        self.link()

    def test_another_key(self) -> None:
        """Not from somebody who has another key: only the link's own end can say that."""
        self.restart(key=2)
        self.caller.say(b"word")
        self.later(5)
        self.assertEqual(self.caller.heard.told, ["opened"])

    def test_forged(self) -> None:
        """Nor from somebody who invents it, at the right address."""
        resets = Resets(b"s" * 32)
        for _ in range(50):
            self.network.carry(CALLED, resets.packet(b"\x40" + b"\xee" * 50), CALLER)
        self.caller.say(b"word")
        self.later(1)
        self.assertEqual(self.caller.heard.told, ["opened"])
        self.assertEqual(self.called.heard.messages, [b"word"])
        self.assertEqual(self.caller.text.received, [])

    def test_elsewhere(self) -> None:
        """Nor where nobody has dialled: it is no text, and is answered shorter, until it is
        too short."""
        third = End(self.network, KEYS[2], THIRD)
        before = len(self.network.sent)
        self.network.carry(THIRD, b"\x40" + b"\xee" * 60, CALLED)
        self.later(5)
        sizes = [len(one.payload) for one in self.network.sent[before:]]
        self.assertEqual(sizes, sorted(set(sizes), reverse=True))
        self.assertEqual(sizes[-1], SHORTEST_RESET)
        for end in (third, self.called):
            self.assertLessEqual({len(text) for text, _ in end.text.received}, {SHORTEST_RESET})

    def test_rate(self) -> None:
        """There are so many to one site, and none from somebody who is not to be dialled."""
        before = len(self.network.sent)
        packet = b"\x40" + b"\xee" * 60
        for _ in range(2 * ANSWERS_AT_ONCE):
            self.called.port.datagramReceived(packet, THIRD)
        self.assertEqual(len(self.network.sent) - before, ANSWERS_AT_ONCE)
        self.called.port._newcomers._accepts = False
        self.called.port.datagramReceived(packet, ("10.0.0.77", 1))
        self.assertEqual(self.called.text.received, [(packet, ("10.0.0.77", 1))])

    def test_looks(self) -> None:
        """A reset begins below all letters, is shorter than what it answers, and ends with
        the token of the id that was in it."""
        resets = Resets(b"s" * 32)
        for size in (22, 30, 43, 44, 1200):
            packet = resets.packet(b"\x7a" + b"identity" + b"\xee" * (size - 9))
            self.assertEqual(packet[0] & 0xE0, 0x40)
            self.assertLess(len(packet), size)
            self.assertGreaterEqual(len(packet), SHORTEST_RESET)
            self.assertEqual(packet[-TOKEN_BYTES:], resets.token(b"identity"))
