"""Making a stranger's text safe to show on a terminal or in a log."""

import unicodedata

JOINERS = "\u200c\u200d"
"""Zero-width (non-)joiners: Persian and emoji need them, and they move nothing."""
LONGEST = 1024 * 1024
"""Characters of a line that are shown; a list of 30,000 long names is no longer."""

_PICTURES = {**{code: 0x2400 + code for code in range(32)}, 0x7F: 0x2421}
"""Of control characters, the pictures that Unicode has (its block "Control Pictures")."""


def one_line(text: str) -> str:
    """What is shown of a line, whatever it is: `safe`, and not without end."""
    if len(text) > LONGEST:
        return f"{safe(text[:LONGEST])}... and {len(text) - LONGEST:,} characters more"
    return safe(text)


def safe(text: str) -> str:
    """The same text in which nothing is obeyed by a terminal: control
    characters, escape sequences, bidirectional overrides (UAX #9, 2), line
    separators and other invisible characters are shown instead.

    The result is one line: a line feed inside is shown as a symbol too.
    """
    if text.isprintable():
        return text
    if text[-1] == "\n" and text[:-1].isprintable():  # A line, as nearly everything is.
        return f"{text[:-1]}\N{SYMBOL FOR LINE FEED}"
    text = text.translate(_PICTURES)  # Which is all that a line feed needs, and quick.
    return text if text.isprintable() else "".join(map(_visible, text))


KEY_MEANT = (
    "an arrow, or another key that writes nothing, is in this line, so it was not said:"
    " type it again"
)


def has_key(text: str) -> bool:
    """Whether a key is in a typed line that writes nothing, such as an arrow or Ctrl-L: its
    code is seen by the one who types, but nothing that others could read. A tab is text, and so
    is the end of a line."""
    return not text.isprintable() and any(
        unicodedata.category(one) == "Cc" and one not in "\t\n" for one in text
    )


def _visible(character: str) -> str:
    if character.isprintable() or character in JOINERS:
        return character
    if unicodedata.category(character) == "Zs":
        return character
    return f"<U+{ord(character):04X}>"
