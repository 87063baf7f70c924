"""Going to another server, where several serve us under the same name.

Others are named by a server, which may name anybody. So nothing larger than a question of two
bytes goes there before something there has answered as a server does, and only then is it dialled,
with the key of ours as the only one that may be there.
"""

from typing import Protocol

from twisted_chat.addresses import Address, AddressKind, kind
from twisted_chat.links import Link
from twisted_chat.moments import NEVER
from twisted_chat.peer.effects import Effects
from twisted_chat.peer.whereabouts import Whereabouts
from twisted_chat.wire.common import Bare, ListRooms, Verb
from twisted_chat.wire.gen1 import Answer
from twisted_chat.wire.gen2.elsewhere import ServedElsewhere

SILENCE = 1.0
"""Seconds in doubt after which other servers are asked, where there are any: five questions
without an answer."""
ASK, ASKED = 0.5, 4
"""Seconds after which they are asked again, and how often that is."""
AGAIN = 10.0
"""Seconds after which one may be looked for again, and is, where the server has asked us to go."""

_HI = Bare(Verb.HI)


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
    """Leaves a server that is silent, gone, or asks us to, for one that answers. `wake` is when
    `tick` is due."""

    def __init__(self, server: Whereabouts, link: Reconnected, effects: Effects) -> None:
        self._server = server
        self._link = link
        self._effects = effects
        self._others: tuple[Address, ...] = ()
        self._asked = 0
        self._leaves = False  # As the server has asked for that.
        self._not_before = -NEVER
        self.wake = NEVER

    @property
    def knows_others(self) -> bool:
        """Whether other servers serve us too."""
        return bool(self._others)

    def told(self, message: ServedElsewhere, now: float) -> None:
        """The server tells of others."""
        here = kind(self._server.current[0])
        self._others = tuple(one for one in message.addresses if _may_be(one, here))
        self._leaves = message.go
        if message.go and not self._asked:
            self._look(now)

    def doubted(self, now: float) -> None:
        """What the server was asked has had no answer for a while."""
        if self._others and not self._asked:
            self.wake = now + SILENCE

    def lost(self, now: float) -> None:
        """There is no link to the server any more."""
        self._leaves = False
        self._look(now)

    def answers(self, answer: Answer, source: Address, now: float) -> bool:
        """Something has answered a question. Whether it was one of ours."""
        if not self._asked or source not in self._others:
            return False
        if answer == _HI:
            link, leaves = self._link.link, self._leaves
            self._asked, self._leaves, self.wake = 0, False, NEVER
            if link is not None:
                if not (leaves or link.doubted):
                    return True  # Ours is there after all.
                self._effects.close(link, "another server is gone to")
                self._link.lost(now)
            self._server.try_first(source)
            self._link.start(now)
        return True

    def tick(self, now: float) -> None:
        """Look for another, if the server is silent still, or ask again."""
        if now < self.wake:
            return
        self.wake = NEVER
        link = self._link.link
        if self._asked:
            self._ask(now)
        elif self._leaves or (link is not None and link.doubted):
            self._look(now)

    def _look(self, now: float) -> None:
        if self._others and now >= self._not_before:
            self._asked, self._not_before = 0, now + AGAIN
            self._ask(now)
        elif self._others and self._leaves:
            self.wake = self._not_before

    def _ask(self, now: float) -> None:
        if self._asked == ASKED:
            self._asked = 0
            self.wake = self._not_before if self._leaves else NEVER
            return
        self._asked, self.wake = self._asked + 1, now + ASK
        for address in self._others:
            if address != self._server.current:
                self._effects.send(ListRooms(), address)


def _may_be(address: Address, here: AddressKind) -> bool:
    """Whether a server can be at this address; on this machine only where the one is that we
    know already, which is of this kind."""
    there = kind(address[0])
    return there is AddressKind.SOMEBODY or (there is here is AddressKind.OURSELVES)
