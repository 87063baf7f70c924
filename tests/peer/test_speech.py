"""Texts that do not fit into one datagram."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.support.strategies import some
from twisted_chat.peer.speech import speak
from twisted_chat.wire.gen1 import MAX_DATAGRAM

E_ACUTE = "e\N{COMBINING ACUTE ACCENT}"
FAMILY = "\N{MAN}\N{ZERO WIDTH JOINER}\N{WOMAN}\N{ZERO WIDTH JOINER}\N{GIRL}"

long_texts = st.lists(
    st.sampled_from(["a", "é", E_ACUTE, "ア", FAMILY, "\N{GRINNING FACE}", " "]),
    min_size=1,
    max_size=20,
).map(lambda characters: "".join(characters) * (3 * MAX_DATAGRAM // len(characters)))
text_names = st.text("abcåアя", min_size=1, max_size=32)


def parts(name: str, text: str) -> list[str]:
    """What is said, without the line feeds."""
    said = [one.text for one in speak(name, text)]
    assert all(one.endswith("\n") for one in said)
    return [one[:-1] for one in said]


class Splitting(SynchronousTestCase):
    """Between characters, into datagrams that are full."""

    def test_short(self) -> None:
        """What fits is one message, with the line feed of a typed line."""
        (said,) = speak("bob", "hello")
        self.assertEqual(said.encode(), b"msg bob> hello\n")

    def test_several_lines(self) -> None:
        """Each line of a text is a message, as of one that was typed."""
        self.assertEqual(parts("bob", "a\n\nb"), ["a", "", "b"])

    def test_exactly_full(self) -> None:
        """A datagram is filled to its last byte before a second one is begun."""
        full = MAX_DATAGRAM - len(b"msg bob> \n")
        self.assertEqual(len(speak("bob", "x" * full)), 1)
        self.assertEqual(len(speak("bob", "x" * full)[0].encode()), MAX_DATAGRAM)
        self.assertEqual(parts("bob", "x" * (full + 1)), ["x" * full, "x"])

    @some
    @given(text_names, long_texts)
    def test_whole(self, name: str, text: str) -> None:
        """The parts give the text back, and each fits into one datagram."""
        self.assertEqual("".join(parts(name, text)), text)
        for said in speak(name, text):
            self.assertLessEqual(len(said.encode()), MAX_DATAGRAM)

    @some
    @given(text_names, long_texts)
    def test_combining(self, name: str, text: str) -> None:
        """No part begins or ends within what is seen as one character."""
        for part in parts(name, text)[1:]:
            self.assertFalse(unicodedata.category(part[0]).startswith("M"))
            self.assertNotEqual(part[0], "\N{ZERO WIDTH JOINER}")
        for part in parts(name, text)[:-1]:
            self.assertNotEqual(part[-1], "\N{ZERO WIDTH JOINER}")

    def test_endless_sequence(self) -> None:
        """A combining sequence that fits nowhere is split all the same."""
        text = "e" + "\N{COMBINING ACUTE ACCENT}" * 5000
        self.assertEqual("".join(parts("bob", text)), text)

    def test_longest_name(self) -> None:
        """Beside the longest name that there is a text still has room."""
        text = "я" * 3000
        self.assertEqual("".join(parts("\N{DESERET SMALL LETTER LONG I}" * 32, text)), text)
