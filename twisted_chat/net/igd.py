"""A gateway that is spoken to in UPnP (IGD), by miniupnpc, where that is installed.

The library waits for its answers, and raises Exception itself. So everything here is called in
threads, and nothing of it raises.
"""

import secrets
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from ipaddress import IPv4Address
from threading import Lock
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from twisted.logger import Logger

from twisted_chat.addresses import Address

LIBRARY = "miniupnpc"
SECONDS = 3600
"""For which a port is asked for; a gateway that knows no such times leads it until it is given
back."""
ANSWER_MS = 1000
"""Milliseconds that gateways have to answer whether they are there, in each of four questions."""
OTHERS = 3
"""Other ports that are asked for where somebody has the first."""
SMALLEST_PORT = 1024
_TAKEN, _FOR_EVER = "ConflictInMappingEntry", "OnlyPermanentLeasesSupported"
_NAME = "udpchat"


class Led(NamedTuple):
    """A port of ours is reached from outside, there, and for so many seconds."""

    outside: Address
    seconds: int


def has_library() -> bool:
    """Whether this can be spoken here."""
    return find_spec(LIBRARY) is not None


def _speaker() -> Any:
    return import_module(LIBRARY).UPnP()


class Igd:
    """That at `host`, and none that answers elsewhere. It is to lead `port` of ours to `own`."""

    log = Logger()

    def __init__(
        self, host: str, own: str, port: int, speaker: Callable[[], Any] = _speaker
    ) -> None:
        self._host = host
        self._own = own
        self._port = port
        self._speaker = speaker
        self._changing = Lock()
        self._gateway: Any = None
        self._led = 0
        self._over = False

    def lead(self) -> Led | None:
        """Have it do so, or go on doing so. None where it does not, and once it was given back."""
        gateway = self._gateway
        try:
            if gateway is None:
                gateway = self._found()  # This takes seconds, for which nobody has to wait.
            with self._changing:
                self._gateway = None
                if self._over:
                    return None
                led = self._asked(gateway)
                self._gateway = gateway
                return led
        except Exception as problem:
            self.log.debug("no port by UPnP: {problem}", problem=problem)
            return None

    def give_back(self) -> None:
        """Have it do so no longer, then and later."""
        with self._changing:
            self._over = True
            if self._led and self._gateway is not None:
                try:
                    self._gateway.deleteportmapping(self._led, "UDP")
                except Exception as problem:
                    self.log.debug("a port stays led by UPnP: {problem}", problem=problem)
                self._led = 0

    def _found(self) -> Any:
        """Raises Exception."""
        found = self._speaker()
        found.discoverdelay = ANSWER_MS
        found.discover()
        if urlsplit(found.selectigd()).hostname != self._host:
            raise ValueError("another machine has answered")
        return found

    def _asked(self, gateway: Any) -> Led:
        """Raises Exception."""
        host = str(IPv4Address(gateway.externalipaddress()))
        wanted = [self._led or self._port]
        wanted += [
            SMALLEST_PORT + secrets.randbelow(65_536 - SMALLEST_PORT) for _ in range(OTHERS)
        ]
        seconds = SECONDS
        while True:
            entry = (wanted[0], "UDP", self._own, self._port, _NAME, "", seconds)
            try:
                gateway.addportmapping(*entry)
            except Exception as problem:
                if str(problem) == _FOR_EVER and seconds:
                    seconds = 0
                elif str(problem) == _TAKEN and len(wanted) > 1:
                    del wanted[0]
                else:
                    raise
            else:
                self._led = wanted[0]
                return Led((host, self._led), SECONDS)
