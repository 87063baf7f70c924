"""How an input line looks."""

import random

from twisted.trial.unittest import SynchronousTestCase
from wcwidth import wcswidth

from twisted_chat.terminal.editing.clusters import clusters
from twisted_chat.terminal.editing.input_view import MOST_ROWS, InputLayout, InputView

ODD = [
    "a",
    "b ",
    "\t",
    "\n",
    "\u202e",
    "\x1b[2J",
    "e\u0301",
    "\u65e5",
    "\U0001f468\u200d\U0001f469",
]


def view(text: str, cursor: int | None = None, prompt: str = "", width: int = 20) -> InputView:
    """How a text looks."""
    at = len(text) if cursor is None else cursor
    return InputLayout().view(text, at, prompt, width, 2 * MOST_ROWS)


def cursor_of(seen: InputView) -> str:
    """The row of the cursor, with `^` where it is."""
    row = seen.rows[seen.row]
    return row[: seen.characters] + "^" + row[seen.characters :]


class Rows(SynchronousTestCase):
    """Where rows end."""

    def test_one_row(self) -> None:
        """A short text stands behind its prompt."""
        seen = view("hello", 2, "[lab] ", 80)
        self.assertEqual(seen, InputView(("[lab] hello",), 0, 8, 8, 6))

    def test_broken(self) -> None:
        """A row has one column less than the terminal; the next is indented like the first."""
        seen = view("abcdefghijklmnopqrs", 13, "[lab] ")
        self.assertEqual(seen.rows, ("[lab] abcdefghijklm", "      nopqrs"))
        self.assertEqual((seen.row, seen.characters, seen.column), (1, 6, 6))

    def test_lines(self) -> None:
        """A line feed ends a row, and leaves an empty one at the end."""
        self.assertEqual(view("a\n\nb\n", prompt="> ").rows, ("> a", "  ", "  b", "  "))
        self.assertEqual(cursor_of(view("a\nb", 1, "> ")), "> a^")
        self.assertEqual(cursor_of(view("a\nb", 2, "> ")), "  ^b")

    def test_wide(self) -> None:
        """Wide characters and clusters are never broken, and the cursor counts columns."""
        seen = view("\u65e5" * 12, prompt="> ")
        self.assertEqual(seen.rows, ("> " + "\u65e5" * 8, "  " + "\u65e5" * 4))
        self.assertEqual((seen.characters, seen.column), (6, 10))
        seen = view("x" * 18 + "e\u0301", prompt="")
        self.assertEqual(seen.rows, ("x" * 18, "e\u0301"))

    def test_nothing_is_obeyed(self) -> None:
        """What a terminal would obey is drawn."""
        seen = view("\x1b[2J\ta\u202eb", width=80)
        self.assertEqual(seen.rows, ("\u241b[2J\u2409a<U+202E>b",))
        self.assertEqual(view("x", prompt="\x1b[ ", width=80).rows, ("\u241b[ x",))

    def test_long_prompt(self) -> None:
        """A prompt has a third of a row at most, and keeps its end."""
        self.assertEqual(view("x", prompt="[a-long-name] ").rows, ("[a-l] x",))

    def test_window(self) -> None:
        """Of many rows those up to the cursor are shown, the prompt before the first."""
        text = "\n".join(map(str, range(30)))
        seen = view(text, prompt="> ")
        self.assertEqual(seen.rows, ("> 20", *(f"  {n}" for n in range(21, 30))))
        self.assertEqual(cursor_of(seen), "  29^")
        seen = view(text, 0, "> ")
        self.assertEqual(seen.rows, ("> 0", *(f"  {n}" for n in range(1, 10))))
        self.assertEqual(cursor_of(seen), "> ^0")

    def test_low(self) -> None:
        """A low terminal keeps half of its rows for the chat."""
        self.assertEqual(len(InputLayout().view("a\n" * 9, 0, "", 20, 6).rows), 3)
        self.assertEqual(len(InputLayout().view("a\n" * 9, 0, "", 20, 1).rows), 1)

    def test_any(self) -> None:
        """Whatever is typed and wherever: no row is too wide, the text is there, and a layout
        that knows what was there before makes the same as a new one."""
        chance = random.Random(15)
        layout, text = InputLayout(), ""
        for step in range(3000):
            cuts = [0]
            for cluster in clusters(text):
                cuts.append(cuts[-1] + len(cluster))
            at = chance.choice(cuts)
            if len(text) > 150:
                text = text[:at]
            else:
                text = text[:at] + chance.choice(ODD) * chance.randrange(1, 20) + text[at:]
            at = min(at, len(text))
            width = 20 if step % 50 else chance.choice((1, 12, 20, 80, 200))
            seen = layout.view(text, at, "[room] ", width, 24)
            self.assertEqual(seen, InputLayout().view(text, at, "[room] ", width, 24))
            for row in seen.rows:
                self.assertLess(wcswidth(row), max(width, 12))
            self.assertLessEqual(seen.characters, len(seen.rows[seen.row]))
