"""The same events at a terminal of lines, and at one with an input line."""

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.peer.test_hostile import HOSTILE
from tests.support.events import events
from tests.support.screens import EmulatedTerminal
from tests.terminal.test_wording import made
from twisted_chat.display import safe
from twisted_chat.peer.events.event import Someone, Talk
from twisted_chat.peer.events.said import Said
from twisted_chat.peer.events.talk import TalkingTo
from twisted_chat.terminal.ansi import Colours, drawn
from twisted_chat.terminal.entry import Entry
from twisted_chat.terminal.styled import laid_out
from twisted_chat.terminal.wording.entries import EntryWording
from twisted_chat.terminal.wording.line import LineWording


def as_line(entry: Entry) -> str:
    """An entry as the line that it would be."""
    return safe(f"{entry.mark.value} {entry.introduction}{entry.text}")


class Same(SynchronousTestCase):
    """One wording, two faces."""

    def test_every_event(self) -> None:
        """Every event is told in the same words, wherever the person talks."""
        for kind in events():
            lines, entries = LineWording(str), EntryWording(read_aloud=str)
            for event in made(kind, "x\ty"):
                told: Any = [as_line(one) for one in entries.entries(event)]
                self.assertEqual(told, list(map(safe, lines.lines(event))), kind)

    def test_place(self) -> None:
        """What is not from where the person talks says where it is from, in the same words."""
        lines, entries = LineWording(str), EntryWording(read_aloud=str)
        for event in (
            Said(Someone("bob"), "hi", True, None, "lab"),
            TalkingTo(Talk("lab"), False),
            Said(Someone("bob"), "hi", True, None, "lab"),
            Said(Someone("bob"), "hi", False),
        ):
            told = [as_line(one) for one in entries.entries(event)]
            self.assertEqual(told, lines.lines(event))

    def test_hostile(self) -> None:
        """Whatever is in whatever field of whatever event: at any width the columns of time and
        mark are the program's."""
        texts = [text for text in HOSTILE if len(text) < 100]
        for kind in events():
            for event in [one for text in texts for one in made(kind, text)[:3]]:
                for entry in EntryWording(read_aloud=str).entries(event):
                    for width in (20, 40, 80):
                        rows = [drawn(row, Colours.NONE) for row in laid_out(entry, "", width)]
                        for n, row in enumerate(rows):
                            self.assertEqual(row[:2], "  " if n else f"{entry.mark.value} ")
                            self.assertTrue(safe(row) == row and len(row) < width, row)

    def test_shown(self) -> None:
        """A few events as they are seen at three widths."""
        shown = (
            Said(Someone("bob"), "have a look at\nthis list of things", True, None, "lab"),
            TalkingTo(Talk("lab"), True),
        )
        for width, wanted in (
            (
                80,
                [
                    "12:00 < bob in room lab: have a look at",
                    "                         this list of things",
                    "12:00 > what you type goes to room lab now",
                ],
            ),
            (
                40,
                [
                    "12:00 < bob in room lab: have a look at",
                    "          this list of things",
                    "12:00 > what you type goes to room lab",
                    "        now",
                ],
            ),
            (
                20,
                [
                    "< bob in room lab:",
                    "    have a look at",
                    "    this list of",
                    "    things",
                    "> what you type",
                    "  goes to room lab",
                    "  now",
                ],
            ),
        ):
            seen, words = EmulatedTerminal(width, 24), EntryWording()
            for event in shown:
                for entry in words.entries(event):
                    for row in laid_out(entry, "12:00", width):
                        seen.write(f"{drawn(row, Colours.MANY)}\n".encode())
            self.assertEqual(seen.rows[:-1], wanted)
