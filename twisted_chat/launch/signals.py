"""The signals that end a program, before and while its reactor runs."""

import os
import signal
import time
from collections.abc import Sequence
from contextlib import suppress
from types import FrameType
from typing import Any

from twisted.internet.error import ReactorNotRunning

from twisted_chat.launch.seat import Seat

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
IMPATIENCE = 1.0
"""Seconds that ending may take before a second signal ends everything at once."""


class Signals:
    """Stops the reactor at a signal, once, and tells what was entered at the seat in that moment.
    One that was ignored when we were started, as nohup and a shell's background have it,
    stays so."""

    def __init__(self, reactor: Any, seat: Seat, ending: Sequence[int] = ENDING) -> None:
        self._reactor = reactor
        self._seat = seat
        self._first: int | None = None
        self._since = 0.0
        self._ours = [one for one in ending if signal.getsignal(one) is not signal.SIG_IGN]
        self._install()
        reactor.callWhenRunning(self._install)  # The reactor has its own then.

    @property
    def status(self) -> int:
        """The exit status for the signal that came, as a shell has it; 0 where none did."""
        return 0 if self._first is None else 128 + self._first

    def stop(self) -> None:
        """Stop the reactor, as soon as it runs."""
        if self._reactor.running:
            with suppress(ReactorNotRunning):  # It is being stopped already.
                self._reactor.stop()
        else:
            self._reactor.callWhenRunning(self.stop)

    def _install(self) -> None:
        for one in self._ours:
            signal.signal(one, self._came)
        signal.signal(signal.SIGCONT, self._continued)
        signal.signal(signal.SIGWINCH, self._resized)
        for one in (signal.SIGTSTP, signal.SIGQUIT):
            if signal.getsignal(one) is signal.SIG_DFL:
                signal.signal(one, self._given_back)

    def _came(self, number: int, frame: FrameType | None) -> None:
        if self._first is None:
            self._first, self._since = number, time.monotonic()
            if number == signal.SIGINT:
                self._seat.interrupted()
                self._reactor.callFromThread(self._seat.tell_unread)
            self._end(number, frame)
        elif time.monotonic() - self._since > IMPATIENCE:
            self._seat.put_back()
            os._exit(128 + number)

    def _end(self, number: int, frame: FrameType | None) -> None:
        self._reactor.callFromThread(self.stop)

    def _given_back(self, number: int, frame: FrameType | None) -> None:
        """Let the signal do what it does, with the terminal as it was found."""
        self._seat.put_back()
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
        # Stopped until here, or not at all, where nobody could let us go on.
        signal.signal(number, self._given_back)
        self._continued(number, frame)

    def _continued(self, number: int, frame: FrameType | None) -> None:
        self._seat.continued()
        self._reactor.callFromThread(self._seat.redraw)

    def _resized(self, number: int, frame: FrameType | None) -> None:
        self._reactor.callFromThread(self._seat.resized)


class DaemonSignals(Signals):
    """The same for twistd, which says so in its log, and ends by the signal in the end."""

    def _end(self, number: int, frame: FrameType | None) -> None:
        come = self._reactor.sigInt if number == signal.SIGINT else self._reactor.sigTerm
        come(number, frame)
