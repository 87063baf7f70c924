"""How far our own words have come, as those see it who show them one by one."""

from twisted.trial.unittest import SynchronousTestCase

from tests.peer.keyed import KeyedWorld
from twisted_chat.peer.contacts.line import Line
from twisted_chat.peer.events.event import Someone, Talk
from twisted_chat.peer.gen2.owed import KEPT_FOR
from twisted_chat.peer.own_lines import MAX_OWN, MAX_OWN_BYTES, OwnLine, OwnLines

LAB = Talk("lab")


def line(text: str) -> Line:
    """Something that we say there."""
    return Line(text, "alice", "lab", 0.0)


class Remembering(SynchronousTestCase):
    """The last lines, numbered."""

    def test_after(self) -> None:
        """Those after a number are told, as they stand now."""
        own, first, second = OwnLines(), line("one"), line("two")
        own.add([first], LAB)
        own.add([second], LAB)
        second.receivers, second.arrived, second.refused = 2, 1, 1
        self.assertEqual(own.after(1), [OwnLine(2, "two", LAB, 3, 1, 1)])
        self.assertEqual([one.number for one in own.after(0)], [1, 2])
        self.assertEqual(own.after(2), [])

    def test_bounded(self) -> None:
        """So many are remembered, and so many bytes of them; their numbers stay theirs."""
        own = OwnLines()
        for _ in range(MAX_OWN + 5):
            own.add([line("x")], LAB)
        self.assertEqual(own.after(0)[0].number, 6)
        own.add([line("x" * MAX_OWN_BYTES)], LAB)
        self.assertEqual(own.after(0), [])
        own.add([line("y")], LAB)
        self.assertEqual([one.number for one in own.after(0)], [MAX_OWN + 7])

    def test_settled(self) -> None:
        """A line is settled when it has arrived, or will not, at everybody."""
        for arrived, lost, settled in ((0, 0, False), (1, 0, False), (1, 1, True), (2, 0, True)):
            self.assertEqual(OwnLine(1, "", LAB, 2, arrived, lost).settled, settled)


class Arriving(SynchronousTestCase):
    """What becomes of them."""

    def setUp(self) -> None:
        self.world = KeyedWorld()
        self.alice, self.bob = self.world.room("alice", "bob")

    def marks(self) -> list[tuple[str, int, int, int]]:
        """The text, and how many are to get it, have it, and will not."""
        own = self.alice.session.own_lines(0)
        return [(one.text, one.receivers, one.arrived, one.lost) for one in own]

    def test_arrived(self) -> None:
        """A line waits, and has arrived when it is acknowledged."""
        self.alice.enter("hello")
        self.assertEqual(self.marks(), [("hello", 1, 0, 0)])
        self.world.wait(1.0)
        self.assertEqual(self.marks(), [("hello", 1, 1, 0)])

    def test_private(self) -> None:
        """It is told to whom it was said."""
        self.alice.type("$msg bob psst")
        (own,) = self.alice.session.own_lines(0)
        self.assertEqual(own.to, Talk(who=Someone("bob")))

    def test_lost(self) -> None:
        """One who has parted before it arrived does not get it, where it is owed no more."""
        self.world.network.kill(self.bob.node)
        self.alice.enter("hello")
        self.alice.type("$roomleave", wait=600.0)
        self.assertEqual(self.marks(), [("hello", 1, 0, 0)])
        self.world.wait(KEPT_FOR / 1000)
        self.assertEqual(self.marks(), [("hello", 1, 0, 1)])
        self.assertTrue(self.alice.session.own_lines(0)[0].settled)

    def test_said_to_nobody(self) -> None:
        """What nobody hears is none of them."""
        self.alice.type("$roomleave")
        self.alice.type("hello")
        self.assertEqual(self.marks(), [])
