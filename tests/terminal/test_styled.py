"""Entries as rows, and their colours."""

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.terminal import ansi, colours
from twisted_chat.terminal.ansi import Colours, colours_of, drawn
from twisted_chat.terminal.entry import Entry, Mark
from twisted_chat.terminal.styled import Span, Style, laid_out

KEY = "0123456789abcdef" * 4


def rows(entry: Entry, width: int, when: str = "12:34") -> list[str]:
    """The texts of its rows."""
    return ["".join(span.text for span in row) for row in laid_out(entry, when, width)]


class LaidOut(SynchronousTestCase):
    """Where words stand."""

    def test_under_the_text(self) -> None:
        """A row that goes on stands under the text, behind time, mark and name."""
        entry = Entry(Mark.HEARD, "one two three four five six seven", "bob")
        self.assertEqual(
            rows(entry, 40),
            [
                "12:34 < bob: one two three four five ",
                "             six seven",
            ],
        )

    def test_full_row(self) -> None:
        """A row that ends with a word takes the blank behind it along."""
        entry = Entry(Mark.NOTICE, f"{'x' * 31}; more")
        self.assertEqual(rows(entry, 41), [f"12:34 > {'x' * 31};", "        more"])

    def test_long_introduction(self) -> None:
        """Where a name takes too much room, it stands behind the mark, further than any name."""
        entry = Entry(Mark.HEARD, "one two three", "a-rather-long-name")
        self.assertEqual(
            rows(entry, 40), ["12:34 < a-rather-long-name: one two ", "          three"]
        )

    def test_narrow(self) -> None:
        """On a narrow terminal the time is left out, and a very narrow one has rows too."""
        entry = Entry(Mark.HEARD, "hello there you", "bob")
        self.assertEqual(rows(entry, 20), ["< bob: hello there ", "       you"])
        for width in range(1, 60):
            for row in rows(
                Entry(Mark.HEARD, "x\u65e5" * 30, "carol", place=" in room lab"), width
            ):
                self.assertLess(len(row) + row.count("\u65e5"), max(width, 8))

    def test_lines(self) -> None:
        """Each line of a text begins a row, also an empty one; nothing in them is obeyed."""
        entry = Entry(Mark.OWN, "a\n\n\x1b[2J\tb", "me")
        self.assertEqual(
            rows(entry, 40),
            ["12:34 - me: a", "            ", "            \u241b[2J\u2409b"],
        )

    def test_nobody_speaks(self) -> None:
        """A notice has nobody before it, and goes on under itself."""
        entry = Entry(Mark.NOTICE, "word " * 8)
        self.assertEqual(
            rows(entry, 36), ["12:34 > word word word word word ", "        word word word "]
        )

    def test_styles(self) -> None:
        """Every part has its style, and a person the key that gives the colour."""
        entry = Entry(Mark.HEARD, "hi", "bob", KEY, " privately")
        (row,) = laid_out(entry, "12:34", 80)
        self.assertEqual(
            row,
            (
                Span("12:34 ", Style.TIME),
                Span("< ", Style.MARK),
                Span("bob", Style.PERSON, KEY),
                Span(" privately: ", Style.PLACE),
                Span("hi", Style.TEXT),
            ),
        )


class Colouring(SynchronousTestCase):
    """Which colour is whose."""

    def test_from_the_key(self) -> None:
        """The colour comes from the key, whatever the name; without one there is none."""
        for table in (colours.ANSI_16, colours.ANSI_256):
            found = {colours.colour_of(f"{n:064x}"[::-1], table) for n in range(2000)}
            self.assertEqual(found, set(table))
            self.assertEqual(colours.colour_of("", table), colours.NO_COLOUR)

    def test_readable(self) -> None:
        """There are many, each of which can be read on black and on white, and none is grey."""
        self.assertGreater(len(colours.ANSI_256), 40)
        for number in colours.ANSI_256:
            levels = colours.rgb(number)
            self.assertGreater(max(levels) - min(levels), 79)
            self.assertTrue(60 < 0.3 * levels[0] + 0.59 * levels[1] + 0.11 * levels[2] < 200)

    def test_what_a_terminal_has(self) -> None:
        """TERM and COLORTERM tell how many colours there are; NO_COLOR wants none."""
        for environment, wanted in (
            ({"TERM": "xterm-256color"}, Colours.MANY),
            ({"TERM": "xterm", "COLORTERM": "truecolor"}, Colours.MANY),
            ({"TERM": "linux"}, Colours.FEW),
            ({"TERM": "vt100"}, Colours.NONE),
            ({"TERM": "xterm-256color", "NO_COLOR": "1"}, Colours.NONE),
            ({"TERM": "xterm-256color", "NO_COLOR": ""}, Colours.MANY),
            ({}, Colours.NONE),
        ):
            self.assertEqual(colours_of(environment), wanted, environment)

    def test_drawn(self) -> None:
        """Without colours a row is its text; with them it ends as plain as it began."""
        (row,) = laid_out(Entry(Mark.HEARD, "hi", "bob", KEY), "12:34", 80)
        self.assertEqual(drawn(row, Colours.NONE), "12:34 < bob: hi")
        for many in (Colours.FEW, Colours.MANY):
            shown = drawn(row, many)
            self.assertIn("bob\x1b[m", shown)
            self.assertEqual(shown.count("\x1b["), 2 * shown.count("\x1b[m"))
        number = colours.colour_of(KEY, colours.ANSI_256)
        self.assertIn(f"\x1b[1;38;5;{number}mbob", drawn(row, Colours.MANY))
        codes = {ansi._colour(f"{n:064x}"[::-1], Colours.FEW) for n in range(999)}
        self.assertEqual(codes, {*map(str, (31, 32, 33, 34, 35, 36, 91, 92, 94, 95, 96))})
