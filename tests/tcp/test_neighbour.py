"""Another chat of the same person at the same port."""

import tempfile
from pathlib import Path
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.tcp.neighbour import Neighbour


class Claims(SynchronousTestCase):
    """Two who look at one lock; a lock of another descriptor is as good as of another process."""

    def setUp(self) -> None:
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.path = Path(temporary.name, "chat", "tcpchat-8090.lock")
        endpoint: Any = None
        self.one, self.other = Neighbour(self.path, endpoint), Neighbour(self.path, endpoint)
        self.addCleanup(self.one.release)
        self.addCleanup(self.other.release)

    def test_nobody(self) -> None:
        """Where nobody has said so there is no chat, nor is there one by what is left of it."""
        self.assertFalse(self.one.there)
        self.one.claim()
        self.one.release()
        self.assertTrue(self.path.exists())
        self.assertFalse(self.other.there)

    def test_there(self) -> None:
        """One sees the other, and nobody sees itself."""
        self.one.claim()
        self.assertTrue(self.other.there)
        self.assertFalse(self.one.there)
        self.one.release()
        self.assertFalse(self.other.there)

    def test_no_directory(self) -> None:
        """Where there can be no lock nobody is there, and nothing is raised."""
        self.path.parent.write_text("a file")
        self.one.claim()
        self.assertFalse(self.other.there)
