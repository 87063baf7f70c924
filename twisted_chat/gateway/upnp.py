"""Having the gateway lead a port to us in UPnP, in threads, as one waits for its answers."""

from collections.abc import Callable
from typing import Protocol

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime

from twisted_chat.addresses import Address
from twisted_chat.alarm import Alarm
from twisted_chat.net.igd import Led


class Leads(Protocol):
    """A gateway. All of it waits, and is called in threads."""

    def lead(self) -> Led | None:
        """Have it lead our port, or go on doing so. None where it does not."""

    def give_back(self) -> None:
        """Have it do so no longer, then and later."""


class UpnpPort:
    """Asks a gateway that answers in no other way. `apart` does something in a thread for which
    nobody waits when the program ends, and `surely` in one for which it does. What comes of
    it is told to `changed`: where others reach us now, or None."""

    def __init__(
        self,
        gateway: Leads,
        clock: IReactorTime,
        apart: "Callable[[Callable[[], Led | None]], Deferred[Led | None]]",
        surely: Callable[[Callable[[], None]], object],
        changed: Callable[[Address | None], object],
    ) -> None:
        self._gateway = gateway
        self._apart = apart
        self._surely = surely
        self._changed = changed
        self._outside: Address | None = None
        self._asking = self._over = False
        self._alarm = Alarm(clock, self._ask)

    def ask(self) -> None:
        """Ask, if it does not lead our port already."""
        if self._outside is None:
            self._ask()

    def end(self) -> None:
        """Give it back, and tell nothing more."""
        self._over = True
        self._alarm.stop()
        self._surely(self._gateway.give_back)

    def _ask(self) -> None:
        if not self._asking:
            self._asking = True
            self._apart(self._gateway.lead).addCallback(self._came)

    def _came(self, led: Led | None) -> None:
        self._asking = False
        if self._over:
            return
        if led is not None:
            self._alarm.set_in(led.seconds / 2)
        outside = None if led is None else led.outside
        if outside != self._outside:
            self._outside = outside
            self._changed(outside)
