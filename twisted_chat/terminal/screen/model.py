"""What the screen shows: conversations, their lines, and what of them is for the person.

It is told what happens, with the time of day, and decides what stands where, what is unread, and
for what the bell rings. It knows no chat and no terminal.
"""

from collections.abc import Callable, Iterable, Sequence

from msgspec.structs import replace

from twisted_chat.terminal.editing.editor import Editor
from twisted_chat.terminal.screen.attention import Noticed, is_mention, noticed, title
from twisted_chat.terminal.screen.shown_line import LineKind, Progress, ShownLine
from twisted_chat.terminal.screen.talk_state import TalkKind, TalkState, TalkSubject
from twisted_chat.terminal.screen.talk_states import TalkStates

MAX_NOTICED = 100
"""Things to be noticed that wait to be told."""


class ScreenModel:
    """The whole of it. `home` is what the place for everything else is called, which is the only
    conversation if it is `alone`."""

    def __init__(
        self, program: str, home: str, make_editor: Callable[[], Editor], *, alone: bool = False
    ) -> None:
        self.program = program
        self.alone = alone
        self.states = TalkStates(home, make_editor, kept=not alone)
        self.name = ""
        """Our own name."""
        self.server = ""
        """Where we are, as it stands at the top."""
        self.asks_for = ""
        """What stands before what is typed, where that is the answer to a question."""
        self.away = False
        """Whether the server does not answer."""
        self.to_notice: list[Noticed] = []
        """What is to be told outside of the screen."""
        self._own: dict[int, tuple[TalkState, int]] = {}
        """Lines of ours that are not settled: where each stands, and in which position."""
        self.last_own = 0
        """The number of our last line that is shown."""

    @property
    def shown(self) -> TalkState:
        """The conversation that is looked at."""
        return self.states.shown

    # --- What is said and told

    def heard(
        self,
        subject: TalkSubject,
        who: str,
        text: str,
        at: float,
        *,
        colour: int = -1,
        private: bool = False,
    ) -> None:
        """Somebody has said something there."""
        state = self.states.open(subject)
        mention = not private and is_mention(text, self.name)
        self.states.add(state, ShownLine(at, LineKind.HEARD, text, who, colour, mention=mention))
        self.states.touch(state)
        wanted = mention or private
        if state is not self.shown:
            if not state.unread and state.seen is None:
                state.seen = state.lines.end - 1
            state.unread += 1
            state.mentions += wanted
        if wanted and not state.rung:
            state.rung = True
            if len(self.to_notice) < MAX_NOTICED:
                self.to_notice.append(noticed(who, state.title, text))

    def late(self, subject: TalkSubject, line: ShownLine, *, private: bool = False) -> None:
        """Something was said there that comes only now: it is put where it belongs."""
        state = self.states.open(subject)
        mention = not private and is_mention(line.text, self.name)
        position = self.states.insert(state, replace(line, late=True, mention=mention))
        for number, (where, before) in list(self._own.items()):
            if where is state and before <= position:
                self._own[number] = state, before - 1
        self.states.touch(state)
        if state is not self.shown and line.kind is LineKind.HEARD:
            state.unread += 1
            state.mentions += mention or private

    def kept(self, state: TalkState, lines: Sequence[ShownLine], *, unread: int = 0) -> None:
        """These were said there before: but for the last, so many of others, they are nothing
        new. They come before what the program has told there, as long as nothing else is there."""
        if state.lines.is_quiet:
            self.states.add_before(state, lines)
            self._not_seen(state, lines, state.lines.first, unread)
        else:
            for line in lines:
                self.states.add(state, line)
            self._not_seen(state, lines, state.lines.end - len(lines), unread)
        if state is not self.shown:
            state.unread += unread
            for line in _last_heard(lines, unread):
                state.mentions += is_mention(line.text, self.name)

    def earlier(
        self, state: TalkState, lines: Sequence[ShownLine], *, more: bool, unread: int = 0
    ) -> None:
        """These were said there before its oldest line, in order, and perhaps more before them.
        The last, so many of others, are unread, as the person may have been told already."""
        self.states.add_before(state, lines)
        self._not_seen(state, lines, state.lines.first, unread)
        state.earlier = more and not self.states.is_full

    def _not_seen(
        self, state: TalkState, lines: Sequence[ShownLine], first: int, unread: int
    ) -> None:
        """The last of these are unread, of which the first stands in this position."""
        if heard := _last_heard(lines, unread):
            state.seen = first + next(n for n, line in enumerate(lines) if line is heard[0])

    def told(self, state: TalkState, text: str, at: float, *, urgent: bool = False) -> None:
        """The program has something to tell there."""
        self.states.add(state, ShownLine(at, LineKind.NOTICE, text))
        if state is not self.shown:
            state.stirred = state.stirred or urgent

    def said(
        self, state: TalkState, text: str, at: float, number: int = 0, *, colour: int = -1
    ) -> None:
        """We have said something there."""
        position = self.states.add(state, ShownLine(at, LineKind.OWN, text, self.name, colour))
        self.states.touch(state)
        if number:
            self._own[number] = state, position
            self.last_own = number

    # --- How far our own words have come

    @property
    def unsettled(self) -> int:
        """The number of the last line of ours before the first that has yet to arrive."""
        return min(self._own, default=self.last_own + 1) - 1

    def came(self, number: int, progress: Progress, *, settled: bool) -> bool:
        """A line of ours has come so far. False where it is not shown yet."""
        known = self._own.get(number)
        if known is None:
            return number <= self.last_own
        state, position = known
        state.lines.progress(position, progress)
        if settled:
            del self._own[number]
        return True

    def forget_progress(self, before: int) -> None:
        """Nothing more will be learned of lines of ours before this one."""
        for number in [one for one in self._own if one < before]:
            del self._own[number]

    # --- Which there are

    def there_are(self, subjects: Iterable[TalkSubject]) -> None:
        """These conversations can be talked in, and no others."""
        alive = {state.key for state in map(self.states.open, subjects)}
        for state in self.states:
            if state.kind is not TalkKind.HOME:
                state.over = state.key not in alive

    def there_was(self, subject: TalkSubject, unread: int) -> None:
        """There was this one before, with somebody of whom so much is unread, and nobody talks
        in it yet."""
        listed = self.states.list_earlier(subject)
        if listed is not None:
            listed.unread = listed.mentions = unread

    def forget(self, state: TalkState) -> None:
        """Nothing is kept of a conversation any more, and nothing shown. It goes if it is over."""
        self.states.empty(state)
        self.states.close(state)

    def turn(self, state: TalkState) -> None:
        """The person looks at this conversation from now on."""
        before = self.shown
        if state is before:
            return
        before.seen, before.chosen, before.sought = None, None, False
        before.editor.history.leave()
        self.states.shown = state
        self.states.touch(state)
        state.look()

    def follow(self, state: TalkState) -> None:
        """The same, as the person has wanted by a command: what they have begun to type since
        comes along."""
        before = self.shown
        if state is not before and before.editor.text and not state.editor.text:
            state.editor, before.editor = before.editor, state.editor
        self.turn(state)

    def attended(self) -> None:
        """The person is there: a key was pressed."""
        self.shown.look()

    @property
    def title(self) -> str:
        """What stands in the title of the window."""
        return title(self.program, self.shown.title, sum(state.rung for state in self.states))


def _last_heard(lines: Sequence[ShownLine], count: int) -> list[ShownLine]:
    """The last that others have said, so many, in order."""
    heard = [line for line in lines if line.kind is LineKind.HEARD]
    return heard[max(0, len(heard) - count) :]
