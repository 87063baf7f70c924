"""What the session is told of what is unread."""

from twisted.trial.unittest import SynchronousTestCase

from tests.terminal.screen.screens import LAB, WITH_BOB, Screen
from twisted_chat.peer.commands import LeaveUnread
from twisted_chat.terminal.screen.subjects import subject_of
from twisted_chat.terminal.screen.unread import UnreadCounts


class Telling(SynchronousTestCase):
    """alice in lab; bob talks to her."""

    def setUp(self) -> None:
        self.seen, self.counts = Screen(), UnreadCounts()

    def changes(self) -> list[LeaveUnread]:
        return self.counts.changes(self.seen.model.states)

    def test_changes(self) -> None:
        """Each change is told once: what comes where nobody looks, and that it is looked at."""
        self.assertEqual(self.changes(), [])
        self.seen.hear("psst", WITH_BOB)
        self.seen.hear("hello")
        self.assertEqual(self.changes(), [LeaveUnread(WITH_BOB, 1)])
        self.assertEqual(self.changes(), [])
        self.seen.hear("are you there?", WITH_BOB)
        self.seen.look_at(WITH_BOB)
        self.seen.hear("hm")
        self.assertEqual(self.changes(), [LeaveUnread(LAB, 1), LeaveUnread(WITH_BOB, 0)])

    def test_before(self) -> None:
        """What was unread before is not any more once it is looked at, and is until then."""
        self.counts.kept(subject_of(LAB), 3)
        self.seen.state(WITH_BOB).unread = 2
        self.counts.kept(subject_of(WITH_BOB), 2)
        self.assertEqual(self.changes(), [LeaveUnread(LAB, 0)])
