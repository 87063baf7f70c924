"""Whole chats look as they were recorded."""

from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from tests.chats.plays import PLAYS

RECORDINGS = Path(__file__).parent


def played(name: str) -> str:
    """The recording of a chat that is played now."""
    made = PLAYS[name]
    return f"{made.__doc__}\n\n{made().record()}"


class Chats(SynchronousTestCase):
    """What people see, and what is sent between whom."""

    maxDiff = None

    def test_recordings(self) -> None:
        """Every chat is as it was recorded, and each recording has its chat."""
        recorded = {path.stem: path.read_text() for path in RECORDINGS.glob("*.txt")}
        self.assertEqual(sorted(recorded), sorted(PLAYS))
        for name, text in recorded.items():
            self.assertEqual(played(name).splitlines(), text.splitlines(), name)
