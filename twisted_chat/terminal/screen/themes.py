"""Themes: which colours each role on the screen has, in a few lines of TOML.

    like = "dark"
    text = "default"
    notice = "yellow"
    bar = "white on dark blue"

A colour is one of urwid's: a name, `#rgb` or `h0` to `h255`, with settings such as `bold` before
it; behind `on` stands that of the background. What is not said is as in the theme it is like.
"""

from importlib.resources import files

from msgspec import Struct
from urwid.display.common import AttrSpec, AttrSpecError

from twisted_chat.errors import UsageMistake
from twisted_chat.terminal.screen.roles import Role
from twisted_chat.toml_lines import NoToml, line_of, parse

BUILT_IN = ("dark", "light", "plain")
"""The themes that are there."""
LARGEST_THEME = 16 * 1024
"""Characters of a theme."""
SETTINGS = ("bold", "underline", "italics", "standout", "strikethrough")
"""What can stand before a colour."""
_ROLES = {role.value: role for role in Role}
DEFAULT = "default"


class Theme(Struct, frozen=True):
    """Foreground and background of each role. Without `people`, they have no colour each."""

    colours: dict[Role, tuple[str, str]]
    people: bool = True


def built_in(name: str) -> Theme:
    """One of BUILT_IN."""
    place = files("twisted_chat.terminal.screen").joinpath("data", f"{name}.toml")
    return read_theme(place.read_text(encoding="utf-8"))


def read_theme(text: str) -> Theme:
    """Read a theme. Raises UsageMistake, which begins with the line."""
    if len(text) > LARGEST_THEME:
        raise UsageMistake(f"a theme has {LARGEST_THEME:,} characters at most")
    try:
        found = parse(text)
    except NoToml as wrong:
        raise UsageMistake(f"line {wrong.line}: {wrong.why[:1].lower()}{wrong.why[1:]}") from None
    colours: dict[Role, tuple[str, str]] = {}
    people = True
    for key, value in found.items():
        try:
            if key == "like":
                if value not in BUILT_IN:
                    raise UsageMistake(
                        f"there is no theme {value}; there are {', '.join(BUILT_IN)}"
                    )
                base = built_in(value)
                colours, people = base.colours | colours, base.people
            elif key == "people":
                if not isinstance(value, bool):
                    raise UsageMistake("people is true or false")
                people = value
            elif key in _ROLES:
                colours[_ROLES[key]] = _colour(value)
            else:
                raise UsageMistake(f"there is no {key} here; there are {', '.join(_ROLES)}")
        except UsageMistake as mistake:
            raise UsageMistake(f"line {line_of(text, (key,)) or 1}: {mistake}") from None
    return Theme(colours, people)


def _colour(value: object) -> tuple[str, str]:
    if not isinstance(value, str):
        raise UsageMistake('a colour is a text in quotes: "yellow on dark blue"')
    words, _, back = value.partition(" on ")
    front, back = _with_settings(words), back.strip() or DEFAULT
    try:
        AttrSpec(front, back, 256)
    except AttrSpecError as problem:
        raise UsageMistake(f"{value!r} is no colour: {problem}") from None
    return front, back


def _with_settings(words: str) -> str:
    """A colour as urwid has it: settings stand before it, after commas."""
    rest = words.split()
    settings = [word for word in rest if word in SETTINGS]
    name = " ".join(word for word in rest if word not in SETTINGS) or DEFAULT
    return ",".join([name, *settings])
