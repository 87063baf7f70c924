"""Taking packets apart, compared with what scapy says of the same bytes."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.dot11 import Dot11
from scapy.layers.inet import ICMP, IP, TCP, UDP, IPerror
from scapy.layers.inet6 import ICMPv6DestUnreach, IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrFragment
from scapy.layers.l2 import ARP, LLC, SNAP, CookedLinux, CookedLinuxV2, Dot1Q, Ether, Loopback
from scapy.packet import Raw
from twisted.trial.unittest import SynchronousTestCase

from tests.support.strategies import some
from twisted_chat.errors import WireError
from twisted_chat.trace.layers import dissect
from twisted_chat.trace.packet import Protocol

UDP4 = IP(src="192.0.2.1", dst="192.0.2.2") / UDP(sport=4001, dport=8090) / Raw(b"hi ann")
UDP6 = IPv6(src="2001:db8::1", dst="2001:db8::2") / UDP(sport=4001, dport=8090) / Raw(b"hi ann")
TCP4 = (
    IP(src="192.0.2.1", dst="192.0.2.2")
    / TCP(sport=4001, dport=8090, seq=7, ack=9, flags="PA", window=100, options=[("MSS", 1460)])
    / Raw(b"hello")
)


class Links(SynchronousTestCase):
    """What IP travels on."""

    def test_links(self) -> None:
        """Each link layer that is known is taken off, and named."""
        for linktype, packet, name in (
            (1, Ether(dst="02:00:00:00:00:01") / UDP4, "Ethernet"),
            (1, Ether(dst="02:00:00:00:00:01") / Dot1Q(vlan=5) / UDP4, "Ethernet"),
            (1, Ether(dst="02:00:00:00:00:01") / Dot1Q() / Dot1Q() / UDP6, "Ethernet"),
            (0, Loopback(type=2) / UDP4, "loopback"),
            (113, CookedLinux() / UDP4, "Linux cooked"),
            (276, CookedLinuxV2() / UDP6, "Linux cooked"),
            (101, UDP4, "IPv4"),
            (12, UDP6, "IPv6"),
            (228, UDP4, "IPv4"),
        ):
            found = dissect(linktype, bytes(packet))
            self.assertEqual(found.payload, b"hi ann", name)
            self.assertEqual(found.headers[0].name, name)
            self.assertEqual(found.destination[1], 8090)
            ends = [header.end for header in found.headers]
            starts = [header.start for header in found.headers]
            self.assertEqual(starts, [0, *ends[:-1]])
            self.assertEqual(bytes(packet)[ends[-1] :], b"hi ann")

    def test_refused(self) -> None:
        """What is nothing that chat travels on is refused with what it is."""
        for linktype, packet, why in (
            (1, Ether(dst="02:00:00:00:00:01") / ARP(), "not IP"),
            (101, Raw(b"\x00" * 40), "not IP"),
            (147, Raw(b"\x00" * 40), "link type 147"),
            (101, IP(frag=5) / UDP(), "an IP fragment"),
            (101, IP(flags="MF") / UDP() / Raw(b"x" * 8), "an IP fragment"),
            (101, IPv6() / IPv6ExtHdrFragment(m=1) / UDP(), "an IP fragment"),
            (101, IPv6() / IPv6ExtHdrFragment(offset=1) / UDP(), "an IP fragment"),
            (101, IP(proto=47) / Raw(b"x" * 20), "not IP"),
            (101, IP(proto=50) / Raw(b"x" * 20), "neither UDP nor TCP"),
            (101, IP(src="192.0.2.1") / ICMP(), "neither UDP nor TCP"),
            (101, IP() / TCP(dataofs=3) / Raw(b"x" * 20), "contradicts itself"),
            (101, IP() / UDP(len=3), "contradicts itself"),
            (101, Raw(bytes(IP() / TCP())[:25]), "cut off inside its headers"),
            (101, Raw(b""), "cut off inside its headers"),
        ):
            problem = self.assertRaises(WireError, dissect, linktype, bytes(packet))
            self.assertIn(why, str(problem))


class Above(SynchronousTestCase):
    """UDP, TCP and ICMP."""

    def test_tcp(self) -> None:
        """A segment has its numbers, flags and window, and its options in the header."""
        found = dissect(101, bytes(TCP4))
        assert found.segment is not None
        self.assertEqual((found.segment.sequence, found.segment.acknowledged), (7, 9))
        self.assertEqual((found.segment.flags, found.segment.window), (0x18, 100))
        self.assertEqual(found.payload, b"hello")
        self.assertEqual(
            [(one.name, one.end - one.start) for one in found.headers], [("IPv4", 20), ("TCP", 24)]
        )

    def test_padding(self) -> None:
        """What Ethernet pads with is no payload."""
        packet = bytes(Ether(dst="02:00:00:00:00:01") / UDP4) + b"\0" * 12
        self.assertEqual(dissect(1, packet).payload, b"hi ann")

    def test_missing(self) -> None:
        """What was not captured is counted."""
        found = dissect(101, bytes(UDP4)[:-2])
        self.assertEqual((found.payload, found.missing), (b"hi a", 2))
        self.assertEqual(dissect(101, bytes(TCP4)[:-1]).missing, 1)

    def test_offloaded(self) -> None:
        """A length of zero, which the network card was to fill in, is no limit."""
        packet = bytearray(bytes(UDP4))
        packet[2:4] = b"\0\0"
        self.assertEqual(dissect(101, bytes(packet)).payload, b"hi ann")

    def test_extensions(self) -> None:
        """Extension headers of IPv6 belong to it."""
        packet = IPv6() / IPv6ExtHdrDestOpt() / UDP(dport=8090) / Raw(b"by")
        self.assertEqual(dissect(101, bytes(packet)).payload, b"by")

    def test_icmp(self) -> None:
        """An ICMP error says what it is about, in both families."""
        for packet in (
            IP(src="192.0.2.2", dst="192.0.2.1") / ICMP(type=3, code=3) / IPerror(bytes(UDP4)),
            IPv6(src="2001:db8::2") / ICMPv6DestUnreach(code=4) / Raw(bytes(UDP6)),
        ):
            found = dissect(101, bytes(packet))
            self.assertIs(found.protocol, Protocol.ICMP)
            self.assertEqual(found.complaint, "port unreachable")
            assert found.about is not None
            self.assertEqual(found.about.destination[1], 8090)
            self.assertEqual(found.about.source[1], 4001)


class Anything(SynchronousTestCase):
    """Any bytes, and any packet."""

    @some
    @given(st.sampled_from([0, 1, 12, 101, 108, 113, 228, 229, 276, 999]), st.binary(max_size=120))
    def test_bytes(self, linktype: int, data: bytes) -> None:
        """Any bytes are a packet whose layers lie in them, or a WireError."""
        try:
            found = dissect(linktype, data)
        except WireError:
            return
        self.assertLessEqual(found.headers[-1].end, len(data))

    @some
    @given(
        st.integers(0, 80), st.binary(min_size=1, max_size=4), st.sampled_from([UDP4, UDP6, TCP4])
    )
    def test_damaged(self, at: int, damage: bytes, packet: Any) -> None:
        """A packet with a few bytes damaged is a packet or a WireError."""
        data = bytearray(bytes(packet))
        data[at : at + len(damage)] = damage
        try:
            dissect(101, bytes(data))
        except WireError:
            return

    @some
    @given(st.binary(max_size=50), st.integers(0, 65535), st.integers(0, 65535), st.booleans())
    def test_as_scapy(self, payload: bytes, source: int, destination: int, six: bool) -> None:
        """Addresses, ports and payload are what scapy says they are."""
        built = (IPv6() if six else IP()) / UDP(sport=source, dport=destination) / Raw(payload)
        packet = (IPv6 if six else IP)(bytes(built))
        found = dissect(101, bytes(built))
        self.assertEqual(found.source, (packet.src, packet[UDP].sport))
        self.assertEqual(found.destination, (packet.dst, packet[UDP].dport))
        self.assertEqual(found.payload, payload)


WIRELESS = (
    Dot11(type=2, addr1="02:00:00:00:00:01", addr2="02:00:00:00:00:02") / LLC() / SNAP() / UDP4
)
"""A frame of a wireless network (link type 105)."""
