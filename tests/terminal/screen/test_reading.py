"""Reading back in a conversation."""

from twisted.trial.unittest import SynchronousTestCase

from tests.terminal.screen.screens import DEN, LAB, Screen
from twisted_chat.terminal.screen.shown_line import BLOCK


class Reading(SynchronousTestCase):
    """A conversation of 100 lines, and a place for 20 rows."""

    def setUp(self) -> None:
        self.screen = Screen(80, 23)
        for number in range(100):
            self.screen.hear(f"line {number}")
        self.assertEqual(len(self.screen.rows), 23)

    @property
    def numbers(self) -> list[int]:
        """Which lines are seen, by the numbers in them."""
        return [int(row.split()[-1]) for row in self.screen.talk if "line" in row]

    def test_end(self) -> None:
        """The end is shown, and goes on."""
        self.assertEqual(self.numbers, list(range(80, 100)))
        self.screen.hear("line 100")
        self.assertEqual(self.numbers, list(range(81, 101)))

    def test_page_up(self) -> None:
        """A page back, and what arrives moves nothing; how much that is is told."""
        self.screen.press("page up")
        self.assertEqual(self.numbers, list(range(62, 82)))
        for number in range(50):
            self.screen.hear(f"line {100 + number}")
            self.assertEqual(self.numbers, list(range(62, 82)))
        self.assertIn("68 lines below", self.screen.rows[-2])

    def test_back_to_the_end(self) -> None:
        """Page by page, or at once, or by saying something."""
        for keys in (["page down"], ["page down", "page down"], ["ctrl end"], ["x", "enter"]):
            self.screen.press("page up")
            self.screen.press(*keys)
            self.assertEqual(self.numbers, list(range(80, 100)))
            self.assertIsNone(self.screen.model.shown.top)

    def test_beginning(self) -> None:
        """The oldest line stays at the top, below the day."""
        self.screen.press(*["page up"] * 20)
        self.assertEqual(self.numbers, list(range(19)))
        self.assertIn("2026", self.screen.talk[0])

    def test_row_by_row(self) -> None:
        """One row at a time, also within a line."""
        self.screen.hear("word " * 40 + "\nline 100")
        self.screen.press("shift up")
        self.assertNotIn(100, self.numbers)
        self.screen.press("shift down")
        self.assertIn(100, self.numbers)

    def test_dropped(self) -> None:
        """Where what is read was dropped, the oldest that is kept is shown."""
        for number in range(100, 3 * BLOCK):
            self.screen.hear(f"line {number}")
        self.screen.press(*["page up"] * 200)
        self.screen.model.shown.lines.drop_oldest()
        self.assertEqual(self.numbers[0], BLOCK)
        self.screen.press("page down")
        self.assertEqual(self.numbers[-1], BLOCK + 37 - 1)

    def test_resized(self) -> None:
        """The line at the top stays there when the terminal is resized."""
        self.screen.press("page up")
        self.screen.width = 40
        self.assertEqual(self.numbers[0], 62)
        self.screen.height = 10
        self.assertEqual(self.numbers[0], 62)

    def test_each_by_itself(self) -> None:
        """Another conversation is at its end, and one finds this one where one left it."""
        self.screen.press("page up")
        self.screen.look_at(DEN)
        self.screen.hear("line 7", DEN)
        self.assertEqual(self.numbers, [7])
        self.screen.look_at(LAB)
        self.assertEqual(self.numbers, list(range(62, 82)))
