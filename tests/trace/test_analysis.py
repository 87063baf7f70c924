"""Finding conversations, whatever is in a capture."""

import random
import tracemalloc
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.inet import ICMP, IP, TCP, UDP, IPerror
from scapy.packet import Raw
from twisted.trial.unittest import SynchronousTestCase

from tests.strategies import some
from tests.trace.captures import (
    SERVER,
    USER,
    Call,
    Notes,
    analyzed,
    chat_over_tcp,
    datagram,
    exchange,
    frames,
)
from twisted_chat.trace import analysis, chat, questions
from twisted_chat.trace.analysis import Analysis, Frame
from twisted_chat.trace.report import Conversation, Finding, Layer, Purpose, Row

RAW = 101
EXCHANGED = frames(exchange())


class Whose(SynchronousTestCase):
    """Which packets are whose."""

    def test_several(self) -> None:
        """Chats of both kinds in one capture are told apart, however they interleave."""
        packets = [*exchange(), *chat_over_tcp()]
        packets.sort(key=lambda packet: float(packet.time))
        notes = analyzed(frames(packets))
        self.assertEqual(
            sorted((one.kind, one.packets) for one in notes.summaries.values()),
            [("TCP chat", 10), ("UDP chat", 11)],
        )

    def test_passed_over(self) -> None:
        """What is no chat is counted by what it is, and not shown."""
        packets = [
            datagram(1, ("10.0.0.1", 5353), ("10.0.0.2", 53), b"\x12\x34 a question"),
            *Call().packets,
            *[packet.copy() for packet in chat_over_tcp()],
        ]
        for packet in packets[1:]:
            for port in ("sport", "dport"):
                if getattr(packet[TCP], port) == 8090:
                    setattr(packet[TCP], port, 22)
        notes = Notes()
        found = Analysis(8090, notes)
        for frame in frames(packets):
            found.feed(frame)
        found.conclude()
        self.assertEqual(notes.summaries, {})
        self.assertEqual(dict(found.elsewhere), {"UDP on port 53": 1, "TCP on port 22": 10})

    def test_port(self) -> None:
        """With another port its chats are found."""
        call = Call()
        call.B = (call.B[0], 9000)
        self.assertEqual(len(analyzed(frames(call.handshake().packets), 9000).summaries), 1)
        self.assertEqual(len(analyzed(frames(call.packets)).summaries), 0)

    def test_unreachable(self) -> None:
        """An ICMP error stands in the conversation that it is about, as the network's business."""
        sent = datagram(1, USER, SERVER, b"hi ann")
        refusal = IP(src=SERVER[0], dst=USER[0]) / ICMP(type=3, code=3) / IPerror(bytes(sent[IP]))
        call = IP(bytes(Call().send("a", "S").packets[0][IP]))
        hops = IP(src="10.9.9.9", dst=Call.A[0]) / ICMP(type=11) / IPerror(bytes(call))
        given: list[Frame] = []
        for number, packet in enumerate((sent[IP], refusal, call, hops), 1):
            data = bytes(packet)
            given.append(Frame(number, number, RAW, data, len(data)))
        notes = analyzed(given)
        self.assertEqual(
            notes.whats[1::2],
            [
                "port unreachable, about UDP to port 8090",
                "too many hops, about TCP to port 8090",
            ],
        )
        last = notes.rows[1][-1].verdict
        self.assertEqual(
            (last.layer, last.purpose, last.protocol), (Layer.NETWORK, Purpose.RECOVERY, "ICMP")
        )

    def test_times(self) -> None:
        """Times are counted from the earliest packet, wherever it stands, also from zero."""
        found = Analysis(8090, Notes())
        for at in (7, 0, 5):
            found.feed(replace(EXCHANGED[0], at=at))
        self.assertEqual((found.first, found.last), (0, 7))

    @some
    @given(st.permutations(range(11)))
    def test_any_order(self, order: list[int]) -> None:
        """In whatever order datagrams are captured, all of them are in one conversation."""
        given = [replace(EXCHANGED[place], number=number) for number, place in enumerate(order)]
        (summary,) = analyzed(given).summaries.values()
        self.assertEqual(summary.packets, 11)


class Silent:
    """A sink that forgets."""

    def __init__(self) -> None:
        self.conversations = 0

    def row(self, conversation: int, row: Row) -> None:
        pass

    def finding(self, conversation: int, finding: Finding) -> None:
        pass

    def concluded(self, conversation: int, summary: Conversation) -> None:
        self.conversations += 1

    def merged(self, conversation: int, into: int) -> None:
        pass


class Bounds(SynchronousTestCase):
    """What has to be remembered is bounded, whoever wrote the capture."""

    def test_connections(self) -> None:
        """The connection that was quiet for longest is concluded to make room for another."""
        self.patch(analysis, "MAX_CONNECTIONS", 2)
        calls = [Call(start=float(number)) for number in range(3)]
        for number, call in enumerate(calls):
            call.A = (call.A[0], 40_000 + number)
            call.send("a", "S")
        notes = analyzed(frames([call.packets[0] for call in calls]))
        self.assertEqual(
            [one.hosts[0][0][1] for one in notes.summaries.values()], [40_000, 40_001, 40_002]
        )

    def test_addresses(self) -> None:
        """Packets of more addresses than are remembered are counted."""
        self.patch(analysis, "MAX_ADDRESSES", 3)
        sink = Silent()
        found = Analysis(8090, sink)
        for number in range(5):
            (frame,) = frames([datagram(1, ("10.0.0.1", 4000 + number), SERVER, b"ul")])
            found.feed(frame)
        self.assertEqual(found.crowded, 3)

    def test_requests(self) -> None:
        """Of the oldest of too many open requests it is said what is known."""
        self.patch(questions, "MAX_OPEN", 2)
        packets = [datagram(1, ("10.0.0.1", 4000 + n), SERVER, b"ul") for n in range(4)]
        texts = analyzed(frames(packets)).texts("request")
        self.assertEqual(len(texts), 4)
        self.assertTrue(all("never answered" in text for text in texts))

    def test_pairs(self) -> None:
        """Of too many pairs who talk, and too many strangers, the rest is counted together."""
        self.patch(chat, "MAX_PAIRS", 2)
        self.patch(chat, "MAX_STRANGE", 2)
        packets: list[Any] = []
        for number in range(5):
            packets.append(datagram(1, USER, ("10.0.0.1", 4000 + number), b"msg a> b"))
            packets.append(datagram(1, ("10.0.0.1", 4000 + number), USER, b"?"))
        notes = analyzed(frames(packets))
        self.assertEqual(len(notes.texts("direct")), 3)
        self.assertIn("3 messages between more pairs", notes.texts("direct"))
        self.assertEqual(len(notes.texts("not the language")), 2)

    def test_memory(self) -> None:
        """A flood from random addresses and ports takes no more than the bounds allow."""
        self.patch(analysis, "MAX_CONNECTIONS", 100)
        self.patch(analysis, "MAX_ADDRESSES", 100)
        self.patch(questions, "MAX_OPEN", 100)
        chance = random.Random(1)
        udp = bytearray(bytes(IP() / UDP(dport=8090) / Raw(b"hi anybody")))
        tcp = bytearray(bytes(IP() / TCP(dport=8090, flags="S")))
        found = Analysis(8090, Silent())

        def flood(first: int, count: int) -> None:
            for number in range(first, first + count):
                data = udp if number % 2 else tcp
                data[12:16] = chance.randbytes(4)
                data[20:22] = chance.randbytes(2)
                found.feed(Frame(number, number, RAW, bytes(data), len(data)))

        flood(0, 2000)
        tracemalloc.start()
        self.addCleanup(tracemalloc.stop)
        flood(2000, 3_000)
        grown, _ = tracemalloc.get_traced_memory()
        self.assertLess(grown, 2_500_000)  # Of which the cache of host addresses is the most.


class Anything(SynchronousTestCase):
    """Any packet in a capture: an answer, and no exception."""

    @some
    @given(
        st.lists(
            st.tuples(st.sampled_from([0, 1, 101, 113, 276]), st.binary(max_size=90)), max_size=8
        )
    )
    def test_bytes(self, packets: list[tuple[int, bytes]]) -> None:
        """Any bytes on any link."""
        analyzed(
            Frame(number, number, linktype, data, len(data))
            for number, (linktype, data) in enumerate(packets, 1)
        )

    @some
    @given(
        st.lists(
            st.tuples(
                st.booleans(),
                st.integers(0, 511),
                st.integers(0, 2**32 - 1) | st.integers(995, 1010),
                st.integers(0, 2**32 - 1) | st.integers(995, 1010),
                st.integers(0, 3),
                st.binary(max_size=5),
            ),
            max_size=12,
        )
    )
    def test_segments(self, segments: list[tuple[bool, int, int, int, int, bytes]]) -> None:
        """Any segments between two ports: each has its row, and counts are sums."""
        given = []
        for number, (forth, flags, sequence, told, window, data) in enumerate(segments, 1):
            ends = (Call.A, Call.B) if forth else (Call.B, Call.A)
            packet = bytes(
                IP(src=ends[0][0], dst=ends[1][0])
                / TCP(
                    sport=ends[0][1],
                    dport=ends[1][1],
                    flags=flags,
                    seq=sequence,
                    ack=told,
                    window=window,
                )
                / Raw(data)
            )
            given.append(Frame(number, number * 1000, RAW, packet, len(packet)))
        notes = analyzed(given)
        self.assertEqual(len(notes.whats), len(given))
        self.assertEqual(sum(one.packets for one in notes.summaries.values()), len(given))
        for what in notes.whats:
            self.assertTrue(what)

    @some
    @given(
        st.lists(
            st.tuples(
                st.integers(0, 3),
                st.integers(0, 3),
                st.sampled_from(
                    [b"hi a", b"hi", b"by", b"ar a", b"ul", b"ul a", b"rj lab", b"rk", b"msg a> b"]
                )
                | st.binary(max_size=30)
                | st.binary(max_size=40).map(lambda data: b"\xc0\0\0\0\1" + data),
            ),
            max_size=12,
        )
    )
    def test_datagrams(self, said: list[tuple[int, int, bytes]]) -> None:
        """Any datagrams between four addresses, of which one is on the port."""
        ends = [("10.0.0.1", 8090), ("10.0.0.2", 1), ("10.0.0.2", 2), ("10.0.0.3", 3)]
        packets = [datagram(n, ends[a], ends[b], data) for n, (a, b, data) in enumerate(said)]
        notes = analyzed(frames(packets))
        self.assertEqual(sum(one.packets for one in notes.summaries.values()), len(notes.whats))
