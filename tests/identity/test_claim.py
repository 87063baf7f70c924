"""Which key a program gets: one that no other program has at the same time.

A lock belongs to an open file, so two claims exclude each other in one process
as in two; closing the descriptor is what the end of a program does to it.
"""

import fcntl
import os
from pathlib import Path
from urllib.parse import quote

from twisted.trial.unittest import SynchronousTestCase

from tests.identity import temporary
from twisted_chat.identity import claim as claims
from twisted_chat.identity.claim import SPARE, claim, claim_file, key_of
from twisted_chat.identity.key_file import PERSON, load_or_make
from twisted_chat.startup import CannotStart
from twisted_chat.wire.gen2.requests import INSTANCE


class Claims(SynchronousTestCase):
    """Programs of one person, and their keys."""

    def setUp(self) -> None:
        self.home = temporary(self)
        self._before = _open_files()
        self.addCleanup(self.end_programs)

    def end_programs(self) -> None:
        """Let go of everything that was claimed, as when all programs end."""
        for descriptor in _open_files() - self._before:
            os.close(descriptor)

    def claim(self, name: str | None = None) -> str:
        """The fingerprint that a program with this name has."""
        return claim(self.home, name).fingerprint

    def kept(self, file: str) -> str:
        """The fingerprint in a file that has to be there already."""
        path = self.home / file
        self.assertTrue(path.exists(), file)
        return load_or_make(path).fingerprint

    def refusal(self, name: str | None) -> str:
        """How a claim is refused: in one line."""
        with self.assertRaises(CannotStart) as caught:
            claim(self.home, name)
        self.assertNotIn("\n", str(caught.exception))
        return str(caught.exception)

    def test_first(self) -> None:
        """The first program has the person's own key, whatever its name, and makes no other."""
        for name in (None, "alice", "bob"):
            self.assertEqual(self.claim(name), self.kept(PERSON))
            self.end_programs()
        keys = [path.name for path in self.home.iterdir() if not path.is_symlink()]
        self.assertEqual(keys, [PERSON])

    def test_long_names(self) -> None:
        """A name that is too long for a file's name has its own key too, the same again."""
        self.claim()
        for number, name in enumerate(("字" * 26, "字" * 27, "字" * 31 + "一", "字" * 31 + "二")):
            made = self.claim(name)
            self.assertEqual(len(list(self.home.glob("identity-*.pem"))), number + 1)
            self.end_programs()
            self.claim()
            self.assertEqual(self.claim(name), made)
        self.assertTrue((self.home / f"identity-{quote('字' * 26)}.pem").exists())

    def test_closed_home(self) -> None:
        """A directory that one may not look into costs one line."""
        self.claim()
        for path in (Path("/proc/1/fd/none"), self.home / ("x" * 300)):
            with self.assertRaises(CannotStart):
                claim(path, "alice")

    def test_where(self) -> None:
        """Where the key of a name is can be known without claiming it."""
        self.claim("alice")
        self.claim("bob")
        for name, file in (
            (None, PERSON),
            ("alice", "identity-alice.pem"),
            ("bob", "identity-bob.pem"),
        ):
            self.assertEqual(key_of(self.home, name), self.home / file)

    def test_where_for_a_new_name(self) -> None:
        """The key that is told for a name that has none yet is the one that it has later,
        whatever runs at the same time."""
        for running in ((), ("alice",)):
            for name in running:
                self.claim(name)
            told = load_or_make(key_of(self.home, "carol")).fingerprint
            self.end_programs()
            self.assertEqual(self.claim("carol"), told)
            self.end_programs()
            for path in self.home.glob("*.pem"):
                path.unlink()

    def test_instance(self) -> None:
        """Programs that cannot run at the same time are one instance: those that have one file
        of this system, after each other. Copies of the key elsewhere are others."""
        first = claim(self.home, "alice")
        self.assertRegex(first.instance, f"^{INSTANCE.pattern}$")
        self.assertNotEqual(claim(self.home, "bob").instance, first.instance)
        self.end_programs()
        self.assertEqual(claim(self.home, None).instance, first.instance)
        self.end_programs()
        self.assertEqual(claim_file(self.home / PERSON).instance, first.instance)
        self.end_programs()
        copy = self.home / "copy.pem"
        copy.write_bytes((self.home / PERSON).read_bytes())
        copy.chmod(0o600)
        copied = claim_file(copy)
        self.assertEqual(copied.fingerprint, first.fingerprint)
        self.assertNotEqual(copied.instance, first.instance)
        self.end_programs()
        self.patch(claims, "BOOT_ID", self.home / "other")
        self.assertEqual(claim_file(self.home / PERSON).instance, "")
        self.end_programs()
        claims.BOOT_ID.write_text("another start of the system\n")
        restarted = claim_file(self.home / PERSON)
        self.assertRegex(restarted.instance, f"^{INSTANCE.pattern}$")
        self.assertNotEqual(restarted.instance, first.instance)

    def test_second_by_name(self) -> None:
        """The second has a key for its name, which it finds again also when it starts first."""
        first, second = self.claim("alice"), self.claim("bob")
        self.assertEqual(second, self.kept("identity-bob.pem"))
        self.assertNotEqual(first, second)
        self.end_programs()
        self.assertEqual(self.claim("bob"), second)
        self.assertEqual(self.claim("alice"), first)

    def test_names_that_are_the_same(self) -> None:
        """A name finds its key however it is written, and no name leads out of the directory."""
        self.claim()
        bob = self.claim("Bob")
        away = self.claim("../bob")
        self.assertNotEqual(bob, away)
        self.end_programs()
        self.assertEqual(self.claim("bOB"), bob)
        self.assertEqual(self.claim("../bob"), away)
        self.assertEqual(len(list(self.home.parent.rglob("*.pem"))), 3)

    def test_whoever_starts_first(self) -> None:
        """A name has the key that it had, whoever starts first the next time."""
        alice, bob = self.claim("alice"), self.claim("bob")
        self.end_programs()
        self.assertEqual((self.claim("bob"), self.claim("alice")), (bob, alice))

    def test_key_moved_away(self) -> None:
        """Whoever moves the person's key away gets a new one, for each name that had it."""
        before = self.claim("alice")
        self.end_programs()
        (self.home / PERSON).rename(self.home / "old.pem")
        after = self.claim("alice")
        self.end_programs()
        self.assertNotEqual(after, before)
        self.assertEqual((self.claim(), self.kept("identity-alice.pem")), (after, after))

    def test_without_a_name(self) -> None:
        """Those without a name have numbered keys, the lowest that is free."""
        claimed = [self.claim() for _ in range(3)]
        files = (PERSON, "identity-2.pem", "identity-3.pem")
        self.assertEqual(claimed, [self.kept(file) for file in files])
        self.end_programs()
        self.assertEqual([self.claim() for _ in range(3)], claimed)

    def test_same_name_twice(self) -> None:
        """A name whose key is in use is refused, and no key is made for it."""
        for name in ("alice", "bob"):
            self.claim(name)
            files = sorted(self.home.iterdir())
            self.assertIn(f"another of your programs uses the key of {name}", self.refusal(name))
            self.assertEqual(sorted(self.home.iterdir()), files)

    def test_none_left(self) -> None:
        """There is an end to the keys of programs without a name."""
        for _ in range(SPARE + 1):
            self.claim()
        self.assertIn(f"{SPARE + 1} programs", self.refusal(None))

    def test_file(self) -> None:
        """The key in a file that was given is made, found again, and refused while in use."""
        path = self.home / "of mine.pem"
        first = claim_file(path).fingerprint
        with self.assertRaises(CannotStart) as caught:
            claim_file(path)
        self.assertIn(str(path), str(caught.exception))
        self.assertNotIn("\n", str(caught.exception))
        self.end_programs()
        self.assertEqual(claim_file(path).fingerprint, first)

    def test_lock_is_of_the_program(self) -> None:
        """A lock is not handed on to programs that are started, which may live longer."""
        self.claim()
        [descriptor] = _open_files() - self._before
        self.assertTrue(fcntl.fcntl(descriptor, fcntl.F_GETFD) & fcntl.FD_CLOEXEC)


def _open_files() -> set[int]:
    """The descriptors of this process that are key files."""
    found = set()
    for entry in Path("/dev/fd").iterdir():
        try:
            if os.readlink(entry).endswith(".pem"):
                found.add(int(entry.name))
        except OSError:  # It was the listing's own.
            continue
    return found
