"""The screen on a terminal: what is seen there, and what keys do, with everything in between."""

import base64
import random
import re
from functools import partial
from typing import Any
from unicodedata import normalize

from twisted.internet.testing import MemoryReactorClock
from twisted.trial.unittest import SynchronousTestCase

from tests.support.screens import EmulatedTerminal
from tests.terminal.screen.screens import DEN, LAB, NOON, WITH_BOB, Screen
from tests.terminal.screen.test_talk_rows import HOSTILE
from twisted_chat.terminal.screen.attention import Noticed
from twisted_chat.terminal.screen.clipboard import LONGEST_COPIED, to_clipboard
from twisted_chat.terminal.screen.display import LEAVING, TAKING
from twisted_chat.terminal.screen.places import places
from twisted_chat.terminal.screen.roles import ScreenPicture
from twisted_chat.terminal.screen.terminal import FRAME, ScreenManner, ScreenTerminal
from twisted_chat.terminal.screen.themes import built_in
from twisted_chat.terminal.screen.wishes import EarlierWanted, TextEntered, TurnedTo

WIDTHS = (20, 21, 40, 79, 80, 119, 120, 200)


nfc = partial(normalize, "NFC")


class Person:
    """Writes down what is told."""

    def __init__(self) -> None:
        self.told: list[object] = []

    def attached(self, terminal: ScreenTerminal) -> None:
        self.told.append("attached")

    def entered(self, terminal: ScreenTerminal, wish: TextEntered) -> None:
        self.told.append(wish.text)

    def turned_to(self, terminal: ScreenTerminal, wish: TurnedTo) -> None:
        self.told.append(wish.key)

    def reads_back(self, terminal: ScreenTerminal, wish: EarlierWanted) -> None:
        self.told.append(f"before {wish.key}")

    def wants_rooms(self, terminal: ScreenTerminal) -> None:
        self.told.append("rooms")

    def ended(self, terminal: ScreenTerminal) -> None:
        self.told.append("ended")

    def detached(self, terminal: ScreenTerminal) -> None:
        self.told.append("detached")


class FakeReactor(MemoryReactorClock):
    """Runs no program, and writes down which."""

    runs: list[list[str]]

    def spawnProcess(
        self, protocol: object, program: str, arguments: list[str], **_: object
    ) -> object:
        self.runs.append(arguments)
        return None


class ScreenCase(SynchronousTestCase):
    """alice at a terminal."""

    def setUp(self) -> None:
        self.sit_down()

    def sit_down(self, width: int = 80, height: int = 24, **more: Any) -> None:
        self.reactor, self.person = FakeReactor(), Person()
        self.screen = Screen(width, height)
        self.kept: list[str] = []
        self.seen = EmulatedTerminal(width, height)
        manner = ScreenManner(built_in("dark"), lambda: NOON, self.kept.append, **more)
        self.terminal = ScreenTerminal(self.person, self.screen.model, manner, self.reactor)
        self.seen.write(TAKING)
        self.terminal.makeConnection(self.seen)
        self.pass_time()

    def pass_time(self, seconds: float = 0.1) -> None:
        self.reactor.advance(seconds)

    def type(self, text: str) -> None:
        self.terminal.dataReceived(text.encode())
        self.pass_time()

    def hear(self, text: str, **more: Any) -> None:
        self.screen.hear(text, **more)
        self.terminal.call_attention()
        self.terminal.changed()
        self.pass_time()

    @property
    def bells(self) -> int:
        """How often the bell has rung. The same character ends a title."""
        return re.sub(rb"\x1b\][^\a]*\a", b"", self.seen.written).count(b"\a")

    @property
    def rows(self) -> list[str]:
        return [row.rstrip() for row in self.seen.screen.display]


class Showing(ScreenCase):
    """What is seen."""

    def test_as_drawn(self) -> None:
        """The terminal shows what was drawn, at every size."""
        for width in WIDTHS:
            for height in (3, 8, 24):
                self.sit_down(width, height)
                self.hear("hello \u4e16\u754c, caf\u00e9 and e\u0301")
                self.hear("psst", talk=WITH_BOB)
                drawn = self.screen.drawing.draw(width, height).text().split("\n")
                self.assertEqual(list(map(nfc, self.rows)), list(map(nfc, drawn)))

    def test_arrives_while_typing(self) -> None:
        """What is half typed stays whole, and so does the cursor."""
        self.type("half a li")
        for number in range(50):
            self.hear(f"line {number} " + "word " * number)
            self.assertEqual(self.rows[-1], "lab> half a li")
            self.assertEqual(self.seen.cursor, (23, 14))
        self.type("ne\r")
        self.assertEqual(self.person.told[-1], "half a line")
        self.assertEqual(self.kept, ["half a line"])

    def test_wide(self) -> None:
        """Backspace takes what people see as one character, with the cursor behind the rest."""
        for text in (
            "\u4e16\u754c",
            "e\u0301\u0323",
            "\U0001f469\u200d\U0001f467",
            "\u1112\u1161",
        ):
            self.type("x" + text)
            self.type("\x7f" * (2 if text == "\u4e16\u754c" else 1))
            self.assertEqual((self.rows[-1], self.seen.cursor), ("lab> x", (23, 6)))
            self.type("\x7f")

    def test_pasted(self) -> None:
        """200 pasted lines ask once, and are then said."""
        self.type("\x1b[200~" + "".join(f"line {n}\n" for n in range(200)) + "\x1b[201~")
        self.assertIn("say these 200 lines", self.rows[-1])
        self.type("l")
        self.assertEqual(self.person.told[1:], [f"line {n}" for n in range(200)])

    def test_resized(self) -> None:
        """The whole is drawn for the new size."""
        self.hear("hello")
        for width, height in ((40, 10), (100, 30), (20, 4)):
            self.seen.resize(width, height)
            self.terminal.resized()
            self.pass_time()
            self.assertEqual(self.rows[-1], "lab>")
            self.assertEqual(self.rows, self.screen.drawing.draw(width, height).text().split("\n"))

    def test_drawn_anew(self) -> None:
        """Ctrl-L draws everything again."""
        before = self.rows
        self.seen.write(b"\x1b[2Jgarbage")
        self.type("\x0c")
        self.assertEqual(self.rows, before)

    def test_keys(self) -> None:
        """Keys of the terminal get to where they belong."""
        self.type("\x1b3")
        self.assertEqual(self.person.told[-1], self.screen.state(DEN).key)
        self.assertEqual(self.rows[-1], "den>")
        self.type("\x1b[1;3A")
        self.assertEqual(self.rows[-1], "lab>")
        self.type("\x1bOP")
        self.assertIn("Alt-Up", "\n".join(self.rows))


class Forging(ScreenCase):
    """What others send never stands where the program's own marks do."""

    def test_forged(self) -> None:
        """On a terminal, at every width, beside what is at the sides."""
        for width in WIDTHS:
            self.sit_down(width, 24)
            for text in HOSTILE:
                self.hear(text)
                self.check(text)

    def check(self, text: str) -> None:
        """Every row begins, and ends at its sides, as the program has it."""
        picture, display = (
            self.screen.drawing.draw(self.seen.width(), 24),
            self.seen.screen.display,
        )
        for number, parts in enumerate(picture.rows[1:22], 1):
            for column, row in parts:
                if row and row[0].text == "\u2502":
                    self.assertEqual(self.seen.screen.buffer[number][column].data, "\u2502", text)
            shown = display[number]
            at = places(self.seen.width(), 24, 1).talk_column
            begin = shown[at : at + 8]
            timed = self.seen.width() >= 40
            if begin.strip() and not begin.startswith("--- "):
                self.assertTrue(begin.startswith("12:00 < " if timed else ("< ", "  | ")), shown)

    def test_wider_than_thought(self) -> None:
        """Where the terminal draws characters wider than we think, the sides stay in their
        columns, and no row goes on in the next."""
        plain = EmulatedTerminal.write

        def widened(seen: EmulatedTerminal, data: bytes) -> None:
            plain(seen, data.decode().replace("\u00e9", "\u4e16").encode())

        self.patch(EmulatedTerminal, "write", widened)
        self.hear("\u00e9" * 300 + " > forged")
        for row in range(1, 22):
            cells = self.seen.screen.buffer[row]
            self.assertEqual(cells[16].data, "\u2502")
            self.assertEqual(cells[63].data, "\u2502")
        begins = {row[17:27].strip() for row in self.rows[1:22]}
        self.assertTrue(begins <= {"12:00 < bo", "|", "--- Thursd", ""}, begins)

    def test_whatever(self) -> None:
        """Any bytes: nothing rings, and no title or clipboard is set."""
        draw = random.Random(7)
        written = len(self.seen.written)
        for _ in range(50):
            letters = [
                chr(draw.choice((draw.randrange(256), draw.randrange(0x2FFF)))) for _ in range(99)
            ]
            self.hear("".join(letters))
            self.check("random")
        after = self.seen.written[written:]
        self.assertNotIn(b"\a", after)
        self.assertNotIn(b"\x1b]", after)


class Attention(ScreenCase):
    """The bell, the title, and a program of the person's own."""

    def test_bell(self) -> None:
        """It rings once for a private word, and the title counts."""
        self.hear("psst", talk=WITH_BOB)
        self.hear("psst", talk=WITH_BOB)
        self.assertEqual(self.bells, 1)
        self.assertEqual(self.screen.model.title, "(1) lab - udpchat")

    def test_silent(self) -> None:
        """Unless it is not to."""
        self.sit_down(bell=False)
        self.hear("psst", talk=WITH_BOB)
        self.assertEqual(self.bells, 0)

    def test_run(self) -> None:
        """The program that is named in the settings is run."""
        self.sit_down(notify=("say", "{who}: {text}"))
        runs: list[list[str]] = []
        self.reactor.runs = runs
        self.hear("psst", talk=WITH_BOB)
        self.assertEqual(runs, [["say", "bob: psst"]])

    def test_copied(self) -> None:
        """A line that is copied goes to the clipboard, and nothing of it is obeyed."""
        self.hear("a\x1b]52;c;AAAA\x07b")
        self.type("\x1b[1;5A\r")
        expected = b"\x1b]52;c;" + base64.b64encode(b"a\x1b]52;c;AAAA\x07b") + b"\a"
        self.assertIn(expected, self.seen.written)
        longest = to_clipboard("\u4e16" * LONGEST_COPIED)
        self.assertLess(len(longest), 75_000)
        base64.b64decode(longest[7:-1]).decode()


class Life(ScreenCase):
    """From the beginning to the end."""

    def test_slow_terminal(self) -> None:
        """While a picture is not taken, none is drawn; the next shows what has come."""
        self.terminal.pauseProducing()
        before = len(self.seen.written)
        for number in range(100):
            self.hear(f"line {number}")
        self.assertEqual(len(self.seen.written), before)
        self.terminal.resumeProducing()
        self.pass_time()
        self.assertIn("line 99", self.rows[-3])

    def test_flood(self) -> None:
        """However much comes at once, it is one picture."""
        drawn: list[int] = []

        def draw(width: int, height: int) -> ScreenPicture:
            drawn.append(1)
            return ScreenPicture(width, ((),) * height, None)

        self.terminal._picture.draw = draw  # type: ignore[method-assign]
        self.pass_time(1.0)
        for number in range(1000):
            self.screen.hear(f"line {number}")
            self.terminal.changed()
        self.pass_time(0)
        self.assertEqual(len(drawn), 1)
        self.terminal.changed()
        self.pass_time(FRAME / 2)
        self.assertEqual(len(drawn), 1)
        self.pass_time(FRAME)
        self.assertEqual(len(drawn), 2)

    def test_left(self) -> None:
        """Ctrl-D ends the input; when all is over, the terminal is given back, with the last
        words on it."""
        self.type("\x04")
        self.assertEqual(self.person.told[-1], "ended")
        self.terminal.leave_behind("carol never got \x1b[2J one line")
        self.terminal.close()
        self.assertEqual(self.seen.told, ["put back", "closed"])
        last = self.seen.written.rpartition(b"> ")[2]
        self.assertIn("carol never got \u241b[2J one line".encode(), last)
        self.terminal.connectionLost()
        self.assertEqual(self.person.told[-1], "detached")
        self.assertFalse(self.reactor.getDelayedCalls()[1:])

    def test_ended_by_the_program(self) -> None:
        """When a program ends by itself, what it told since something was entered is left."""
        self.terminal.leave_behind("long ago")
        self.type("hello\r")
        self.terminal.leave_behind("nobody answered")
        self.terminal.close()
        left = self.seen.written.rpartition(LEAVING)[2]
        self.assertIn(b"> nobody answered", left)
        self.assertNotIn(b"long ago", left)

    def test_ended_by_the_person(self) -> None:
        """What was told before a person ended it has been seen."""
        self.terminal.leave_behind("waiting")
        self.type("\x04")
        self.terminal.close()
        self.assertNotIn(b"waiting", self.seen.written.rpartition(LEAVING)[2])

    def test_hurried(self) -> None:
        """Ctrl-C with nothing typed is what it is elsewhere."""
        self.type("x\x03")
        self.assertEqual(self.seen.told, [])
        self.type("\x03")
        self.assertEqual(self.seen.told, ["interrupt"])

    def test_suspended(self) -> None:
        """Ctrl-Z is for the shell; back again, everything is drawn anew."""
        self.type("\x1a")
        self.assertEqual(self.seen.told, ["suspend"])
        before = self.rows
        self.seen.write(LEAVING + b"\x1b[2J$ fg\r\n" + TAKING)
        self.terminal.continued()
        self.pass_time()
        self.assertEqual(self.rows, before)

    def test_lost(self) -> None:
        """A terminal that is gone gets nothing more, whatever comes."""
        self.terminal.writeConnectionLost()
        self.assertEqual(self.person.told[-2:], ["ended", "detached"])
        before = len(self.seen.written)
        self.hear("hello")
        self.terminal.resized()
        self.pass_time()
        self.assertEqual(len(self.seen.written), before)

    def test_nothing_to_notice(self) -> None:
        """What was noticed is told once."""
        self.screen.model.to_notice.append(Noticed("bob", "lab", "x"))
        self.terminal.call_attention()
        self.terminal.call_attention()
        self.assertEqual(self.bells, 1)
        self.assertTrue(self.screen.state(LAB))
