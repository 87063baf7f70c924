"""Names, safe display, lines, rates."""

import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.display import safe
from twisted_chat.errors import NameRefused, WireError
from twisted_chat.lines import Lines
from twisted_chat.names import canonical, key
from twisted_chat.rate import Rate


class Names(SynchronousTestCase):
    """What a name may be."""

    def test_accepted(self) -> None:
        """Names of many languages are, and case does not tell them apart."""
        for name in ("alice", "Alice", "my_name", "Страда", "שלום", "渡辺ひろ", "a" * 32):
            self.assertEqual(canonical(name), name)
        self.assertEqual(key("ALICE"), key("alice"))

    def test_refused(self) -> None:
        """Spaces, symbols, mixed scripts, the protocol's own word and too long ones are not."""
        for name in ("", "a b", "\u0430lice", "😀", "a\n", "__clear_peers__", "a" * 33, "\u0301a"):
            self.assertRaises(NameRefused, key, name)

    def test_one_form(self) -> None:
        """A name that has another form is taken in its canonical one only."""
        self.assertEqual(canonical("cafe\u0301"), "caf\u00e9")
        self.assertRaises(NameRefused, key, "cafe\u0301")


class Display(SynchronousTestCase):
    """What a stranger typed is never obeyed by a terminal."""

    def test_visible(self) -> None:
        """Escape sequences and bidirectional overrides are shown."""
        self.assertEqual(safe("\x1b[31m"), "␛[31m")
        self.assertEqual(safe("a\u202eb\x9b\x7f\n"), "a<U+202E>b<U+009B>␡␊")
        self.assertEqual(safe("渡辺\u3000ひろ né 👩\u200d🚀"), "渡辺\u3000ひろ né 👩\u200d🚀")

    @given(st.text())
    def test_nothing_invisible(self, text: str) -> None:
        """No control character, override or line separator is left."""
        left = {unicodedata.category(character) for character in safe(text)} - {"Cf"}
        self.assertFalse(left & {"Cc", "Cs", "Zl", "Zp"})
        self.assertFalse(set(safe(text)) & set("\u202e\u202a\u2066\u200f\ufeff"))


class Streams(SynchronousTestCase):
    """Bytes into lines."""

    @settings(deadline=None)
    @given(st.lists(st.binary(max_size=9)))
    def test_chunks(self, chunks: list[bytes]) -> None:
        """How the bytes are cut on their way makes no difference."""
        whole, cut = Lines(), Lines()
        expected = [*whole.feed(b"".join(chunks)), whole.rest()]
        found = [line for chunk in chunks for line in cut.feed(chunk)]
        self.assertEqual([*found, cut.rest()], expected)

    def test_split_character(self) -> None:
        """A character split between two chunks comes out whole, bad bytes are replaced."""
        lines = Lines()
        self.assertEqual([*lines.feed(b"caf\xc3")], [])
        self.assertEqual([*lines.feed(b"\xa9\r\n\xff\n")], ["café", "\ufffd"])

    def test_too_long(self) -> None:
        """A line over the bound is an error, whether it has ended or not."""
        self.assertEqual([*Lines(4).feed(b"four\n")], ["four"])
        for data in (b"fiver", b"fiver\n"):
            self.assertRaises(WireError, list, Lines(4).feed(data))


class Rates(SynchronousTestCase):
    """So much a second, so much at once."""

    @settings(deadline=None)
    @given(st.lists(st.floats(0, 0.5), max_size=300))
    def test_bound(self, pauses: list[float]) -> None:
        """Never more than the burst and what the time has earned."""
        rate, now, granted = Rate(10, 5), 1000.0, 0
        for pause in pauses:
            now += pause
            granted += rate.spend("192.0.2.1", now)
            self.assertLessEqual(granted, 5 + (now - 1000) * 10 + 1e-6)

    def test_sources(self) -> None:
        """Each source has its own, a /64 is one source, and 0 is no limit."""
        rate = Rate(1, 1)
        self.assertTrue(rate.spend("2001:db8::1", 0))
        self.assertFalse(rate.spend("2001:db8::2", 0))
        self.assertTrue(rate.spend("192.0.2.1", 0))
        self.assertTrue(rate.spend("2001:db8::2", 1))
        self.assertTrue(all(Rate(0, 1).spend("192.0.2.1", 0) for _ in range(99)))

    def test_bounded_memory(self) -> None:
        """More sources than are remembered do not fill the memory."""
        rate = Rate(1, 1, sources=10)
        for number in range(1000):
            rate.spend(f"10.0.{number // 250}.{number % 250}", 0)
        self.assertLessEqual(len(rate._moments) + len(rate._older), 20)
