"""Texts are broken into rows."""

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.support.strategies import some
from twisted_chat.display import safe
from twisted_chat.terminal.editing.clusters import columns_of
from twisted_chat.terminal.screen.wrapping import MOST_ROWS, wrapped

TEXTS = st.text(st.sampled_from("ab  \n\t\r\x1b\u202e\u0301\u4e16\u00e9\U0001f600\u200d\x00"))


class Wrapping(SynchronousTestCase):
    """Rows of a text."""

    def test_at_blanks(self) -> None:
        """A row ends at a blank, where one is in its second half."""
        self.assertEqual(wrapped("one two three", 8, 8), ["one two ", "three"])
        self.assertEqual(wrapped("a " + "b" * 10, 8, 8), ["a bbbbbb", "bbbb"])

    def test_at_hyphens(self) -> None:
        """Where there is no blank, after a hyphen: the groups of a key stay whole, also among
        letters that are no ASCII."""
        key = "42951-08739-44871-51511-64505"
        self.assertEqual(wrapped(key, 20, 20), ["42951-08739-44871-", "51511-64505"])
        self.assertEqual(
            wrapped("\u00e4" + key, 20, 20), ["\u00e442951-08739-44871-", "51511-64505"]
        )
        self.assertEqual(wrapped("a b-c defghij", 9, 9)[0], "a b-c ")

    def test_first_row_is_shorter(self) -> None:
        """Beside a name there is less room."""
        self.assertEqual(wrapped("abcdefgh", 3, 5), ["abc", "defgh"])

    def test_lines(self) -> None:
        """A line feed begins a row, and no other control character does."""
        self.assertEqual(wrapped("a\nb\r\x0bc", 9, 9), ["a", "b\u240d\u240bc"])
        self.assertEqual(wrapped("", 9, 9), [""])

    def test_wide(self) -> None:
        """A wide character has two columns, and is not cut."""
        self.assertEqual(wrapped("\u4e16" * 3, 5, 5), ["\u4e16\u4e16", "\u4e16"])

    def test_endless(self) -> None:
        """Of a text without end so much is shown, and how long it is, in little time."""
        for text in ("x" * 10**6, "\n" * 10**6, "\u4e16" * 10**6, "e" + "\u0301" * 10**6):
            rows = wrapped(text, 40, 40)
            self.assertLessEqual(len(rows), MOST_ROWS)
            self.assertIn("characters in all", rows[-1])

    def test_piled_up(self) -> None:
        """Marks without end on one letter are not all shown."""
        (row,) = wrapped("e" + "\u0301" * 50, 40, 40)
        self.assertLess(len(row), 10)

    @some
    @given(TEXTS, st.integers(3, 20), st.integers(3, 20))
    def test_whatever(self, text: str, first: int, width: int) -> None:
        """No row is wider than there is room, and nothing is left out or obeyed."""
        rows = wrapped(text, first, width)
        for number, row in enumerate(rows):
            self.assertLessEqual(columns_of(row), width if number else first)
            self.assertEqual(safe(row), row)
        if len(rows) < MOST_ROWS and "\u0301" not in text and "\u200d" not in text:
            self.assertEqual("".join(rows), "".join(map(safe, text.split("\n"))))
