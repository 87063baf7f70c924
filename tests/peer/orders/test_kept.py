"""Commands about what was said before."""

from twisted.trial.unittest import SynchronousTestCase

from tests.peer.keyed import Chatter, KeyedWorld, Remembered, key_of
from tests.support.kept import MemoryKeeper
from twisted_chat.peer.commands import LeaveUnread, ListEarlier, ReadBack, ToRead
from twisted_chat.peer.events.event import Someone, Talk
from twisted_chat.peer.orders.kept import AT_JOINING, EARLIER_DAYS, READ_BACK
from twisted_chat.store.queries import HistoryQuery
from twisted_chat.store.reader import StoreReader


class Reading(SynchronousTestCase):
    """Alice in a room, with bob."""

    def setUp(self) -> None:
        self.world, self.keeper = KeyedWorld(), MemoryKeeper()
        self.alice = self.world.chatter("alice", keeper=self.keeper)
        self.bob = self.world.chatter("bob")
        self.alice.type("$roomcreate lab")
        self.bob.type("$roomjoin lab")

    def texts(self, lines: list[str]) -> list[str]:
        """Lines of history, without their times."""
        return [line.split(" ", 3)[-1] if line[2:6].isdigit() else line for line in lines]

    def test_history(self) -> None:
        """What was said where one talks, the last lines."""
        for number in range(1, 4):
            self.alice.type(f"line {number}")
        self.bob.type("answer")
        self.assertEqual(
            self.texts(self.alice.type("$history 2")),
            ["> there is more before this", "you: line 3", "bob: answer"],
        )
        self.assertEqual(len(self.alice.type("$history")), 4)

    def test_nowhere(self) -> None:
        """Where one talks to nobody there is nothing to be shown, and that is told."""
        self.alice.type("$roomleave")
        for command in ("$history", "$search line"):
            (line,) = self.alice.type(command)
            self.assertIn("there is no conversation", line)

    def test_search(self) -> None:
        """Words in this conversation, or with -a in all of them, and where."""
        self.alice.type("the red horse", "$msg bob a red zebra")
        self.bob.type("RED again")
        self.assertEqual(
            self.texts(self.alice.type("$search red")), ["you: the red horse", "bob: RED again"]
        )
        everywhere = self.texts(self.alice.type("$search -a red"))
        self.assertEqual(everywhere[1], "you privately to bob: a red zebra")
        self.assertEqual(everywhere[0], "you in room lab: the red horse")
        self.assertEqual(self.alice.type("$search nothing"), ['> nobody said "nothing"'])

    def test_forget(self) -> None:
        """Nothing is kept of a room that is forgotten; one that is none is told."""
        self.alice.type("line 1")
        self.assertIn("nothing is kept of a room", self.alice.type("$forget lb")[0])
        self.assertEqual(len(self.alice.type("$history")), 1)
        self.assertIn("nothing is kept any more", self.alice.type("$forget lab")[0])
        self.assertEqual(self.alice.type("$history"), ["> nothing is kept of what was said here"])

    def test_joining(self) -> None:
        """A person who comes into a room again is shown its last lines, and where the new ones
        begin; a script is not."""
        for number in range(1, 15):
            self.alice.type(f"line {number}")
        self.alice.type("$quit", wait=5)
        for patient in (True, False):
            again = self.world.chatter("alice", keeper=self.keeper, patient=patient)
            shown = self.texts(again.type("$roomjoin lab"))
            again.type("$quit", wait=5)
            if patient:
                self.assertIn("you: line 14", shown)
                self.assertIn("you: line 5", shown)
                self.assertNotIn("you: line 4", shown)
                self.assertIn("what is new comes below", shown[-1])
            else:
                self.assertEqual([line for line in shown if "line" in line], [])

    def test_script_waits(self) -> None:
        """A script that ends its input is shown what it has asked for."""
        self.alice.type("line 1")
        script = self.world.chatter("carol", keeper=self.keeper, patient=False)
        script.type("$search -a line", wait=0)
        script.end(5)
        self.assertEqual(len(script.told("line 1")), 1)

    def read(self, chatter: Chatter, wanted: ToRead) -> list[str]:
        """What somebody is shown who reads this."""
        shown = len(chatter.lines)
        effects = chatter.session.typed([wanted], self.world.network.now)
        self.world.network.carry_out(chatter.node, effects)
        return chatter.lines[shown:]

    def test_earlier_talks(self) -> None:
        """After a start it is told with whom one has talked in private, the latest first, though
        the server is away and something else waits for it; of those who are ignored nothing
        is, nor of those with whom that was long ago."""
        self.world.chatter("carol")
        self.assertEqual(self.read(self.alice, ListEarlier()), [])
        self.alice.type("$msg bob psst", "$msg carol hi")
        self.alice.type("$quit", wait=5)
        self.world.kill_server()
        again = self.world.chatter("alice", keeper=self.keeper)
        again.type("$roomjoin den", wait=0)
        told = "> you have talked in private with"
        self.assertEqual(self.read(again, ListEarlier()), [f"{told} carol, bob"])
        again.type("$quit", wait=5)
        memory = Remembered()
        memory.ignore("carol", key_of("carol"))
        again = self.world.chatter("alice", keeper=self.keeper, memory=memory)
        self.assertEqual(self.read(again, ListEarlier()), [f"{told} bob"])
        self.world.wait((EARLIER_DAYS + 1) * 86_400)
        self.assertEqual(self.read(again, ListEarlier()), [])

    def test_read_back(self) -> None:
        """Whoever reads back gets what was said before what they have, and what was said before
        they were started where they have nothing; a conversation need not be going on for it."""
        for number in range(1, READ_BACK + 20):
            self.alice.type(f"line {number}", wait=0.01)
        self.alice.type("$msg bob psst")
        self.alice.type("$quit", wait=5)
        again = self.world.chatter("alice", keeper=self.keeper)

        def read(talk: Talk, before: int) -> list[str]:
            return self.texts(self.read(again, ReadBack(talk, before)))

        lines = read(Talk("lab"), 0)
        self.assertEqual((len(lines), lines[-1]), (READ_BACK, f"you: line {READ_BACK + 19}"))
        first = READ_BACK + 19 - READ_BACK + 1
        lab = HistoryQuery(self.keeper.archive().room("lab"), 1000)
        numbers = [
            one.number for one in StoreReader(self.keeper.file.connection).answer(lab).lines
        ]
        lines = read(Talk("lab"), numbers[first - 1])
        self.assertEqual((lines[0], lines[-1]), ("you: line 1", f"you: line {first - 1}"))
        self.assertEqual(read(Talk("lab"), numbers[0]), ["> nothing was said here before that"])
        self.assertEqual(read(Talk("", Someone("bob", key_of("bob"))), 0), ["you: psst"])
        self.assertEqual(read(Talk("den"), 0), ["> nothing was said here before that"])

    def test_unread(self) -> None:
        """What was left unread is told once after a start, of people and of a room, with enough
        lines of that; those of whom something is unread come first, however long ago it was."""
        bob, carol = Someone("bob", key_of("bob")), Someone("carol", key_of("carol"))
        self.world.chatter("carol").type("$msg alice psst")
        self.alice.type("$msg bob hi")
        for number in range(1, AT_JOINING + 10):
            self.bob.type(f"line {number}")
        self.read(self.alice, LeaveUnread(Talk("lab"), AT_JOINING + 5))
        self.read(self.alice, LeaveUnread(Talk("", carol), 1))
        self.read(self.alice, LeaveUnread(Talk("", bob), 1))
        self.read(self.alice, LeaveUnread(Talk("", bob), 0))
        self.alice.type("$quit", wait=5)
        again = self.world.chatter("alice", keeper=self.keeper)
        told = "> you have talked in private with"
        self.assertEqual(self.read(again, ListEarlier()), [f"{told} carol (1 unread), bob"])
        shown = self.texts(again.type("$roomjoin lab"))
        self.assertIn("bob: line 5", shown)
        self.assertIn(f"above ({AT_JOINING + 5} unread), what is new", shown[-1])
        again.type("$roomleave")
        self.assertNotIn("unread", again.type("$roomjoin lab")[-1])
        self.assertEqual(self.read(again, ReadBack(Talk("", carol), 0))[0][-11:], "carol: psst")
        self.assertEqual(self.read(again, ListEarlier()), [f"{told} carol, bob"])
        again.type("$quit", wait=5)
        again = self.world.chatter("alice", keeper=self.keeper)
        self.world.wait((EARLIER_DAYS + 1) * 86_400)
        self.assertEqual(self.read(again, ListEarlier()), [f"{told} carol (1 unread)"])
