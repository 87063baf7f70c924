"""What the person is told of a room's history: by whom each line is, what came late, what is
missing, and who contradicts themselves."""

from collections.abc import Callable

from twisted_chat.moments import NEVER
from twisted_chat.peer.contacts.contacts import Contacts
from twisted_chat.peer.effects import Effects
from twisted_chat.peer.events.event import Someone
from twisted_chat.peer.events.histories import HandedOn, TwoTexts, WordsMissing
from twisted_chat.peer.events.kept import KeptText
from twisted_chat.peer.events.said import LATE_AFTER, Said
from twisted_chat.peer.gen2.history.log import Added
from twisted_chat.peer.gen2.history.room_history import RoomHistory
from twisted_chat.peer.talks.room import JoinedRoom
from twisted_chat.wire.gen2.history import RoomMessage

SHOWN = 1_000
"""Lines that are told of what was handed on at a time."""
AS_HEARD = 100
"""Of these, lines that are told at a time as if they had come from their authors, at most."""


class HistoryTelling:
    """Tells it. `own` is our own fingerprint, `was` has the one that is remembered for a name,
    and `time_of_day` is in milliseconds since 1970."""

    def __init__(
        self,
        effects: Effects,
        contacts: Contacts,
        own: str,
        was: Callable[[str], str],
        time_of_day: Callable[[float], int],
    ) -> None:
        self._tell = effects.tell
        self._contacts = contacts
        self._own = own
        self._was = was
        self._time_of_day = time_of_day

    def is_known(self, fingerprint: str) -> bool:
        """Whether we have met the one with this key."""
        return fingerprint == self._own or self._contacts.get(fingerprint) is not None

    def is_barred(self, room: JoinedRoom, fingerprint: str) -> bool:
        """Whether nothing of a room goes to somebody now, or is taken from them."""
        contact = self._contacts.get(fingerprint)
        return contact is None or contact.barred or room in contact.awaited

    def is_unwanted(self, state: RoomHistory, message: RoomMessage) -> bool:
        """Whether nothing is to be shown of its author in this room."""
        author = self._contacts.get(message.author)
        if state.room.mutes(message.author) or (author is not None and author.ignored):
            return True
        return self._contacts.ignores_mark(message.author)

    def who(self, message: RoomMessage) -> Someone:
        """Its author, as they are called now, or called themselves."""
        contact = self._contacts.get(message.author)
        return Someone(message.name, message.author) if contact is None else contact.who

    def _is_claimed(self, message: RoomMessage) -> bool:
        """Whether a name is only what the author called themselves, and somebody else's for us."""
        if self.is_known(message.author):
            return False
        called = self._contacts.called(message.name)
        if called is not None and called.fingerprint != message.author:
            return True
        return self._was(message.name) not in ("", message.author)

    def _text(self, state: RoomHistory, message: RoomMessage, latest: int) -> KeptText:
        own = message.author == self._own
        who = Someone(message.name) if own else self.who(message)
        claimed = self._is_claimed(message)
        time = min(message.time, latest)
        return KeptText(who, own, time, message.text, room=state.room.name, claimed=claimed)

    def contradicted(self, state: RoomHistory, added: Added) -> None:
        """Somebody has said another text under the number of one that we have."""
        message, other = added.message, added.contradicts[0]
        self._tell(TwoTexts(self.who(message), message.text, other.text, state.room.name))

    def handed(self, state: RoomHistory, now: float, *, until: RoomMessage | None = None) -> None:
        """Tell what was handed on by now, or of that what stands before what is said `until` then:
        what was said before we came and what came late apart from what is as good as heard from
        its author."""
        if not state.handed.waits:
            return
        lines, givers = state.handed.take(until)
        latest = self._time_of_day(now)
        heard = self._as_heard(state, lines, latest)
        among = {message.identifier for message in heard}
        before: list[RoomMessage] = []
        late: list[RoomMessage] = []
        for message in lines:
            if message.identifier not in among:
                (before if state.is_new and message.time < state.came else late).append(message)
        part = False
        if before:
            complete = state.sync.complete and not state.handed.waits
            part = state.told_some or not complete
            state.told_some, state.is_new = True, not complete
        for messages, first in ((before, True), (late, False)):
            if messages:
                told = tuple(self._text(state, one, latest) for one in messages[-SHOWN:])
                count = len(messages)
                more = first and not part and state.has_more_before
                where = state.room.name
                self._tell(HandedOn(where, givers, told, count, first, more, first and part))
        for message in heard:
            self._tell(Said(self.who(message), message.text, True, room=state.room.name))

    def _as_heard(
        self, state: RoomHistory, lines: list[RoomMessage], latest: int
    ) -> list[RoomMessage]:
        """Which of these were said just now by those who are there, of whom nothing is missing,
        with nothing behind them that is shown already and follows them: they stand as if their
        authors had been faster."""
        recent = max(state.came, latest - LATE_AFTER)
        new = {
            message.identifier
            for message in lines
            if message.time >= recent and self._may_be_heard(state, message)
        }
        if len(new) > AS_HEARD:
            return []
        heard: list[RoomMessage] = []
        followed: set[str] = set()
        for message in state.log.backwards():
            if not new:
                break
            if message in state.handed:
                continue
            is_new = message.identifier in new
            new.discard(message.identifier)
            if is_new and followed.isdisjoint((message.identifier, message.feed)):
                heard.append(message)
            else:
                followed.update(message.seen, (message.feed,))
        return heard[::-1]

    def _may_be_heard(self, state: RoomHistory, message: RoomMessage) -> bool:
        contact = self._contacts.get(message.author)
        if state.renewed or contact is None or contact.blocked or state.room not in contact.rooms:
            return False
        return not state.log.has_gap(message.feed)

    def missing(self, state: RoomHistory, now: float) -> None:
        """Tell what is missing that nobody has given, unless somebody may be about to."""
        state.check_at = NEVER
        if state.sync.busy:
            state.look_for_gaps(now)
            return
        for message, count in state.newly_missing():
            if not self.is_unwanted(state, message):
                self._tell(WordsMissing(self.who(message), count, state.room.name))
