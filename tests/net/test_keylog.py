"""The file for secrets that the environment names."""

from pathlib import Path
from stat import S_IMODE
from tempfile import TemporaryDirectory

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.net.keylog import VARIABLE, keylog_file
from twisted_chat.startup import CannotStart


class Keylog(SynchronousTestCase):
    """Where secrets are written to, if anywhere."""

    def setUp(self) -> None:
        directory = TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.path = Path(directory.name) / "keys"

    def test_none(self) -> None:
        """Where no file is named no secret is written."""
        self.assertIsNone(keylog_file({}))
        self.assertIsNone(keylog_file({VARIABLE: ""}))

    def test_added(self) -> None:
        """Secrets are added to what is there, in a file for its owner alone."""
        for _ in range(2):
            file = keylog_file({VARIABLE: str(self.path)})
            assert file is not None
            with file:
                file.write("SECRET\n")
        self.assertEqual(self.path.read_text(), "SECRET\n" * 2)
        self.assertEqual(S_IMODE(self.path.stat().st_mode), 0o600)

    def test_refused(self) -> None:
        """A file that cannot be written to is refused in one line."""
        for path in (self.path.parent, self.path / "below", "\0"):
            with self.assertRaises(CannotStart) as caught:
                keylog_file({VARIABLE: str(path)})
            self.assertNotIn("\n", str(caught.exception))
