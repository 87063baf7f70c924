"""Those to whom something is owed and who are not here: the server tells when they come.

What is owed in a room goes on when they are in it again. For what is private the server is asked
to tell when they are registered; then they are asked for by name, as by a person who wants to
talk to them, and both are introduced to each other. Where that leads to no link it is
tried again, with a backoff.
"""

from collections.abc import Callable
from dataclasses import dataclass

from twisted_chat.moments import NEVER
from twisted_chat.names import folded
from twisted_chat.peer.contacts.contact import Contact
from twisted_chat.peer.contacts.line import Line
from twisted_chat.peer.events.event import Someone
from twisted_chat.peer.gen2.contacts import IntroducedContacts
from twisted_chat.peer.gen2.delivery import Deliveries
from twisted_chat.peer.gen2.known_keys import Trust
from twisted_chat.peer.gen2.leftovers import lost
from twisted_chat.peer.gen2.owed import ALL, OwedWords
from twisted_chat.peer.gen2.requests import ServerRequests
from twisted_chat.peer.generation import Shared
from twisted_chat.wire.common import Locate
from twisted_chat.wire.gen2.answers import Answer, ContactLocated
from twisted_chat.wire.gen2.growth import WAIT
from twisted_chat.wire.gen2.waiting import AwaitUser, UserHere

MOST = 64
"""Those of whom the server is to tell: those to whom something was said last."""
LOOK_AGAIN = 15.0
"""Seconds between two looks at whether there are links to those who were here."""
SOONEST, LATEST = 15.0, 600.0
"""Seconds until one who is here, but to whom there is no link, is waited for again, doubled each
time."""


GOES, ANSWERS = 5.0, 1.0
"""Seconds after one has ended a conversation until they are waited for: one who was here all the
time, as a server says in a moment, wants none of it."""
MAX_PARTED = 1_000
"""Those of whom it is known that they have ended one."""


@dataclass(slots=True)
class _Awaited:
    ask_at: float = 0.0
    """When the server is to be asked; NEVER while its answer is awaited."""
    asked_at: float = 0.0
    """When it was asked last."""
    pause: float = SOONEST


class AbsentPeople:
    """`known` says whether the server knows us. `wake` is when `tick` is due; `since_1970` is how
    many seconds later than `now` the time of day is."""

    def __init__(
        self,
        shared: Shared,
        trust: Trust,
        owed: OwedWords,
        words: Deliveries,
        requests: ServerRequests,
        introduced: IntroducedContacts,
        known: Callable[[], bool],
        since_1970: float,
    ) -> None:
        self._contacts = shared.contacts
        self._tell = shared.effects.tell
        self._archive = shared.archive
        self._trust = trust
        self._owed = owed
        self._words = words
        self._requests = requests
        self._introduced = introduced
        self._known = known
        self._since_1970 = since_1970
        self._awaited: dict[str, _Awaited] = {}
        self._parted: dict[str, float] = {}
        """Those who have ended the conversation, and when."""
        self._seen = 0
        self._look_at = self._expires = NEVER

    # --- Saying

    def say(self, line: Line, name: str, now: float) -> Someone | None:
        """Accept a private line for somebody of this name whose key is known, and who is not
        here. None where there is nobody."""
        fingerprint = self._trust.was(name)
        if not fingerprint:
            return None
        contact = self._contacts.get(fingerprint)
        if contact is not None and (
            contact.barred or contact.rooms or contact.casefolded != folded(name)
        ):
            return None
        who = Someone(name, fingerprint) if contact is None else contact.who
        self._parted.pop(fingerprint, None)
        line.time = self._archive.time_of_day(now)
        if contact is not None:
            self._words.say([line], [contact], now)
        else:
            self._words.last = line
            self._owed.say(line, who)
        return who

    # --- Waiting for them

    def returned(self) -> None:
        """The server knows us, and perhaps not for whom we wait."""
        self._awaited.clear()
        self._seen = 0

    def parted(self, contact: Contact, now: float) -> None:
        """Somebody has ended the conversation, or their program: what was said before goes to
        them when they come anew, and not while they want nothing of us."""
        self._parted[contact.fingerprint] = now
        if len(self._parted) > MAX_PARTED:
            del self._parted[next(iter(self._parted))]

    def here(self, told: UserHere, now: float) -> None:
        """One for whom we may wait is here."""
        its = self._awaited.get(told.fingerprint)
        if its is None or its.ask_at < NEVER:
            return
        its.ask_at = now + its.pause
        its.pause = min(LATEST, 2 * its.pause)
        if self._wanted().get(told.fingerprint) != folded(told.name):
            return  # What was said was for one of another name.
        if told.fingerprint in self._parted:
            if now - its.asked_at < ANSWERS:
                return
            del self._parted[told.fingerprint]

        def located(answers: list[Answer] | None, now: float) -> None:
            found = answers[0] if answers else None
            if (
                isinstance(found, ContactLocated)
                and found.contact.fingerprint == told.fingerprint
                and not self._contacts.ignores_mark(told.fingerprint)
                and (contact := self._introduced.located(found.contact, now)) is not None
            ):
                self._contacts.poke(contact)

        self._requests.ask(Locate(told.name), located, now)

    def _wanted(self) -> dict[str, str]:
        """Those to whom something private is owed, and to whom there is no link, by fingerprint:
        the casefolded name under which that was said."""
        every = [*self._owed.private(), *(contact.who for contact in self._unlinked())]
        return {who.fingerprint: folded(who.name) for who in every[-MOST:]}

    def _unlinked(self) -> list[Contact]:
        """Those of them whom the server has named."""
        here = (its for its in self._words.unsettled if its.peer.link is None)
        private = (its.contact for its in here if its.outbox.private)
        return [contact for contact in private if contact.talking]

    @property
    def wake(self) -> float:
        if self._seen != self._owed.changes:
            return 0.0
        return min(self._look_at, self._expires, self._next)

    @property
    def _next(self) -> float:
        return min((its.ask_at for its in self._awaited.values()), default=NEVER)

    def tick(self, now: float) -> None:
        """Owe no more what has waited for too long, and wait for those who are not here."""
        if now < self.wake:
            return
        if now >= self._expires or self._seen != self._owed.changes:
            self._expire(now)
        self._seen = self._owed.changes
        wanted = self._wanted()
        self._look_at = now + LOOK_AGAIN if self._unlinked() else NEVER
        for gone in [one for one in self._awaited if one not in wanted]:
            del self._awaited[gone]
        link = self._requests.link
        if link is None or not link.has(WAIT) or not self._known():
            self._awaited.clear()
            return
        for fingerprint in wanted:
            since = self._parted.get(fingerprint, now - GOES)
            its = self._awaited.setdefault(fingerprint, _Awaited(since + GOES))
            if its.ask_at <= now:
                its.ask_at, its.asked_at = NEVER, now
                self._requests.tell(AwaitUser(fingerprint))

    def end(self) -> None:
        """We have ended: where nothing outlives us, what waited for those who are not here is
        lost. What was said before that was so is kept."""
        archive = self._archive
        if not archive.keeps or archive.lasts:
            return
        for who, outbox in self._owed.gone():
            lines = [line for line in outbox.lines() if line.time >= archive.lasts_until]
            sent = [line for line in outbox.ever_sent() if line in lines]
            for event in lost(who, sent, [line for line in lines if line not in sent]):
                self._tell(event)

    def _expire(self, now: float) -> None:
        for expired in self._owed.expire(int((now + self._since_1970) * 1000)):
            self._tell(expired)
        until = self._owed.until
        self._expires = until / 1000 - self._since_1970 if until < ALL else NEVER
