"""Styles as a terminal obeys them: escape sequences of ECMA-48, 8.3.117 (SGR)."""

from collections.abc import Mapping
from enum import Enum

from twisted_chat.terminal.colours import ANSI_16, ANSI_256, colour_of
from twisted_chat.terminal.styled import Row, Span, Style

_PLAIN = "\x1b[m"
_STYLES = {
    Style.TIME: "2",
    Style.MARK: "1",
    Style.NOTICE: "2",
    Style.PERSON: "1",
    Style.PLACE: "2",
    Style.TEXT: "",
    Style.OWN: "",
}
"""Dim is what the program tells, so that what people say stands out."""


class Colours(Enum):
    """How many colours a terminal has."""

    NONE = 0
    FEW = 16
    MANY = 256


def colours_of(environment: Mapping[str, str]) -> Colours:
    """What the environment says of that: TERM, COLORTERM, and NO_COLOR, which, if it is not
    empty, wants none (no-color.org)."""
    if environment.get("NO_COLOR"):
        return Colours.NONE
    term = environment.get("TERM", "")
    if "256" in term or "direct" in term or environment.get("COLORTERM"):
        return Colours.MANY
    return Colours.NONE if term.startswith(("vt", "dumb")) or not term else Colours.FEW


def drawn(row: Row, colours: Colours) -> str:
    """A row as it is written, in its colours; without any it is its text."""
    if colours is Colours.NONE:
        return "".join(span.text for span in row)
    return "".join(_drawn(span, colours) for span in row)


def _drawn(span: Span, colours: Colours) -> str:
    codes = _STYLES[span.style]
    if (colour := _colour(span.key, colours)) != "":
        codes = f"{codes};{colour}"
    return f"\x1b[{codes}m{span.text}{_PLAIN}" if codes else span.text


def _colour(key: str, colours: Colours) -> str:
    if not key:
        return ""
    if colours is Colours.MANY:
        return f"38;5;{colour_of(key, ANSI_256)}"
    number = colour_of(key, ANSI_16)
    return str(30 + number if number < 8 else 82 + number)
