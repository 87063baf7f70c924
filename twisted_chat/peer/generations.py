"""A peer that speaks generation 2 with servers that know it, and generation 1 with others."""

from collections.abc import Callable

from twisted_chat.addresses import Address
from twisted_chat.links import CloseLink, Link
from twisted_chat.peer.effects import Effect, Typed
from twisted_chat.peer.events.server import GoesOnUnencrypted
from twisted_chat.peer.keyed import KeyedSession
from twisted_chat.peer.session import Session
from twisted_chat.peer.whereabouts import Whereabouts
from twisted_chat.wire.gen1 import Answer


class EitherSession:
    """One peer. It begins with a key; `make_plain` makes its session in generation 1,
    given the name that was chosen, if the server speaks nothing else.

    Each method returns the effects to be carried out, in order.
    """

    def __init__(
        self,
        server: Whereabouts,
        keyed: KeyedSession,
        make_plain: Callable[[str | None], Session],
    ) -> None:
        self._server = server
        self._keyed = keyed
        self._make_plain = make_plain
        self._plain: Session | None = None

    @property
    def session(self) -> KeyedSession | Session:
        """The one that decides now."""
        return self._plain or self._keyed

    @property
    def wake(self) -> float:
        return self.session.wake

    @property
    def wants_input(self) -> bool:
        return self.session.wants_input

    def start(self, now: float) -> list[Effect]:
        return self._or_plain(self._keyed.start(now), now)

    def typed(self, todo: Typed, now: float) -> list[Effect]:
        return self._or_plain(self.session.typed(todo, now), now)

    def ended(self, now: float) -> list[Effect]:
        return self._or_plain(self.session.ended(now), now)

    def interrupted(self, now: float) -> list[Effect]:
        return self.session.interrupted(now)

    def tick(self, now: float) -> list[Effect]:
        return self._or_plain(self.session.tick(now), now)

    def opened(self, link: Link, now: float) -> list[Effect]:
        if self._plain is not None:
            return [CloseLink(link, "going on in generation 1")]
        return self._or_plain(self._keyed.opened(link, now), now)

    def received(self, link: Link, message: bytes, now: float) -> list[Effect]:
        return [] if self._plain else self._or_plain(self._keyed.received(link, message, now), now)

    def moved(self, link: Link, now: float) -> list[Effect]:
        return [] if self._plain else self._keyed.moved(link, now)

    def lost(self, link: Link, why: str, now: float) -> list[Effect]:
        return [] if self._plain else self._keyed.lost(link, why, now)

    def dial_failed(
        self, address: Address, fingerprint: str, why: str, found: str, now: float
    ) -> list[Effect]:
        if self._plain is not None:
            return []
        effects = self._keyed.dial_failed(address, fingerprint, why, found, now)
        return self._or_plain(effects, now)

    def heard(self, message: Answer, source: Address, now: float) -> list[Effect]:
        """A datagram of generation 1 came from an address."""
        if self._plain is not None:
            return self._plain.heard(message, source, now)
        return self._or_plain(self._keyed.heard(message, source, now), now)

    def resolved(self, addresses: list[Address]) -> None:
        self._server.resolved(addresses)

    def _or_plain(self, effects: list[Effect], now: float) -> list[Effect]:
        """Go on in generation 1 from here, if that is what the server speaks."""
        if self._plain is not None or not self._keyed.plain:
            return effects
        name, typed, last = self._keyed.waiting()
        self._plain = self._make_plain(name)
        if self._keyed.undone:
            self._plain.note_undone()
        effects.append(GoesOnUnencrypted(str(self._server), self._keyed.chosen))
        effects += self._plain.start(now)
        for todo in typed:
            effects += self._plain.typed(todo, now)
        if last:
            effects += self._plain.ended(now)
        return effects
