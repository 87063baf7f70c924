"""Rebuilt headers and pcapng blocks, read back by scapy."""

import struct
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.inet import IP, TCP, UDP
from scapy.layers.inet6 import IPv6
from scapy.utils import RawPcapNgReader
from twisted.trial.unittest import SynchronousTestCase

from tests.support.captures import FileTestCase
from tests.support.strategies import some
from twisted_chat.trace import headers, pcapng
from twisted_chat.trace.headers import Stream

FOUR = ("192.0.2.1", 4001), ("192.0.2.2", 8090)
SIX = ("2001:db8::1", 4001), ("fe80::2%eth0", 8090)
PAYLOADS = st.binary(max_size=200)


def scapied(packet: bytes) -> Any:
    """The packet as scapy reads it."""
    return (IPv6 if packet[0] >> 4 == 6 else IP)(packet)


class Headers(SynchronousTestCase):
    """IP, UDP and TCP headers."""

    def assert_sound(self, packet: bytes) -> None:
        """Lengths and checksums are those that scapy would put."""
        again = scapied(packet)
        for layer in (IP, IPv6, UDP, TCP):
            if layer in again:
                for field in ("len", "plen", "chksum"):
                    if field in again[layer].fields:
                        del again[layer].fields[field]
        self.assertEqual(bytes(again), packet)

    @some
    @given(PAYLOADS)
    def test_datagram(self, payload: bytes) -> None:
        """Any payload is in one datagram, with valid checksums, over both families."""
        for source, destination in (FOUR, SIX):
            packet = headers.udp(source, destination, payload)
            found = scapied(packet)
            self.assertEqual(bytes(found[UDP].payload), payload)
            self.assertEqual((found[UDP].sport, found[UDP].dport), (4001, 8090))
            self.assertEqual(found.src, source[0])
            self.assertEqual(found.dst, destination[0].partition("%")[0])
            self.assert_sound(packet)

    def test_checksum_of_zero(self) -> None:
        """A datagram whose checksum would be zero has the other zero (RFC 768)."""
        sent = [headers.udp(*FOUR, struct.pack("!H", word)) for word in range(65_536)]
        checksums = {scapied(packet)[UDP].chksum for packet in sent[:: 65_536 // 64]}
        self.assertNotIn(0, checksums)
        self.assertFalse([packet for packet in sent if packet[26:28] == b"\0\0"])

    @some
    @given(st.lists(st.tuples(st.booleans(), PAYLOADS.filter(len)), max_size=8))
    def test_stream(self, said: list[tuple[bool, bytes]]) -> None:
        """Segments count on from each other in both directions, and acknowledge what came."""
        stream = Stream(*FOUR)
        counts = {True: 1, False: 1}
        for ours, data in said:
            packet = stream.sent(data) if ours else stream.received(data)
            segment = scapied(packet)[TCP]
            self.assertEqual(segment.seq, counts[ours])
            self.assertEqual(segment.ack, counts[not ours])
            self.assertEqual(bytes(segment.payload), data)
            self.assertEqual(segment.sport, 4001 if ours else 8090)
            self.assertEqual(str(segment.flags), "PA")
            self.assert_sound(packet)
            counts[ours] += len(data)

    def test_largest(self) -> None:
        """The largest payload and the largest segment fit into a packet."""
        self.assert_sound(headers.udp(*FOUR, b"x" * headers.LARGEST_PAYLOAD))
        self.assert_sound(Stream(*FOUR).sent(b"x" * headers.SEGMENT))

    def test_sequence_numbers_begin_again(self) -> None:
        """Sequence numbers go on at zero after 2**32 - 1."""
        packet = headers.tcp(*FOUR, b"x", 2**32 + 5, 2**33 + 6)
        self.assertEqual((scapied(packet)[TCP].seq, scapied(packet)[TCP].ack), (5, 6))


class Blocks(FileTestCase):
    """The file around the packets."""

    def test_read_back(self) -> None:
        """Scapy reads packets, times, comments and directions as they were written."""
        path = Path(self.mktemp())
        at = 1_700_000_000_123_456_789
        path.write_bytes(
            pcapng.section("test")
            + pcapng.interface("here")
            + pcapng.packet(at, b"abcde", "first", inbound=True)
            + pcapng.packet(at + 1, b"fg", "second", inbound=False, lost=3)
            + pcapng.statistics(at + 2, 5, 3)
        )
        with RawPcapNgReader(str(path)) as reader:
            read: list[Any] = list(reader)
        self.assertEqual([data for data, _ in read], [b"abcde", b"fg"])
        self.assertEqual([about.comments for _, about in read], [[b"first"], [b"second"]])
        self.assertEqual([about.direction for _, about in read], [1, 2])
        times = [(about.tshigh << 32) + about.tslow for _, about in read]
        self.assertEqual(times, [at, at + 1])
        self.assertEqual({about.tsresol for _, about in read}, {10**9})
        self.assertEqual({about.linktype for _, about in read}, {pcapng.LINKTYPE_RAW})

    @some
    @given(st.binary(max_size=60), st.text(max_size=20))
    def test_blocks_say_their_length(self, data: bytes, comment: str) -> None:
        """Every block ends where it says at both of its ends, at a multiple of four."""
        for block in (
            pcapng.section(comment),
            pcapng.interface(comment),
            pcapng.packet(0, data, comment, inbound=True, lost=1),
            pcapng.statistics(0, 1, 1),
        ):
            self.assertEqual(len(block) % 4, 0)
            self.assertEqual(struct.unpack("<I", block[4:8])[0], len(block))
            self.assertEqual(struct.unpack("<I", block[-4:])[0], len(block))
