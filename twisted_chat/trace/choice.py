"""Which packets are shown: by host, name, room, time and kind."""

from collections.abc import Set

from msgspec import Struct

from twisted_chat.addresses import Address, host_and_port
from twisted_chat.trace.report import Dissection, Purpose

PROTOCOLS = ("tcp", "udp", "udpchat", "quic", "icmp")
KINDS = (*(purpose.value for purpose in Purpose), *PROTOCOLS)
"""What a kind can be: a purpose or a protocol."""


class Choice(Struct, frozen=True):
    """What a person wants to see; what is empty chooses nothing. Hosts are addresses,
    with a port or without; names and rooms are compared without regard to case; times
    are in nanoseconds from the first packet."""

    hosts: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    rooms: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    since: int | None = None
    until: int | None = None

    @property
    def of_people(self) -> bool:
        """Whether it takes to know who is who."""
        return bool(self.names or self.rooms)

    def takes(
        self,
        ends: tuple[Address, Address],
        after: int,
        verdict: Dissection,
        names: Set[str],
        rooms: Set[str],
    ) -> bool:
        """Whether a packet is shown that came so long `after` the first one; `names` and
        `rooms` are those that it has to do with."""
        if self.since is not None and after < self.since:
            return False
        if self.until is not None and after > self.until:
            return False
        if self.kinds and not {verdict.purpose.value, verdict.protocol.lower()} & self.kinds:
            return False
        if self.hosts and not any(
            host in self.hosts or host_and_port(host, port) in self.hosts for host, port in ends
        ):
            return False
        if self.names and not {name.casefold() for name in names} & self.names:
            return False
        return not self.rooms or bool({room.casefold() for room in rooms} & self.rooms)
