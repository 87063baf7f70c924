"""Who is registered over which link: coming, going, and two links with one key."""

from collections.abc import Callable
from functools import partial

from twisted_chat.addresses import Address
from twisted_chat.directory.directory import (
    Directory,
    KeyHolder,
    Moved,
    Registered,
    ServedBy,
)
from twisted_chat.errors import NameRefused
from twisted_chat.links import Link
from twisted_chat.names import casefold
from twisted_chat.server.availability import Availability
from twisted_chat.server.bounds import Bounds
from twisted_chat.server.claims import Claims
from twisted_chat.server.gen2.directions import Directions
from twisted_chat.server.gen2.rivals import Rivals
from twisted_chat.server.gen2.roster import LinkRoster
from twisted_chat.server.gen2.send_queue import LinkQueue
from twisted_chat.server.gen2.sessions import LinkSession, LinkSessions
from twisted_chat.server.operators.bans import Bans
from twisted_chat.server.operators.operations import told
from twisted_chat.server.registry import Registry
from twisted_chat.wire.common import Bare, Goodbye, Verb, Welcome
from twisted_chat.wire.gen2.answers import Rivalled
from twisted_chat.wire.gen2.requests import RegisterKey, SignOfLife

_HI = Bare(Verb.HI)


class LinkRegistration:
    """The decisions about who is registered, and the answers to `hi` and `by`. `came` is told
    who is registered over a link, by the fingerprint."""

    def __init__(
        self,
        directory: Directory,
        bounds: Bounds,
        registry: Registry,
        available: Availability,
        claims: Claims,
        bans: Bans,
        sessions: LinkSessions,
        queue: LinkQueue,
        roster: LinkRoster,
        came: Callable[[str], None],
    ) -> None:
        self._directory = directory
        self._bounds = bounds
        self._registry = registry
        self._available = available
        self._claims = claims
        self._bans = bans
        self._sessions = sessions
        self._queue = queue
        self._roster = roster
        self._on_came = came
        self.rivals = Rivals()
        self.is_gone: Callable[[str], bool] = lambda server: False
        """Whether another server of the cluster is there no more."""
        self.directions = Directions(sessions.registered, queue)
        """Where else users are served."""
        self.turn_away: Callable[[LinkSession, float], bool] = lambda session, now: False
        """Ends the link to one who waited for a name, where there are none to be had for
        anybody, and says why; returns whether that is so."""

    def user(self, session: LinkSession) -> KeyHolder | None:
        fingerprint = session.link.fingerprint
        here = self._sessions.registered.get(fingerprint) is session
        return self._directory.holders.get(fingerprint) if here else None

    def superseded(self, request: RegisterKey, session: LinkSession) -> LinkSession | None:
        """The session over which the same program has registered its key, before this one: it
        uses that no longer, or was ended and started again."""
        before = self._sessions.registered.get(session.link.fingerprint)
        if before is None or before is session or not request.instance:
            return None
        return before if request.instance == before.instance else None

    def register(self, request: RegisterKey, session: LinkSession, now: float) -> str:
        """Let somebody come. Returns why the link is to be closed; nothing where it is not."""
        link = session.link
        session.instance = request.instance
        try:
            casefolded = casefold(request.name, self._bounds.name)
        except NameRefused:
            self._queue.send(session, _HI.encode())
            return ""
        ban = self._bans.found(link.fingerprint, session.address[0], casefolded, now)
        if ban is not None:
            return told(ban, now)
        before = self._sessions.registered.get(link.fingerprint)
        if before is not None and before is not session:
            self._ask_first(before, session, request, now)
            return ""
        lost = self._sessions.kept_for(link.fingerprint, now)
        if lost is not None and lost.instance != request.instance:
            self._tell_of(lost, link, now)
            return ""
        user = self._directory.holders.get(link.fingerprint)
        own = user is not None and user.casefolded == casefolded
        if user is not None and user.server:
            if not self._may_take_over(user, session):
                self._queue.send(session, Rivalled(user.name, 0).encode())
                return ""
        elif own and user is not None:
            self._queue.send(session, Welcome(request.name).encode())
            self._welcome_back(user, session, now)
            return ""
        places = self._available
        is_free = places.is_free(request.name, casefolded, link.fingerprint)
        if not (own or is_free) or (user is None and places.is_full(session.address[0])):
            self._queue.send(session, _HI.encode())
            return ""
        came = Registered(session.address, request.name, casefolded, link.fingerprint)
        self._claims.name(came, now, partial(self._claimed, came, session))
        return ""

    def _claimed(self, came: Registered, session: LinkSession, written: bool, now: float) -> None:
        """A name is this key's, or cannot be. The one who asked for it may be gone."""
        if not written:
            if self._sessions.get(session.link) is session and not self.turn_away(session, now):
                self._queue.send(session, _HI.encode())
            return
        user = self._directory.holders.get(came.fingerprint)
        if user is not None and user.server:
            self._registry.apply(ServedBy(user.fingerprint, ""), user.name, now)
        if user is None or user.casefolded != came.casefolded:
            if user is not None:
                self._registry.depart(user, now)
            self._registry.register(came, now)
        elif self._sessions.get(session.link) is session:
            self._queue.send(session, Welcome(came.name).encode())
            self._welcome_back(user, session, now)
            return
        if self._sessions.get(session.link) is session:
            self._register(session, now)
            self._queue.send(session, Welcome(came.name).encode())
            self.follow(session, now)
        elif (gone := self._directory.holders.get(came.fingerprint)) is not None:
            self._registry.depart(gone, now)

    def _may_take_over(self, user: KeyHolder, session: LinkSession) -> bool:
        """Whether one may be here whom another server serves: from the same address, as one
        that does not find it, or where that is gone."""
        same_host = user.address[0] == session.address[0]
        return same_host or self.is_gone(user.server)

    def _welcome_back(self, user: KeyHolder, session: LinkSession, now: float) -> None:
        """A user is registered over this link from now on, and knows its rosters."""
        if self._sessions.registered.get(user.fingerprint) is session:
            return
        self._register(session, now)
        if not self.follow(session, now):
            for room in user.rooms:
                self._roster.renew(room, user)

    def _register(self, session: LinkSession, now: float) -> None:
        """The user is registered over this link from now on, and another with its key is not."""
        self._sessions.register(session, now)
        self._on_came(session.link.fingerprint)
        self.directions.tell(session)
        if (rival := self.rivals.take(session.link.fingerprint)) is not None:
            self._tell_of(session, rival[0], now)

    def _ask_first(
        self, before: LinkSession, session: LinkSession, request: RegisterKey, now: float
    ) -> None:
        """Another program has registered the key over another link: see whether it is alive."""
        waited = self.rivals.wait(session.link, request, now)
        if waited is not None:
            self._tell_of(before, waited, now)
        self._queue.send(before, SignOfLife().encode())

    def lives(self, user: KeyHolder | None, session: LinkSession, now: float) -> None:
        """The one that was here first answers: no other takes its place."""
        if user is not None and (rival := self.rivals.take(user.fingerprint)) is not None:
            self._tell_of(session, rival[0], now)

    def _tell_of(self, first: LinkSession, waited: Link, now: float) -> None:
        """Refuse one whose key is registered over a link that is alive."""
        rival = self._sessions.get(waited)
        if rival is None:
            return
        user = self._directory.holders.get(waited.fingerprint)
        seconds = max(0, int(now - first.since))
        name = user.name if user is not None else ""
        self._queue.send(rival, Rivalled(name, seconds).encode() if name else _HI.encode())

    def silent(self, now: float) -> None:
        """Refuse those who have waited long enough for a sign of life of another."""
        for link in self.rivals.over(now):
            if (first := self._sessions.registered.get(link.fingerprint)) is not None:
                self._tell_of(first, link, now)

    def make_way(self, fingerprint: str, now: float) -> None:
        """Nobody is registered with this key, perhaps: let the one come who waits for that."""
        if fingerprint in self._sessions.registered:
            return
        if (rival := self.rivals.take(fingerprint)) is not None:
            link, request = rival
            if (session := self._sessions.get(link)) is not None:
                self.register(request, session, now)

    def may_be(self, session: LinkSession, address: Address, now: float) -> bool:
        """Whether a user who is registered may be at this address."""
        user = self.user(session)
        if user is None or address == session.address:
            return user is not None
        who = session.link.fingerprint
        return self._bans.found(who, address[0], user.casefolded, now) is None

    def follow(self, session: LinkSession, now: float) -> bool:
        """Let a user be where its link came up. False if it was there."""
        user = self.user(session)
        if user is None or user.address == session.address:
            return False
        self._registry.move(user, Moved(user.fingerprint, session.address), now)
        return True

    def leave(self, user: KeyHolder, session: LinkSession, now: float) -> None:
        self._queue.drop(session)
        self._registry.depart(user, now)
        self._sessions.unregister(session, now)
        self._queue.send(session, Goodbye().encode())
        self.make_way(session.link.fingerprint, now)
