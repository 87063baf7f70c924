"""When answers go out: at once if they are few, in turns if they are many.

A list of ten thousand users is ten thousand datagrams. Sent in one go it would
overrun the receiver's buffer, hold up everybody else, and let two bytes call
forth any number. So what belongs together is a stream, and streams take
turns: each address gets a few datagrams a turn, and no site more bytes a
second than it is granted.

A stream stands in a slot of its address: a roster, the list of users, the
list of rooms. A slot holds one stream, so what is waiting is bounded by the
number of users, and a request repeated while its answer is on the way does
not make it longer.
"""

from collections.abc import Iterator
from heapq import heappop, heappush
from itertools import count
from typing import Protocol

from twisted_chat.addresses import Address
from twisted_chat.moments import NEVER, Soonest
from twisted_chat.server.streams import TURN, Slot

TURN_PER_ADDRESS = 64
"""Datagrams to one address in a turn. A default Linux receive buffer holds some 270."""
TURN_IN_ALL = 2048
"""Datagrams in a turn."""


_Slots = dict[Slot, Iterator[bytes]]


class Granted(Protocol):
    """How many bytes of payload a host address may be sent: `server.answer_rates`, or a Rate."""

    def spend(self, host: str, now: float, size: int, /) -> bool: ...
    def charge(self, host: str, now: float, size: int, /) -> None: ...
    def wait(self, host: str, now: float, /) -> float: ...


class DatagramQueue:
    """What is on its way out, as `(datagram, address)`.

    `wake` is when the next turn is due, in the caller's seconds; `soonest` is told where that
    becomes sooner. A turn looks at those alone whose time has come, however many wait.
    """

    def __init__(self, answers: Granted, soonest: Soonest) -> None:
        self._answers = answers
        self._soonest = soonest
        self._streams: dict[Address, _Slots] = {}
        self._fresh: list[tuple[Address, _Slots]] = []
        # Whose turn it is when; the numbers keep the order.
        self._waiting: list[tuple[float, int, Address, _Slots]] = []
        self._order = count()
        self._out: list[tuple[bytes, Address]] = []
        self.wake = NEVER

    def send(self, to: Address, datagram: bytes, now: float) -> None:
        """Send one answer now, unless its receiver has had its share."""
        if self._answers.spend(to[0], now, len(datagram)):
            self._out.append((datagram, to))

    def open(self, to: Address, slot: Slot, stream: Iterator[bytes]) -> None:
        """Send a stream, unless one is already on its way in this slot."""
        self._slots(to).setdefault(slot, stream)

    def replace(self, to: Address, slot: Slot, stream: Iterator[bytes]) -> None:
        """Send a stream in place of the one in this slot, if there is one."""
        self._slots(to)[slot] = stream

    def cancel(self, to: Address) -> None:
        """Send nothing more to this address."""
        self._streams.pop(to, None)

    def flush(self, now: float) -> list[tuple[bytes, Address]]:
        """What goes out without waiting for a turn."""
        if self._fresh:
            fresh, self._fresh = self._fresh, []
            for address, slots in fresh:
                if not self._serve(address, slots, now):
                    self._wait(address, slots, now + TURN)
        out, self._out = self._out, []
        return out

    def turn(self, now: float) -> list[tuple[bytes, Address]]:
        """What goes out in a turn that is due. Those who got nothing are first in the next."""
        fresh, self._fresh = self._fresh, []
        for address, slots in fresh:
            self._wait(address, slots, now)
        while self._waiting and self._waiting[0][0] <= now:
            turn = heappop(self._waiting)
            if not self._serve(turn[2], turn[3], now):
                heappush(self._waiting, turn)
                break
        self.wake = max(self._waiting[0][0], now + TURN) if self._waiting else NEVER
        return self.flush(now)

    def _slots(self, to: Address) -> _Slots:
        slots = self._streams.get(to)
        if slots is None:
            slots = self._streams[to] = {}
            self._fresh.append((to, slots))
        return slots

    def _wait(self, address: Address, slots: _Slots, due: float) -> None:
        heappush(self._waiting, (due, next(self._order), address, slots))
        self.wake = min(self.wake, due)
        self._soonest.by(due)

    def _serve(self, address: Address, slots: _Slots, now: float) -> bool:
        """Give one address its turn. False if this turn is full."""
        if self._streams.get(address) is not slots:
            return True  # It was cancelled.
        host, left = address[0], TURN_PER_ADDRESS
        while slots:
            slot, stream = next(iter(slots.items()))
            while True:
                wait = self._answers.wait(host, now)
                if wait or not left:
                    self._wait(address, slots, now + max(wait, TURN))
                    return True
                if len(self._out) >= TURN_IN_ALL:
                    return False
                datagram = next(stream, None)
                if datagram is None:
                    break
                self._answers.charge(host, now, len(datagram))
                self._out.append((datagram, address))
                left -= 1
            del slots[slot]
        del self._streams[address]
        return True
