"""What the kernel says of this machine's network, read from bytes as rtnetlink(7) has them."""

import socket
import struct

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.net.netlink import (
    AddressGone,
    CableState,
    DefaultRoute,
    End,
    OwnAddress,
    Picture,
    parse,
)

GLOBAL, OF_LINK = 0, 253
TENTATIVE, PERMANENT = 0x40, 0x80


def message(kind: int, body: bytes) -> bytes:
    """A message, filled up to the next."""
    said = struct.pack("=IHHII", 16 + len(body), kind, 0, 1, 7) + body
    return said + bytes(-len(said) % 4)


def attribute(kind: int, value: bytes) -> bytes:
    said = struct.pack("=HH", 4 + len(value), kind) + value
    return said + bytes(-len(said) % 4)


def address(
    host: str, *, gone: bool = False, scope: int = GLOBAL, flags: int = PERMANENT
) -> bytes:
    """What is said of an address of link 3."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    packed = socket.inet_pton(family, host)
    body = struct.pack("=4BI", family, 24, flags & 0xFF, scope, 3)
    body += attribute(1, packed) + attribute(8, struct.pack("=I", flags))
    return message(21 if gone else 20, body)


def link(index: int, *, running: bool, gone: bool = False) -> bytes:
    body = struct.pack("=BxHiII", 0, 1, index, 0x40 if running else 0x1, 0xFFFFFFFF)
    return message(17 if gone else 16, body + attribute(3, b"eth0\0"))


def route(to_bits: int, *, gone: bool = False) -> bytes:
    body = struct.pack("=8BI", socket.AF_INET, to_bits, 0, 0, 254, 3, 0, 1, 0)
    return message(25 if gone else 24, body)


class Reading(SynchronousTestCase):
    """Messages of the kernel."""

    def test_addresses(self) -> None:
        """Addresses of both families; those of a link alone, or not in use yet, are for nobody."""
        said = (
            address("192.0.2.7")
            + address("2001:db8::7")
            + address("fe80::7", scope=OF_LINK)
            + address("2001:db8::8", flags=TENTATIVE)
            + address("192.0.2.7", gone=True)
        )
        self.assertEqual(
            list(parse(said)),
            [
                OwnAddress("192.0.2.7", 3, True),
                OwnAddress("2001:db8::7", 3, True),
                OwnAddress("fe80::7", 3, False),
                OwnAddress("2001:db8::8", 3, False),
                AddressGone("192.0.2.7", 3),
            ],
        )

    def test_own_end(self) -> None:
        """Of a link between two the own end is meant."""
        both = attribute(1, bytes((192, 0, 2, 1))) + attribute(2, bytes((192, 0, 2, 2)))
        said = message(20, struct.pack("=4BI", socket.AF_INET, 32, 0, GLOBAL, 3) + both)
        self.assertEqual(list(parse(said)), [OwnAddress("192.0.2.2", 3, True)])

    def test_links_and_routes(self) -> None:
        """Whether a cable is in, and the way to everywhere else, but no other ways."""
        said = link(3, running=True) + link(3, running=False) + link(4, running=True, gone=True)
        self.assertEqual(
            list(parse(said)), [CableState(3, True), CableState(3, False), CableState(4, False)]
        )
        said = route(0) + route(24) + route(0, gone=True) + message(3, bytes(4))
        self.assertEqual(list(parse(said)), [DefaultRoute(), DefaultRoute(), End()])

    @given(st.binary(max_size=99), st.integers(0, 80), st.sampled_from((16, 20, 21, 24, 3, 99)))
    def test_anything(self, noise: bytes, cut: int, kind: int) -> None:
        """Whatever comes is read without an error, and to an end."""
        for said in (noise, message(kind, noise), address("192.0.2.7")[:cut] + noise):
            list(parse(said))


class News(SynchronousTestCase):
    """What is a change."""

    def test_told_again(self) -> None:
        """What is only told again is none."""
        picture = Picture()
        for told, news in (
            (OwnAddress("192.0.2.7", 3, True), True),
            (OwnAddress("192.0.2.7", 3, True), False),
            (OwnAddress("192.0.2.7", 4, True), True),
            (AddressGone("192.0.2.7", 3), True),
            (OwnAddress("192.0.2.7", 3, True), True),
            (CableState(5, False), False),
            (CableState(5, True), True),
            (CableState(5, True), False),
            (CableState(5, False), True),
            (DefaultRoute(), True),
            (End(), False),
        ):
            self.assertEqual(picture.learn(told), news, told)
