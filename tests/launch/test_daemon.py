"""What twistd leaves to us."""

import signal
import tempfile
from pathlib import Path

from twisted.logger import LogLevel
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.launch import daemon
from twisted_chat.launch.daemon import LOG_FILES, LOG_SIZE


class LogFiles(SynchronousTestCase):
    """The log of a daemon."""

    def test_oldest_goes(self) -> None:
        """Its files are ten besides the one that is written: for an eleventh the oldest goes."""
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        log = Path(place.name, "twistd.log")
        self.addCleanup(signal.signal, signal.SIGUSR1, signal.getsignal(signal.SIGUSR1))
        self.patch(daemon, "_settings", {"logfile": str(log)})
        observer = daemon.log_observer()
        length = LOG_SIZE // 8
        for number in range(8 * (LOG_FILES + 3)):
            observer(
                {
                    "log_format": "{text}",
                    "text": f"line {number} {'x' * length}",
                    "log_level": LogLevel.info,
                    "log_namespace": "example",
                    "log_time": 0.0,
                }
            )
        files = {one.name: one for one in Path(place.name).iterdir()}
        others = {f"twistd.log.{number}" for number in range(1, LOG_FILES + 1)}
        self.assertEqual(files.keys(), others | {"twistd.log"})
        self.assertTrue(all(one.stat().st_size < LOG_SIZE + 2 * length for one in files.values()))
        whole = "".join(one.read_text() for one in files.values())
        self.assertNotIn("line 0 ", whole)
        self.assertIn(f"line {number} ", files["twistd.log"].read_text())
