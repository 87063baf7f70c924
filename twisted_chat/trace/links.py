"""QUIC between two addresses: the handshake by packet type, then direction, sizes and times."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from twisted_chat.addresses import Address
from twisted_chat.errors import WireError
from twisted_chat.trace import quic
from twisted_chat.trace.connection import Moment
from twisted_chat.trace.quic import PacketKind
from twisted_chat.trace.report import Dissection, Finding, Layer, Purpose, count, duration

MAX_LINKS = 10_000
"""Pairs of addresses between which QUIC is followed."""
MAX_IDS = 10_000
"""Connection ids that are remembered."""
MAX_CITED = 32
"""Packets of one handshake whose numbers are remembered."""


@dataclass(slots=True)
class _Link:
    first: Moment
    ends: tuple[Address, Address]
    kinds: Counter[PacketKind] = field(default_factory=Counter)
    handshake: list[int] = field(default_factory=list)
    protected: Moment | None = None
    datagrams: Counter[Address] = field(default_factory=Counter)
    sizes: Counter[Address] = field(default_factory=Counter)


class Links:
    """Everything between two addresses that is QUIC; `is_text` tells what is a
    message of generation 1, and `who` says an address, with the name where there is one."""

    def __init__(self, is_text: Callable[[bytes], bool], who: Callable[[Address], str]) -> None:
        self._is_text = is_text
        self._who = who
        self._links: dict[frozenset[Address], _Link] = {}
        self._ids: dict[bytes, None] = {}
        self._lengths: set[int] = set()

    def absorb(self, other: "Links") -> None:
        """Take over what another has followed."""
        self._links.update(other._links)
        self._ids.update(other._ids)
        self._lengths |= other._lengths

    def observe(
        self, source: Address, destination: Address, datagram: bytes, moment: Moment
    ) -> Dissection | None:
        """What this datagram is, if it is QUIC."""
        if not self._ids and datagram.isascii():
            return None
        pair = frozenset((source, destination))
        link = self._links.get(pair)
        if quic.begins_long(datagram):
            try:
                packets = quic.read(datagram)
            except WireError:
                return None
            if link is None:
                if len(self._links) >= MAX_LINKS:
                    return _verdict(packets)
                link = self._links[pair] = _Link(moment, (source, destination))
        elif self._is_protected(link, datagram):
            packets = [quic.QuicPacket(PacketKind.ONE_RTT, len(datagram))]
            if link is None:
                if len(self._links) >= MAX_LINKS:
                    return _verdict(packets)
                link = self._links[pair] = _Link(moment, (source, destination))
        else:
            return None
        self._note(link, source, packets, moment, len(datagram))
        return _verdict(packets)

    def _is_protected(self, link: _Link | None, datagram: bytes) -> bool:
        """Whether this is a packet with a short header: of a link that is known, of one
        that has moved to another address, or of one that began before the capture.

        Ids that were agreed on later are out of our sight: what is no text will be theirs.
        """
        if not quic.may_be_short(datagram, greased=link is not None):
            return False
        known = any(datagram[1 : 1 + size] in self._ids for size in self._lengths)
        return known or (quic.is_sealed(datagram) and not self._is_text(datagram))

    def _note(
        self,
        link: _Link,
        source: Address,
        packets: list[quic.QuicPacket],
        moment: Moment,
        size: int,
    ) -> None:
        link.kinds.update(packet.kind for packet in packets)
        for packet in packets:
            if packet.sender and len(self._ids) < MAX_IDS:
                self._ids[packet.sender] = None
                self._lengths.add(len(packet.sender))
        if all(packet.kind is PacketKind.ONE_RTT for packet in packets):
            if link.protected is None:
                link.protected = moment
            link.datagrams[source] += 1
            link.sizes[source] += size
        elif len(link.handshake) < MAX_CITED:
            link.handshake.append(moment.number)

    def conclude(self) -> Iterator[Finding]:
        """How each went."""
        for link in self._links.values():
            one, other = map(self._who, link.ends)
            kinds = ", ".join(f"{number:,} {kind.value}" for kind, number in link.kinds.items())
            begun = f"{one} calls {other}: {kinds}"
            if not link.handshake:
                begun = f"between {one} and {other}: {kinds}, begun before or elsewhere"
                yield Finding("QUIC", begun, (link.first.number,))
            elif link.protected is None:
                yield Finding("QUIC", f"{begun}; nothing else", tuple(link.handshake))
                continue
            else:
                took = link.protected.at - link.first.at
                yield Finding(
                    "QUIC",
                    f"{begun}; protected data after {duration(took)}",
                    (*link.handshake, link.protected.number),
                    took,
                )
            for end, to in (link.ends, reversed(link.ends)):
                yield Finding(
                    "QUIC",
                    f"{self._who(end)} sent {count(link.datagrams[end], 'protected datagram')},"
                    f" {count(link.sizes[end], 'byte')}, to {self._who(to)}",
                )


_NAMES = {PacketKind.ONE_RTT: "protected", PacketKind.ZERO_RTT: "protected early"}


def _verdict(packets: list[quic.QuicPacket]) -> Dissection:
    what = " + ".join(
        f"{_NAMES.get(packet.kind, packet.kind.value)}, {count(packet.length, 'byte')}"
        for packet in packets
    )
    data = all(packet.kind in _NAMES for packet in packets)
    return Dissection(what, Purpose.DATA if data else Purpose.SET_UP, Layer.TRANSPORT, "QUIC")
