"""Texts on their way from what was typed to those who hear it."""

from collections.abc import Sequence

from twisted_chat.moments import NEVER
from twisted_chat.peer.contacts.contact import Contact
from twisted_chat.peer.contacts.contacts import Listeners
from twisted_chat.peer.contacts.line import Line, size_of
from twisted_chat.peer.events.said import LostFor, NotBackYet
from twisted_chat.peer.generation import Generation, Shared
from twisted_chat.peer.holding import Holding
from twisted_chat.peer.own_lines import OwnLines
from twisted_chat.peer.talks.room import JoinedRoom
from twisted_chat.rate import Rate

SPEAK_RATE, SPEAK_BURST = 50.0, 100
"""Lines said a second, and at once: what a peer at the other end still shows."""
TOGETHER = 64
"""Texts that are said in one step, at most."""

_OURSELVES = "person"
"""The one source of what is said."""


class Saying:
    """Says texts, so many a second, and remembers them as `own` lines. `wake` is when more may
    be said, where some had to wait."""

    def __init__(self, rate: float, own: OwnLines) -> None:
        self._rate = Rate(rate, SPEAK_BURST)
        self._pause = 1 / rate if rate else 0.0
        self._holding = Holding()
        self._own = own
        self.wake = NEVER

    def speak(self, generation: Generation, shared: Shared) -> None:
        """Texts are said in this generation from now on."""
        self._generation = generation
        self._registration = generation.registration
        self._talks = shared.talks
        self._effects = shared.effects
        self._gathering = shared.gathering
        self._archive = shared.archive

    def say(self, texts: Sequence[str], where: JoinedRoom | Contact | None, now: float) -> int:
        """Say texts in a conversation, one after the other. Returns how many were said; the others
        have to wait."""
        if isinstance(where, JoinedRoom) and where.opening:
            return 0
        said = 0
        while said < len(texts):
            listening = self._talks.listeners(where)
            some = texts[said : said + TOGETHER]
            if not self._may_say(some, listening, now):
                some = some[:1]
                if not self._may_say(some, listening, now):
                    break
            self._say(some, where, listening, now)
            said += len(some)
        return said

    def _may_say(self, texts: Sequence[str], listening: Listeners, now: float) -> bool:
        """Whether these may be said now, all of them, to everybody; one may in the end be said
        though not everybody has room for it."""
        size = sum(map(size_of, texts))
        full = not all(
            conversation.has_room(contacts, size)
            for conversation, contacts in listening.by_conversation
        )
        if full and len(texts) > 1:
            return False
        self.wake = self._holding.until(now, full=full)
        if self.wake > now:
            return False
        if not self._rate.spend(_OURSELVES, now, len(texts)):
            self.wake = now + self._pause
            return False
        self._holding.said(size)
        self.wake = NEVER
        return True

    def _say(
        self,
        texts: Sequence[str],
        where: JoinedRoom | Contact | None,
        listening: Listeners,
        now: float,
    ) -> None:
        if self._talks.tell_first is not None:
            self._talks.tell_first(now)
        self._gathering.tell_moves()
        if not listening.by_conversation and not listening.absent:
            for _ in texts:
                self._effects.tell(self._talks.unheard(where, self._generation))
            return
        room = where.name if isinstance(where, JoinedRoom) else ""
        name, keeps = self._registration.name, self._archive.keeps
        lines = [Line(text, name, room, now, stored=not keeps) for text in texts]
        lacking: dict[Line, list[Contact]] = {}
        for conversation, contacts in listening.by_conversation:
            for line, contact in conversation.say(lines, contacts, now):
                lacking.setdefault(line, []).append(contact)
        if keeps:
            self._keep(lines, where, listening, now)
        for line, without in lacking.items():
            self._effects.tell(LostFor(tuple(one.who for one in without), line.text, room))
        if listening.absent:
            for text in texts:
                self._effects.tell(NotBackYet(listening.absent, text, room))
        self._own.add(lines, self._talks.described(where))

    def _keep(
        self,
        lines: Sequence[Line],
        where: JoinedRoom | Contact | None,
        listening: Listeners,
        now: float,
    ) -> None:
        """Keep lines, which go to those who have keys when they are kept: that is in order, so
        when the last of them is."""
        archive = self._archive

        def kept(now: float) -> None:
            for line in lines:
                line.stored = True
            for conversation, contacts in listening.by_conversation:
                conversation.stored(contacts)

        if isinstance(where, Contact):
            talk = archive.person(where.fingerprint, where.name)
        else:
            talk = archive.room(lines[0].room)
        for line in lines:
            owed, line.owed = tuple(line.owed), []
            signed, before = line.signed, line.before
            close = kept if line is lines[-1] else None
            archive.said(talk, line.text, line.speaker, owed, close, now, signed, before)
