"""The rows of a conversation's lines: time, mark, who, text.

The first columns are the program's alone: the time, and a mark that tells a notice (`>`) from what
others (`<`) and we (`-`, or how far it has come) have said. A line that is broken goes on behind
`| `, further in than names begin, so that nothing in it can be taken for another line.
"""

from datetime import date, datetime

from twisted_chat.terminal.editing.clusters import columns_of
from twisted_chat.terminal.screen.roles import Role, Row, Run, cut, shortened
from twisted_chat.terminal.screen.shown_line import LineKind, Progress, ShownLine
from twisted_chat.terminal.screen.talk_state import TalkState
from twisted_chat.terminal.screen.wrapping import wrapped

TIMED = 40
"""Columns from which on times are shown."""
WITHOUT_TIME, WITH_TIME = 2, 8
"""Columns before names and texts."""
GOES_ON = "| "
"""What stands before the rest of a line, in the column where names begin."""
NARROWEST = 16
"""Columns of the narrowest place for which rows are made."""
MAX_REMEMBERED = 512
"""Lines whose rows are remembered."""

_MARKS = {
    Progress.UNKNOWN: ("-", Role.MARK),
    Progress.WAITING: (".", Role.WAITING),
    Progress.AT_SOME: ("+", Role.WAITING),
    Progress.AT_ALL: ("\u2713", Role.ARRIVED),
    Progress.LOST: ("x", Role.LOST),
}
"""Of a line of ours: how far it has come, where that is known. It waits for everybody, has arrived
at some, at all, or is lost for some."""
LATE = "~"
"""The mark of what others have said and has come long after."""
UNREAD = "new"
"""What stands in the line before the first that was not seen."""


class TalkRows:
    """Makes them, for a place of so many columns. What is found in a search stands out."""

    def __init__(self, width: int, found: str = "") -> None:
        self.width = max(width, NARROWEST)
        self._found = found.casefold()
        self._timed = self.width >= TIMED
        self._before = WITH_TIME if self._timed else WITHOUT_TIME
        self._rows: dict[tuple[TalkState, int, int], tuple[Progress, list[Row]]] = {}

    def is_for(self, width: int, found: str) -> bool:
        """Whether it makes rows for this width, in which this stands out."""
        return (self.width, self._found) == (max(width, NARROWEST), found.casefold())

    def of(self, state: TalkState, position: int) -> list[Row]:
        """All rows of a line, with those that stand before it."""
        line = state.lines.at(position)
        which = state, position, state.lines.moved
        known = self._rows.get(which)
        if known is None or known[0] is not line.progress:
            if len(self._rows) >= MAX_REMEMBERED:
                self._rows.clear()
            known = line.progress, self._laid_out(line)
            self._rows[which] = known
        before = self._before_line(state, position, line)
        rows = [*before, *known[1]] if before else known[1]
        if state.chosen == position:
            rows = [*before, *(_as(Role.SELECTED, row) for row in known[1])]
        return rows

    def _before_line(self, state: TalkState, position: int, line: ShownLine) -> list[Row]:
        rows: list[Row] = []
        day = _day(line.at)
        if position == state.lines.first or _day(state.lines.when(position - 1)) != day:
            rows.append(self._ruled(f"{day:%A, %-d %B %Y}", Role.DAY))
        if state.seen == position:
            rows.append(self._ruled(UNREAD, Role.UNREAD))
        return rows

    def _ruled(self, words: str, role: Role) -> Row:
        words = cut(f"--- {words} ", self.width - 1)
        return (Run(words + "-" * (self.width - 1 - len(words)), role),)

    def _laid_out(self, line: ShownLine) -> list[Row]:
        mark, role = _mark(line)
        begin: list[Run] = []
        if self._timed:
            begin.append(Run(f"{datetime.fromtimestamp(line.at):%H:%M} ", Role.TIME))
        begin += [Run(mark, role), Run(" ")]
        room = self.width - 1 - self._before
        used = 0
        if line.who:
            name = shortened(line.who, room // 2)
            who = Role.OWN if line.kind is LineKind.OWN else Role.PERSON
            begin += [Run(name, who, line.colour), Run(": ")]
            used = columns_of(name) + 2
        body = Role.NOTICE if line.kind is LineKind.NOTICE else Role.TEXT
        body = Role.MENTION if line.mention else body
        texts = wrapped(line.text, room - used, room - len(GOES_ON))
        further = (Run(" " * self._before), Run(GOES_ON, Role.MARK))
        rows: list[Row] = [(*begin, *self._marked(texts[0], body))]
        rows += ((*further, *self._marked(text, body)) for text in texts[1:])
        return rows

    def _marked(self, text: str, role: Role) -> Row:
        """A text, with what is looked for standing out."""
        at = text.casefold().find(self._found) if self._found else -1
        if at < 0 or len(text.casefold()) != len(text):
            return (Run(text, role),)
        end = at + len(self._found)
        return Run(text[:at], role), Run(text[at:end], Role.FOUND), Run(text[end:], role)


def _mark(line: ShownLine) -> tuple[str, Role]:
    if line.kind is LineKind.NOTICE:
        return ">", Role.NOTICE
    if line.kind is LineKind.HEARD:
        if line.late:
            return LATE, Role.WAITING
        return "<", Role.MENTION if line.mention else Role.MARK
    return _MARKS[line.progress]


def _as(role: Role, row: Row) -> Row:
    return tuple(Run(run.text, role) for run in row)


def _day(at: float) -> date:
    return datetime.fromtimestamp(at).date()
