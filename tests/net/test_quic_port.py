"""One port for both generations."""

from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.protocol import DatagramProtocol

from tests.support.quic import CALLED, CALLER, KEYS, THIRD, QuicCase
from tests.support.strategies import many
from twisted_chat.addresses import Address, Datagrams
from twisted_chat.links import CloseLink, Dial, SendFrames
from twisted_chat.net.quic_port import QuicPort

TEXTS = [b"hi alice", b"", b"msg alice> h\xc3\xa4", b"\xff\xfe", b"ar b", b"\x00", b"a" * 2000]


class Batches(DatagramProtocol):
    """Generation 1 that takes what arrived in one go."""

    noisy = False

    def __init__(self) -> None:
        self.batches: list[Datagrams] = []

    def datagramsReceived(self, datagrams: Datagrams) -> None:
        self.batches.append(datagrams)


class BothGenerations(QuicCase):
    """What is whose."""

    def test_text(self) -> None:
        """Whatever is not QUIC's is handed on as it came, one by one and together."""
        for text in TEXTS:
            self.called.port.datagramReceived(text, THIRD)
        self.called.port.datagramsReceived([(text, THIRD) for text in TEXTS])
        self.assertEqual(self.called.text.received, [(text, THIRD) for text in 2 * TEXTS])

    def test_other_versions(self) -> None:
        """A long header of another version opens nothing; where it is too short to open
        anything it is nothing of ours."""
        other = b"\xc0\x6b\x33\x43\xcf" + bytes(1194)
        self.called.port.datagramReceived(other, THIRD)
        self.assertEqual(self.called.text.received, [(other, THIRD)])
        self.called.port.datagramReceived(other + b"x", THIRD)
        self.assertEqual(self.called.text.received, [(other, THIRD)])
        self.assertEqual(len(self.called.port), 0)

    def test_side_by_side(self) -> None:
        """A link and texts share a port, and none of either gets to the other."""
        self.link()
        for number in range(300):
            self.caller.say(b"%d" % number)
            self.caller.transport.write(b"hi alice", CALLED)
            self.later(0.002)
        self.later(1)
        self.assertEqual(self.called.heard.messages, [b"%d" % number for number in range(300)])
        self.assertEqual(self.called.text.received, [(b"hi alice", CALLER)] * 300)
        short = [one.payload[0] for one in self.network.sent if one.payload[0] < 0x80]
        self.assertTrue(set(short) & set(range(0x61, 0x7B)))  # Where texts begin too.

    def test_together(self) -> None:
        """Texts of one batch stay together for a generation 1 that wants them so."""
        text = Batches()
        port = QuicPort(
            KEYS[2], self.called.heard, self.clock, time_of_day=self.clock.seconds, text=text
        )
        self.network.listen(port, THIRD)
        one, two = (b"hi a", CALLER), (b"hi b", CALLED)
        port.datagramsReceived([one, (b"\xc0\0\0\0\1", CALLER), two])
        self.assertEqual(text.batches, [[one, two]])

    def test_neither(self) -> None:
        """What begins with a byte that is given to somebody goes there, alone and in a batch,
        and what goes wrong there stops nobody."""
        given: list[tuple[bytes, Address]] = []

        def take(datagram: bytes, source: Address) -> None:
            given.append((datagram, source))
            raise ValueError("not understood")

        text = Batches()
        port = QuicPort(
            KEYS[2],
            self.called.heard,
            self.clock,
            time_of_day=self.clock.seconds,
            text=text,
            others={3: take},
        )
        self.network.listen(port, THIRD)
        datagrams = [(b"\3", CALLER), (b"\3" + bytes(1250), CALLED), (b"\3\xff", CALLED)]
        port.datagramReceived(*datagrams[0])
        port.datagramsReceived([*datagrams, (b"\2", CALLER), (b"hi a", CALLER)])
        self.assertEqual(given, [datagrams[0], *datagrams])
        self.assertEqual(text.batches, [[(b"\2", CALLER), (b"hi a", CALLER)]])
        self.assertEqual(len(self.flushLoggedErrors(ValueError)), 1)

    def test_batch(self) -> None:
        """Datagrams of a link that come in one batch are answered in one go."""
        self.link()
        before: list[tuple[bytes, Address]] = []
        self.network.loses = lambda one: (
            one.to == CALLED
            and not before.append(  # type: ignore
                (one.payload, one.source)
            )
        )
        for number in range(10):
            self.caller.say(b"%d" % number)
            self.later(0.001)
        self.network.loses = lambda one: False
        sent = len(self.network.sent)
        self.called.port.datagramsReceived([*before[:5], (b"hi", THIRD), *before[5:]])
        self.assertEqual(self.called.heard.messages[:10], [b"%d" % n for n in range(10)])
        self.assertLess(len(self.network.sent) - sent, 4)

    def test_text_fails(self) -> None:
        """A mistake in generation 1 costs nothing else of the batch."""

        def mistake(datagram: bytes, addr: Address) -> None:
            raise ValueError(datagram)

        self.called.text.datagramReceived = mistake  # type: ignore[method-assign]
        self.called.port.datagramsReceived([(b"a", THIRD), (b"b", THIRD)])
        self.assertEqual(len(self.flushLoggedErrors(ValueError)), 1)

    def test_alone(self) -> None:
        """Where generation 1 is not spoken its texts are dropped."""
        port = QuicPort(KEYS[2], self.called.heard, self.clock, time_of_day=self.clock.seconds)
        self.network.listen(port, THIRD)
        port.datagramReceived(b"hi", CALLER)
        port.datagramsReceived([(b"hi", CALLER)])

    def test_performs(self) -> None:
        """What decisions want is done."""
        self.caller.port.perform(Dial(CALLED, ""))
        self.later(1)
        self.caller.port.perform(SendFrames(self.caller.link, [b"word"]))
        self.later(1)
        self.caller.port.perform(CloseLink(self.caller.link, "enough"))
        self.later(1)
        self.assertEqual(self.called.heard.messages, [b"word"])
        self.assertEqual(self.called.heard.told[-1], "lost: enough")


class Anything(QuicCase):
    """Whatever arrives."""

    def test_anything(self) -> None:
        """No datagram raises, whatever it says and to whichever connection, and the link stays."""
        self.link()
        ids = sorted(self.called.port._by_id)
        recorded = [one.payload for one in self.network.sent if one.to == CALLED]

        heads = st.one_of(
            st.binary(max_size=12),
            st.builds(
                lambda first, to: bytes((first,)) + to,
                st.integers(0, 255),
                st.sampled_from(ids),
            ),
            st.builds(
                lambda first, to: bytes((first, 0, 0, 0, 1, 8)) + to,
                st.integers(0xC0, 255),
                st.sampled_from(ids),
            ),
            st.builds(
                lambda datagram, cut: datagram[:cut],
                st.sampled_from(recorded),
                st.integers(0, 1500),
            ),
        )
        tails = st.binary(max_size=60) | st.just(bytes(1200))

        @many
        @given(heads, tails, st.sampled_from([CALLER, THIRD]))
        def whatever(head: bytes, tail: bytes, source: Address) -> None:
            self.called.port.datagramReceived(head + tail, source)
            self.called.port.datagramsReceived([(head + tail, source), (tail, source)])
            self.later(0.01)

        whatever()
        self.assertEqual(self.flushLoggedErrors(), [])
        self.caller.say(b"still there")
        self.later(5)
        self.assertEqual(self.called.heard.messages, [b"still there"])
        self.assertNotIn("QUIC failed", self.called.port.totals())
