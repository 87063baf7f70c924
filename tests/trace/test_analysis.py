"""Finding conversations, whatever is in a capture."""

import random
import tracemalloc
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from scapy.contrib.gtp import GTP_U_Header
from scapy.layers.inet import ICMP, IP, TCP, UDP, IPerror, fragment
from scapy.layers.inet6 import IPv6, IPv6ExtHdrFragment, fragment6
from scapy.layers.l2 import GRE, CookedLinuxV2, Ether
from scapy.layers.vxlan import VXLAN
from scapy.packet import Raw
from twisted.trial.unittest import SynchronousTestCase

from tests.support.captures import (
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
from tests.support.strategies import some
from twisted_chat.trace import chat, chats, connections, headers, questions
from twisted_chat.trace.analysis import Analysis
from twisted_chat.trace.frame import Frame
from twisted_chat.trace.report import ConversationSummary, Finding, Layer, Purpose, Row

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
        found = Analysis({8090}, notes)
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

    def test_recorded(self) -> None:
        """What --trace has recorded is one chat on any port, also what nobody can read: the
        server's and that between peers. The same of somebody else is none."""
        ours, server, peer = ("10.0.0.1", 4001), ("10.0.0.9", 9000), ("10.0.0.2", 4002)
        sealed = bytes(random.Random(7).randbytes(100))
        said = [(ours, server), (server, ours), (ours, peer), (peer, ours)]
        given = []
        for number, (source, destination) in enumerate(said, 1):
            data = headers.udp(source, destination, b"\x40" + sealed)
            given.append(Frame(number, number, RAW, data, len(data), (headers.REBUILT,)))
        notes = analyzed(given)
        self.assertEqual([one.packets for one in notes.summaries.values()], [4])
        self.assertEqual({row.verdict.protocol for row in notes.rows[1]}, {"QUIC"})
        others = analyzed([frame._replace(comments=()) for frame in given])
        self.assertEqual(others.summaries, {})

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
        found = Analysis({8090}, Notes())
        for at in (7, 0, 5):
            found.feed(EXCHANGED[0]._replace(at=at))
        self.assertEqual((found.first, found.last), (0, 7))

    @some
    @given(st.permutations(range(11)))
    def test_any_order(self, order: list[int]) -> None:
        """In whatever order datagrams are captured, all of them are in one conversation."""
        given = [EXCHANGED[place]._replace(number=number) for number, place in enumerate(order)]
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

    def concluded(self, conversation: int, summary: ConversationSummary) -> None:
        self.conversations += 1

    def merged(self, conversation: int, into: int) -> None:
        pass


class Bounds(SynchronousTestCase):
    """What has to be remembered is bounded, whoever wrote the capture."""

    def test_connections(self) -> None:
        """The connection that was quiet for longest is concluded to make room for another."""
        self.patch(connections, "MAX_CONNECTIONS", 2)
        made = [Call(start=float(number)) for number in range(3)]
        for number, call in enumerate(made):
            call.A = (call.A[0], 40_000 + number)
            call.send("a", "S")
        notes = analyzed(frames([call.packets[0] for call in made]))
        self.assertEqual(
            [one.hosts[0][0][1] for one in notes.summaries.values()], [40_000, 40_001, 40_002]
        )

    def test_addresses(self) -> None:
        """Packets of more addresses than are remembered are counted."""
        self.patch(chats, "MAX_ADDRESSES", 3)
        sink = Silent()
        found = Analysis({8090}, sink)
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
        self.patch(connections, "MAX_CONNECTIONS", 100)
        self.patch(chats, "MAX_ADDRESSES", 100)
        self.patch(questions, "MAX_OPEN", 100)
        chance = random.Random(1)
        udp = bytearray(bytes(IP() / UDP(dport=8090) / Raw(b"hi anybody")))
        tcp = bytearray(bytes(IP() / TCP(dport=8090, flags="S")))
        found = Analysis({8090}, Silent())

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


class Twice(SynchronousTestCase):
    """Packets that are captured at two interfaces of one host."""

    def counted(self, given: list[Frame]) -> tuple[Notes, dict[str, int]]:
        notes = Notes()
        found = Analysis({8090}, notes)
        for frame in given:
            found.feed(frame)
        found.conclude()
        return notes, dict(found.elsewhere)

    def doubled(self, given: list[Frame], hops: int = 0) -> list[Frame]:
        """Each frame, and a moment later the same at another interface."""
        doubled: list[Frame] = []
        for frame in given:
            packet = IP(frame.data[14:])
            packet.ttl -= hops
            del packet.chksum
            data = frame.data[:14] + bytes(packet)
            doubled.append(frame._replace(interface=1))
            doubled.append(frame._replace(interface=2, data=data, at=frame.at + 20_000))
        return [one._replace(number=number) for number, one in enumerate(doubled, 1)]

    def test_bridged_and_routed(self) -> None:
        """What passes through two interfaces is one packet, with one hop less too."""
        for single, hops in ((EXCHANGED, 0), (frames(chat_over_tcp()), 1)):
            odd = [one._replace(number=2 * one.number - 1) for one in single]
            notes, elsewhere = self.counted(self.doubled(single, hops))
            self.assertEqual(notes.whats, analyzed(odd).whats)
            self.assertEqual(elsewhere, {"seen at a second interface": len(single)})

    def test_cooked(self) -> None:
        """Linux cooked capture tells the interface in each packet."""
        given = []
        for number, packet in enumerate(exchange()):
            for index in (2, 3):
                data = bytes(CookedLinuxV2(proto=0x0800, ifindex=index) / packet[IP])
                at = int(packet.time * 10**9) + index
                given.append(Frame(2 * number + index, at, 276, data, len(data)))
        notes, _ = self.counted(given)
        self.assertEqual(len(notes.whats), 11)
        self.assertNotIn("again", " ".join(notes.whats))

    def test_repeated(self) -> None:
        """The same packet again at the same interface, or much later at another, is another."""
        first = EXCHANGED[0]._replace(interface=1)
        again = first._replace(number=2, at=first.at + 1_000)
        late = first._replace(number=3, at=first.at + 10**9, interface=2)
        notes, _ = self.counted([first, again, late])
        self.assertEqual(len(notes.whats), 3)


class Parts(SynchronousTestCase):
    """IP fragments, and packets inside of packets."""

    TEXT = b"msg ann> " + b"x" * 3000

    def given(self, packets: list[Any]) -> list[Frame]:
        return [
            Frame(number, number * 1000, RAW, bytes(one), len(bytes(one)))
            for number, one in enumerate(packets, 1)
        ]

    def pieces(self, identity: int = 7) -> list[Any]:
        """One datagram in parts."""
        whole = IP(src=USER[0], dst=SERVER[0], id=identity) / UDP(sport=USER[1], dport=4001)
        pieces: list[Any] = fragment(whole / Raw(self.TEXT), 1000)
        return pieces

    def test_any_order(self) -> None:
        """Parts are put together in whatever order they come, and are one packet."""
        for order in ([0, 1, 2, 3], [3, 1, 0, 2]):
            notes = analyzed(self.given([self.pieces()[place] for place in order]))
            (row,) = notes.rows[1]
            self.assertEqual(row.frame[row.payload.start : row.payload.end], self.TEXT)
            self.assertIn("put together from 4 fragments: #1, #2, #3, #4", row.comments[-1])

    def test_six(self) -> None:
        """Those of IPv6 too."""
        head = IPv6(src="2001:db8::1", dst="2001:db8::2") / IPv6ExtHdrFragment(id=9)
        parts = fragment6(head / UDP(sport=4001, dport=8090) / Raw(b"hi ann" + b"x" * 2000), 1280)
        (row,) = analyzed(self.given(parts)).rows[1]
        self.assertEqual(row.payload.end - row.payload.start, 2006)

    def test_contradiction(self) -> None:
        """Parts that overlap with other bytes are said to, and the first ones count."""
        pieces = self.pieces()
        forged = pieces[0].copy()
        forged[Raw].load = b"y" * len(forged[Raw].load)
        (row,) = analyzed(self.given([pieces[0], forged, *pieces[1:]])).rows[1]
        self.assertIn("they contradict each other", row.comments[-1])
        self.assertEqual(row.frame[row.payload.start : row.payload.end], self.TEXT)

    def test_bounded(self) -> None:
        """Parts of ever more packets take no more memory, and a whole one is found after all."""
        begun = [self.pieces(identity)[0] for identity in range(2_000)]
        notes = analyzed(self.given([*begun, *self.pieces(60_000)]))
        self.assertEqual(len(notes.whats), 1)

    def test_tunnels(self) -> None:
        """Chat inside of tunnels is found, and it is said what carried it."""
        inner = IP(src=USER[0], dst=SERVER[0]) / UDP(sport=USER[1], dport=8090) / Raw(b"hi ann")
        outer = IP(src="198.51.100.1", dst="198.51.100.2")
        frame = Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02")
        for packet, carrier in (
            (outer / inner, "IPv4"),
            (IPv6() / inner, "IPv6"),
            (outer / GRE() / inner, "GRE, in IPv4"),
            (outer / GRE(key_present=1, key=5) / inner, "GRE, in IPv4"),
            (outer / UDP(dport=4789) / VXLAN() / frame / inner, "VXLAN, in IPv4"),
            (outer / UDP(dport=2152) / GTP_U_Header(teid=9) / inner, "GTP-U, in IPv4"),
        ):
            notes = analyzed(self.given([packet]))
            self.assertEqual(notes.whats, ["registers as ann"], carrier)
            self.assertEqual(notes.texts("tunnel"), [f"carried in {carrier}"])

    def test_bottomless(self) -> None:
        """Tunnels in tunnels without end are passed over."""
        packet = IP() / UDP(dport=8090) / Raw(b"hi ann")
        for _ in range(50):
            packet = IP() / packet
        self.assertEqual(analyzed(self.given([packet])).whats, [])


class Parties(SynchronousTestCase):
    """Who takes part in a UDP chat."""

    RESOLVER = ("10.0.0.53", 53)

    def test_spoken_to(self) -> None:
        """A name server that is told `hi` by mistake is in no chat with all who ask it."""
        packets = [datagram(1, ("10.0.0.2", 40_000), self.RESOLVER, b"hi")]
        packets += [
            datagram(2 + n, ("10.0.0.3", 50_000 + n), self.RESOLVER, b"\x12\x34 a question")
            for n in range(5)
        ]
        notes = analyzed(frames(packets))
        self.assertEqual([one.packets for one in notes.summaries.values()], [1])

    def test_server_elsewhere(self) -> None:
        """Those who speak to one server on another port are in one chat, also unanswered."""
        server = ("10.0.0.1", 9999)
        packets = [
            datagram(n, ("10.0.0.2", 40_000 + n), server, b"hi ann%d" % n) for n in range(3)
        ]
        (summary,) = analyzed(frames(packets)).summaries.values()
        self.assertEqual(summary.packets, 3)

    def test_padding(self) -> None:
        """What Ethernet pads a short frame with is no payload."""
        (frame,) = frames([datagram(1, USER, SERVER, b"hi\n")])
        notes = analyzed([frame._replace(data=frame.data + bytes(15), length=60)])
        (row,) = notes.rows[1]
        self.assertEqual(row.frame[row.payload.start : row.payload.end], b"hi\n")
        self.assertEqual(
            [(one.name, one.end - one.start) for one in row.layout[-2:]],
            [("payload", 3), ("padding", 15)],
        )
