"""The picture on a terminal: urwid draws what has changed.

A row is drawn from the left, and how wide a character is there is up to the terminal. So the
parts of a row are put into their columns, whatever stands before them, and no row is ever broken
by the terminal (DECAWM, "XTerm Control Sequences"): what is too wide is cut off at the right.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

import urwid
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


class PictureCanvas(urwid.Canvas):
    """A picture as urwid draws it."""

    cacheable = False

    def __init__(self, picture: ScreenPicture, styles: Styles) -> None:
        super().__init__()
        self._picture = picture
        self._styles = styles
        self.cursor = picture.cursor

    def rows(self) -> int:
        return len(self._picture.rows)

    def cols(self) -> int:
        return self._picture.width

    def content(
        self,
        trim_left: int = 0,
        trim_top: int = 0,
        cols: int | None = 0,
        rows: int | None = 0,
        attr: Mapping[Any, Any] | None = None,
    ) -> Iterator[_Row]:
        """The rows. A picture is drawn whole."""
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


class PictureWidget(urwid.Widget):
    """Shows what is drawn, in as much room as there is."""

    _sizing = frozenset([urwid.Sizing.BOX])
    _selectable = True
    no_cache = ("render",)

    def __init__(self, drawable: Drawable, styles: Styles) -> None:
        super().__init__()
        self._drawable = drawable
        self._styles = styles

    def render(self, size: Any, focus: bool = False) -> PictureCanvas:
        width, height = size
        return PictureCanvas(self._drawable.draw(width, height), self._styles)

    def keypress(self, size: Any, key: str) -> str | None:
        return key


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
        nothing: Any = _NoFile(output)
        super().__init__(nothing, nothing, bracketed_paste_mode=False, focus_reporting=False)
        self._output = output

    def _start(self, *args: Any, **kwargs: Any) -> None:
        self.clear()

    def _stop(self) -> None:
        self.set_title(None)

    def get_cols_rows(self) -> tuple[int, int]:
        """The size of the terminal now."""
        return self._output.width() or 1, max(1, self._output.height())

    def hook_event_loop(self, event_loop: Any, callback: Any) -> None:
        """Nothing: keys come from the transport."""

    def unhook_event_loop(self, event_loop: Any) -> None:
        """Nothing: nothing is hooked."""

    def _read_raw_input(self, timeout: float) -> bytearray:
        return bytearray()
