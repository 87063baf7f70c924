"""Which rows of a conversation stand in its place, and reading back in it.

At the end, what arrives moves the rows up. Anywhere else they stay where they are: the line at the
top is known by its position, whatever arrives or is dropped, and the row by how many follow in
the line, as what stands before a line, such as a day, may go when something is put there.
"""

from collections.abc import Callable, Iterator

from twisted_chat.terminal.screen.roles import Row
from twisted_chat.terminal.screen.talk_state import TalkState

RowsOf = Callable[[TalkState, int], list[Row]]
_Place = tuple[int, int]
"""The position of a line, and how many of its rows stand before."""


def visible(state: TalkState, rows_of: RowsOf, height: int) -> list[Row]:
    """The rows to show, so many at most."""
    if state.top is None:
        return _last(state, rows_of, height)
    position, skipped = _kept(state, rows_of, state.top)
    rows: list[Row] = []
    while position < state.lines.end and len(rows) - skipped < height:
        rows += rows_of(state, position)
        position += 1
    shown = rows[skipped : skipped + height]
    return shown if len(shown) == height else _last(state, rows_of, height)


def below(state: TalkState, rows_of: RowsOf, height: int) -> int:
    """How many lines stand below what is shown, at least in part."""
    if state.top is None:
        return 0
    position, skipped = _kept(state, rows_of, state.top)
    room = height + skipped
    while position < state.lines.end and room > 0:
        room -= len(rows_of(state, position))
        position += 1
    return state.lines.end - position + (room < 0)


def scroll(state: TalkState, rows_of: RowsOf, height: int, rows: int) -> None:
    """Read so many rows further down, or up. At the end one stays at the end."""
    _keep(state, rows_of, height, _moved(state, rows_of, _top(state, rows_of, height), rows))


def is_near_oldest(state: TalkState, rows_of: RowsOf, height: int) -> bool:
    """Whether one page more up there is nothing more to read."""
    position, _ = _moved(state, rows_of, _top(state, rows_of, height), -height)
    return position == state.lines.first


def show(state: TalkState, rows_of: RowsOf, height: int, position: int) -> None:
    """Have a line in sight, in the middle if it was not."""
    if not state.lines.first <= position < state.lines.end:
        return
    first, skipped = _top(state, rows_of, height)
    last, room = first, height + skipped
    while last < state.lines.end and (room := room - len(rows_of(state, last))) >= 0:
        last += 1
    if first + (skipped > 0) <= position < last:
        return
    _keep(state, rows_of, height, _moved(state, rows_of, (position, 0), -(height // 2)))


def begin_at(state: TalkState, rows_of: RowsOf, height: int, position: int) -> None:
    """Have a line at the top, with what stands before it, or the end where that is in sight."""
    _keep(state, rows_of, height, (position, 0))


def is_above(state: TalkState, rows_of: RowsOf, height: int, position: int) -> bool:
    """Whether a line, or what stands before it, is further up than what is shown."""
    return _top(state, rows_of, height) > (position, 0)


def _keep(state: TalkState, rows_of: RowsOf, height: int, place: _Place) -> None:
    """Have this place at the top, or the end where that is in sight."""
    position, skipped = place
    at_end = _at_end(state, rows_of, height, place)
    state.top = None if at_end else (position, len(rows_of(state, position)) - skipped)


def _kept(state: TalkState, rows_of: RowsOf, top: tuple[int, int]) -> _Place:
    """The place at the top, or the oldest that is kept."""
    position, left = top
    if position < state.lines.first:
        return state.lines.first, 0
    return _moved(state, rows_of, (position, len(rows_of(state, position))), -left)


def _last(state: TalkState, rows_of: RowsOf, height: int) -> list[Row]:
    rows: list[list[Row]] = []
    have = 0
    for position in _backwards(state, state.lines.end):
        if have >= height:
            break
        rows.append(rows_of(state, position))
        have += len(rows[-1])
    every = [row for some in reversed(rows) for row in some]
    return every[max(0, have - height) :]


def _backwards(state: TalkState, before: int) -> Iterator[int]:
    return iter(range(before - 1, state.lines.first - 1, -1))


def _top(state: TalkState, rows_of: RowsOf, height: int) -> _Place:
    """What stands at the top now."""
    if state.top is not None:
        return _kept(state, rows_of, state.top)
    return _moved(state, rows_of, (state.lines.end, 0), -height)


def _moved(state: TalkState, rows_of: RowsOf, top: _Place, rows: int) -> _Place:
    """The place so many rows further down."""
    position, row = top[0], top[1] + rows
    while row < 0 and position > state.lines.first:
        position -= 1
        row += len(rows_of(state, position))
    while position < state.lines.end and row >= (many := len(rows_of(state, position))):
        row -= many
        position += 1
    return position, max(0, row)


def _at_end(state: TalkState, rows_of: RowsOf, height: int, top: _Place) -> bool:
    """Whether no more rows follow than there is room for."""
    position, skipped = top
    have = -skipped
    while position < state.lines.end:
        have += len(rows_of(state, position))
        if have > height:
            return False
        position += 1
    return True
