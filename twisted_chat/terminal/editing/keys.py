"""What a terminal sends for keys, as keys: bytes in, names of keys and texts out.

The sequences are those of xterm ("XTerm Control Sequences", 'PC-Style Function Keys'), which
nearly all terminals send, and of the Linux console. A sequence that nobody knows is one key
without a use, and none of it is taken for text.
"""

import codecs
import re

from msgspec import Struct

PASTE_BEGINS, PASTE_ENDS = "\x1b[200~", "\x1b[201~"
"""What is around a text that is pasted (bracketed paste mode, 2004)."""
MAX_PASTE = 1024 * 1024
"""Characters of a paste that are kept; of a longer one all of it is told to be too long."""
MAX_SEQUENCE = 64
"""Characters of an escape sequence; what is longer is none."""
PATIENCE = 0.5
"""Seconds after which an Escape that nothing follows is the key; on a slow line the rest of a
sequence may come that late."""
PASTE_PATIENCE = 5.0
"""Seconds after which a paste has ended of which nothing more comes."""


class Key(Struct, frozen=True):
    """A key, by its name."""

    name: str


class TypedText(Struct, frozen=True):
    """Characters that were typed, none of which is a control character."""

    text: str


class Pasted(Struct, frozen=True):
    """A text that was pasted, whatever is in it."""

    text: str


KeyInput = Key | TypedText | Pasted

_CONTROLS = {
    "\x00": "ctrl @",
    "\x08": "backspace",
    "\t": "tab",
    "\n": "ctrl j",
    "\r": "enter",
    "\x1c": "ctrl \\",
    "\x1d": "ctrl ]",
    "\x1e": "ctrl ^",
    "\x1f": "ctrl _",
    "\x7f": "backspace",
} | {chr(n): f"ctrl {chr(n + 96)}" for n in (*range(1, 8), *range(11, 13), *range(14, 27))}
_FINAL = {
    "A": "up",
    "B": "down",
    "C": "right",
    "D": "left",
    "F": "end",
    "H": "home",
    "M": "enter",
    "P": "f1",
    "Q": "f2",
    "R": "f3",
    "S": "f4",
}
_NUMBERED = {
    1: "home",
    2: "insert",
    3: "delete",
    4: "end",
    5: "page up",
    6: "page down",
    7: "home",
    8: "end",
    **{n: f"f{n - 10}" for n in range(11, 16)},
    **{n: f"f{n - 11}" for n in range(17, 22)},
    **{n: f"f{n - 12}" for n in range(23, 25)},
}
_SEQUENCE = re.compile(
    r"""
    \x1b\x1b?           # A second one where Alt is held with a key that sends a sequence.
    (?: O[ -~]
      | \[\[[A-E]       # F1 to F5 of the Linux console.
      | \[([0-9;:<=>?]*)[ -/]*([@-Z\\-~])
      | [^\x1b\[O]      # Alt and a character.
    )
    """,
    re.VERBOSE | re.DOTALL,
)
_BEGUN = re.compile(r"\x1b\x1b?(?:O|\[[0-?]*[ -/]*|\[\[)?\Z")
"""What may be the beginning of a sequence."""
_ALT, _SHIFT, _CTRL = 2, 1, 4
"""Modifiers, as xterm adds them up, with one more."""


class KeyDecoder:
    """Takes bytes as they come, in whatever pieces."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._left = ""
        self._paste: list[str] | None = None
        self._pasted = 0

    @property
    def patience(self) -> float | None:
        """After how many seconds without more something is to be flushed that has begun; None
        where nothing has."""
        if self._paste is not None:
            return PASTE_PATIENCE
        return PATIENCE if self._left else None

    def feed(self, data: bytes) -> list[KeyInput]:
        """The keys that these bytes complete."""
        text = self._left + self._decoder.decode(data)
        self._left = ""
        found: list[KeyInput] = []
        at = 0
        while at < len(text):
            at = self._next(text, at, found)
        return found

    def flush(self) -> list[KeyInput]:
        """Nothing followed for a while: what has begun is all there is."""
        left, self._left = self._left, ""
        if self._paste is not None:
            paste, self._paste = self._paste, None
            return [Pasted("".join(paste) + left)]
        if not left:
            return []
        alone = {"\x1b": "esc", "\x1b\x1b": "meta esc", "\x1b[": "meta [", "\x1bO": "meta O"}
        return [Key(alone.get(left, "unknown"))]

    def _next(self, text: str, at: int, found: list[KeyInput]) -> int:
        """Read what begins there. Returns where the next begins."""
        if self._paste is not None:
            return self._in_paste(text, at, found)
        if text[at] == "\x1b":
            return self._escape(text, at, found)
        if (name := _CONTROLS.get(text[at])) is not None:
            found.append(Key(name))
            return at + 1
        end = at
        while end < len(text) and text[end] != "\x1b" and text[end] not in _CONTROLS:
            end += 1
        found.append(TypedText(text[at:end]))
        return end

    def _escape(self, text: str, at: int, found: list[KeyInput]) -> int:
        if text.startswith(PASTE_BEGINS, at):
            self._paste, self._pasted = [], 0
            return at + len(PASTE_BEGINS)
        sequence = _SEQUENCE.match(text, at, at + MAX_SEQUENCE)
        if sequence is not None:
            found.append(Key(_name(sequence)))
            return sequence.end()
        if _BEGUN.match(text, at) and len(text) - at < MAX_SEQUENCE:
            self._left = text[at:]
            return len(text)
        found.append(Key("esc"))
        return at + 1

    def _in_paste(self, text: str, at: int, found: list[KeyInput]) -> int:
        assert self._paste is not None
        end = text.find(PASTE_ENDS, at)
        stop = end
        if end < 0:
            # The end may have begun.
            held = next(
                (
                    n
                    for n in range(len(PASTE_ENDS) - 1, 0, -1)
                    if text.endswith(PASTE_ENDS[:n], at)
                ),
                0,
            )
            stop = len(text) - held
            self._left = text[stop:]
        if self._pasted <= MAX_PASTE:
            self._paste.append(text[at:stop])
            self._pasted += stop - at
        if end < 0:
            return len(text)
        found.append(Pasted("".join(self._paste)))
        self._paste = None
        return end + len(PASTE_ENDS)


def _name(sequence: "re.Match[str]") -> str:
    """The name of the key that sends this."""
    whole, parameters, final = sequence[0], sequence[1], sequence[2]
    alt = "meta " if whole.startswith("\x1b\x1b") else ""
    body = whole.lstrip("\x1b")
    if parameters is None:
        if len(body) == 1:
            return f"meta {_CONTROLS.get(body, body)}"
        if body.startswith("[["):
            return f"{alt}f{'ABCDE'.index(body[2]) + 1}"
        return f"{alt}{_FINAL.get(body[1], 'unknown')}"
    numbers = [int(one) if one.isdigit() else 1 for one in parameters.split(";")]
    if final == "Z":
        return f"{alt}shift tab"
    key = _NUMBERED.get(numbers[0]) if final == "~" else _FINAL.get(final)
    if key is None or (not parameters.replace(";", "").isdigit() and parameters):
        return "unknown"
    held = (numbers[1] if len(numbers) > 1 else 1) - 1
    modifiers = (
        ("shift " if held & _SHIFT else "")
        + ("meta " if held & _ALT or alt else "")
        + ("ctrl " if held & _CTRL else "")
    )
    return modifiers + key
