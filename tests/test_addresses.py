"""Addresses and ports."""

import ipaddress

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.support.strategies import many
from twisted_chat.addresses import (
    AddressKind,
    host_and_port,
    is_public,
    kind,
    port_number,
    site,
)
from twisted_chat.errors import UsageMistake


class SiteTests(SynchronousTestCase):
    """Who is counted as one owner."""

    def test_ipv4(self) -> None:
        """Each IPv4 address is its own."""
        self.assertEqual(site("10.0.0.1"), "10.0.0.1")

    def test_ipv6(self) -> None:
        """A /64 is one owner's, its neighbour another's."""
        self.assertEqual(site("2001:db8::1"), site("2001:db8::ffff:1:2:3"))
        self.assertNotEqual(site("2001:db8::1"), site("2001:db8:0:1::1"))

    def test_zone(self) -> None:
        """The zone of a link-local address is not counted."""
        self.assertEqual(site("fe80::1%2"), site("fe80::1"))


_numbers = st.integers(0, 300).map(str) | st.sampled_from(
    ("00", "01", "007", "1a", "", " 1", "\u0661")
)


class KindTests(SynchronousTestCase):
    """What can be at an address."""

    def test_kinds(self) -> None:
        """One host, this machine, or nobody, in IPv4, IPv6 and the one within the other."""
        for host, expected in (
            ("192.0.2.1", AddressKind.SOMEBODY),
            ("1.0.0.0", AddressKind.SOMEBODY),
            ("223.255.255.255", AddressKind.SOMEBODY),
            ("2001:db8::1", AddressKind.SOMEBODY),
            ("::ffff:192.0.2.1", AddressKind.SOMEBODY),
            ("127.255.0.1", AddressKind.OURSELVES),
            ("::1", AddressKind.OURSELVES),
            ("::ffff:127.0.0.1", AddressKind.OURSELVES),
            ("0.1.2.3", AddressKind.NOBODY),
            ("224.0.0.1", AddressKind.NOBODY),
            ("255.255.255.255", AddressKind.NOBODY),
            ("::", AddressKind.NOBODY),
            ("ff02::1", AddressKind.NOBODY),
            ("::ffff:224.0.0.1", AddressKind.NOBODY),
        ):
            self.assertIs(kind(host), expected, host)

    @many
    @given(st.lists(_numbers, min_size=3, max_size=5).map(".".join))
    def test_literal(self, host: str) -> None:
        """What is an IPv4 address and what is none is so as Python's own module has it."""
        try:
            ipaddress.ip_address(host)
        except ValueError:
            self.assertRaises(ValueError, kind, host)
        else:
            self.assertIsInstance(kind(host), AddressKind)


class PublicTests(SynchronousTestCase):
    """What is out on the internet."""

    def test_not_public(self) -> None:
        """This machine, its link, private networks and examples are not, in IPv6 neither."""
        for host in (
            "127.0.0.1",
            "10.1.2.3",
            "172.31.255.255",
            "192.168.0.1",
            "169.254.3.4",
            "::1",
            "fe80::1",
            "fe80::1%lan0",
            "fd00::1",
            "::ffff:192.168.0.1",
            "203.0.113.7",
            "2001:db8::1",
        ):
            self.assertFalse(is_public(host), host)

    def test_public(self) -> None:
        """Everything else is: what carriers share, and what carries a public IPv4 address."""
        for host in (
            "8.8.8.8",
            "172.32.0.1",
            "100.64.0.1",
            "0.0.0.0",
            "255.255.255.255",
            "2606:4700::1",
            "::ffff:8.8.8.8",
            "64:ff9b::808:808",
        ):
            self.assertTrue(is_public(host), host)


class PortTests(SynchronousTestCase):
    """A port as a person types it."""

    def test_ports(self) -> None:
        """The whole range, and 0 only where it is asked for."""
        self.assertEqual(port_number("1"), 1)
        self.assertEqual(port_number("65535"), 65535)
        self.assertEqual(port_number("0", smallest=0), 0)

    def test_not_ports(self) -> None:
        """Anything else is a mistake, and the message says what would do."""
        for text in ("", "0", "65536", "-1", "+1", "1.5", "x", " 1", "٣", "²", "9" * 5000):
            with self.assertRaises(UsageMistake, msg=text) as caught:
                port_number(text)
            self.assertIn("from 1 to 65535", str(caught.exception))


class WrittenTests(SynchronousTestCase):
    """An address as people write it."""

    def test_brackets(self) -> None:
        """An IPv6 address is in brackets, an IPv4 address is not."""
        self.assertEqual(host_and_port("10.0.0.1", 8090), "10.0.0.1:8090")
        self.assertEqual(host_and_port("::1", 8090), "[::1]:8090")
