"""What is written to a terminal so that its last rows are the input line, and everything else
goes up above them, into the scrollback that it has of its own.

Only what every terminal since the VT100 obeys is used (ECMA-48; DEC STD 070). Where the cursor
is within its row the terminal remembers by itself (DECSC, DECRC), as it alone knows how wide
it has drawn each character.
"""

from collections.abc import Iterable

from twisted_chat.terminal.editing.clusters import columns_of
from twisted_chat.terminal.editing.input_view import InputView

SAVE, RESTORE = "\x1b7", "\x1b8"
ERASE_BELOW, ERASE_RIGHT = "\x1b[J", "\x1b[K"
BOLD, PLAIN = "\x1b[1m", "\x1b[m"
NEXT = "\r\n"


class Painter:
    """Knows what of the input line is on the terminal. Each method returns what to write."""

    def __init__(self, *, styled: bool) -> None:
        self._styled = styled
        self._view: InputView | None = None
        self._width = 0

    def paint(self, view: InputView, width: int) -> str:
        """Show the input line, in place of what was shown of it."""
        before = self._view
        if before == view and self._width == width:
            return ""
        if before is not None and self._width == width and (more := _typed(before, view)):
            self._view = view
            return more
        begin, shown = self._begin(width), 1
        if before is not None and self._width == width:
            shown = len(before.rows)
        elif before is not None:
            begin += ERASE_BELOW  # Also what the terminal knows of rows that it has broken.
        self._view, self._width = view, width
        more_rows = len(view.rows) - 1
        room = NEXT * more_rows + f"\x1b[{more_rows}A" if len(view.rows) > shown else ""
        rows = [self._row(view, n) for n in range(len(view.rows))]
        return f"{begin}{room}{NEXT.join(rows)}{ERASE_BELOW}{RESTORE}"

    def erase(self, width: int) -> str:
        """Take the input line away; the cursor is at the beginning of a row then."""
        if self._view is None:
            return ""
        begin, self._view = self._begin(width), None
        return begin + ERASE_BELOW

    def above(self, rows: Iterable[str], width: int) -> str:
        """Show rows, after which the input line is to be painted."""
        return self.erase(width) + "".join(f"{row}{NEXT}" for row in rows)

    def leave(self) -> str:
        """Leave the input line as it is, and go below it."""
        if self._view is None:
            return ""
        below = NEXT * (len(self._view.rows) - self._view.row)
        self._view = None
        return below

    def forget(self) -> None:
        """Nobody knows what is on the terminal now."""
        self._view = None

    def _begin(self, width: int) -> str:
        """To where the input line begins. A terminal that has become narrower has broken
        its rows; one that only cuts them has had them so seldom that longer ones count."""
        if self._view is None:
            return ""
        up, view = self._view.row, self._view
        if width < self._width:
            up = sum(_rows_of(row, width) for row in view.rows[: view.row])
            up += view.column // width
        return "\r" + (f"\x1b[{up}A" if up else "")

    def _row(self, view: InputView, number: int) -> str:
        row, head = view.rows[number], ""
        if number == 0 and self._styled and view.prompt:
            head, row = f"{BOLD}{row[: view.prompt]}{PLAIN}", row[view.prompt :]
        if number == view.row:
            at = max(0, view.characters - (view.prompt if head else 0))
            row = f"{row[:at]}{SAVE}{row[at:]}"
        return f"{head}{row}{ERASE_RIGHT}"


def _typed(before: InputView, view: InputView) -> str:
    """What was typed at the end, if that is all that is new."""
    if before.rows[:-1] != view.rows[:-1]:
        return ""
    old, new = before.rows[-1], view.rows[-1]
    at_end = (before.row, before.characters) == (len(before.rows) - 1, len(old)) and (
        view.row,
        view.characters,
    ) == (len(view.rows) - 1, len(new))
    return new[len(old) :] if at_end and new.startswith(old) else ""


def _rows_of(row: str, width: int) -> int:
    return max(1, -(-columns_of(row) // width))
