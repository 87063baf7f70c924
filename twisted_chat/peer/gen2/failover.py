"""Going to another server, where several serve us under the same name."""

from typing import Protocol

from twisted_chat.addresses import Address, AddressKind, kind
from twisted_chat.links import Link
from twisted_chat.moments import NEVER
from twisted_chat.peer.effects import Effects
from twisted_chat.peer.whereabouts import Whereabouts
from twisted_chat.wire.gen2.elsewhere import ServedElsewhere

SILENCE = 1.5
"""Seconds in doubt after which another server is gone to, where there is one: seven questions
without an answer."""


class Reconnected(Protocol):
    """The way to the server, which can be lost and begun anew."""

    @property
    def link(self) -> Link | None:
        """The link that there is."""

    def lost(self, now: float) -> None:
        """The link is no more."""

    def start(self, now: float) -> None:
        """Try to reach a server."""


class Failover:
    """Leaves a server that is silent, or asks us to. `wake` is when `tick` is due.

    Another one is dialled as the first is, with the same key as the only one that may be there;
    the one that was left is tried last.
    """

    def __init__(self, server: Whereabouts, link: Reconnected, effects: Effects) -> None:
        self._server = server
        self._link = link
        self._effects = effects
        self.wake = NEVER

    def told(self, message: ServedElsewhere, now: float) -> None:
        """The server tells of others."""
        here = kind(self._server.current[0])
        self._server.others = tuple(one for one in message.addresses if _may_be(one, here))
        if message.go:
            self._go(now)

    def doubted(self, now: float) -> None:
        """What the server was asked has had no answer for a while."""
        if self._server.others:
            self.wake = now + SILENCE

    def tick(self, now: float) -> None:
        """Go, if the server is silent still."""
        if now >= self.wake:
            self.wake = NEVER
            link = self._link.link
            if link is not None and link.doubted:
                self._go(now)

    def _go(self, now: float) -> None:
        link = self._link.link
        if link is None or not any(one != link.address for one in self._server.others):
            return
        self._server.leave(link.address)
        self._effects.close(link, "another server is gone to")
        self._link.lost(now)
        self._link.start(now)


def _may_be(address: Address, here: AddressKind) -> bool:
    """Whether a server can be at this address; on this machine only where the one is that we
    know already, which is of this kind."""
    there = kind(address[0])
    return there is AddressKind.SOMEBODY or (there is here is AddressKind.OURSELVES)
