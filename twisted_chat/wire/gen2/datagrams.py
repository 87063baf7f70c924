"""The datagrams by which two users find a way to each other, and those that a server carries.

They begin with a byte with which no text and no packet of QUIC does (RFC 9000, 17.2 and
17.3.1: the second bit of these is set). Two users with the same tag and secret probe
every address at which the other may be, and answer each probe that is right to where it
came from. An answer to a number that nobody else can know shows that there is somebody
there who has the secret, and hears us.

    kind        1 byte      1 a probe, 2 an answer
    tag         8 bytes     of the pair
    side        1 byte      of the sender: 0 the smaller fingerprint, 1 the larger; and 2 more
                            where there is a direct link, as far as it knows
    number      8 bytes     random in a probe, and in the answer the same
    seen        18 bytes    the address at which the sender sees the other one: 16 bytes of
                            IPv6, or of IPv4 as in RFC 4291, 2.5.5.2, and 2 bytes of port
    proof       16 bytes    BLAKE2s (RFC 7693) of all that is before, with the secret as its key

    kind        1 byte      3 a datagram for the other one of a pair, or from it
    tag         8 bytes     of the pair
    datagram                a packet of QUIC, sealed by those two
"""

import hashlib
import hmac
import struct
from enum import Enum
from ipaddress import IPv6Address

from msgspec import Struct

from twisted_chat.addresses import Address, unmapped
from twisted_chat.errors import WireError

TAG_BYTES, SECRET_BYTES, NUMBER_BYTES, PROOF_BYTES = 8, 32, 8, 16
RELAY = 3
"""The first byte of what a server carries."""
RELAY_HEADER = 1 + TAG_BYTES
"""Bytes before the datagram that is carried."""
LARGEST_RELAYED = 1300
"""Bytes of what a server carries, with those before it."""

_LAYOUT = struct.Struct(f"!B{TAG_BYTES}sB{NUMBER_BYTES}s16sH")
PROBE_BYTES = _LAYOUT.size + PROOF_BYTES
"""Bytes of a probe, and of an answer: 52."""


class ProbeKind(Enum):
    """What is asked, or answered."""

    PROBE = 1
    ANSWER = 2


class Probe(Struct, frozen=True):
    """A probe or an answer. `larger` says which side sends it, `seen` where that side sees
    the other one, None if it sees it nowhere; `linked` whether it has a direct link."""

    kind: ProbeKind
    tag: bytes
    larger: bool
    number: bytes
    seen: Address | None
    linked: bool = False

    def encode(self, secret: bytes) -> bytes:
        """The datagram. Raises ValueError where `seen` is no literal address."""
        host, port = self.seen or ("::", 0)
        said = _LAYOUT.pack(
            self.kind.value,
            self.tag,
            self.larger | self.linked << 1,
            self.number,
            _packed(host),
            port,
        )
        return said + _proof(said, secret)


def tag_of(datagram: bytes) -> bytes:
    """The tag of a datagram of any of these kinds, before anything else of it is read."""
    return datagram[1 : 1 + TAG_BYTES]


def read_probe(datagram: bytes, secret: bytes) -> Probe:
    """Read a probe or an answer. Raises WireError where it is none, or its sender does
    not know the secret."""
    if len(datagram) != PROBE_BYTES:
        raise WireError("not as long as a probe")
    said, proof = datagram[: _LAYOUT.size], datagram[_LAYOUT.size :]
    if not hmac.compare_digest(_proof(said, secret), proof):
        raise WireError("not proven by the secret of the pair")
    kind, tag, side, number, host, port = _LAYOUT.unpack(said)
    if kind not in (1, 2) or side > 3:
        raise WireError("neither a probe nor an answer")
    seen = (unmapped(str(IPv6Address(host))), port) if port else None
    return Probe(ProbeKind(kind), tag, bool(side & 1), number, seen, bool(side & 2))


def relayed(tag: bytes, datagram: bytes) -> bytes:
    """A datagram as a server carries it."""
    return bytes((RELAY,)) + tag + datagram


def carried(datagram: bytes) -> bytes:
    """The datagram in what a server has carried."""
    return datagram[RELAY_HEADER:]


def _packed(host: str) -> bytes:
    address = host.partition("%")[0]
    if ":" in address:
        return IPv6Address(address).packed
    return IPv6Address(f"::ffff:{address}").packed


def _proof(said: bytes, secret: bytes) -> bytes:
    return hashlib.blake2s(said, digest_size=PROOF_BYTES, key=secret).digest()
