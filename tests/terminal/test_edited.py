"""A terminal with an input line: what is seen on it while keys and entries come."""

import random
from unicodedata import normalize

from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from tests.support.screens import EmulatedTerminal
from tests.support.strategies import some
from twisted_chat.terminal.ansi import Colours
from twisted_chat.terminal.edited import BACKGROUND, EditedTerminal, Manner
from twisted_chat.terminal.editing.completion import Completion
from twisted_chat.terminal.editing.editor import Editor
from twisted_chat.terminal.editing.history import History
from twisted_chat.terminal.editing.keys import PASTE_BEGINS, PASTE_ENDS, PATIENCE
from twisted_chat.terminal.editing.outcomes import LineEntered
from twisted_chat.terminal.entry import Entry, Mark

NOON = 1_800_014_400.0
"""A moment, in seconds since 1970."""
WIDTHS = (20, 21, 40, 79, 80, 132, 200)


class Names:
    """Completes one name."""

    def complete(self, text: str, cursor: int) -> Completion:
        return Completion(0, ("anna", "annette"))


class Person:
    """Writes down what is told."""

    def __init__(self) -> None:
        self.told: list[object] = []

    def attached(self, terminal: EditedTerminal) -> None:
        self.told.append("attached")

    def entered(self, terminal: EditedTerminal, line: LineEntered) -> None:
        self.told.append(line.text)

    def wants_rooms(self, terminal: EditedTerminal) -> None:
        self.told.append("rooms")

    def ended(self, terminal: EditedTerminal) -> None:
        self.told.append("ended")

    def detached(self, terminal: EditedTerminal) -> None:
        self.told.append("detached")

    def flowing(self, terminal: EditedTerminal) -> None:
        self.told.append("flowing")


class EditedCase(SynchronousTestCase):
    """A person at a terminal of some size."""

    def setUp(self) -> None:
        self.sit_down()

    def sit_down(self, width: int = 80, height: int = 24, colours: Colours = Colours.NONE) -> None:
        self.clock, self.person, self.kept = Clock(), Person(), list[str]()
        self.now = NOON
        self.seen = EmulatedTerminal(width, height)
        self.terminal = EditedTerminal(
            self.person,
            Editor(Names(), History(("before",))),
            Manner(colours, lambda: self.now, self.kept.append),
            self.clock,
        )
        self.terminal.prompt = "[lab] "
        self.terminal.makeConnection(self.seen)

    def type(self, text: str) -> None:
        self.terminal.dataReceived(text.encode())

    def hear(self, text: str, who: str = "bob") -> None:
        self.terminal.show(Entry(Mark.HEARD, text, who))

    def turn(self) -> None:
        """The reactor takes its next turn."""
        self.clock.advance(0)

    def rows(self) -> list[str]:
        """What is seen, without the times."""
        self.turn()
        return [row[6:] if row[2:3] == ":" and row[5:6] == " " else row for row in self.seen.rows]


class InputLine(EditedCase):
    """The line at the bottom."""

    def test_kept_whole(self) -> None:
        """What is half typed stays whole, and its cursor in place, while text arrives above."""
        self.type("half a li")
        self.type("\x1b[D\x1b[D")
        self.hear("hello\nthere")
        self.hear("again", "carol")
        self.assertEqual(
            self.rows(),
            ["< bob: hello", "             there", "< carol: again", "[lab] half a li"],
        )
        self.assertEqual(self.seen.cursor, (3, 13))
        self.type("ne\r")
        self.assertEqual(self.person.told, ["attached", "half a neli"])
        self.assertEqual(self.kept, ["half a neli"])

    def test_with_its_time(self) -> None:
        """Each entry has the time of day before it, and a day that begins is told."""
        self.hear("hello")
        first = self.seen.rows[0]
        self.assertRegex(first, r"^\d\d:\d\d < bob: hello$")
        self.now += 24 * 3600
        self.hear("hello")
        self.turn()
        self.assertRegex(self.seen.rows[1], r"^ *> [A-Z]\w+day, \d+ [A-Z]\w+ 20\d\d$")

    def test_wide_and_combining(self) -> None:
        """Backspace takes a wide character, a letter with its marks, or a picture of several
        characters, and nothing else of what is seen."""
        for character in ("\u65e5", "e\u0301", "\u0915\u094d\u0937\u093f", "\U0001f600"):
            self.sit_down()
            self.type(f"ab{character}")
            self.type("\x7f")
            self.assertEqual(self.rows(), ["[lab] ab"])
            self.assertEqual(self.seen.cursor, (0, 8))
            self.type(f"{character}cd\x1b[D\x1b[D\x7f")
            self.assertEqual(self.rows(), ["[lab] abcd"])
            self.assertEqual(self.seen.cursor, (0, 8))
            self.type("\r")
            self.assertEqual(self.person.told[-1], "abcd")

    def test_any_keys(self) -> None:
        """Whatever is typed while whatever arrives, at whatever width: at the end the terminal
        shows what one shows on which everything was written once."""
        chance = random.Random(15)
        keys = ["a", "word ", "\u65e5\u672c", "e\u0301", "\x1b[D", "\x1b[C", "\x7f", "\x1b\r"]
        keys += ["\x01", "\x05", "\x17", "\x19", "\x1b[A", "\x1b[B", "\x12", "\x07", "\x1f"]
        for width in WIDTHS:
            self.sit_down(width, 50)
            for step in range(60):
                self.type(chance.choice(keys) * chance.randrange(1, 6))
                if step % 7 == 0:
                    self.hear("news " * chance.randrange(1, 9))
            self.turn()
            rows, cursor = [row.rstrip() for row in self.seen.screen.display], self.seen.cursor
            view = self.terminal._editor.view("[lab] ", width, 50)
            top = cursor[0] - view.row
            drawn = [normalize("NFC", one).rstrip() for one in view.rows]  # As pyte has it.
            self.assertEqual(rows[top : top + len(view.rows)], drawn)
            self.assertEqual(cursor[1], view.column)
            self.assertEqual(set(rows[top + len(view.rows) :]) | {""}, {""})

    def test_long(self) -> None:
        """A line that is longer than the terminal goes on in rows below, and gives them back."""
        self.sit_down(20, 10)
        self.hear("hello")
        self.type("0123456789" * 3)
        self.assertEqual(
            self.rows(),
            ["< bob: hello", "[lab] 0123456789012", "      3456789012345", "      6789"],
        )
        self.type("\x15")
        self.assertEqual(self.rows(), ["< bob: hello", "[lab]"])

    def test_as_long_as_the_protocol_allows(self) -> None:
        """64 KiB are typed, shown around the cursor, and entered."""
        self.sit_down(40, 12)
        text = "x" * (64 * 1024 - 1)
        self.type(text)
        self.type("y")
        self.assertEqual(len(self.rows()), 6)
        self.type("\r")
        self.assertEqual(self.person.told[-1], text + "y")

    def test_resized(self) -> None:
        """On a terminal of another size the line is laid out anew."""
        self.hear("hello")
        self.type("one two three four five six seven")
        self.turn()
        self.seen.resize(200, 30)
        self.terminal.resized()
        self.assertEqual(self.rows(), ["< bob: hello", "[lab] one two three four five six seven"])

    def test_narrower(self) -> None:
        """One that has become narrower has broken the rows of the line, which is drawn anew over
        all of them."""
        self.sit_down(40, 12)
        self.type("x" * 30)
        self.seen.write(b"\r\x1b[K" + b"[lab] " + b"x" * 14 + b"\r\n" + b"x" * 16)
        self.seen.resize(20, 12)
        self.terminal.resized()
        self.assertEqual(self.rows(), ["[lab] xxxxxxxxxxxxx", "      xxxxxxxxxxxxx", "      xxxx"])

    def test_only_what_is_new(self) -> None:
        """What is typed at the end is all that is written, as for a bad line."""
        self.type("a")
        self.seen.written = b""
        self.type("b")
        self.type("\u65e5")
        self.assertEqual(self.seen.written, b"b" + "\u65e5".encode())

    def test_burst(self) -> None:
        """Of many entries in one turn each is shown, and the line drawn once."""
        self.type("half")
        self.seen.written = b""
        for n in range(100):
            self.hear(str(n))
        self.turn()
        self.assertEqual(self.seen.written.count(b"[lab] half"), 1)
        self.assertEqual(self.rows()[-2:], ["< bob: 99", "[lab] half"])


class Keys(EditedCase):
    """What keys do besides."""

    def test_escape(self) -> None:
        """Escape alone is a key, after a moment; with what follows at once it is another."""
        self.type("\x12be")
        self.type("\x1b")
        self.assertEqual(self.rows(), ["(search) be: before"])
        self.clock.advance(PATIENCE)
        self.assertEqual(self.rows(), ["[lab] before"])
        self.type("\x1b")
        self.type("b!")
        self.assertEqual(self.rows(), ["[lab] !before"])

    def test_offered(self) -> None:
        """Words that could be meant are shown above the line."""
        self.type("ann\t")
        self.assertEqual(self.rows(), ["> anna  annette", "[lab] ann"])

    def test_pasted(self) -> None:
        """200 pasted lines cost one question, however they come, and are said at once."""
        lines = [f"line {n}" for n in range(200)]
        data = f"{PASTE_BEGINS}{chr(13).join(lines)}\r{PASTE_ENDS}".encode()
        for size in (1, 7, 4096):
            self.sit_down()
            self.type("log: ")
            for n in range(0, len(data), size):
                self.terminal.dataReceived(data[n : n + size])
            self.hear("what is it?")
            self.assertEqual(
                self.rows(),
                [
                    "< bob: what is it?",
                    "say these 200 lines as [o]ne message, [l]ine by line, or [n]ot at all?",
                ],
            )
            self.type("o")
            self.assertEqual(self.person.told[1:], ["log: " + "\n".join(lines)])

    def test_end(self) -> None:
        """Ctrl-D on an empty line ends the input, and gives the terminal back, with no rest of
        the line on it; what comes then is shown from the first column."""
        self.hear("hello")
        self.type("\x04")
        self.assertEqual(self.person.told, ["attached", "ended"])
        self.assertEqual(self.seen.told, ["put back"])
        self.seen.write(b"echo of what is typed")
        self.hear("bye")
        self.assertEqual(self.rows(), ["< bob: hello", "echo of what is typed", "< bob: bye", ""])
        self.type("more\r")
        self.assertEqual(self.person.told, ["attached", "ended"])

    def test_interrupt(self) -> None:
        """Ctrl-C forgets what is typed; on an empty line it is what it is elsewhere."""
        self.type("half\x03")
        self.assertEqual((self.rows(), self.seen.told), (["[lab]"], []))
        self.type("\x03")
        self.assertEqual(self.seen.told, ["put back", "interrupt"])

    def test_suspended(self) -> None:
        """Ctrl-Z tells the transport; what the line was is drawn again behind what came."""
        self.type("half\x1a")
        self.assertEqual(self.seen.told, ["suspend"])
        self.terminal.suspended()
        self.assertEqual(self.seen.rows, [""])
        self.seen.has_keys = False
        self.hear("in between")
        self.seen.write(b"sh$ fg\r\n")
        self.seen.has_keys = True
        self.terminal.continued()
        self.assertEqual(self.rows(), ["< bob: in between", "sh$ fg", "[lab] half"])

    def test_background(self) -> None:
        """One that goes on in the background has no line there, and finds out by itself when it
        is in the foreground again."""
        self.type("half\x1a")
        self.terminal.suspended()
        self.seen.has_keys, self.seen.background = False, True
        self.terminal.continued()
        self.hear("in between")
        self.clock.advance(BACKGROUND)
        self.assertEqual(self.rows(), ["< bob: in between", ""])
        self.seen.background = False
        self.clock.advance(BACKGROUND)
        self.assertEqual(self.rows(), ["< bob: in between", "[lab] half"])

    def test_redrawn(self) -> None:
        """Ctrl-L clears the terminal but for the line."""
        self.hear("hello")
        self.type("half\x0c")
        self.assertEqual(self.rows(), ["[lab] half"])

    def test_closed(self) -> None:
        """At the end the terminal is given back; a line that is half typed stays to be seen."""
        self.type("half")
        self.terminal.close()
        self.hear("bye")
        self.assertEqual(self.rows(), ["[lab] half", "< bob: bye", ""])
        self.assertEqual(self.seen.told, ["put back", "closed"])
        self.terminal.connectionLost()
        self.assertEqual(self.person.told, ["attached", "detached"])

    def test_lost(self) -> None:
        """A terminal that is lost ends the input, and is written to no more."""
        self.terminal.writeConnectionLost()
        self.terminal.connectionLost()
        self.assertEqual(self.person.told, ["attached", "ended", "detached"])
        self.seen.written = b""
        self.hear("nobody sees that")
        self.turn()
        self.assertEqual(self.seen.written, b"")

    def test_clogged(self) -> None:
        """While nothing is taken the line is not drawn; it is afterwards, as it is then."""
        self.seen.producer.pauseProducing()
        self.seen.written = b""
        self.type("half")
        self.assertEqual((self.seen.written, self.terminal.clogged), (b"", True))
        self.seen.producer.resumeProducing()
        self.assertEqual((self.rows(), self.person.told[-1]), (["[lab] half"], "flowing"))

    def test_waiting(self) -> None:
        """While enough waits nothing more is entered, but keys do what they do."""
        self.terminal.listen(False)
        self.type("a\r")
        self.type("b\n")
        self.assertEqual(self.person.told, ["attached"])
        self.assertEqual(self.rows()[-1], "[lab] ab")
        self.assertIn("too much", self.rows()[0])
        self.terminal.listen(True)
        self.type("\r")
        self.assertEqual(self.person.told, ["attached", "ab"])
        self.terminal.listen(False)
        self.type("\x03")
        self.assertEqual(self.seen.told, ["put back", "interrupt"])


NASTY = st.sampled_from(
    [
        *map(chr, [*range(32), *range(0x7F, 0xA0)]),
        "\n> carol went",
        "\r12:00 > carol went",
        "\x1b[1;1H> carol went",
        "\x1b[2J",
        "\t> carol went",
        "\u202e tnew lorac >\u202c",
        "\u2066\u2067\u2068\u2069\u200e\u200f\u061c",
        "\u2028> carol went\u2029",
        "x" * 193,
        "e" + "\u0301" * 30,
        *("\u3000", "\u0416", "\u5b57", "\u2764\ufe0f", "\U0001f1e8\U0001f1ed"),
        "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    ]
)
TEXTS = st.lists(st.one_of(NASTY, st.text(max_size=20)), max_size=15).map("".join)


class Forging(EditedCase):
    """Nothing that somebody sends stands in the columns of the program's time and marks."""

    @some
    @given(TEXTS, st.sampled_from(WIDTHS), st.booleans())
    def test_forged(self, text: str, width: int, coloured: bool) -> None:
        """Tabs, carriage returns, bidi, every control character, and wrapping at any width: the
        columns of time and mark are the program's, and the next entry begins its own row."""
        self.sit_down(width, 400, Colours.MANY if coloured else Colours.NONE)
        self.terminal.show(Entry(Mark.HEARD, text, "eve", "ab" * 32))
        made = len(self.seen.rows) - 1
        self.terminal.show(Entry(Mark.NOTICE, "dave came"))
        self.turn()
        rows = self.seen.rows
        gutter = 2 if width < 32 else 8
        self.assertRegex(rows[0][:gutter], r"^(\d\d:\d\d )?< $")
        for row in rows[1:made]:
            self.assertEqual(row[:gutter].strip(), "", rows)
        self.assertRegex(rows[made], r"^(\d\d:\d\d )?> dave came$")
        self.assertEqual(rows[made + 1 :], ["[lab]"])
