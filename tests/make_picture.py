"""Makes the picture in the README: a chat of real programs, as one of their terminals shows it."""

from itertools import groupby
from pathlib import Path
from unittest import TestResult, TextTestRunner
from xml.sax.saxutils import escape

from pyte.screens import Char

from tests.end_to_end.processes import COLUMNS, Program
from tests.end_to_end.screens import Watched, WatchedCase
from tests.end_to_end.test_udpchat import free_udp_port

PICTURE = Path(__file__).parent.parent / "docs" / "screen.svg"
ROWS, WIDTH = 24, 80
CELL, ROW, MARGIN, SIZE = 8.4, 18, 10, 14
"""Of a character, in points, and its height in the font."""
INK, PAPER = "d0d0d0", "1c1c1c"
NAMED = {
    "black": "1c1c1c",
    "red": "d75f5f",
    "green": "87af5f",
    "brown": "d7af5f",
    "blue": "005f87",
    "magenta": "af87af",
    "cyan": "5fafaf",
    "white": "d0d0d0",
    "brightblack": "808080",
    "brightred": "ff8787",
    "brightgreen": "afd787",
    "brightbrown": "ffd787",
    "brightblue": "87afd7",
    "brightmagenta": "d7afd7",
    "brightcyan": "87d7d7",
    "brightwhite": "ffffff",
}


class PictureCase(WatchedCase):
    """Alice, whose terminal is shown, bob and carol."""

    shown: Watched

    def runTest(self) -> None:
        """Let them chat."""
        port = free_udp_port()
        self.serve(port)
        program = self.start_on_terminal(
            "udpchat", "127.0.0.1", port, "--name", "alice", columns=WIDTH
        )
        self.shown = alice = Watched(program)
        alice.resize(ROWS, WIDTH)
        alice.sees("you are alice")
        alice.type("$roomcreate den\r")
        alice.sees("you are in den")
        bob, carol = self.other("bob", port), self.other("carol", port)
        bob.type_lines("$roomcreate lab")
        bob.expect("you are in lab")
        alice.type("$roomjoin lab\r")
        alice.sees("you are in lab with bob")
        bob.type_lines("$topic who brings what on Tuesday")
        alice.sees("who brings what")
        carol.type_lines("$roomjoin lab")
        alice.sees("carol came")
        for speaker, text in (
            (bob, "hello alice, we meet at the old mill on Tuesday, as always"),
            (None, "I bring bread and cheese"),
            (carol, "and I the wine"),
        ):
            if speaker is None:
                alice.type(f"{text}\r")
            else:
                speaker.type_lines(text)
            alice.sees(text[:30])
        alice.sees("✓ alice: I bring")
        carol.type_lines("$roomjoin den", "is anybody here?")
        alice.sees("den 1")
        bob.type_lines("$poke alice", "a word in private?")
        alice.sees("bob !1")
        alice.type("what ab")
        alice.sees("lab> what ab", "+  bob", "+  carol")

    def other(self, name: str, port: int) -> Program:
        """Somebody else, who is registered."""
        one = self.start_on_terminal(
            "udpchat", "127.0.0.1", port, "--name", name, "--line", columns=COLUMNS
        )
        one.expect(f"you are {name}")
        return one


def svg(rows: list[list[Char]]) -> str:
    """Rows of characters as a picture."""
    size = round(2 * MARGIN + CELL * max(map(len, rows)), 1), 2 * MARGIN + ROW * len(rows)
    font = f'font-family="monospace" font-size="{SIZE}"'
    drawn = [
        '<svg xmlns="http://www.w3.org/2000/svg" width="{}" height="{}" {}>'.format(*size, font),
        f'<rect width="100%" height="100%" rx="6" fill="#{PAPER}"/>',
    ]
    for number, row in enumerate(rows):
        x, y = float(MARGIN), MARGIN + ROW * number
        for (ink, paper, bold), same in groupby(row, _look):
            text = "".join(one.data for one in same)
            wide = round(CELL * len(text), 1)
            if paper != PAPER:
                drawn.append(
                    f'<rect x="{x:.1f}" y="{y}" width="{wide}" height="{ROW}" fill="#{paper}"/>'
                )
            if text.strip():
                weight = ' font-weight="bold"' if bold else ""
                drawn.append(
                    f'<text x="{x:.1f}" y="{y + SIZE}" fill="#{ink}"{weight}'
                    f' textLength="{wide}" xml:space="preserve">{escape(text)}</text>'
                )
            x += wide
    return "\n".join([*drawn, "</svg>", ""])


def _look(one: Char) -> tuple[str, str, bool]:
    ink, paper = _colour(one.fg, INK), _colour(one.bg, PAPER)
    return (paper, ink, one.bold) if one.reverse else (ink, paper, one.bold)


def _colour(name: str, default: str) -> str:
    return default if name == "default" else NAMED.get(name, name)


def main() -> None:
    """Write it."""
    case = PictureCase()
    rows: list[list[Char]] = []

    def keep(_: TestResult | None = None) -> None:
        screen = case.shown._screen
        assert case.shown.rows
        rows.extend([screen.buffer[y][x] for x in range(WIDTH)] for y in range(ROWS))

    case.addCleanup(keep)
    result = TextTestRunner(verbosity=0).run(case)
    if not result.wasSuccessful():
        raise SystemExit("no picture was made")
    PICTURE.write_text(svg(rows), encoding="utf-8")


if __name__ == "__main__":
    main()
