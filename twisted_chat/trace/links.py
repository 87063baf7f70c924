"""QUIC between two addresses: the handshake by packet type, then direction, sizes and times."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from twisted_chat.addresses import Address
from twisted_chat.errors import WireError
from twisted_chat.trace import quic
from twisted_chat.trace.connection import Moment
from twisted_chat.trace.opening import Opening, Revealed
from twisted_chat.trace.quic import PacketKind
from twisted_chat.trace.report import Dissection, Finding, Layer, Purpose, count, duration
from twisted_chat.trace.speech2 import Message

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
    message of generation 1, and `who` says an address, with the name where there is one.
    Where an `opening` is given, what it opens is looked into, and `heard` is told of the
    messages: who said them, to whom, and whether this side has dialled."""

    def __init__(
        self,
        is_text: Callable[[bytes], bool],
        who: Callable[[Address], str],
        opening: Opening | None,
        heard: Callable[[Address, Address, Message, bool], None],
    ) -> None:
        self._is_text = is_text
        self._who = who
        self._opening = opening
        self._heard = heard
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
        if self._opening is not None:
            found = self._opening.open(source, destination, datagram, packets)
            if any(found):
                return self._opened(source, destination, packets, found)
        return _verdict(packets)

    def _opened(
        self,
        source: Address,
        destination: Address,
        packets: list[quic.QuicPacket],
        found: list[Revealed | None],
    ) -> Dissection:
        """What a datagram is of which at least one packet was opened."""
        texts = []
        for packet, one in zip(packets, found, strict=True):
            if one is None:
                texts.append(_closed(packet))
                continue
            texts.append(f"{one.opened.name}: {'; '.join(one.words)}")
            for message in one.messages:
                self._heard(source, destination, message, one.dialled)
        there = [one for one in found if one is not None]
        said = any(
            inside.layer == Layer.APPLICATION for one in there for inside in one.opened.inside
        )
        layer = Layer.APPLICATION if said else Layer.TRANSPORT
        purpose = there[-1].purpose
        opened = tuple(one.opened for one in there)
        return Dissection(" + ".join(texts), purpose, layer, "QUIC", opened=opened)

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


def _closed(packet: quic.QuicPacket) -> str:
    return f"{_NAMES.get(packet.kind, packet.kind.value)}, {count(packet.length, 'byte')}"


def _verdict(packets: list[quic.QuicPacket]) -> Dissection:
    what = " + ".join(map(_closed, packets))
    data = all(packet.kind in _NAMES for packet in packets)
    return Dissection(what, Purpose.DATA if data else Purpose.SET_UP, Layer.TRANSPORT, "QUIC")
