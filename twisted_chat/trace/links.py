"""QUIC between two addresses: the handshake by packet type, then direction, sizes and times."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from twisted_chat.addresses import Address
from twisted_chat.errors import WireError
from twisted_chat.trace import quic
from twisted_chat.trace.connection import Moment
from twisted_chat.trace.quic import Kind
from twisted_chat.trace.report import Finding, Layer, Purpose, Verdict, at, count, duration

MAX_LINKS = 10_000
"""Pairs of addresses between which QUIC is followed."""
MAX_IDS = 32
"""Connection ids of one pair that are remembered."""


@dataclass(slots=True)
class _Link:
    first: Moment
    ends: tuple[Address, Address]
    ids: dict[bytes, None] = field(default_factory=dict)
    kinds: Counter[Kind] = field(default_factory=Counter)
    handshake: list[int] = field(default_factory=list)
    protected: Moment | None = None
    datagrams: Counter[Address] = field(default_factory=Counter)
    sizes: Counter[Address] = field(default_factory=Counter)


class Links:
    """Everything between two addresses that is QUIC; `is_text` tells what is a
    message of generation 1."""

    def __init__(self, is_text: Callable[[bytes], bool]) -> None:
        self._is_text = is_text
        self._links: dict[frozenset[Address], _Link] = {}

    def absorb(self, other: "Links") -> None:
        """Take over what another has followed."""
        self._links.update(other._links)

    def observe(
        self, source: Address, destination: Address, datagram: bytes, moment: Moment
    ) -> Verdict | None:
        """What this datagram is, if it is QUIC."""
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
        elif link is not None and quic.may_be_short(datagram):
            # Ids that were agreed on later are out of our sight: what is no text will be theirs.
            ours = any(name and datagram.startswith(name, 1) for name in link.ids)
            if not ours and self._is_text(datagram):
                return None
            packets = [quic.QuicPacket(Kind.ONE_RTT, len(datagram))]
        else:
            return None
        _note(link, source, packets, moment, len(datagram))
        return _verdict(packets)

    def conclude(self) -> Iterator[Finding]:
        """How each went."""
        for link in self._links.values():
            one, other = link.ends
            kinds = ", ".join(f"{number:,} {kind.value}" for kind, number in link.kinds.items())
            begun = f"{at(one)} calls {at(other)}: {kinds}"
            if link.protected is None:
                yield Finding("QUIC", f"{begun}; nothing else", tuple(link.handshake))
                continue
            took = link.protected.at - link.first.at
            yield Finding(
                "QUIC",
                f"{begun}; protected data after {duration(took)}",
                (*link.handshake, link.protected.number),
                took,
            )
            for end in link.ends:
                yield Finding(
                    "QUIC",
                    f"{at(end)} sent {count(link.datagrams[end], 'protected datagram')},"
                    f" {count(link.sizes[end], 'byte')}",
                )


def _note(
    link: _Link, source: Address, packets: list[quic.QuicPacket], moment: Moment, size: int
) -> None:
    link.kinds.update(packet.kind for packet in packets)
    for packet in packets:
        if packet.sender and len(link.ids) < MAX_IDS:
            link.ids[packet.sender] = None
    if all(packet.kind is Kind.ONE_RTT for packet in packets):
        if link.protected is None:
            link.protected = moment
        link.datagrams[source] += 1
        link.sizes[source] += size
    elif len(link.handshake) < MAX_IDS:
        link.handshake.append(moment.number)


_NAMES = {Kind.ONE_RTT: "protected", Kind.ZERO_RTT: "protected early"}


def _verdict(packets: list[quic.QuicPacket]) -> Verdict:
    what = " + ".join(
        f"{_NAMES.get(packet.kind, packet.kind.value)}, {count(packet.length, 'byte')}"
        for packet in packets
    )
    data = all(packet.kind in _NAMES for packet in packets)
    return Verdict(what, Purpose.DATA if data else Purpose.SET_UP, Layer.TRANSPORT, "QUIC")
