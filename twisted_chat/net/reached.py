"""At which address of this machine others reach a port that listens at all of them.

An answer has to come from there (RFC 1122, 4.1.3.5): from another address it is
nobody's whom the other end has asked. The kernel chooses by the way that a datagram
takes, which is the same on a machine with one address and not on one with several.
"""

import socket
import struct
import sys
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address

from twisted_chat.addresses import Address
from twisted_chat.startup import source_host

REMEMBERED = 65_536
"""Addresses of others in each of two generations; those that were heard before so
many others are answered from the usual address."""
_OUTSIDE = "192.0.2.1", "2001:db8::1"
"""Addresses that nobody has (RFC 5737, RFC 3849): the way there is the way to most."""

_IP_PKTINFO: int = getattr(socket, "IP_PKTINFO", 8 if sys.platform == "linux" else 0)
_IPV6 = socket.IPPROTO_IPV6
_FOUR, _SIX = struct.Struct("=I4s4s"), struct.Struct("=16sI")
"""in_pktinfo of ip(7), and in6_pktinfo of RFC 3542, 6."""
_UNUSUAL, _CALLED = "", None
"""Of those who were heard, it is not known where, and of those who were called."""
ROOM = socket.CMSG_SPACE(_SIX.size)
"""Bytes of the control message that says where a datagram arrived."""


class Reached:
    """From where others are answered: from where they asked last.

    One who was written to before it was heard is written to from where the kernel chooses,
    also when that is another address later. With `answers` nobody is: all that is
    written is an answer, and so nothing has to be remembered of those who asked at the
    `usual` address, the first of these for IPv4 and the second for IPv6; within this
    machine that is the loopback, from which the kernel answers by itself.
    """

    def __init__(self, *, answers: bool, usual: tuple[str, str] = ("", "")) -> None:
        self.wanted = not answers
        """Whether there may be anybody to look for, or to remember when it is written to."""
        self._answers = answers
        self._usual = usual
        self._newer: dict[Address, str | None] = {}
        self._older: dict[Address, str | None] = {}

    @property
    def usual(self) -> bytes | None:
        """The usual addresses, as `_mmsg` takes them."""
        return b"".join(map(_packed, self._usual)) if self._answers else None

    def heard(self, reached: Iterable[tuple[Address, str | None]]) -> None:
        """These were heard, each at the address of ours that it comes with; None is
        the usual one."""
        for address, local in reached:
            if self._answers and (local is None or local == self._usual_for(address)[0]):
                self.forget(address)
            elif self._find(address, _UNUSUAL) is not _CALLED:
                self._keep(address, local or _UNUSUAL)

    def write(self, address: Address) -> str | None:
        """Where to write from to this one, if not from the usual address."""
        local = self._find(address, _CALLED)
        if local is _CALLED and not self._answers:
            self._keep(address, _CALLED)
        return local or None

    def usually(self, address: Address) -> str | None:
        """Where to write from then; None lets the kernel choose."""
        usual, ourselves = self._usual_for(address)
        return None if ourselves else usual or None

    def at(self, address: Address) -> str | None:
        """Where this one was heard, if that is known."""
        return self._find(address, _CALLED) or self._usual_for(address)[0] or None

    def forget(self, address: Address) -> None:
        """Nothing is known of this one."""
        self._newer.pop(address, None)
        self._older.pop(address, None)
        self.wanted = not self._answers or bool(self._newer or self._older)

    def _usual_for(self, address: Address) -> tuple[str, bool]:
        """The usual address for another, and whether that is within this machine."""
        host = address[0]
        if not self._answers:
            return "", False
        if ":" not in host:
            return ("127.0.0.1", True) if host.startswith("127.") else (self._usual[0], False)
        return ("::1", True) if host == "::1" else (self._usual[1], False)

    def _find(self, address: Address, otherwise: str | None) -> str | None:
        if address in self._newer:
            return self._newer[address]
        return self._older.get(address, otherwise)

    def _keep(self, address: Address, local: str | None) -> None:
        if len(self._newer) >= REMEMBERED:
            self._older, self._newer = self._newer, {}
        self._newer[address] = local
        self.wanted = True


def ask_for_it(made: socket.socket) -> bool:
    """Have datagrams come with the address at which they arrived. False where the
    system cannot say."""
    if made.family == socket.AF_INET6:
        option = getattr(socket, "IPV6_RECVPKTINFO", None)
        level = _IPV6
    else:
        option, level = _IP_PKTINFO, socket.IPPROTO_IP
    if not option:
        return False
    made.setsockopt(level, option, 1)
    return True


def read(said: list[tuple[int, int, bytes]]) -> str | None:
    """The address of ours in the control messages of a datagram that arrived."""
    for level, kind, data in said:
        if (level, kind) == (socket.IPPROTO_IP, _IP_PKTINFO):
            four = IPv4Address(_FOUR.unpack(data[: _FOUR.size])[1])
            return None if four.is_unspecified else str(four)
        if (level, kind) == (_IPV6, socket.IPV6_PKTINFO):
            packed, interface = _SIX.unpack(data[: _SIX.size])
            six = IPv6Address(packed)
            if six.ipv4_mapped is not None:
                return str(six.ipv4_mapped)
            if six.is_multicast or six.is_unspecified:
                return None
            return f"{six}%{interface}" if six.is_link_local else str(six)
    return None


def said(local: str, family: int) -> tuple[int, int, bytes]:
    """The control message that has a datagram sent from this address of ours."""
    if family == socket.AF_INET:
        return socket.IPPROTO_IP, _IP_PKTINFO, _FOUR.pack(0, IPv4Address(local).packed, bytes(4))
    host, _, zone = local.partition("%")
    return _IPV6, socket.IPV6_PKTINFO, _SIX.pack(_packed(host), int(zone or 0))


def usual_hosts(family: int) -> tuple[str, str]:
    """The addresses of this machine from which most others are reached, by the kernel's
    choice, for IPv4 and for IPv6; empty where there is no way."""
    four, six = _OUTSIDE
    return source_host(four), source_host(six) if family == socket.AF_INET6 else ""


def _packed(host: str) -> bytes:
    if not host:
        return bytes(16)
    return IPv6Address(host if ":" in host else f"::ffff:{host}").packed
