"""What was said in our rooms, signed: we say it, hear it, hand it on, and ask for what we lack.

Each author numbers what they say in a room, and signs it; whoever has it can hand it on, and
nobody can alter it. See `wire.gen2.history` for what travels, and docs/security.md for what that
is good for.
"""

from collections.abc import Callable
from functools import partial

from twisted_chat.errors import WireError
from twisted_chat.identity.room_messages import Signer, check
from twisted_chat.links import Link
from twisted_chat.moments import NEVER
from twisted_chat.names import folded
from twisted_chat.peer.contacts.contact import Contact
from twisted_chat.peer.contacts.contacts import Contacts
from twisted_chat.peer.contacts.line import Line
from twisted_chat.peer.effects import Effects
from twisted_chat.peer.events.histories import NewcomersGet
from twisted_chat.peer.gen2.history.former import FormerLogs
from twisted_chat.peer.gen2.history.log import Added, RoomLog
from twisted_chat.peer.gen2.history.room_history import Novelty, RoomHistory, hear
from twisted_chat.peer.gen2.history.spans import HistorySpans
from twisted_chat.peer.gen2.history.sync import HistorySync, ToSend
from twisted_chat.peer.gen2.history.telling import HistoryTelling
from twisted_chat.peer.gen2.log_sizes import most_of_another
from twisted_chat.peer.talks.room import JoinedRoom
from twisted_chat.store.archive import Archive
from twisted_chat.store.queries import LogFound, LogQuery, StoreAnswer
from twisted_chat.store.records import SpansRecord
from twisted_chat.wire.gen2 import room_news
from twisted_chat.wire.gen2.growth import HISTORY, OF_PEERS, Can
from twisted_chat.wire.gen2.history import (
    SERIES_BYTES,
    Given,
    Have,
    HistorySpeech,
    RoomClock,
    RoomMessage,
)


class Histories:
    """Of all our rooms. `signer` signs what we say, where we can; `draw` gives so many random
    bytes; `was` has the fingerprint that is remembered for a name. `wake` is when `tick` is
    due."""

    def __init__(
        self,
        effects: Effects,
        archive: Archive,
        contacts: Contacts,
        signer: Signer | None,
        own: str,
        draw: Callable[[int], bytes],
        was: Callable[[str], str],
    ) -> None:
        self._effects = effects
        self._archive = archive
        self._signer = signer
        self._own = own
        self._draw = draw
        self._telling = HistoryTelling(effects, contacts, own, was, archive.time_of_day)
        self._former = FormerLogs(archive)
        self._rooms: dict[str, RoomHistory] = {}
        self._links: dict[str, Link] = {}
        self.wrong = 0
        """Messages that were not signed by their authors."""

    @property
    def can(self) -> Can:
        """What we can, as we tell other peers."""
        return Can(tuple(one for one in OF_PEERS if one != HISTORY or self._signer))

    # --- Rooms

    def opened(self, room: JoinedRoom, news: room_news.HistoryRules, now: float) -> None:
        """The server says which room this is, of those that had its name, and what newcomers
        are given there."""
        name = folded(room.name)
        room.for_new = news.for_new
        state = self._rooms.get(name)
        if state is not None and state.room is room and state.origin == news.origin:
            if state.for_new != news.for_new:
                state.for_new = news.for_new
                self._effects.tell(NewcomersGet(room.name, news.for_new))
            return
        if self._signer is None:
            return
        most = most_of_another(one.log.most for one in self._rooms.values())
        log = RoomLog(name, news.origin, most)
        spans = HistorySpans(log)
        barred = partial(self._telling.is_barred, room)
        sync = HistorySync(log, spans, self._telling.is_known, barred, self._own)
        came = self._archive.time_of_day(now)
        state = RoomHistory(room, news.origin, news.for_new, log, spans, sync, came)
        if (former := self._rooms.get(name)) is not None and former.room is room:
            self._telling.handed(former, now)
            self._former.hold(former.log)
            state.came, state.is_new, state.renewed = former.came, False, True
        self._rooms[name] = state
        room.opening = True
        if not self._archive.keeps:
            self._loaded(state, LogFound(), now)
            return
        query = LogQuery(self._archive.room(room.name), news.origin, log.most)
        self._archive.ask(query, partial(self._loaded, state))

    def _loaded(self, state: RoomHistory, found: StoreAnswer | str, now: float) -> None:
        if self._rooms.get(state.log.room) is not state:
            return
        kept = found if isinstance(found, LogFound) else LogFound()
        state.load(kept, self._draw(SERIES_BYTES).hex(), now)
        state.look_for_gaps(now)
        for contact in state.room.people():
            self._enter(state, contact, now)
        keys = (one.fingerprint for one in state.room.people() if one.fingerprint)
        state.settle(now, alone=all(self._telling.is_barred(state.room, one) for one in keys))

    def closed(self, room: str, now: float) -> None:
        """We are in a room no longer."""
        state = self._rooms.pop(folded(room), None)
        if state is not None:
            self._telling.handed(state, now)
            state.room.opening = False

    def _there(self, room: str) -> RoomHistory | None:
        state = self._rooms.get(folded(room))
        return state if state is not None and state.there else None

    # --- Who is there

    def entered(self, contact: Contact, room: str, now: float) -> None:
        """Somebody is in a room with us."""
        if contact.fingerprint and (state := self._there(room)) is not None:
            self._enter(state, contact, now)

    def _enter(self, state: RoomHistory, contact: Contact, now: float) -> None:
        fingerprint = contact.fingerprint
        if not fingerprint:
            return
        if state.spans.came(fingerprint, state.for_new):
            self._note_spans(state, fingerprint)
        if fingerprint in self._links and not contact.blocked:
            self._send(state.sync.linked(fingerprint, now))

    def left(self, contact: Contact, room: str) -> None:
        """Somebody is not in a room with us any more."""
        if (state := self._there(room)) is not None:
            state.sync.parted(contact.fingerprint)
            if state.spans.went(contact.fingerprint):
                self._note_spans(state, contact.fingerprint)

    def _note_spans(self, state: RoomHistory, fingerprint: str) -> None:
        spans = tuple((one.first, one.last, one.feed) for one in state.spans.of(fingerprint))
        talk = self._archive.room(state.room.name)
        self._archive.spans(SpansRecord(talk, state.origin, fingerprint, spans))

    def linked(self, contact: Contact, link: Link, now: float) -> None:
        """There is a link to somebody, who may speak of history."""
        if self._signer and link.has(HISTORY) and self._links.get(contact.fingerprint) is not link:
            self._links[contact.fingerprint] = link
            for state in self._rooms.values():
                if state.there and state.room in contact.rooms:
                    self._send(state.sync.linked(contact.fingerprint, now))

    def returned(self, contact: Contact, now: float) -> None:
        """Somebody to whom nothing went for a while is in a room again."""
        link = self._links.pop(contact.fingerprint, None)
        if link is not None:
            self.linked(contact, link, now)

    def unlinked(self, contact: Contact) -> None:
        """That link is no more."""
        if self._links.pop(contact.fingerprint, None) is not None:
            for state in self._rooms.values():
                state.sync.parted(contact.fingerprint)

    def gone(self, contact: Contact) -> None:
        """We have nothing to do with somebody any more."""
        self.unlinked(contact)
        for state in self._rooms.values():
            if state.spans.went(contact.fingerprint):
                self._note_spans(state, contact.fingerprint)

    def _send(self, told: ToSend) -> None:
        for fingerprint, speech in told:
            self._effects.frame(speech.encode(), self._links[fingerprint])

    # --- Saying

    def sign(self, line: Line, now: float) -> None:
        """Let a line be signed, if it is said in a room where that can be."""
        state = self._there(line.room) if line.room else None
        if state is not None and self._signer is not None:
            self._telling.handed(state, now)
            state.sign(line, self._signer)

    # --- Hearing

    def said(
        self, contact: Contact, message: RoomMessage, now: float
    ) -> tuple[Novelty, Added | None]:
        """Its author says this to us."""
        state = self._there(message.room)
        if state is not None:
            state.sync.heard(contact.fingerprint, now)
        if message.author != contact.fingerprint or not self._is_signed(message):
            return Novelty.KNOWN, None
        if state is None or state.origin != message.origin:
            return hear(self._former.log(message), message)
        self._telling.handed(state, now, until=message)
        heard, added = hear(state.log, message)
        if added is not None:
            self._note(state, added, now)
        return heard, added

    def _is_signed(self, message: RoomMessage) -> bool:
        try:
            check(message)
        except WireError:
            self.wrong += 1
            return False
        return True

    def _note(self, state: RoomHistory, added: Added, now: float) -> None:
        if added.contradicts:
            self._telling.contradicted(state, added)
        if state.log.has_gap(added.message.feed):
            state.look_for_gaps(now)

    def awaits(self, room: str, message: RoomMessage | None) -> bool:
        """Whether it shows in a moment what we have of what was said in a room, of which somebody
        says this now."""
        state = self._rooms.get(folded(room))
        if state is not None and not state.there:
            return True
        if message is None or (state is not None and state.origin == message.origin):
            return False
        return self._former.awaits(message)

    def name_of(self, room: str) -> str:
        """A room as it is called, by its casefolded name."""
        state = self._rooms.get(room)
        return room if state is None else state.room.name

    def received(self, contact: Contact, speech: HistorySpeech, now: float) -> None:
        """Somebody speaks of history. What is of no room that we share is of no interest."""
        state = self._there(speech.room)
        link = self._links.get(contact.fingerprint)
        if state is None or link is None or state.origin != speech.origin:
            return
        fingerprint = contact.fingerprint
        if isinstance(speech, Have):
            self._send(state.sync.told(fingerprint, speech, now))
        elif isinstance(speech, Given):
            self._send(state.sync.answered(fingerprint, speech, now))
            state.look_for_gaps(now)
        elif isinstance(speech, RoomClock):
            if speech.clock is None:
                self._send(state.sync.asked_clock(fingerprint))
            elif state.sync.follows(fingerprint, speech.clock):
                state.settle(now)
        elif isinstance(speech, RoomMessage):
            self._handed(state, contact, speech, now)
        else:
            for one in state.give(fingerprint, speech, now):
                self._effects.frame(one.encode(), link)

    def _handed(
        self, state: RoomHistory, contact: Contact, message: RoomMessage, now: float
    ) -> None:
        try:
            added = state.sync.handed(contact.fingerprint, message)
        except WireError:
            self.wrong += 1
            return
        if added is None or self._telling.is_unwanted(state, message):
            return
        self._note(state, added, now)
        state.handed.hold(message, contact.who, now)
        record = state.record(added, self._archive.room(state.room.name), self._own)
        self._archive.handed_on(record, now)

    # --- What is due

    @property
    def wake(self) -> float:
        return min([state.wake for state in self._rooms.values()], default=NEVER)

    def tick(self, now: float) -> None:
        for state in [one for one in self._rooms.values() if one.wake <= now]:
            self._send(state.sync.tick(now))
            if state.settles_at <= now:
                state.settle(now)
            if state.handed.tell_at <= now:
                self._telling.handed(state, now)
            if state.check_at <= now:
                self._telling.missing(state, now)
