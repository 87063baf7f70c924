"""Packets that are captured twice: once at each interface that they pass through.

A capture of all interfaces of a host with a bridge has each packet as it comes
in and as it goes out, that of a router with one hop less. It is one packet: the
same from its IP header on, at another interface, within a moment.
"""

from collections import OrderedDict, deque

from twisted_chat.trace.frame import Frame
from twisted_chat.trace.link import interface_of
from twisted_chat.trace.packet import Packet

MOMENT = 50_000_000
"""Nanoseconds that a packet takes at most from one interface of a host to another."""
MAX_PACKETS = 1_024
"""Packets that are remembered for it."""


class Twice:
    """Remembers the packets of the last moment, and at which interface each was first.

    Before a second interface is met they are only kept, and not looked at.
    """

    def __init__(self) -> None:
        self._kept: deque[tuple[Frame, Packet]] = deque(maxlen=MAX_PACKETS)
        self._only: tuple[int, int] | None = None
        self._recent: OrderedDict[bytes, tuple[tuple[int, int], int]] | None = None

    def seen(self, frame: Frame, packet: Packet) -> bool:
        """Whether this is a packet that was captured already, elsewhere in the same host."""
        if self._recent is None:
            interface = _interface(frame)
            if self._only is None or interface == self._only:
                self._only = interface
                self._kept.append((frame, packet))
                return False
            self._recent = OrderedDict()
            for one in self._kept:
                self._seen(*one)
            self._kept.clear()
        return self._seen(frame, packet)

    def _seen(self, frame: Frame, packet: Packet) -> bool:
        assert self._recent is not None
        interface = _interface(frame)
        same = _lasting(frame.data, packet)
        before = self._recent.get(same)
        if before is not None and before[0] != interface and abs(frame.at - before[1]) <= MOMENT:
            return True
        self._recent[same] = interface, frame.at
        self._recent.move_to_end(same)
        if len(self._recent) > MAX_PACKETS:
            self._recent.popitem(last=False)
        return False


def _interface(frame: Frame) -> tuple[int, int]:
    return frame.interface, interface_of(frame.linktype, frame.data)


def _lasting(data: bytes, packet: Packet) -> bytes:
    """A packet from its IP header on, without what a router changes in it."""
    start = next(one.start for one in packet.headers if one.name[:3] == "IPv")
    if data[start] >> 4 == 4:  # The time to live, and the checksum over it.
        return (
            data[start : start + 8] + data[start + 9 : start + 10] + data[start + 12 : packet.end]
        )
    return data[start : start + 7] + data[start + 8 : packet.end]
