from pathlib import Path
from tempfile import TemporaryDirectory

from twisted.trial.unittest import SynchronousTestCase


def temporary(case: SynchronousTestCase) -> Path:
    """A directory that is gone after the test."""
    directory = TemporaryDirectory()
    case.addCleanup(directory.cleanup)
    return Path(directory.name) / "made"
