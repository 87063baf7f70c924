"""What is said to a gateway, and what it answers: PCP (RFC 6887) and NAT-PMP (RFC 6886).

Both are spoken to the same UDP port. Who knows NAT-PMP alone answers PCP by its own version,
0, and a code of its own (RFC 6887, 9). All ports here are of UDP.
"""

import struct
from enum import Enum
from ipaddress import IPv4Address, IPv6Address

from msgspec import Struct

from twisted_chat.addresses import Address, unmapped
from twisted_chat.errors import WireError

PORT = 5351
"""Where a gateway listens (RFC 6887, 19.2)."""
NONCE_BYTES = 12
ANOTHER_VERSION = 1
"""The code by which one that speaks NAT-PMP alone answers PCP, and the other way around."""
LARGEST = 1100
"""Bytes of a message of PCP at most (RFC 6887, 7)."""

_REQUEST, _ANSWER = struct.Struct("!BBHI16s"), struct.Struct("!BBBBII12s")
_MAP = struct.Struct(f"!{NONCE_BYTES}sB3sHH16s")
_PMP_MAP, _PMP_MAPPED = struct.Struct("!BBHHHI"), struct.Struct("!BBHIHHI")
_PMP_ADDRESS = struct.Struct("!BBHI4s")
_PCP, _PMP = 2, 0
_ANNOUNCE, _MAPS, _BACK = 0, 1, 0x80
_UDP = 17
_ANY = "::ffff:0.0.0.0"


class Language(Enum):
    """What a gateway understands."""

    PCP = "pcp"
    NAT_PMP = "nat_pmp"


class Mapped(Struct, frozen=True):
    """A port of ours is reached from outside, for so many seconds. `outside` is where: the
    host is empty where the gateway does not say it so. `nonce` is that of the request."""

    language: Language
    inside: int
    outside: Address
    seconds: int
    nonce: bytes = b""


class OutsideHost(Struct, frozen=True):
    """The gateway's own address outside (NAT-PMP)."""

    host: str


class Announced(Struct, frozen=True):
    """A gateway that speaks PCP is there."""


class NotMapped(Struct, frozen=True):
    """What was asked for is not done; `code` is the result code of that language."""

    language: Language
    code: int


GatewayAnswer = Mapped | OutsideHost | Announced | NotMapped


def ask_pcp(inside: int, wanted: Address | None, seconds: int, nonce: bytes, own: str) -> bytes:
    """Have a port of ours be reached from outside; no seconds: no longer. `own` is our own
    address, as the gateway sees it; `wanted` is what we had, or None."""
    host, port = wanted or ("", 0)
    head = _REQUEST.pack(_PCP, _MAPS, 0, seconds, _packed(own))
    return head + _MAP.pack(nonce, _UDP, bytes(3), inside, port, _packed(host))


def ask_whether_pcp(own: str) -> bytes:
    """Is there a gateway that speaks PCP?"""
    return _REQUEST.pack(_PCP, _ANNOUNCE, 0, 0, _packed(own))


def ask_nat_pmp(inside: int, wanted: int, seconds: int) -> bytes:
    """Have a port of ours be reached from outside; no seconds: no longer."""
    return _PMP_MAP.pack(_PMP, _MAPS, 0, inside, wanted, seconds)


ASK_OUTSIDE_HOST = bytes((_PMP, 0))
"""What is your address outside?"""


def read_gateway(datagram: bytes) -> GatewayAnswer:
    """Read what a gateway answers. Raises WireError."""
    if len(datagram) < 4 or not datagram[1] & _BACK:
        raise WireError("not an answer of a gateway")
    try:
        if datagram[0] == _PCP:
            return _read_pcp(datagram)
        if datagram[0] == _PMP:
            return _read_nat_pmp(datagram)
    except struct.error:
        raise WireError("an answer of a gateway that is cut off") from None
    raise WireError("an answer of a gateway in an unknown language")


def _read_pcp(datagram: bytes) -> GatewayAnswer:
    _, operation, _, code, seconds, _, _ = _ANSWER.unpack_from(datagram)
    if code:
        return NotMapped(Language.PCP, code)
    if operation == _ANNOUNCE | _BACK:
        return Announced()
    if operation != _MAPS | _BACK:
        raise WireError("an answer to what was not asked")
    nonce, protocol, _, inside, port, host = _MAP.unpack_from(datagram, _ANSWER.size)
    if protocol != _UDP:
        raise WireError("not of UDP")
    outside = unmapped(str(IPv6Address(host))), port
    return Mapped(Language.PCP, inside, outside, seconds, nonce)


def _read_nat_pmp(datagram: bytes) -> GatewayAnswer:
    code = int.from_bytes(datagram[2:4], "big")
    if code:
        return NotMapped(Language.NAT_PMP, code)
    if datagram[1] == _BACK:
        host = _PMP_ADDRESS.unpack_from(datagram)[4]
        return OutsideHost(str(IPv4Address(host)))
    if datagram[1] != _MAPS | _BACK:
        raise WireError("an answer to what was not asked")
    *_, inside, port, seconds = _PMP_MAPPED.unpack_from(datagram)
    return Mapped(Language.NAT_PMP, inside, ("", port), seconds)


def _packed(host: str) -> bytes:
    if not host:
        return IPv6Address(_ANY).packed
    return IPv6Address(host if ":" in host else f"::ffff:{host}").packed
