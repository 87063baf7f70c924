"""The room server for generation 2: what is said over links, and what comes of it."""

from collections.abc import Callable

from twisted_chat.addresses import Address
from twisted_chat.directory.directory import Directory, KeyHolder, Moved, Registered
from twisted_chat.errors import NameRefused, WireError
from twisted_chat.links import Link, LinkEffect
from twisted_chat.moments import NEVER
from twisted_chat.names import casefold
from twisted_chat.rate import Rate
from twisted_chat.server.bounds import Bounds
from twisted_chat.server.gen2.backlog import Backlog
from twisted_chat.server.gen2.introductions import Introductions
from twisted_chat.server.gen2.rivals import Rivals
from twisted_chat.server.gen2.roster import LinkRoster
from twisted_chat.server.gen2.send_queue import LinkQueue
from twisted_chat.server.gen2.sessions import LinkSession, LinkSessions
from twisted_chat.server.registry import Registry
from twisted_chat.wire.common import Bare, Goodbye, Leave, Register, Verb, Welcome
from twisted_chat.wire.gen2.answers import NotKnown, Rivalled
from twisted_chat.wire.gen2.growth import PATHS, Can, UnknownVerb
from twisted_chat.wire.gen2.pairing import OwnAddresses
from twisted_chat.wire.gen2.requests import Request, SignOfLife, parse_request

_HI = Bare(Verb.HI)


class LinkServer:
    """The decisions about links, without what carries them.

    What happens to a link is told by method calls, which return what is to be
    done with any links. `effects` is what is to be done besides, after
    datagrams were received; `wake` when `tick` is due. What is asked by those who
    are registered goes to `answer`.
    """

    def __init__(
        self,
        directory: Directory,
        bounds: Bounds,
        registry: Registry,
        sessions: LinkSessions,
        queue: LinkQueue,
        roster: LinkRoster,
        rate: Rate,
        introductions: Introductions,
        answer: Callable[[Request, KeyHolder, LinkSession, float], None],
        dropped: Callable[[str, Address, float], None],
    ) -> None:
        self._directory = directory
        self._bounds = bounds
        self._registry = registry
        self._sessions = sessions
        self._rivals = Rivals()
        self._queue = queue
        self._roster = roster
        self._rate = rate
        self._backlog = Backlog(rate, self._telling)
        self._introductions = introductions
        self._can = Can(introductions.features).encode()
        self._answer = answer
        self._dropped = dropped
        self.wake = NEVER

    # --- What happens

    def opened(self, link: Link, now: float) -> list[LinkEffect]:
        """There is a link, made by the other end."""
        if not link.fingerprint:
            self._queue.end(link, "a link without a key")
        elif self._sessions.is_full(link.address):
            self._dropped("too many links", link.address, now)
            self._queue.end(link, "too many links from your address")
        else:
            self._queue.send(self._sessions.add(link, now), self._can)
        return self._flush(now)

    def received(self, link: Link, message: bytes, now: float) -> list[LinkEffect]:
        """The other end of a link has said something."""
        session = self._sessions.get(link)
        if session is not None:
            self._receive(session, message, now)
        return self._flush(now)

    def moved(self, link: Link, now: float) -> list[LinkEffect]:
        """The other end of a link seems to be at another address, `link.address`: it has not
        shown to whom it is sent there that it is."""
        session = self._sessions.get(link)
        if session is not None:
            self._sessions.moved(session, now)
        return self._flush(now)

    def taken(self, link: Link, now: float) -> list[LinkEffect]:
        """All that was to be sent over a link is on its way or at the other end."""
        session = self._sessions.get(link)
        if session is not None:
            self._queue.taken(session)
        return self._flush(now)

    def lost(self, link: Link, why: str, now: float) -> list[LinkEffect]:
        """A link has ended, here or at the other end."""
        session = self._sessions.get(link)
        if session is not None:
            self._sessions.remove(session, now)
            self._queue.drop(session)
            self._backlog.drop(session)
            self._rivals.drop(link)
            self._make_way(link.fingerprint, now)
        return self._flush(now)

    def tick(self, now: float) -> None:
        """Do what has become due; `effects` has what comes of it."""
        for session in self._sessions.unknown(now):
            self._close(session, "nobody has registered over this link", now)
        for session in self._sessions.elsewhere(now):
            if session.link.address != session.address:
                self._close(session, "you are elsewhere now: another link is needed", now)
        for fingerprint in self._rivals.over(now):
            if (before := self._sessions.registered.get(fingerprint)) is not None:
                self._close(before, "another link with your key has taken your place", now)
        for fingerprint in self._sessions.missing(now):
            user = self._directory.holders.get(fingerprint)
            if user is not None:
                self._registry.depart(user, now, expired=True)
        for speaker, message in self._backlog.earned(now):
            self._hear(speaker, message, now)
        if now >= self._queue.wake:
            self._queue.turn(now)
        self._arrange()

    def effects(self, now: float) -> list[LinkEffect]:
        """What is to be done with links now."""
        return self._flush(now) if self._queue.has_news else []

    def _flush(self, now: float) -> list[LinkEffect]:
        effects = self._queue.flush(now)
        self._arrange()
        return effects

    def _arrange(self) -> None:
        # Not a property: it is read for every datagram, and seldom changes.
        self.wake = min(
            self._queue.wake, self._sessions.wake, self._rivals.wake, self._backlog.wake
        )

    # --- How much of it is heard

    def _receive(self, session: LinkSession, message: bytes, now: float) -> None:
        """Hear what is said, or let it wait until it is earned."""
        link = session.link
        if len(message) > self._bounds.datagram:
            self._rate.charge(session.address[0], now, len(message) / self._bounds.datagram)
            self._dropped("too long", link.address, now)
        elif self._backlog.may_pass(session, message, now):
            self._hear(session, message, now)
        elif not self._backlog.hold(session, message, now):
            self._dropped("a link that goes on over the rate", link.address, now)
            self._close(session, "you have said more than your rate for too long", now)

    def _telling(self, session: LinkSession, message: bytes, now: float) -> float:
        """Seconds until others may be told of what this message brings about: that
        somebody comes into a room, or is in it at another address."""
        verb = message[:2]
        if verb != b"rj" and not (verb == b"hi" and self._has_moved(session)):
            return 0.0
        return self._registry.wait(session.address[0], now, keyed=True)

    def _has_moved(self, session: LinkSession) -> bool:
        """Whether the one at this link is in a room, and was elsewhere until now."""
        user = self._directory.holders.get(session.link.fingerprint)
        return user is not None and user.room is not None and user.address != session.address

    # --- Registration

    def _hear(self, session: LinkSession, message: bytes, now: float) -> None:
        try:
            request = parse_request(message)
        except UnknownVerb as unknown:
            session.link.skipped += 1
            self._queue.send(session, NotKnown(unknown.verb).encode())
        except WireError:
            self._dropped("not in the language", session.link.address, now)
        else:
            self._do(request, session, now)

    def _do(self, request: Request, session: LinkSession, now: float) -> None:
        user = self._user(session)
        if type(request) is Register:
            self._register(request, session, now)
        elif type(request) is Can:
            session.link.learn(request.known)
            if session.link.has(PATHS):
                self._introductions.can_probe(session)
        elif type(request) is OwnAddresses:
            self._introductions.owns(session, request.addresses)
        elif type(request) is SignOfLife:
            self._lives(user, session, now)
        elif user is None:
            self._queue.send(session, _HI.encode())
        elif type(request) is Leave:
            self._leave(user, session, now)
        else:
            self._answer(request, user, session, now)

    def _user(self, session: LinkSession) -> KeyHolder | None:
        fingerprint = session.link.fingerprint
        here = self._sessions.registered.get(fingerprint) is session
        return self._directory.holders.get(fingerprint) if here else None

    def _register(self, request: Register, session: LinkSession, now: float) -> None:
        link = session.link
        try:
            casefolded = casefold(request.name, self._bounds.name)
        except NameRefused:
            self._queue.send(session, _HI.encode())
            return
        before = self._sessions.registered.get(link.fingerprint)
        if before is not None and before is not session:
            self._ask_first(before, session, request, now)
            return
        user = self._directory.holders.get(link.fingerprint)
        if user is not None and user.casefolded == casefolded:
            self._queue.send(session, Welcome(request.name).encode())
            self._welcome_back(user, session, now)
            return
        is_free = self._registry.is_free(request.name, casefolded, link.fingerprint)
        if not is_free or (user is None and self._registry.is_full(session.address[0])):
            self._queue.send(session, _HI.encode())
            return
        if user is not None:
            self._registry.depart(user, now)
        came = Registered(session.address, request.name, casefolded, link.fingerprint)
        self._registry.register(came, now)
        self._sessions.register(session, now)
        self._queue.send(session, Welcome(request.name).encode())

    def _welcome_back(self, user: KeyHolder, session: LinkSession, now: float) -> None:
        """A user is registered over this link from now on, and knows its roster."""
        if self._sessions.registered.get(user.fingerprint) is session:
            return
        self._sessions.register(session, now)
        if not self._follow(session, now) and user.room is not None:
            self._roster.renew(user.room, user)

    def _ask_first(
        self, before: LinkSession, session: LinkSession, request: Register, now: float
    ) -> None:
        """The key is registered over another link: see whether that is alive."""
        waited = self._rivals.wait(session.link, request, now)
        if waited is not None:
            self._tell_of(before, waited, now)
        self._queue.send(before, SignOfLife().encode())

    def _lives(self, user: KeyHolder | None, session: LinkSession, now: float) -> None:
        """The one that was here first answers: no other takes its place."""
        if user is not None and (rival := self._rivals.take(user.fingerprint)) is not None:
            self._tell_of(session, rival[0], now)

    def _tell_of(self, first: LinkSession, waited: Link, now: float) -> None:
        """Refuse one whose key is registered over a link that is alive."""
        rival = self._sessions.get(waited)
        if rival is None:
            return
        user = self._user(first)
        seconds = max(0, int(now - first.since))
        name = user.name if user is not None else ""
        self._queue.send(rival, Rivalled(name, seconds).encode() if name else _HI.encode())

    def _make_way(self, fingerprint: str, now: float) -> None:
        """Nobody is registered with this key, perhaps: let the one come who waits for that."""
        if fingerprint in self._sessions.registered:
            return
        if (rival := self._rivals.take(fingerprint)) is not None:
            link, request = rival
            if (session := self._sessions.get(link)) is not None:
                self._register(request, session, now)

    def _follow(self, session: LinkSession, now: float) -> bool:
        """Let a user be where its link came up. False if it was there."""
        user = self._user(session)
        if user is None or user.address == session.address:
            return False
        self._registry.move(user, Moved(user.fingerprint, session.address), now)
        return True

    def _close(self, session: LinkSession, why: str, now: float) -> None:
        self._sessions.remove(session, now)
        self._queue.close(session, why)
        self._backlog.drop(session)
        self._rivals.drop(session.link)
        self._make_way(session.link.fingerprint, now)

    def _leave(self, user: KeyHolder, session: LinkSession, now: float) -> None:
        self._queue.drop(session)
        self._registry.depart(user, now)
        self._sessions.unregister(session, now)
        self._queue.send(session, Goodbye().encode())
        self._make_way(session.link.fingerprint, now)
