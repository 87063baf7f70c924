"""How a theme looks on a terminal of so many colours: urwid's attributes for what is drawn."""

from typing import Literal

from urwid.display.common import AttrSpec, AttrSpecError

from twisted_chat.terminal.colours import ANSI_16
from twisted_chat.terminal.screen.roles import Role, Run
from twisted_chat.terminal.screen.themes import SETTINGS, Theme

_NAMES = (
    "black",
    "dark red",
    "dark green",
    "brown",
    "dark blue",
    "dark magenta",
    "dark cyan",
    "light gray",
    "dark gray",
    "light red",
    "light green",
    "yellow",
    "light blue",
    "light magenta",
    "light cyan",
    "white",
)
"""What urwid calls the first 16 colours."""


class Styles:
    """The attributes, made once each."""

    def __init__(self, theme: Theme, colours: int) -> None:
        self._theme = theme
        self._colours: Literal[1, 16, 256] = 256 if colours >= 256 else 16 if colours >= 16 else 1
        self._made: dict[tuple[Role, int], AttrSpec] = {}

    def of(self, run: Run) -> AttrSpec:
        """How this looks."""
        key = run.role, run.colour
        made = self._made.get(key)
        if made is None:
            made = self._made[key] = self._make(*key)
        return made

    def _make(self, role: Role, colour: int) -> AttrSpec:
        front, back = self._theme.colours.get(role, ("default", "default"))
        if colour >= 0 and self._theme.people and self._colours > 1:
            name = f"h{colour}" if self._colours == 256 else _NAMES[ANSI_16[colour % len(ANSI_16)]]
            front = ",".join([name, *_settings(front)])
        if self._colours == 1:
            return AttrSpec(",".join(["default", *_settings(front)]), "default", 1)
        try:
            return AttrSpec(front, back, self._colours)
        except AttrSpecError:  # A colour that this terminal has not.
            return AttrSpec(",".join(["default", *_settings(front)]), "default", self._colours)


def _settings(front: str) -> list[str]:
    return [word for word in front.split(",") if word in SETTINGS]
