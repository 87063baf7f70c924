"""The picture on a terminal: urwid draws what has changed.

A row is drawn from the left, and how wide a character is there is up to the terminal. So the
parts of a row are put into their columns, whatever stands before them, and no row is ever broken
by the terminal (DECAWM, "XTerm Control Sequences"): what is too wide is cut off at the right.
"""

from collections.abc import Iterator
from typing import Any, Protocol

from urwid import util
from urwid.display import raw

from twisted_chat.terminal.screen.roles import ScreenPicture
from twisted_chat.terminal.screen.styles import Styles

TAKING = b"\x1b[?1049h\x1b[?7l"
"""To a screen of its own, on which no row is broken (xterm, 1049; DECAWM)."""
LEAVING = b"\x1b[0m\x1b[?7h\x1b[?25h\x1b[999;1H\n\x1b[?1049l"
"""Back to what stood there before, with a cursor; below the picture, where there is only one
screen."""
ERASE = b"\x1b[2K"
"""The whole row (ECMA-48, 8.3.41)."""
_Row = list[tuple[Any, Any, bytes]]


class Drawable(Protocol):
    """What makes pictures."""

    def draw(self, width: int, height: int) -> ScreenPicture: ...


class Output(Protocol):
    """What takes what is written to a terminal, and knows its size."""

    def write(self, data: bytes) -> None: ...
    def width(self) -> int | None: ...
    def height(self) -> int: ...


class PictureCanvas:
    """A picture as urwid's display draws it: what it needs of a Canvas."""

    def __init__(self, picture: ScreenPicture, styles: Styles) -> None:
        self._picture = picture
        self._styles = styles
        self.cursor = picture.cursor

    def rows(self) -> int:
        return len(self._picture.rows)

    def content(self) -> Iterator[_Row]:
        """The rows."""
        for parts in self._picture.rows:
            row: _Row = [(None, "U", ERASE)]
            for column, runs in parts:
                if column:
                    row.append((None, "U", b"\x1b[%dG" % (column + 1)))
                row += (
                    (self._styles.of(run), None, run.text.encode("utf-8", "replace"))
                    for run in runs
                )
            yield row


class _NoFile:
    """In place of a file: what is read comes from elsewhere."""

    def __init__(self, output: Output) -> None:
        self._output = output

    def write(self, text: str) -> None:
        self._output.write(text.encode("utf-8", "replace"))

    def flush(self) -> None:
        """Nothing: it is on its way."""


class TransportScreen(raw.Screen):
    """urwid's display on a transport, which waits for nobody. What the terminal hands out, which
    modes it has and which signals come is seen to by the transport."""

    def __init__(self, output: Output) -> None:
        util.set_encoding("utf-8")
        nothing: Any = _NoFile(output)
        super().__init__(nothing, nothing, bracketed_paste_mode=False, focus_reporting=False)
        self._output = output
        self._size: tuple[int, int] | None = None

    def show(self, drawable: Drawable, styles: Styles) -> None:
        """Show what is drawn, in as much room as there is."""
        if self._size is None:
            self._size = self.get_cols_rows()
        canvas: Any = PictureCanvas(drawable.draw(*self._size), styles)
        self.draw_screen(self._size, canvas)

    def resized(self) -> None:
        """The terminal has another size, and something else may have been on it."""
        self._size = None
        self.clear()

    def _start(self, *args: Any, **kwargs: Any) -> None:
        self.clear()

    def _stop(self) -> None:
        self.set_title(None)

    def get_cols_rows(self) -> tuple[int, int]:
        """The size of the terminal now."""
        return self._output.width() or 1, max(1, self._output.height())

    def _read_raw_input(self, timeout: float) -> bytearray:
        return bytearray()
