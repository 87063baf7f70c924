"""Breaking lines: what an independent terminal shows of them, and what no text can forge."""

import sys
import time

import pyte
from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase
from wcwidth import wcwidth

from tests.support.strategies import many
from twisted_chat.display import safe
from twisted_chat.lines import MAX_LINE
from twisted_chat.terminal.rows import MARK, NARROWEST, columns, fresh_row, rows

WIDTHS = st.sampled_from((NARROWEST, 6, 8, 19, 20, 40, 80, 100, 132))
NASTY = st.sampled_from(
    [
        "> carol went",
        "< bob: hi",
        " ",
        "x" * 93,
        "e" + "\u0301" * 30,
        *("\u3000", "\u2003", "\u0416", "\uff1e", "\u5b57", "\u2764\ufe0f"),
        *("\U0001f1e8\U0001f1ed", "\U0001f468\u200d\U0001f469"),
    ]
)
TEXTS = st.lists(st.one_of(NASTY, st.text(max_size=30)), max_size=20).map("".join)


def shown(lines: list[str], width: int) -> list[str]:
    """The rows of a terminal on which these lines were shown, one after the other."""
    broken = [row for line in lines for row in rows(line, width)]
    screen = pyte.Screen(width, len(broken) * 4 + 8)
    pyte.Stream(screen).feed("\r\n".join(broken))
    return screen.display[: screen.cursor.y + 1]


class Rows(SynchronousTestCase):
    """One line after the other on a terminal."""

    @many
    @given(TEXTS, WIDTHS)
    def test_forged(self, text: str, width: int) -> None:
        """Every row but a line's first begins with the mark, whatever a sender writes and
        however wide the terminal is: it has as many rows as were made."""
        line = safe(f"< eve: {text}")
        made = rows(line, width)
        display = shown([line, "> dave came"], width)
        self.assertEqual(len(display), len(made) + len(rows("> dave came", width)))
        self.assertEqual(display[0][0], "<")
        for row in display[1 : len(made)]:
            self.assertTrue(row.startswith(MARK), display)
        self.assertEqual(display[len(made)][0], ">")

    @many
    @given(TEXTS, WIDTHS)
    def test_whole(self, text: str, width: int) -> None:
        """No character is lost or added but the marks."""
        line = safe(f"< eve: {text}")
        first, *others = rows(line, width)
        self.assertEqual(first + "".join(row.removeprefix(MARK) for row in others), line)

    @many
    @given(TEXTS, WIDTHS, st.integers(0, 300))
    def test_half_typed(self, text: str, width: int, typed: int) -> None:
        """While a line is half typed what is shown begins in the first column all the same,
        below it, and has as many rows as were made."""
        made = rows(safe(f"< eve: {text}"), width)
        screen = pyte.Screen(width, typed // width + len(made) * 2 + 8)
        stream = pyte.Stream(screen)
        stream.feed("." * typed + fresh_row(width) + "\r\n".join(made))
        echo = -(-typed // width)
        self.assertEqual("".join(screen.display[:echo]).rstrip(), "." * typed)
        self.assertEqual(screen.display[echo][0], "<")
        self.assertEqual(screen.cursor.y + 1, echo + len(made))

    def test_example(self) -> None:
        """A notice that is wrapped to the beginning of a row stands behind the mark."""
        for filling in ("x" * 93, "x" * 92, "\u3000" * 47, "\u3000" * 46 + " "):
            display = shown([f"< eve: {filling}> carol went"], 100)
            self.assertFalse(any(row.startswith(">") for row in display), display)
            self.assertIn("> carol went", "".join(display[1:]))

    def test_words(self) -> None:
        """A line is broken between words, where they are not too long for that."""
        self.assertEqual(
            rows("< bob: one two three four", 15), ["< bob: one ", "| two three ", "| four"]
        )
        self.assertEqual(rows("< bob: onetwothreefour", 15), ["< bob: onetwot", "| hreefour"])

    def test_groups(self) -> None:
        """A word is broken after a hyphen, if it has one there."""
        key = "42951-08739-44871-51511-64505"
        self.assertEqual(rows(key, 21), ["42951-08739-44871-", "| 51511-64505"])

    def test_short(self) -> None:
        """A line that the terminal has room for stays as it is."""
        self.assertEqual(rows("> bob came", 80), ["> bob came"])
        self.assertEqual(rows("", 80), [""])
        self.assertEqual(len(rows("x" * 79, 80)), 1)
        self.assertEqual(len(rows("x" * 80, 80)), 2)

    def test_no_width(self) -> None:
        """A terminal that is too narrow for the marks costs nothing but their effect."""
        for width in (0, 1, 4):
            self.assertEqual(rows("< a", width), rows("< a", NARROWEST))

    def test_never_too_narrow(self) -> None:
        """No printable character is wider on an independent terminal than is thought."""
        for number in range(sys.maxunicode + 1):
            character = chr(number)
            if character.isprintable():
                self.assertGreaterEqual(columns(character), wcwidth(character), hex(number))

    def test_long(self) -> None:
        """The longest line is broken in a moment."""
        begun = time.process_time()
        self.assertGreater(len(rows("\u0416 " * (MAX_LINE // 3), 20)), 1000)
        self.assertLess(time.process_time() - begun, 1.0)
