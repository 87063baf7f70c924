"""What is unread, and what is for the person."""

from twisted.trial.unittest import SynchronousTestCase

from tests.terminal.screen.screens import DEN, LAB, NOON, WITH_BOB, Screen
from twisted_chat.peer.events.event import Someone, Talk
from twisted_chat.terminal.screen.attention import LONGEST_TOLD, Noticed, is_mention
from twisted_chat.terminal.screen.shown_line import Progress


class Attention(SynchronousTestCase):
    """The bell, counts and the title."""

    def setUp(self) -> None:
        self.screen = Screen()
        self.model = self.screen.model

    def rung(self) -> list[Noticed]:
        """What there was to be noticed since the last time."""
        noticed, self.model.to_notice = self.model.to_notice, []
        return noticed

    def test_counts(self) -> None:
        """What others say elsewhere is counted, and what is for us apart."""
        self.screen.hear("hello", DEN)
        self.screen.hear("alice: hello", DEN)
        den = self.screen.state(DEN)
        self.assertEqual((den.unread, den.mentions), (2, 1))
        self.screen.look_at(DEN)
        self.assertEqual((den.unread, den.mentions), (0, 0))

    def test_here(self) -> None:
        """What is said where one looks is not unread."""
        self.screen.hear("hello")
        self.assertEqual(self.screen.state(LAB).unread, 0)

    def test_once_for_each(self) -> None:
        """It rings once for each conversation, until that is looked at."""
        for _ in range(3):
            self.screen.hear("psst", WITH_BOB)
            self.screen.hear("alice?", DEN)
        rung = [Noticed("bob", "bob", "psst"), Noticed("bob", "den", "alice?")]
        self.assertEqual(self.rung(), rung)
        self.assertEqual(self.model.title, "(2) lab - udpchat")
        self.screen.press("meta 3")
        self.assertEqual(self.model.title, "(1) den - udpchat")
        self.screen.look_at(LAB)
        self.screen.hear("alice!", DEN)
        self.assertEqual(self.rung(), [Noticed("bob", "den", "alice!")])

    def test_where_one_looks(self) -> None:
        """It rings there too, as nobody knows whether one does, and again after a key."""
        self.screen.hear("alice!")
        self.screen.hear("alice!!")
        self.assertEqual(len(self.rung()), 1)
        self.screen.press("x")
        self.screen.hear("alice!!!")
        self.assertEqual(len(self.rung()), 1)

    def test_mentions(self) -> None:
        """Our name as a word of its own, however it is written."""
        for text in ("alice", "ALICE: hi", "hi, Alice!", "(alice)", "what does alice's say"):
            self.assertTrue(is_mention(text, "alice"), text)
        for text in ("malice", "alices", "al ice", "", "alice2", "_alice"):
            self.assertFalse(is_mention(text, "alice"), text)
        self.assertFalse(is_mention("anything", ""))

    def test_told_safely(self) -> None:
        """What is told outside of the screen is short, and obeyed by nothing."""
        self.screen.hear("\x1b]0;x\x07" + "y" * 1000, WITH_BOB)
        (noticed,) = self.rung()
        self.assertLessEqual(len(noticed.text), LONGEST_TOLD)
        self.assertTrue(noticed.text.isprintable())

    def test_notices(self) -> None:
        """What the program tells elsewhere is no unread line; what is urgent is marked."""
        self.screen.tell("carol came", DEN)
        self.assertFalse(self.screen.state(DEN).stirred)
        self.model.told(self.screen.state(DEN), "you were put out", NOON, urgent=True)
        self.assertTrue(self.screen.state(DEN).stirred)
        self.assertEqual(self.screen.state(DEN).unread, 0)
        self.assertEqual(self.rung(), [])


class Ours(SynchronousTestCase):
    """Our own words."""

    def setUp(self) -> None:
        self.screen = Screen()
        self.model, self.lab = self.screen.model, self.screen.state(LAB)

    def test_progress(self) -> None:
        """A line is followed until it is settled."""
        self.model.said(self.lab, "one", NOON, 1)
        self.model.said(self.lab, "two", NOON, 2)
        self.assertEqual(self.model.unsettled, 0)
        self.assertTrue(self.model.came(1, Progress.AT_ALL, settled=True))
        self.assertEqual(self.model.unsettled, 1)
        self.model.came(2, Progress.LOST, settled=True)
        self.assertEqual(self.model.unsettled, 2)
        self.assertEqual([self.lab.lines.at(n).progress for n in (0, 1)], [3, 4])

    def test_not_shown_yet(self) -> None:
        """A line that is not there is to be shown first; one that was settled is not again."""
        self.assertFalse(self.model.came(1, Progress.WAITING, settled=False))
        self.model.said(self.lab, "one", NOON, 1)
        self.model.came(1, Progress.AT_ALL, settled=True)
        self.assertTrue(self.model.came(1, Progress.AT_ALL, settled=True))

    def test_forgotten(self) -> None:
        """Lines of which nothing more is known are followed no more."""
        self.model.said(self.lab, "one", NOON, 1)
        self.model.said(self.lab, "two", NOON, 2)
        self.model.forget_progress(2)
        self.assertEqual(self.model.unsettled, 1)


class Conversations(SynchronousTestCase):
    """Which there are."""

    def setUp(self) -> None:
        self.screen = Screen()
        self.model = self.screen.model

    def test_over(self) -> None:
        """One that is not there any more stays to be read, and can come back."""
        self.screen.there_are(DEN)
        self.assertTrue(self.screen.state(LAB).over)
        self.assertFalse(self.model.states.home.over)
        self.screen.there_are(LAB, DEN)
        self.assertFalse(self.screen.state(LAB).over)

    def test_renamed(self) -> None:
        """Somebody with the same key and another name is the same conversation."""
        self.screen.hear("hello", WITH_BOB)
        renamed = Talk(who=Someone("rob", "b" * 64))
        self.screen.there_are(LAB, DEN, renamed)
        self.assertEqual(self.screen.state(renamed).title, "rob")
        self.assertEqual(self.screen.state(renamed).lines.end, 1)

    def test_same_name(self) -> None:
        """Somebody else of the same name is another."""
        other = Talk(who=Someone("bob", "c" * 64))
        self.screen.hear("hello", other)
        self.assertEqual(self.screen.state(WITH_BOB).lines.end, 0)

    def test_followed(self) -> None:
        """Where the person has asked to be, what they have begun to type comes along, unless
        something is typed there already."""
        self.screen.type("hello")
        self.model.follow(self.screen.state(DEN))
        self.assertEqual(self.screen.rows[-1], "den> hello")
        self.screen.look_at(LAB)
        self.screen.type("other")
        self.model.follow(self.screen.state(DEN))
        self.assertEqual(self.screen.rows[-1], "den> hello")
        self.screen.look_at(LAB)
        self.assertEqual(self.screen.rows[-1], "lab> other")
