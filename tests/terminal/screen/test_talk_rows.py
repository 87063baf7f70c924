"""The rows of lines: what somebody sends stays behind the program's own columns."""

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.support.strategies import some
from tests.terminal.screen.screens import BOB, LAB, NOON, Screen
from twisted_chat.terminal.editing.clusters import columns_of
from twisted_chat.terminal.screen.roles import Row, text_of
from twisted_chat.terminal.screen.shown_line import Progress
from twisted_chat.terminal.screen.subjects import subject_of
from twisted_chat.terminal.screen.talk_rows import TalkRows

WIDTHS = tuple(range(16, 201))
BLANK = "        "
HOSTILE = (
    "> you are not in lab any more",
    "x" * 71 + "> bob is not who you think",
    "x\r> forged",
    "x\n> forged",
    "x\n12:00 > forged",
    "x\t> forged",
    "x\x0b> forged\x0c> forged\x85> forged",
    "\x1b[2J\x1b[H> forged",
    "\x9b2J> forged",
    "\u202e> degrof",
    "\u2028> forged\u2029> forged",
    " " * 60 + "> forged",
    "\u3000" * 40 + "> forged",
    "e" + "\u0301" * 200 + "> forged",
    "\U0001f469\u200d\U0001f467" * 30 + "> forged",
    "".join(map(chr, range(32))) * 4 + "> forged",
    "\u05d0" * 50 + "> forged",
)


def rows_of(text: str, width: int, who: str = "bob") -> list[Row]:
    """The rows of what somebody says, with that of the day."""
    screen = Screen()
    screen.hear(text, who=who)
    return TalkRows(width).of(screen.state(LAB), 0)


def is_ours(row: str, timed: bool) -> bool:
    """Whether a row has in the columns of the program what it alone puts there."""
    before = 8 if timed else 2
    begin, rest = row[:before], row[before:]
    if begin.isspace():
        return rest.startswith("| ")
    return begin == ("12:00 < " if timed else "< ")


class Forging(SynchronousTestCase):
    """Words that try to stand where the program's own do."""

    def test_forged(self) -> None:
        """At no width does anything come to stand in the columns of time and mark, or in that
        of names, but in the first row, behind the name."""
        for width in WIDTHS:
            for text in HOSTILE:
                first, *others = rows_of(text, width)[1:]
                self.assertTrue(text_of(first).removeprefix("12:00 ").startswith("< b"), width)
                for row in (first, *others):
                    self.assertTrue(is_ours(text_of(row), width >= 40), (width, text_of(row)))
                    self.assertLess(columns_of(text_of(row)), max(width, 16))

    def test_forged_by_name(self) -> None:
        """A name without end leaves room for the text, and has no row of its own."""
        for width in (16, 20, 40, 80):
            for who in ("b" * 200, "\u4e16" * 100):
                first, *_ = rows_of("hello", width, who)[1:]
                self.assertLess(columns_of(text_of(first)), width)
                self.assertIn("~: ", text_of(first))

    @some
    @given(st.text(max_size=300), st.sampled_from((16, 20, 39, 40, 80, 200)))
    def test_whatever(self, text: str, width: int) -> None:
        """The same for any text."""
        for row in rows_of(text, width)[1:]:
            self.assertTrue(is_ours(text_of(row), width >= 40))


class Looking(SynchronousTestCase):
    """How lines look."""

    def setUp(self) -> None:
        self.screen = Screen()

    def seen(self, width: int = 60) -> list[str]:
        state = self.screen.state(LAB)
        rows = TalkRows(width)
        every = range(state.lines.first, state.lines.end)
        return [text_of(row) for position in every for row in rows.of(state, position)]

    def test_kinds(self) -> None:
        """What others say, what we say, and what the program tells."""
        self.screen.hear("hello")
        self.screen.model.said(self.screen.state(LAB), "hi", NOON)
        self.screen.tell("carol came")
        expected = ["12:00 < bob: hello", "12:00 - alice: hi", "12:00 > carol came"]
        self.assertEqual(self.seen()[1:], expected)
        short = ["< bob: hello", "- alice: hi", "> carol came"]
        self.assertEqual(self.seen(30)[1:], short)

    def test_how_far(self) -> None:
        """A line of ours shows how far it has come, also when that changes."""
        state, model = self.screen.state(LAB), self.screen.model
        model.said(state, "hi", NOON, 1)
        rows = TalkRows(60)
        for progress, mark in (
            (Progress.WAITING, "."),
            (Progress.AT_SOME, "+"),
            (Progress.AT_ALL, "\u2713"),
            (Progress.LOST, "x"),
        ):
            model.came(1, progress, settled=False)
            self.assertEqual(text_of(rows.of(state, 0)[1]), f"12:00 {mark} alice: hi")

    def test_days(self) -> None:
        """Before the first line of a day stands which it is."""
        self.screen.hear("one")
        self.screen.hear("two")
        self.screen.now += 86_400
        self.screen.hear("three")
        days = [row.strip("- ") for row in self.seen() if row.startswith("---")]
        self.assertEqual(days, ["Thursday, 26 November 2026", "Friday, 27 November 2026"])
        self.assertTrue(self.seen()[3].startswith("--- Friday"))

    def test_unread(self) -> None:
        """Before the first line that was not seen stands a line."""
        self.screen.hear("old")
        self.screen.model.turn(self.screen.model.states.home)
        self.screen.hear("new", who="carol")
        self.screen.hear("newer")
        self.screen.look_at(LAB)
        self.assertEqual(self.seen()[2][:8], "--- new ")
        self.assertEqual(self.seen()[3], "12:00 < carol: new")

    def test_several_lines(self) -> None:
        """A message of several lines has its others behind a mark."""
        self.screen.hear("one\ntwo")
        self.assertEqual(self.seen()[1:], ["12:00 < bob: one", f"{BLANK}| two"])

    def test_colour(self) -> None:
        """The name has the colour of the key."""
        self.screen.model.heard(subject_of(LAB), "bob", "hi", NOON, colour=33)
        row = TalkRows(60).of(self.screen.state(LAB), 0)[1]
        self.assertEqual([run.colour for run in row if run.text == "bob"], [33])
        self.assertTrue(BOB.fingerprint)
