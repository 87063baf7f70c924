"""Fingerprints, and how people read them to each other."""

import contextlib

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.support.strategies import many
from twisted_chat.errors import UsageMistake
from twisted_chat.identity.fingerprints import fingerprint, matches, read_fingerprint, spoken

FINGERPRINT = "ca96002a7a69ffff000730399c406a32" + "00112233445566778899aabbccddeeff"
SPOKEN = "51862-00042-31337-65535-00007-12345-40000-27186"

fingerprints = st.binary(min_size=32, max_size=32).map(bytes.hex)


class Spoken(SynchronousTestCase):
    """The form for people, and back."""

    def test_groups(self) -> None:
        """Eight groups of five digits stand for the first 128 bits."""
        self.assertEqual(spoken(FINGERPRINT), SPOKEN)

    @many
    @given(fingerprints, st.sampled_from(["-", " ", "", " - ", "\n"]))
    def test_read_again(self, whole: str, between: str) -> None:
        """What was spoken is read again as the beginning of the fingerprint."""
        begins = read_fingerprint(spoken(whole).replace("-", between))
        self.assertEqual(begins, whole[:32])
        self.assertTrue(matches(whole, begins))

    @many
    @given(fingerprints)
    def test_whole(self, whole: str) -> None:
        """A whole fingerprint is read as itself, in capitals and with colons too."""
        colons = ":".join(whole[at : at + 2] for at in range(0, 64, 2))
        for typed in (whole, whole.upper(), colons, f" {whole}\n"):
            self.assertEqual(read_fingerprint(typed), whole)

    def test_refused(self) -> None:
        """What is too short to be sure, or is in no fingerprint, is refused in one line."""
        for typed in ("", SPOKEN[:-1], SPOKEN[:29], FINGERPRINT[:40], "99999" * 8, "x" * 64):
            with self.assertRaises(UsageMistake) as caught:
                read_fingerprint(typed)
            self.assertNotIn("\n", str(caught.exception))

    @many
    @given(st.text())
    def test_anything(self, typed: str) -> None:
        """Whatever is typed is a fingerprint or a mistake."""
        with contextlib.suppress(UsageMistake):
            self.assertIn(len(read_fingerprint(typed)), (32, 64))


class Matching(SynchronousTestCase):
    """Whether a key is the one that is meant."""

    def test_matches(self) -> None:
        """The whole, its beginning and nothing match; another does not."""
        for expected in ("", FINGERPRINT[:32], FINGERPRINT):
            self.assertTrue(matches(FINGERPRINT, expected))
        self.assertFalse(matches(FINGERPRINT, fingerprint(b"another")))
