"""The next moment at which something is due, and the one delayed call for it."""

from collections.abc import Callable

from twisted.internet.interfaces import IDelayedCall, IReactorTime

from twisted_chat.moments import NEVER


class Alarm:
    """Calls `ring` at the earliest moment that it is set to, once.

    It may ring before anything is due: what is put off again and again costs a
    look now and then, and not a delayed call each time.
    """

    __slots__ = ("_call", "_clock", "_ring", "due")

    def __init__(self, clock: IReactorTime, ring: Callable[[], object]) -> None:
        self._clock = clock
        self._ring = ring
        self._call: IDelayedCall | None = None
        self.due = NEVER
        """When it rings, in seconds of the clock."""

    def set(self, at: float) -> None:
        """Ring at this moment, or before; NEVER asks for nothing."""
        if at < self.due:
            self._set(at, max(0.0, at - self._clock.seconds()))

    def set_in(self, seconds: float) -> None:
        """Ring when so many seconds have passed, or before."""
        at = self._clock.seconds() + seconds
        if at < self.due:
            self._set(at, seconds)

    def stop(self) -> bool:
        """Do not ring. Whether it was going to."""
        was_set = self._call is not None
        if self._call is not None:
            self._call.cancel()
        self._call, self.due = None, NEVER
        return was_set

    def _set(self, at: float, delay: float) -> None:
        self.stop()
        self.due = at
        self._call = self._clock.callLater(delay, self._rings)

    def _rings(self) -> None:
        self._call, self.due = None, NEVER
        self._ring()
