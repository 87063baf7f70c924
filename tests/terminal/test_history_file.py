"""What was entered, from one start to the next."""

import os
import stat
import tempfile
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.terminal.editing.history import MAX_HISTORY, MAX_HISTORY_BYTES, History
from twisted_chat.terminal.history_file import LONGEST_FILE, HistoryFile, history_path


class Files(SynchronousTestCase):
    """A history on disk."""

    def setUp(self) -> None:
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.path = Path(temporary.name, "state", "udpchat-history")
        self.file = HistoryFile(self.path)

    def test_kept(self) -> None:
        """What is added is there at the next start, whatever is in it, for its owner alone."""
        entries = ("hello", "two\nlines", "back\\slash \\n", "\u65e5\u672c\ttab", "cr\rhere")
        for entry in entries:
            self.file.add(entry)
        self.assertEqual(HistoryFile(self.path).load().entries, entries)
        self.assertEqual(stat.S_IMODE(self.path.stat().st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(self.path.parent.stat().st_mode), 0o700)

    def test_others_modes(self) -> None:
        """A file that others could read is closed to them."""
        self.file.add("one")
        self.path.chmod(0o644)
        self.file.add("two")
        self.assertEqual(stat.S_IMODE(self.path.stat().st_mode), 0o600)

    def test_none(self) -> None:
        """Where there is no file, or none can be, nothing is kept, and nothing fails."""
        self.assertEqual(self.file.load().entries, ())
        self.path.parent.mkdir()
        self.path.mkdir()
        self.file.add("lost")
        self.assertEqual(self.file.load().entries, ())

    def test_link(self) -> None:
        """A link in its place, which another can turn elsewhere, is not written through."""
        self.path.parent.mkdir()
        elsewhere = self.path.parent / "elsewhere"
        self.path.symlink_to(elsewhere)
        self.file.add("secret")
        self.assertFalse(elsewhere.exists())

    def test_bounded(self) -> None:
        """A file that has become long is written anew, with the newest of it."""
        self.path.parent.mkdir()
        self.path.write_text("".join(f"{n:01000}\n" for n in range(LONGEST_FILE // 1000)))
        history = self.file.load()
        self.assertLess(self.path.stat().st_size, MAX_HISTORY_BYTES + MAX_HISTORY)
        self.assertEqual(int(history.entries[-1]), LONGEST_FILE // 1000 - 1)
        self.assertEqual(self.file.load().entries, history.entries)
        self.assertEqual(os.listdir(self.path.parent), ["udpchat-history"])

    def test_place(self) -> None:
        """It is with what programs remember of what they did."""
        home = str(self.path.parent)
        self.patch(os, "environ", {**os.environ, "XDG_STATE_HOME": home})
        self.assertEqual(history_path("udpchat"), Path(home, "twisted-chat", "udpchat-history"))


class Remembering(SynchronousTestCase):
    """What is kept of what is entered."""

    def test_blank(self) -> None:
        """A line that begins with a blank is for nobody's eyes: it is never kept."""
        history = History()
        for entry, kept in ((" secret", False), ("\tsecret", False), ("", False), ("a", True)):
            self.assertEqual(history.add(entry), kept)
        self.assertFalse(history.add("a"))
        self.assertFalse(history.add("x" * (MAX_HISTORY_BYTES + 1)))
        self.assertEqual(history.entries, ("a",))

    def test_bounds(self) -> None:
        """The oldest are forgotten, by number and by size."""
        history = History(map(str, range(MAX_HISTORY + 5)))
        self.assertEqual((len(history.entries), history.entries[0]), (MAX_HISTORY, "5"))
        history.add("x" * MAX_HISTORY_BYTES)
        self.assertEqual(len(history.entries), 1)
