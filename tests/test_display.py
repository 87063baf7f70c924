"""A stranger's text on a terminal."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.support.strategies import many
from twisted_chat.display import LONGEST, one_line, safe

OBEYED = {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Categories of which nothing may reach a terminal."""


class SafeTests(SynchronousTestCase):
    """What is shown instead of what would be obeyed."""

    def test_escape_sequences(self) -> None:
        """An escape sequence is shown, not obeyed."""
        self.assertEqual(safe("\x1b[2J\x1b]0;title\x07"), "␛[2J␛]0;title␇")

    def test_control_characters(self) -> None:
        """Every C0 control, the line feed included, and DEL are their symbols."""
        self.assertEqual(safe("a\tb\r\nc\x00d\x08\x7f"), "a␉b␍␊c␀d␈␡")

    def test_c1_controls(self) -> None:
        """The controls that 8-bit terminals obey are shown by their numbers."""
        self.assertEqual(safe("\x9b2J\x85\x90"), "<U+009B>2J<U+0085><U+0090>")

    def test_bidirectional_overrides(self) -> None:
        """Nothing turns the rest of the line around."""
        for (
            character
        ) in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c":
            self.assertEqual(safe(f"a{character}b"), f"a<U+{ord(character):04X}>b")

    def test_line_separators(self) -> None:
        """Unicode's own line ends do not end the line."""
        self.assertEqual(safe("a\u2028b\u2029c"), "a<U+2028>b<U+2029>c")

    def test_invisible_and_undecodable(self) -> None:
        """What would not be seen, or is half a character, is seen."""
        self.assertEqual(safe("\ufeff\u00ad\u200b\ud800"), "<U+FEFF><U+00AD><U+200B><U+D800>")

    def test_text_stays(self) -> None:
        """Any language, emoji and their joiners are left as they are."""
        for text in (
            *(
                "",
                "plain text",
                "naïve café",
                "日本語　全角",
                "Привет",
                "שלום",
                "e\u0301",
                "x\u00a0y",
            ),
            *("🦊🇨🇭", "👩\u200d👩\u200d👧", "❤\ufe0f", "می\u200cخواهم", "\ufffd"),
        ):
            self.assertEqual(safe(text), text)


class Properties(SynchronousTestCase):
    """What holds for any text."""

    @many
    @given(st.text(st.characters(), max_size=60))
    def test_nothing_is_obeyed(self, text: str) -> None:
        """The result holds no control, no separator and no override, and is one line."""
        shown = safe(text)
        self.assertFalse({unicodedata.category(character) for character in shown} & OBEYED)
        formats = {character for character in shown if unicodedata.category(character) == "Cf"}
        self.assertLessEqual(formats, {"\u200c", "\u200d"})
        self.assertLessEqual(len(shown.splitlines()), 1)

    @many
    @given(st.text(st.characters(), max_size=60))
    def test_safe_text_stays(self, text: str) -> None:
        """What has been made safe is left alone."""
        self.assertEqual(safe(safe(text)), safe(text))


class LineTests(SynchronousTestCase):
    """What is shown of a line."""

    def test_cut(self) -> None:
        """A line without end has one, with how much is left out."""
        line = one_line("\x1b" * (LONGEST + 1500))
        self.assertEqual(line, "␛" * LONGEST + "... and 1,500 characters more")

    @many
    @given(st.text())
    def test_once_is_enough(self, text: str) -> None:
        """What is safe already stays as it is."""
        self.assertEqual(one_line(one_line(text)), one_line(text))
