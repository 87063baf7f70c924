"""What a daemon tells the service manager that has started it (sd_notify(3))."""

import os
import socket
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from twisted.application.service import Service
from twisted.internet.task import LoopingCall

_ABSTRACT = "@"
"""What begins the name of a socket that is in no folder (unix(7))."""


class Supervised(Service):
    """Says that the daemon is ready, every now and then that it lives, and that it ends.

    It lives while its reactor turns: where that hangs, the service manager hears nothing
    and starts it anew, if it was told to (WatchdogSec).
    """

    def __init__(self, environment: Mapping[str, str], reactor: Any) -> None:
        self._address = environment["NOTIFY_SOCKET"]
        self._alive: LoopingCall | None = None
        self._period = 0.0
        own = environment.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        microseconds = environment.get("WATCHDOG_USEC", "")
        if own and microseconds.isdigit():
            self._period = int(microseconds) / 1e6 / 2
        self._reactor = reactor

    def startService(self) -> None:
        super().startService()
        self._reactor.callWhenRunning(self._begin)

    def stopService(self) -> None:
        super().stopService()
        self._say("STOPPING=1")
        if self._alive is not None:
            self._alive.stop()
            self._alive = None

    def _begin(self) -> None:
        self._say("READY=1")
        if self._period and self.running:
            self._alive = LoopingCall(self._say, "WATCHDOG=1")
            self._alive.clock = self._reactor
            self._alive.start(self._period)

    def _say(self, what: str) -> None:
        address = self._address
        if address.startswith(_ABSTRACT):
            address = "\0" + address[1:]
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
            channel.sendto(what.encode(), address)


def supervised(reactor: Any) -> Supervised | None:
    """The service that tells the service manager; None where there is none that listens."""
    return Supervised(os.environ, reactor) if os.environ.get("NOTIFY_SOCKET") else None
