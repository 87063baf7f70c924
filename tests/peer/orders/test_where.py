"""Commands that are given in a conversation, which need not be the one that is current."""

from msgspec.structs import replace
from twisted.trial.unittest import SynchronousTestCase

from tests.peer.keyed import Chatter, KeyedWorld
from twisted_chat.peer.commands import Order
from twisted_chat.peer.events.event import Someone, Talk
from twisted_chat.terminal.typed_lines import as_typed

LAB, NOWHERE = Talk("lab"), Talk()


class Where(SynchronousTestCase):
    """Alice and bob in two rooms, of which alice runs one and talks in the other."""

    def setUp(self) -> None:
        self.world = KeyedWorld()
        self.alice, self.bob = (self.world.chatter(name) for name in ("alice", "bob"))
        self.carol = self.world.chatter("carol")
        for room in ("lab", "den"):
            self.alice.type(f"$roomcreate {room}")
            self.bob.type(f"$roomjoin {room}")
        self.carol.type("$poke alice")
        self.with_carol = Talk(who=Someone("carol", self.carol.node.fingerprint))

    def order(self, line: str, where: Talk) -> list[str]:
        """Alice types a command as she looks at a conversation. Returns what she is told."""
        order, before, network = as_typed(line), len(self.alice.lines), self.world.network
        assert isinstance(order, Order)
        typed = self.alice.session.typed([replace(order, where=where)], network.now)
        network.carry_out(self.alice.node, typed)
        self.world.wait(1)
        return self.alice.lines[before:]

    def members(self, one: Chatter, room: str) -> bool:
        return one.name in self.world.fake_server.rooms[room].members

    def test_not_begun(self) -> None:
        """Nothing that is typed where somebody has asked for us is done to the room in which we
        talk, or to another."""
        for line in ("$topic x", "$ban bob", "$roomclose", "$roomleave", "$history-for-new 0"):
            (told,) = self.order(line, self.with_carol)
            word, why = line.partition(" ")[0], "this is private with carol"
            self.assertEqual(told, f"> {word} was not done: {why}; turn to the room that is meant")
        self.assertEqual(self.bob.told("topic"), [])
        self.assertTrue(self.members(self.bob, "den") and self.members(self.alice, "den"))

    def test_turned_away(self) -> None:
        """`$kick` there turns them away, and empties no room; once they are gone it does
        nothing."""
        (told,) = self.order("$kick", self.with_carol)
        self.assertEqual(told, "> you do not talk to carol any more")
        self.assertTrue(self.members(self.bob, "den"))
        (told,) = self.order("$kick", Talk(who=Someone("dave", "d" * 64)))
        self.assertEqual(told, "> $kick was not done: you do not talk to dave")
        self.assertTrue(self.members(self.bob, "den"))

    def test_put_out(self) -> None:
        """`$kick NAME` puts nobody out of a room that is not looked at."""
        for where in (self.with_carol, NOWHERE, LAB):
            (told,) = self.order("$kick bob", where)
            self.assertIn("> nobody was put out: bob is in den, lab", told)
            self.assertTrue(self.members(self.bob, "lab") and self.members(self.bob, "den"))
        self.order("$kick bob", Talk("den"))
        self.assertFalse(self.members(self.bob, "den"))

    def test_over_and_asked(self) -> None:
        """`$kick` in a room that is over turns nobody away, and in no conversation those who ask,
        where what is typed goes to nobody."""
        self.alice.type("$roomleave den", "$to lab", "$roomleave lab")
        (told,) = self.order("$kick", LAB)
        self.assertIn("$kick was not done: you are not in lab", told)
        self.assertEqual(self.carol.told("does not talk to you"), [])
        self.order("$kick", NOWHERE)
        self.assertEqual(len(self.carol.told("does not talk to you")), 1)

    def test_private(self) -> None:
        """What is for a room is not done to the only one, or the last, where we look at a private
        conversation that goes on; `$kick` ends that."""
        self.alice.type("$poke carol")
        (told,) = self.order("$topic x", self.with_carol)
        self.assertIn("$topic was not done: this is private with carol", told)
        (told,) = self.order("$kick", self.with_carol)
        self.assertEqual(told, "> you do not talk to carol any more")
        self.assertEqual(
            self.carol.told("does not talk to you any more")[-1:], self.carol.lines[-1:]
        )

    def test_over(self) -> None:
        """In a room that we have left nothing is done, and in no conversation."""
        self.alice.type("$to lab", "$roomleave lab", "$to den")
        (told,) = self.order("$topic x", LAB)
        self.assertEqual(
            told, "> $topic was not done: you are not in lab; $roomjoin lab lets you in again"
        )
        (told,) = self.order("$roomclose", NOWHERE)
        self.assertIn("$roomclose was not done: there is no conversation here", told)
        (told,) = self.order("$kick", NOWHERE)
        self.assertIn("$kick was not done: there is no conversation here", told)

    def test_named(self) -> None:
        """What names a room, or somebody, is done wherever it is typed."""
        self.order("$roomleave lab", self.with_carol)
        self.assertFalse(self.members(self.alice, "lab"))
        self.assertIn("bob", " ".join(self.order("$who den", NOWHERE)))

    def test_current(self) -> None:
        """In the room in which we talk it is done."""
        self.order("$roomclose", Talk("den"))
        self.assertNotIn("den", self.world.fake_server.rooms)

    def test_history(self) -> None:
        """What was said before is that of the conversation that we look at."""
        self.alice.type("in den")
        self.alice.type("$to lab", "in lab")
        self.carol.type("psst")
        self.alice.type("$poke carol", "hello carol")
        self.alice.type("$to den")
        for where, text in ((LAB, "in lab"), (Talk("den"), "in den"), (self.with_carol, "hello")):
            told = " ".join(self.order("$history", where))
            self.assertIn(text, told)
            self.assertEqual(told.count("in den") + told.count("in lab"), text.count("in "))
            self.assertIn(text, " ".join(self.order(f"$search {text}", where)))
        self.assertEqual(len(self.order("$history", NOWHERE)), 1)
