"""What a test sees of the log."""

from typing import Any

from twisted.logger import ILogObserver, formatEvent, globalLogPublisher
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import implementer


def lines_of_ours(case: SynchronousTestCase) -> list[str]:
    """The lines that modules of the package log until the test ends."""
    lines: list[str] = []

    @implementer(ILogObserver)
    def note(event: Any) -> None:
        if event.get("log_namespace", "").startswith("twisted_chat"):
            lines.append(formatEvent(event))

    globalLogPublisher.addObserver(note)
    case.addCleanup(globalLogPublisher.removeObserver, note)
    return lines
