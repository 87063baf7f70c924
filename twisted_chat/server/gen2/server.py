"""The room server for generation 2: what is said over links, and what comes of it."""

from collections.abc import Callable

from twisted_chat.addresses import Address, Datagrams
from twisted_chat.directory.directory import Directory, KeyHolder
from twisted_chat.errors import WireError
from twisted_chat.links import Link, LinkEffect
from twisted_chat.moments import NEVER, Soonest
from twisted_chat.rate import Rate
from twisted_chat.server.bounds import Bounds
from twisted_chat.server.gen2.backlog import Backlog
from twisted_chat.server.gen2.checkups import Checkups
from twisted_chat.server.gen2.introductions import Introductions
from twisted_chat.server.gen2.registration import LinkRegistration
from twisted_chat.server.gen2.resting import RestingUsers
from twisted_chat.server.gen2.send_queue import LinkQueue
from twisted_chat.server.gen2.sessions import LinkSession, LinkSessions
from twisted_chat.server.journal.ledger import Ledger
from twisted_chat.server.registry import Registry
from twisted_chat.wire.common import Bare, Leave, Verb
from twisted_chat.wire.gen2.answers import Expelled, NotKnown
from twisted_chat.wire.gen2.checkup import AskCheckup
from twisted_chat.wire.gen2.growth import HISTORY, PATHS, REST, WAIT, Can, UnknownVerb
from twisted_chat.wire.gen2.pairing import OwnAddresses
from twisted_chat.wire.gen2.requests import RegisterKey, Request, SignOfLife, parse_request
from twisted_chat.wire.gen2.rest import AskRest, ComeBack

_HI = Bare(Verb.HI)


class LinkServer:
    """The decisions about links, without what carries them.

    What happens to a link is told by method calls, which return what is to be
    done with any links. `effects` is what is to be done besides, after
    datagrams were received, and `calls` what is to be sent then to those whose links
    rest; `wake` when `tick` or `calls` is due, of which `soonest` is told. What
    is asked by those who are registered goes to `answer`, but for coming and going.
    """

    def __init__(
        self,
        directory: Directory,
        bounds: Bounds,
        registry: Registry,
        sessions: LinkSessions,
        queue: LinkQueue,
        rate: Rate,
        registration: LinkRegistration,
        introductions: Introductions,
        checkups: Checkups,
        resting: RestingUsers,
        answer: Callable[[Request, KeyHolder, LinkSession, float], None],
        dropped: Callable[[str, Address, float], None],
        ledger: Ledger,
        soonest: Soonest,
    ) -> None:
        self._directory = directory
        self._bounds = bounds
        self._registry = registry
        self._sessions = sessions
        self._registration = self.registration = registration
        self._rivals, self._directions = registration.rivals, registration.directions
        self._queue, self._rate = queue, rate
        self._ledger, self._soonest = ledger, soonest
        self._backlog = Backlog(rate, self._telling, queue)
        self._introductions, self._checkups = introductions, checkups
        self._resting = resting
        resting.hear, resting.moved = self._receive, self._went
        resting.may_be = registration.may_be
        self._answer, self._dropped = answer, dropped
        self.wake = NEVER

    # --- What happens

    def opened(self, link: Link, now: float) -> list[LinkEffect]:
        """There is a link, made by the other end."""
        self._resting.linked()
        if not link.fingerprint:
            self._queue.end(link, "a link without a key")
        elif self._sessions.is_full(link.address):
            self._dropped("too many links", link.address, now)
            self._queue.end(link, "too many links from your address")
        else:
            features = *self._introductions.features, *self._checkups.features, WAIT, HISTORY
            can = Can((*features, REST) if self._resting.possible else features)
            self._queue.send(self._sessions.add(link, now), can.encode())
        return self._flush(now)

    def received(self, link: Link, message: bytes, now: float) -> list[LinkEffect]:
        """The other end of a link has said something."""
        session = self._sessions.get(link)
        if session is not None:
            if session.rest is not None:
                self._resting.rouse(session)
            self._receive(session, message, now)
        return self._flush(now)

    def moved(self, link: Link, now: float) -> list[LinkEffect]:
        """The other end of a link seems to be at another address, `link.address`: it has not
        shown to whom it is sent there that it is."""
        session = self._sessions.get(link)
        if session is not None and session.rest is None:
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
        if session is not None and session.rest is not None:
            self._sessions.part(session)
        elif session is not None:
            self._sessions.remove(session, now)
            self._queue.drop(session)
            self._backlog.drop(session)
            self._rivals.drop(link)
            self._registration.make_way(link.fingerprint, now)
        return self._flush(now)

    def resume(self, fingerprint: str, now: float) -> None:
        """What the one with this key has said waits no longer for the journal."""
        if not self._ledger.waits(fingerprint):
            self._backlog.resume(fingerprint, now)
            self._arrange()

    def expel(self, fingerprint: str, why: str, now: float) -> None:
        """End the link of a user who is gone, and say why."""
        session = self._sessions.registered.get(fingerprint)
        if session is not None:
            self.turn_away(session, why, now)

    def turn_away(self, session: LinkSession, why: str, now: float) -> None:
        """End a link, and tell the one at its other end why."""
        self._expel(session, why, now)
        self._arrange()

    def served_elsewhere(self, others: tuple[Address, ...], now: float) -> None:
        """Other servers serve our users too, at these addresses."""
        self._directions.are(others, now)
        self._arrange()

    def send_away(self, sends: bool, now: float) -> None:
        """Let users go to those, one after the other, or not any more."""
        self._directions.send_away(sends, now)
        self._arrange()

    def found_over_other_family(self, session: LinkSession, now: float) -> None:
        """A user has shown where it is over the other family: others look for it there too."""
        if (user := self._registration.user(session)) is not None:
            for room in user.rooms:
                self._introductions.entered(room, user, now)

    def tick(self, now: float) -> None:
        """Do what has become due; `effects` has what comes of it."""
        for session in self._sessions.unknown(now):
            self._close(session, "nobody has registered over this link", now)
        for session in self._sessions.elsewhere(now):
            if session.link.address != session.address:
                self._close(session, "you are elsewhere now: another link is needed", now)
        for session in self._resting.silent(now):
            self._close(session, "no sign of life", now)
        self._registration.silent(now)
        for fingerprint in self._sessions.missing(now):
            user = self._directory.holders.get(fingerprint)
            if user is not None and not user.server:
                self._registry.depart(user, now, expired=True)
        for speaker, message in self._backlog.earned(now):
            self._hear(speaker, message, now)
        self._directions.tick(now)
        if now >= self._queue.wake:
            self._queue.turn(now)
        self._arrange()

    def effects(self, now: float) -> list[LinkEffect]:
        """What is to be done with links now."""
        return self._flush(now) if self._queue.has_news else []

    def calls(self, now: float) -> Datagrams:
        """The datagrams that are to be sent now to those whose links rest."""
        if self.wake > now:
            return []
        calls = list(self._resting.take(now))
        self._arrange()
        return calls

    def _flush(self, now: float) -> list[LinkEffect]:
        effects = self._queue.flush(now)
        self._arrange()
        return effects

    def _arrange(self) -> None:
        # Not a property: it is read for every datagram, and seldom changes.
        self.wake = min(
            self._queue.wake, self._sessions.wake, self._rivals.wake,
            self._backlog.wake, self._directions.wake, self._resting.wake,
        )  # fmt: skip
        self._soonest.by(self.wake)

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
        somebody comes into a room, says what it is about, or is in it at another address.
        NEVER while what was said before it waits for the journal: `resume` says when that
        is over."""
        if self._ledger.waits(session.link.fingerprint):
            return NEVER
        verb = message[:2]
        if verb not in (b"rj", b"rt", b"rh") and not (verb == b"hi" and self._has_moved(session)):
            return 0.0
        return self._registry.wait(session.address[0], now, keyed=True)

    def _has_moved(self, session: LinkSession) -> bool:
        """Whether the one at this link is in rooms, and was elsewhere until now."""
        user = self._directory.holders.get(session.link.fingerprint)
        return user is not None and bool(user.rooms) and user.address != session.address

    # --- What is asked

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
        user = self._registration.user(session)
        if type(request) is RegisterKey:
            if (before := self._registration.superseded(request, session)) is not None:
                self._close(before, "another link of your program has taken its place", now)
            if why := self._registration.register(request, session, now):
                self._expel(session, why, now)
        elif type(request) is Can:
            session.link.learn(request.known)
            if session.link.has(PATHS):
                self._introductions.can_probe(session)
        elif type(request) is OwnAddresses:
            self._introductions.owns(session, request.addresses, user, now)
        elif type(request) is AskCheckup:
            self._checkups.ask(session, now)
        elif type(request) is SignOfLife:
            self._registration.lives(user, session, now)
        elif type(request) is ComeBack:
            self._come_back(request, session, now)
        elif user is None:
            self._queue.send(session, _HI.encode())
        elif type(request) is AskRest:
            self._resting.begin(session, now)
        elif type(request) is Leave:
            self._registration.leave(user, session, now)
        else:
            self._answer(request, user, session, now)

    def _come_back(self, request: ComeBack, link: LinkSession, now: float) -> None:
        if (session := self._resting.come_back(request, link, now)) is None:
            self._queue.send(link, _HI.encode())
        else:
            self._registration.follow(session, now)

    def _went(self, session: LinkSession, now: float) -> None:
        """One whose link rests is somewhere else now."""
        self._registration.follow(session, now)
        self._introductions.can_probe(session)

    def _expel(self, session: LinkSession, why: str, now: float) -> None:
        self._queue.send(session, Expelled(why).encode())
        self._close(session, why, now)

    def _close(self, session: LinkSession, why: str, now: float) -> None:
        self._resting.forget(session)
        self._sessions.remove(session, now)
        self._queue.close(session, why)
        self._backlog.drop(session)
        self._rivals.drop(session.link)
        self._registration.make_way(session.link.fingerprint, now)
