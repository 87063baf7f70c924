"""What is done with a paste of several lines: the person is asked once."""

from msgspec import Struct

CANCEL = frozenset({"n", "N", "esc", "ctrl c", "ctrl g", "ctrl d"})
ONE, LINES = frozenset({"o", "O"}), frozenset({"l", "L"})


def pasted_text(text: str) -> str:
    """What was pasted, as it is typed: with line feeds between its lines, and none behind."""
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")


class PasteQuestion(Struct, frozen=True):
    """How to say something of several lines; `joined` if it can be one message."""

    text: str
    """All of it, with what was typed before and behind it."""
    joined: bool
    command: bool
    """Whether it was pasted behind a command, whose argument can only be one text."""
    typed: bool
    """Whether something was typed before it."""

    @property
    def words(self) -> str:
        """What the person is asked."""
        ways = []
        if self.joined:
            ways.append("[o]ne message")
        if not self.command:
            ways.append("[l]ine by line")
        lines = self.text.count("\n") + 1
        return f"say these {lines:,} lines as {', '.join(ways)}, or [n]ot at all? "

    def answered(self, key: str) -> tuple[str, ...] | None:
        """The messages, none of them if nothing is to be said; None for a key that answers
        nothing."""
        if key in CANCEL:
            return ()
        if key in ONE and self.joined:
            return (self.text,)
        if key in LINES and not self.command:
            return tuple(line for line in self.text.split("\n") if line)
        return None
