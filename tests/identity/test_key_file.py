"""Where a key is kept: made once, for its owner alone, and never written over."""

import os
import sys
from io import StringIO
from pathlib import Path
from stat import S_IMODE
from subprocess import PIPE, Popen

from twisted.trial.unittest import SkipTest, SynchronousTestCase

from tests.identity import temporary
from twisted_chat.identity.fingerprints import spoken
from twisted_chat.identity.key_file import PERSON, data_directory, load_or_make
from twisted_chat.launch.udpchat import main as udpchat
from twisted_chat.startup import CannotStart

MAKE = """
import sys
from pathlib import Path
from twisted_chat.identity.key_file import load_or_make
sys.stdin.read()
print(load_or_make(Path(sys.argv[1])).fingerprint)
"""


class KeyFile(SynchronousTestCase):
    """One's own key in a file."""

    def setUp(self) -> None:
        self.path = temporary(self) / "a" / "b" / PERSON

    def mode(self, path: Path) -> int:
        return S_IMODE(path.stat().st_mode)

    def refusal(self) -> str:
        """How the file is refused: in one line, and left as it is."""
        before = self.path.read_bytes() if self.path.is_file() else b""
        with self.assertRaises(CannotStart) as caught:
            load_or_make(self.path)
        if before:
            self.assertEqual(self.path.read_bytes(), before)
        self.assertIn(str(self.path), str(caught.exception))
        self.assertNotIn("\n", str(caught.exception))
        return str(caught.exception)

    def test_made_once(self) -> None:
        """A key is made at first use, for its owner alone, and is the same ever after."""
        made = load_or_make(self.path)
        self.assertEqual(load_or_make(self.path).fingerprint, made.fingerprint)
        self.assertEqual((self.mode(self.path), self.mode(self.path.parent)), (0o600, 0o700))
        self.assertEqual([file.name for file in self.path.parent.iterdir()], [PERSON])

    def test_at_the_same_time(self) -> None:
        """Programs that start at the same time for the first time have one key."""
        made = [
            Popen([sys.executable, "-c", MAKE, str(self.path)], stdin=PIPE, stdout=PIPE)
            for _ in range(2)
        ]
        for program in made:
            assert program.stdin is not None
            program.stdin.close()
        self.assertEqual(len({program.stdout.read() for program in made if program.stdout}), 1)
        for program in made:
            assert program.stdout is not None
            program.stdout.close()
            self.assertEqual(program.wait(), 0)

    def test_open_to_others(self) -> None:
        """A key that others can read is refused with the command that ends that."""
        load_or_make(self.path)
        self.path.chmod(0o640)
        self.assertIn(f"chmod 600 {self.path}", self.refusal())

    def test_directory_open_to_others(self) -> None:
        """No key is made where others may write."""
        self.path.parent.mkdir(parents=True)
        self.path.parent.chmod(0o777)
        with self.assertRaises(CannotStart) as caught:
            load_or_make(self.path)
        self.assertIn("chmod 700", str(caught.exception))
        self.assertFalse(self.path.exists())

    def test_damaged(self) -> None:
        """Half a key, an empty file and anything else are refused, and not written over."""
        pem = load_or_make(self.path).pem
        for damaged in (b"", pem[:200], b"\xff" * 100, pem.replace(b"MC4", b"XXX")):
            self.path.write_bytes(damaged)
            self.assertIn("damaged", self.refusal())

    def test_no_file(self) -> None:
        """A directory or a pipe in its place is refused, without waiting for anybody."""
        self.path.mkdir(parents=True)
        self.refusal()
        self.path.rmdir()
        os.mkfifo(self.path, 0o600)
        self.assertIn("not a file", self.refusal())

    def test_unreadable(self) -> None:
        """A key that one may not read is refused."""
        if os.geteuid() == 0:
            raise SkipTest("root may read everything")
        load_or_make(self.path)
        self.path.chmod(0)
        self.assertIn("cannot read", self.refusal())

    def test_no_directory(self) -> None:
        """Where no directory can be made, one line says so."""
        self.path.parent.parent.parent.mkdir()
        self.path.parent.parent.write_bytes(b"")
        with self.assertRaises(CannotStart) as caught:
            load_or_make(self.path)
        self.assertNotIn("\n", str(caught.exception))


class Shown(SynchronousTestCase):
    """`udpchat identity`."""

    def setUp(self) -> None:
        self.patch(os, "environ", {**os.environ, "XDG_DATA_HOME": str(temporary(self))})
        self.shown = StringIO()
        self.patch(sys, "stdout", self.shown)

    def test_shown(self) -> None:
        """It shows the fingerprint to be read out first, and where the key is."""
        with self.assertRaises(SystemExit) as ended:
            udpchat(["identity"])
        self.assertEqual(ended.exception.code, 0)
        path = data_directory() / PERSON
        fingerprint = load_or_make(path).fingerprint
        first, *_, last = self.shown.getvalue().splitlines()
        self.assertEqual(first, spoken(fingerprint))
        self.assertIn(str(path), last)
        self.assertIn(fingerprint, self.shown.getvalue())

    def test_another(self) -> None:
        """It shows the key that --key or --name has, and makes no other."""
        key = data_directory() / "elsewhere.pem"
        for path, words in (
            (key, ("--key", str(key))),
            (data_directory() / "identity-bob.pem", ("--name", "Bob")),
        ):
            fingerprint = load_or_make(path).fingerprint
            with self.assertRaises(SystemExit) as ended:
                udpchat(["identity", *words])
            self.assertEqual(ended.exception.code, 0)
            self.assertIn(fingerprint, self.shown.getvalue())
            self.assertIn(str(path), self.shown.getvalue())
            self.assertFalse((data_directory() / PERSON).exists())

    def test_refused(self) -> None:
        """What is wrong with the key is one line, and the exit status is not 0."""
        path = data_directory() / PERSON
        path.parent.mkdir(parents=True)
        path.write_bytes(b"no key")
        path.chmod(0o600)
        with self.assertRaises(CannotStart) as ended:
            udpchat(["identity"])
        self.assertIn("damaged", str(ended.exception.code))
        self.assertEqual(self.shown.getvalue(), "")
