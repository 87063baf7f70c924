"""What may be a name."""

from hypothesis import given
from hypothesis import strategies as st
from precis_i18n import get_profile
from twisted.trial.unittest import SynchronousTestCase

from tests.support.strategies import many, names
from twisted_chat.errors import NameRefused
from twisted_chat.names import MAX_NAME, RESERVED, canonical, casefold


def by_the_rfc(name: str) -> str | None:
    """The key of a name by RFC 8265 alone; None for what is no name in its canonical form."""
    try:
        same = get_profile("UsernameCasePreserved").enforce(name) == name
        return str(get_profile("UsernameCaseMapped").enforce(name)) if same else None
    except UnicodeEncodeError:
        return None


class PlainTests(SynchronousTestCase):
    """Names that take the short way."""

    @many
    @given(st.text(st.characters(max_codepoint=0x7F), min_size=1, max_size=MAX_NAME))
    def test_as_the_rfc_has_it(self, text: str) -> None:
        """Any ASCII text has the key that RFC 8265 gives it, or is no name to either."""
        try:
            found: str | None = casefold(text)
        except NameRefused:
            found = None
        expected = by_the_rfc(text)
        self.assertEqual(found, None if expected in RESERVED else expected)

    def test_each_character(self) -> None:
        """So it is with each character of ASCII."""
        for number in range(0x80):
            text = f"a{chr(number)}"
            try:
                found: str | None = casefold(text)
            except NameRefused:
                found = None
            self.assertEqual(found, by_the_rfc(text), hex(number))


class CanonicalTests(SynchronousTestCase):
    """What a person types becomes a name."""

    def test_names_stay_as_they_are(self) -> None:
        """A name in its canonical form is left alone, in every writing system."""
        for name in (
            "alice",
            "Bob",
            "x",
            "1",
            "j.r-d_2",
            "Алиса",
            "אליס",
            "アリス",
            "日本カナ",
            "É",
        ):
            self.assertEqual(canonical(name), name)

    def test_one_form_of_each(self) -> None:
        """Space around it, wide letters and split accents do not make another name."""
        self.assertEqual(canonical("  alice\n"), "alice")
        self.assertEqual(canonical("\uff41lice"), "alice")
        self.assertEqual(canonical("e\u0301"), "\u00e9")

    def test_not_names(self) -> None:
        """Spaces, symbols, invisible and unfinished characters are refused, with a reason."""
        for text in (
            *("", "  ", "a b", "a\x1b[2J", "a\u202eb", "a\u200db", "a\u00adb", "🦊", "\u2028"),
            *("\ud800", "a\x00", "\ufb01", "\u0301a"),
        ):
            with self.assertRaises(NameRefused, msg=repr(text)) as caught:
                canonical(text)
            self.assertNotIn("\n", str(caught.exception))

    def test_letters_of_one_script(self) -> None:
        """A letter that only looks like one of the others is refused."""
        for text in ("\u0430lice", "bo\u0431", "al\u0456ce", "αlpha"):
            with self.assertRaises(NameRefused, msg=repr(text)) as caught:
                canonical(text)
            self.assertIn("one script", str(caught.exception))

    def test_scripts_that_are_written_together(self) -> None:
        """Japanese and Korean mix scripts, and digits belong to all."""
        for name in ("日本カナ", "漢字とかな", "한국漢字", "Алиса2"):
            self.assertEqual(canonical(name), name)
        with self.assertRaises(NameRefused):
            canonical("かな한국")

    def test_stacked_marks(self) -> None:
        """Two marks in a row are the most; scripts that write vowels as marks are left alone."""
        with self.assertRaises(NameRefused):
            canonical("alice" + "\u0316" * 3)
        with self.assertRaises(NameRefused):
            canonical("a" + "\u0e34" * 30)
        for name in ("q\u0316\u0317", "Việt", "နိုင်ငံ", "บุญมี", "བསྒྲུབས", "שָׁלוֹם"):
            self.assertEqual(canonical(name), name)

    def test_length(self) -> None:
        """A name has 1 to 32 characters, however many bytes, or what else is asked."""
        self.assertEqual(canonical("x" * MAX_NAME), "x" * MAX_NAME)
        self.assertEqual(canonical("日" * MAX_NAME), "日" * MAX_NAME)
        with self.assertRaises(NameRefused):
            canonical("x" * (MAX_NAME + 1))
        with self.assertRaises(NameRefused):
            canonical("abcde", longest=4)

    def test_words_of_the_protocol(self) -> None:
        """What clears a roster is no name, in any case."""
        for text in ("__clear_peers__", "__CLEAR_Peers__"):
            with self.assertRaises(NameRefused):
                canonical(text)


class KeyTests(SynchronousTestCase):
    """When two names are the same."""

    def test_case_does_not_matter(self) -> None:
        """Two names that differ in case only are one, beyond ASCII too."""
        self.assertEqual(casefold("Alice"), casefold("aLICE"))
        self.assertEqual(casefold("АЛИСА"), casefold("алиса"))
        self.assertNotEqual(casefold("alice"), casefold("alyce"))

    def test_only_the_canonical_form(self) -> None:
        """A name that would have to be changed first does not travel."""
        for text in ("", "\uff41lice", "e\u0301", " alice", "x" * 33):
            with self.assertRaises(NameRefused, msg=repr(text)):
                casefold(text)

    def test_length_is_checked_each_time(self) -> None:
        """A name known under one bound is not let in under a narrower one."""
        self.assertEqual(casefold("abcdef"), "abcdef")
        with self.assertRaises(NameRefused):
            casefold("abcdef", 5)


class Properties(SynchronousTestCase):
    """What holds for any text."""

    @many
    @given(names.filter(lambda name: name.lower() not in RESERVED))
    def test_ascii_names(self, name: str) -> None:
        """ASCII letters, digits and a few marks make a name, but for the reserved."""
        self.assertEqual(canonical(name), name)
        self.assertEqual(casefold(name), name)

    @many
    @given(st.text(max_size=MAX_NAME + 2))
    def test_any_text_is_a_name_or_refused(self, text: str) -> None:
        """Any text becomes a name that is its own canonical form, or is refused."""
        try:
            name = canonical(text)
        except NameRefused:
            return
        self.assertEqual(canonical(name), name)
        self.assertTrue(name.isprintable())
        self.assertNotIn(" ", name)
        self.assertLessEqual(len(name), MAX_NAME)
        self.assertTrue(casefold(name))

    @many
    @given(st.text(max_size=MAX_NAME + 2))
    def test_any_text_has_a_key_or_not(self, text: str) -> None:
        """What has a key is in its canonical form."""
        try:
            casefold(text)
        except NameRefused:
            return
        self.assertEqual(canonical(text), text)
