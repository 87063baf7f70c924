"""Cutting a stream of bytes into lines of text.

Twisted's LineReceiver copies what is left of its buffer for every line, which
a flood of line feeds makes quadratic, and LineOnlyReceiver does not hand out
an unfinished last line; this does neither.
"""

from collections.abc import Iterator

from twisted_chat.errors import WireError

MAX_LINE = 64 * 1024
"""The longest line, in bytes, its line feed not counted."""


class Lines:
    """Cut bytes as they arrive into lines.

    A character split between two chunks comes out whole; bytes that are not
    UTF-8 come out as replacement characters. A carriage return before the
    line feed belongs to the line's end.
    """

    def __init__(self, longest: int = MAX_LINE) -> None:
        self._longest = longest
        self._held = bytearray()

    def feed(self, data: bytes) -> Iterator[str]:
        """The lines that `data` completes, without their ends.

        To be read to its end. Raises WireError, after the lines before it,
        at a line that is longer than the bound.
        """
        *ended, rest = data.split(b"\n")
        for line in ended:
            if self._held:
                line = bytes(self._held) + line
                self._held.clear()
            self._check(line)
            yield _text(line)
        self._held += rest
        self._check(self._held)

    def rest(self) -> str | None:
        """The last line, if it never got its line feed. To be asked for once, at the end."""
        last = bytes(self._held)
        self._held.clear()
        return _text(last) if last else None

    def _check(self, line: bytes | bytearray) -> None:
        if len(line) > self._longest:
            self._held.clear()
            raise WireError(f"a line over {self._longest:,} bytes")


def _text(line: bytes) -> str:
    return line.removesuffix(b"\r").decode("utf-8", "replace")
