"""UDP chat on the screen: events become lines where they belong, and what is entered in a
conversation is for that one alone."""

from collections.abc import Callable
from functools import partial

from msgspec.structs import replace

from twisted_chat.events import Event
from twisted_chat.identity.fingerprints import spoken
from twisted_chat.names import folded
from twisted_chat.peer.commands import (
    TURNING,
    Command,
    LeaveUnread,
    Order,
    ReadBack,
    Say,
    Turn,
    Typed,
)
from twisted_chat.peer.events import histories, kept, rooms, said, server, talk
from twisted_chat.peer.events.event import Talk
from twisted_chat.peer.glance import Glance
from twisted_chat.peer.own_lines import OwnLine
from twisted_chat.terminal.colours import ANSI_256, colour_of
from twisted_chat.terminal.editing.vocabulary import Vocabulary
from twisted_chat.terminal.screen import said_before
from twisted_chat.terminal.screen.keys_help import key_lines
from twisted_chat.terminal.screen.model import ScreenModel
from twisted_chat.terminal.screen.placing import URGENT, opens, place_of
from twisted_chat.terminal.screen.shown_line import LineKind, ShownLine
from twisted_chat.terminal.screen.subjects import progress_of, subject_of
from twisted_chat.terminal.screen.talk_state import TalkKind, TalkState
from twisted_chat.terminal.screen.unread import UnreadCounts
from twisted_chat.terminal.screen.wishes import TextEntered
from twisted_chat.terminal.typed_lines import HELP_MEANT, as_typed, read_persons_line
from twisted_chat.terminal.wording import histories as histories_wording
from twisted_chat.terminal.wording import said as said_wording
from twisted_chat.terminal.wording.entries import NAME_PROMPT
from twisted_chat.terminal.wording.line import LineWording
from twisted_chat.terminal.wording.people import excerpt
from twisted_chat.terminal.wording.talk import not_said

MAX_EXPECTED = 20
"""Conversations that the person has asked for and is not in yet."""
PERHAPS = " (perhaps privately)"
"""What stands behind one of whom that cannot be told, in generation 1."""
NEW_BELOW = "what was said before is above, what is new comes below"
NOTICE = "> "
"""With what a line begins that is a notice."""


class UdpScreen:
    """What the session tells goes to the model, and what is entered to the session. `key` is
    the fingerprint of the person's own key, `expected` what the rooms are called that are
    joined at the start."""

    def __init__(
        self,
        model: ScreenModel,
        words: Vocabulary,
        key: str = "",
        expected: tuple[str, ...] = (),
        read_aloud: Callable[[str], str] = spoken,
    ) -> None:
        self._model = model
        self._words = words
        self._colour = colour_of(key, ANSI_256)
        self._wording = LineWording(read_aloud, marked=False)
        self._read = partial(as_typed, read=read_persons_line)
        self._expected = dict.fromkeys(map(folded, expected))
        self._unread = UnreadCounts()

    # --- What the session tells

    def show(self, event: Event, at: float) -> None:
        """Tell of an event that happens at this time of day."""
        self._words.learn(event)
        kind = type(event)
        if isinstance(event, said.Said):
            self._heard(event, at)
            return
        self._note(event)
        if isinstance(event, talk.TalkingTo):
            self._turned(event.conversation)
            return
        if isinstance(event, kept.HistoryShown) and event.joining:
            self._read_again(event, at)
            return
        if isinstance(event, kept.EarlierShown):
            self._read_back(event, at)
            return
        if isinstance(event, kept.EarlierTalks):
            for one in event.people:
                subject = subject_of(Talk(who=one.who))
                self._unread.kept(subject, one.unread)
                self._model.there_was(subject, one.unread)
            return
        if isinstance(event, server.RoomsKnown):
            return
        if isinstance(event, kept.ForgottenNow):
            self._forget(event.name)
        if isinstance(event, histories.HandedOn):
            self._handed_on(event, at)
            return
        if isinstance(event, talk.NoSuchTalk) and (over := self._called(event.name)) is not None:
            self._model.follow(over)  # It can be read, and what is typed there begins it anew.
            return
        state = self._place(event)
        if isinstance(event, talk.NotSaid):
            self._model.told(state, not_said(event), at)
            return
        first = state.lines.end
        for line in self._wording.lines(event):
            self._model.told(state, line.removeprefix(NOTICE), at, urgent=kind in URGENT)
        if isinstance(event, server.Help) and len(event.commands) > 1:
            for line in key_lines():
                self._model.told(state, line, at)
            state.begins = first  # It is read from its beginning.
        if isinstance(event, rooms.TopicShown):
            state.topic = event.topic

    def _heard(self, event: said.Said, at: float) -> None:
        place = place_of(event)
        who, text = said_wording.who(event), said_wording.told(event)
        stranger = place == Talk()
        colour = colour_of(event.from_.fingerprint, ANSI_256)
        private = not event.in_room and not stranger
        if event.unencrypted is not None and event.unencrypted.perhaps_private:
            who += PERHAPS
        if event.at is not None:
            when = said_before.time_of(event.at, at)
            late = ShownLine(when, LineKind.HEARD, text, who, colour)
            self._model.late(subject_of(place), late, private=private)
            return
        self._model.heard(subject_of(place), who, text, at, colour=colour, private=private)

    def _read_again(self, event: kept.HistoryShown, at: float) -> None:
        """What was said before in a conversation, at its own times, as far as these can be: they
        are by the clocks of others."""
        state = self._model.states.open(subject_of(event.conversation))
        if not event.lines:
            return
        if not state.oldest:
            state.oldest, state.earlier = event.lines[0].number, event.more
        self._unread.kept(state.subject, event.unread)
        lines = self._said_before(event.lines, at)
        below = ShownLine(at, LineKind.NOTICE, NEW_BELOW)
        self._model.kept(state, [*lines, below], unread=event.unread)

    def _read_back(self, event: kept.EarlierShown, at: float) -> None:
        """The same, of what was said before that."""
        state = self._model.states.find(subject_of(event.conversation))
        if state is not None and event.lines:
            state.oldest = event.lines[0].number
            lines = self._said_before(event.lines, at)
            self._model.earlier(state, lines, more=event.more, unread=event.unread)

    def _handed_on(self, event: histories.HandedOn, at: float) -> None:
        """What others have handed on stands where it belongs, and that it came stands below."""
        subject = subject_of(Talk(event.room))
        for line in said_before.handed_on(event.lines, at, self._colour):
            self._model.late(subject, line)
        told = histories_wording.handed_on(event)
        self._model.told(self._model.states.open(subject), told, at)

    def _said_before(self, lines: tuple[kept.KeptText, ...], at: float) -> list[ShownLine]:
        return said_before.said_before(lines, at, self._colour)

    def _note(self, event: Event) -> None:
        """What an event says of our name."""
        if isinstance(event, server.NameWanted | server.NameFirst):
            self._model.asks_for = NAME_PROMPT
        elif isinstance(event, server.NotRegistered):
            self._model.asks_for = NAME_PROMPT if event.asked_again else ""
        elif isinstance(event, server.RegisteredAs | server.ServerBack):
            self._model.asks_for, self._model.name = "", event.name

    def _place(self, event: Event) -> TalkState:
        place = place_of(event)
        if opens(event):
            return self._model.states.open(subject_of(place))
        found = self._model.states.find(subject_of(place)) if place != Talk() else None
        return self._model.shown if found is None else found

    def _called(self, name: str) -> TalkState | None:
        """The only conversation that is called so, if there is one."""
        found = [state for state in self._model.states if folded(state.title) == folded(name)]
        return found[0] if len(found) == 1 and found[0].kind is not TalkKind.HOME else None

    def _forget(self, name: str) -> None:
        """The person wants to see no more of what is called so."""
        for state in list(self._model.states):
            if folded(state.title) == folded(name) and state.kind is not TalkKind.HOME:
                self._model.forget(state)

    def _turned(self, conversation: Talk) -> None:
        """What is typed goes elsewhere now: the person looks there, if they have asked for it."""
        name = conversation.room if conversation.who is None else conversation.who.name
        if name and folded(name) in self._expected:
            del self._expected[folded(name)]
            self._model.follow(self._model.states.open(subject_of(conversation)))

    def look(self, glance: Glance) -> None:
        """How it stands with the conversations now."""
        if not glance.busy:
            self._expected.clear()  # What was asked for has come, or not.
        self._model.away = glance.away
        self._model.there_are(map(subject_of, glance.talks))
        self._model.shown.goes_to(None if glance.busy else subject_of(glance.current).key)

    def came(self, lines: list[OwnLine], at: float) -> None:
        """Lines of ours as they stand now, beginning with the first that is not settled."""
        model = self._model
        if lines:
            model.forget_progress(lines[0].number)
        for line in lines:
            progress = progress_of(line)
            if not model.came(line.number, progress, settled=line.settled):
                state = model.states.open(subject_of(line.to))
                model.said(state, line.text, at, line.number, colour=self._colour)
                if state is not model.shown:
                    told = f"said to {state.subject.title}: {excerpt(line.text)}"
                    model.told(model.shown, told, at)
                model.came(line.number, progress, settled=line.settled)

    # --- What the person does

    def entered(self, wish: TextEntered, at: float, *, busy: bool) -> list[Typed]:
        """What the session is to do with a text, in order. `busy` tells whether it may still
        turn elsewhere, as the person has asked."""
        if not wish.text.strip():
            return []
        todo = Say(wish.text, aloud=True) if wish.pasted else self._read(wish.text)
        state = self._model.states.get(wish.key)
        if isinstance(todo, Order):
            if state is not None and not (busy and self._expected):
                where = state.subject.described
                todo = replace(todo, where=Talk() if where is None else where)
            self._expect(todo)
            return [todo]
        if not isinstance(todo, Say) or self._model.asks_for or state is None:
            return [todo]
        if busy and self._expected:
            return [todo]  # It is said where they want to be, in a moment.
        there, talk = replace(todo, to=state.subject.described), state.subject.described
        if state.over and talk is not None and talk.who is not None and talk.who.name:
            poke = Order(Command.POKE, talk.who.name)
            self._expect(poke)
            return [poke, there]
        if state.kind is TalkKind.HOME or state.over or state.silent:
            why = HELP_MEANT if todo.asks_for_help else _unheard(state)
            self._model.told(state, why, at)
            return []
        return [there]

    def turned_to(self, key: str) -> Typed | None:
        """What the session is to do when the person looks at a conversation."""
        self._expected.clear()
        state = self._model.states.get(key)
        if state is None or state.over or state.kind is TalkKind.HOME:
            return None
        return Turn(state.subject.described)

    def reads_back(self, key: str) -> Typed | None:
        """The same when they have read up to the oldest line that is here."""
        state = self._model.states.get(key)
        if state is None or state.kind is TalkKind.HOME:
            return None
        return ReadBack(state.subject.described, state.oldest)

    def left_unread(self) -> list[LeaveUnread]:
        """What the session has to know of what the person has looked at, and has not."""
        return self._unread.changes(self._model.states)

    def begins_reading(self) -> Typed | None:
        """The same when they have turned to somebody: what was said before the start is above."""
        state = self._model.shown
        if state.kind is not TalkKind.PERSON or not state.earlier or state.oldest:
            return None
        state.earlier = False  # Until it has come.
        return ReadBack(state.subject.described, 0)

    def _expect(self, order: Order) -> None:
        if order.command in TURNING and len(self._expected) < MAX_EXPECTED:
            self._expected[folded(order.argument)] = None


def _unheard(state: TalkState) -> str:
    others = "Alt-Down goes to where you talk, and $roomjoin ROOM or $poke NAME begins something"
    if state.silent:
        return f"you turned away from here, so that was not said; $to {state.title} turns back"
    if not state.over:
        return f"nobody hears what is typed here, so it was not said: {others}"
    again = f"; $roomjoin {state.title} goes back" if state.kind is TalkKind.ROOM else ""
    return f"nobody hears you here any more, so that was not said{again}"
