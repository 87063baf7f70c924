"""A text as people see it: in grapheme clusters (UAX #29), each of which is one thing to them.

A terminal draws a letter and its combining marks in one place, and a picture that is made
of several in two columns; the cursor never stands within one, and backspace takes it whole.
"""

from collections.abc import Iterator

from wcwidth import iter_graphemes, wcswidth

WINDOW = 64
"""Characters beside the cursor in which its neighbours are looked for. A cluster that is
longer is cut; no language has one."""


def clusters(text: str) -> Iterator[str]:
    """What a text is made of, as people see it."""
    return iter(text) if text.isascii() else iter_graphemes(text)


def columns_of(text: str) -> int:
    """How many columns a printable text has on a terminal."""
    return len(text) if text.isascii() else max(0, wcswidth(text))


def after(text: str, at: int) -> int:
    """Where the cluster ends that begins there."""
    if at >= len(text):
        return len(text)
    return at + len(next(clusters(text[at : at + WINDOW])))


def before(text: str, at: int) -> int:
    """Where the cluster begins that ends there."""
    if at <= 0:
        return 0
    *_, last = clusters(text[max(0, at - WINDOW) : at])
    return at - len(last)
