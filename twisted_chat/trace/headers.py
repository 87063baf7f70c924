"""IP, UDP and TCP headers around a payload whose own headers only the kernel saw.

What is built is valid in every field (lengths, checksums), so that a reader of
captures takes it, but it is not what was on the network: time to live,
identification, window and the division into segments are ours.
"""

import ipaddress
import struct
from functools import lru_cache

from twisted_chat.addresses import Address

REBUILT = "headers rebuilt by twisted-chat"
"""How the comment of every recorded packet begins."""
LARGEST_PAYLOAD = 65_535 - 20 - 20
"""Bytes that fit into one IPv4 packet beside its header and TCP's."""
SEGMENT = 32 * 1024
"""Bytes of a stream that go into one rebuilt TCP segment at most."""

_UDP, _TCP = 17, 6
_HOPS = 64
_WINDOW = 65_535
_PUSH_ACK = 0x18
_DATA_AT_WORD_5 = 5 << 4


def udp(source: Address, destination: Address, payload: bytes) -> bytes:
    """An IP packet with one datagram, both addresses of one family."""
    length = 8 + len(payload)
    head = struct.pack("!HHH", source[1], destination[1], length)
    route = _route(source[0], destination[0])
    # A checksum of zero means that there is none (RFC 768).
    check = _checksum(route.hosts + struct.pack("!xBH", _UDP, length) + head + payload) or 0xFFFF
    return b"%b%b%b%b" % (route.header(_UDP, length), head, struct.pack("!H", check), payload)


def tcp(
    source: Address, destination: Address, payload: bytes, sequence: int, acknowledged: int
) -> bytes:
    """An IP packet with one pushed TCP segment, both addresses of one family.

    `sequence` and `acknowledged` are taken modulo 2**32 (RFC 9293, 3.4).
    """
    head = struct.pack(
        "!HHIIBBHHH",
        source[1],
        destination[1],
        sequence & 0xFFFFFFFF,
        acknowledged & 0xFFFFFFFF,
        _DATA_AT_WORD_5,
        _PUSH_ACK,
        _WINDOW,
        0,
        0,
    )
    length = len(head) + len(payload)
    route = _route(source[0], destination[0])
    check = _checksum(route.hosts + struct.pack("!xBH", _TCP, length) + head + payload)
    return b"%b%b%b%b%b" % (
        route.header(_TCP, length),
        head[:16],
        struct.pack("!H", check),
        head[18:],
        payload,
    )


class Stream:
    """The sequence numbers of one rebuilt TCP connection, both sides from 1."""

    def __init__(self, ours: Address, theirs: Address) -> None:
        self._ours = ours
        self._theirs = theirs
        self._sent = self._received = 1

    def sent(self, data: bytes) -> bytes:
        """The packet with what we sent next: SEGMENT bytes at most."""
        packet = tcp(self._ours, self._theirs, data, self._sent, self._received)
        self._sent += len(data)
        return packet

    def received(self, data: bytes) -> bytes:
        """The packet with what came next: SEGMENT bytes at most."""
        packet = tcp(self._theirs, self._ours, data, self._received, self._sent)
        self._received += len(data)
        return packet


class _Route:
    """The IP header between two hosts (RFC 791; RFC 8200)."""

    def __init__(self, source: str, destination: str) -> None:
        hosts = [ipaddress.ip_address(host.partition("%")[0]) for host in (source, destination)]
        self.hosts = b"".join(host.packed for host in hosts)
        self._six = hosts[0].version == 6

    def header(self, protocol: int, length: int) -> bytes:
        """The header before `length` bytes of this protocol."""
        if self._six:
            return struct.pack("!IHBB", 6 << 28, length, protocol, _HOPS) + self.hosts
        head = struct.pack("!BBHHHBB", 0x45, 0, 20 + length, 0, 0x4000, _HOPS, protocol)
        return head + struct.pack("!H", _checksum(head + b"\0\0" + self.hosts)) + self.hosts


@lru_cache(maxsize=4096)
def _route(source: str, destination: str) -> _Route:
    return _Route(source, destination)


def _checksum(data: bytes) -> int:
    """The Internet checksum (RFC 1071). A sum of 16-bit words with the carry
    added back is a remainder by 2**16 - 1, which long integers do in one step."""
    if len(data) % 2:
        data += b"\0"
    return 0xFFFF - (int.from_bytes(data) % 0xFFFF or 0xFFFF)
