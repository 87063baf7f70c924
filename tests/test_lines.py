"""Bytes become lines."""

import itertools

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.support.strategies import many
from twisted_chat.errors import WireError
from twisted_chat.lines import MAX_LINE, Lines

LONGEST = 8


def read(chunks: list[bytes], longest: int = LONGEST) -> tuple[list[str], str | None, bool]:
    """The lines, what was left at the end, and whether one was too long."""
    lines, found = Lines(longest), list[str]()
    try:
        for chunk in chunks:
            found.extend(lines.feed(chunk))
    except WireError:
        return found, lines.rest(), True
    return found, lines.rest(), False


class LinesTests(SynchronousTestCase):
    """Where lines begin and end."""

    def test_lines(self) -> None:
        """Each line feed ends a line, an empty one too, and a carriage return goes with it."""
        found = ["a", "", "b\rc", "d", ""]
        self.assertEqual(read([b"a\n\nb\rc\nd\r\n\r\n"]), (found, None, False))

    def test_last_line(self) -> None:
        """What never got its line feed is handed out at the end, once."""
        lines = Lines()
        self.assertEqual(list(lines.feed(b"a\nb")), ["a"])
        self.assertEqual(lines.rest(), "b")
        self.assertIsNone(lines.rest())

    def test_split_character(self) -> None:
        """A character split between two chunks is whole."""
        text = "日本é🦊"
        self.assertEqual(read([bytes([byte]) for byte in text.encode() + b"\n"], 99)[0], [text])

    def test_not_utf_8(self) -> None:
        """Bytes that are not UTF-8 are replacement characters, and the rest is there."""
        self.assertEqual(read([b"a\xffb\n\xc3\nok\n"])[0], ["a\ufffdb", "\ufffd", "ok"])

    def test_longest_line(self) -> None:
        """A line may be as long as the bound, its line feed not counted."""
        line = b"x" * MAX_LINE
        self.assertEqual(read([line + b"\n"], MAX_LINE), ([line.decode()], None, False))

    def test_too_long(self) -> None:
        """One byte more is an error that says the bound, after the lines before."""
        lines, found = Lines(), list[str]()
        with self.assertRaises(WireError) as caught:
            found.extend(line for line in lines.feed(b"a\n" + b"x" * (MAX_LINE + 1) + b"\n"))
        self.assertIn("65,536 bytes", str(caught.exception))

    def test_too_long_before_its_end(self) -> None:
        """A line that never ends is noticed as soon as it is too long, and not kept."""
        self.assertEqual(read([b"a\nxxxx", b"xxxxx"]), (["a"], None, True))


class Properties(SynchronousTestCase):
    """What holds for any bytes, in any chunks."""

    @many
    @given(
        st.lists(st.sampled_from([b"\n", b"\r", b"a", "é".encode(), b"\xff", b"xyz"])).map(
            b"".join
        ),
        st.lists(st.integers(0, 60)),
    )
    def test_chunks_do_not_matter(self, data: bytes, cuts: list[int]) -> None:
        """The same bytes are the same lines, however they arrive."""
        ends = sorted({min(cut, len(data)) for cut in cuts} | {0, len(data)})
        chunks = [data[start:end] for start, end in itertools.pairwise(ends)]
        self.assertEqual(read(chunks), read([data]))

    @many
    @given(st.lists(st.text("ab é", max_size=LONGEST // 2)))
    def test_lines_come_out_as_they_went_in(self, lines: list[str]) -> None:
        """Lines that are short enough come out, all of them, in order."""
        data = "".join(f"{line}\n" for line in lines).encode()
        self.assertEqual(read([data]), (lines, None, False))
