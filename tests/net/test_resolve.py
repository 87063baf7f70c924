"""Which addresses a host has, and in which order they are tried."""

import socket
from typing import Any

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase, TestCase

from twisted_chat.addresses import Address
from twisted_chat.net.resolve import everywhere, has_route, look_up, look_up_later, look_up_now
from twisted_chat.startup import CannotStart

FOUR = [("192.0.2.1", 8090), ("192.0.2.2", 8090)]
SIX = [("2001:db8::1", 8090, 0, 0), ("2001:db8::2", 8090, 0, 0), ("fe80::1", 8090, 0, 7)]


def found(*addresses: tuple[Any, ...]) -> Any:
    """A system that finds these."""

    def getaddrinfo(host: str, port: int, **how: Any) -> list[tuple[Any, ...]]:
        assert how == {"type": socket.SOCK_DGRAM}
        return [(0, socket.SOCK_DGRAM, 17, "", address) for address in addresses]

    return getaddrinfo


class Order(SynchronousTestCase):
    """What is tried first."""

    def order(self, *addresses: tuple[Any, ...], unreachable: str = "none") -> list[str]:
        place = ("chat.example", 8090)
        tried = look_up(
            place, found(*addresses), lambda address: not address[0].startswith(unreachable)
        )
        self.assertEqual({port for _, port in tried}, {8090})
        return [host for host, _ in tried]

    def test_interleaved(self) -> None:
        """Both families take turns, IPv6 first; each keeps the order of the system."""
        self.assertEqual(
            self.order(*FOUR, *SIX),
            ["2001:db8::1", "192.0.2.1", "2001:db8::2", "192.0.2.2", "fe80::1%7"],
        )

    def test_once(self) -> None:
        """An address that the system names twice is tried once, a mapped one as what it means."""
        mapped = ("::ffff:192.0.2.1", 8090, 0, 0)
        self.assertEqual(self.order(FOUR[0], mapped, FOUR[0]), ["192.0.2.1"])

    def test_no_route(self) -> None:
        """What there is no route to is left out, unless it is all there is."""
        self.assertEqual(self.order(*FOUR, SIX[0], unreachable="2001"), ["192.0.2.1", "192.0.2.2"])
        self.assertEqual(self.order(SIX[0], unreachable="2001"), ["2001:db8::1"])

    def test_literal(self) -> None:
        """An address is its own, with the number of its zone."""
        self.assertEqual(look_up_now(("127.0.0.1", 5)), [("127.0.0.1", 5)])
        self.assertEqual(look_up_now(("::1", 5)), [("::1", 5)])
        zone = socket.if_nametoindex("lo")
        self.assertEqual(look_up_now(("fe80::1%lo", 5)), [(f"fe80::1%{zone}", 5)])

    def test_here(self) -> None:
        """What a server listens on, all addresses of this machine, is this machine."""
        for host, meant in (
            ("0.0.0.0", "127.0.0.1"),
            ("0", "127.0.0.1"),
            ("::", "::1"),
            ("::ffff:0.0.0.0", "127.0.0.1"),
            ("::ffff:127.0.0.2", "127.0.0.2"),
        ):
            self.assertEqual(look_up_now((host, 5)), [(meant, 5)])

    def test_nowhere(self) -> None:
        """A host that does not exist, or cannot, costs one line that says what would do."""
        for host in ("nosuchhost.invalid", "a" * 300, "..", "1.2.3.4.5", "fe80::1%nosuch"):
            with self.assertRaises(CannotStart) as caught:
                look_up_now((host, 8090))
            self.assertEqual(
                str(caught.exception),
                f"there is no host {host}: check the spelling, or give its IP address",
            )

    def test_routes(self) -> None:
        """This machine reaches itself; a zone that is none is not reached."""
        self.assertTrue(has_route(("127.0.0.1", 9)))
        self.assertFalse(has_route(("fe80::1%99999", 9)))
        self.assertFalse(has_route(("fe80::1%nosuch", 9)))
        self.assertIn(everywhere(), ("::", "0.0.0.0"))


class Later(TestCase):
    """Looking up while everything goes on."""

    def test_found(self) -> "Deferred[None]":
        """What is found comes later, in the thread of the reactor."""
        from twisted.internet import reactor

        def look(place: Address) -> list[Address]:
            return [("192.0.2.1", place[1])]

        resolved = look_up_later(("chat.example", 5), reactor, look)
        return resolved.addCallback(self.assertEqual, [("192.0.2.1", 5)])

    def test_nothing(self) -> "Deferred[None]":
        """Where there is no such host nothing is found, and nothing raised."""
        from twisted.internet import reactor

        def look(place: Address) -> list[Address]:
            raise UnicodeError("no name")

        resolved = look_up_later(("..", 5), reactor, look)
        return resolved.addCallback(self.assertEqual, [])
