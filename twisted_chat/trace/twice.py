"""Packets that are captured twice: once at each interface that they pass through.

A capture of all interfaces of a host with a bridge has each packet as it comes
in and as it goes out, that of a router with one hop less. It is one packet: the
same from its IP header on, at another interface, within a moment.
"""

from collections import OrderedDict

from twisted_chat.trace.frame import Frame
from twisted_chat.trace.packet import Packet
from twisted_chat.trace.link import interface_of

MOMENT = 50_000_000
"""Nanoseconds that a packet takes at most from one interface of a host to another."""
MAX_PACKETS = 4_096
"""Packets that are remembered for it."""


class Twice:
    """Remembers the packets of the last moment, and at which interface each was first."""

    def __init__(self) -> None:
        self._recent: OrderedDict[bytes, tuple[int, int]] = OrderedDict()

    def seen(self, frame: Frame, packet: Packet) -> bool:
        """Whether this is a packet that was captured already, elsewhere in the same host."""
        interface = frame.interface << 32 | interface_of(frame.linktype, frame.data)
        same = _lasting(frame.data, packet)
        before = self._recent.get(same)
        if before is not None and before[0] != interface and abs(frame.at - before[1]) <= MOMENT:
            return True
        self._recent[same] = interface, frame.at
        self._recent.move_to_end(same)
        if len(self._recent) > MAX_PACKETS:
            self._recent.popitem(last=False)
        return False


def _lasting(data: bytes, packet: Packet) -> bytes:
    """A packet from its IP header on, without what a router changes in it."""
    start = next(one.start for one in packet.headers if one.name[:3] == "IPv")
    if data[start] >> 4 == 4:  # The time to live, and the checksum over it.
        return (
            data[start : start + 8] + data[start + 9 : start + 10] + data[start + 12 : packet.end]
        )
    return data[start : start + 7] + data[start + 8 : packet.end]
