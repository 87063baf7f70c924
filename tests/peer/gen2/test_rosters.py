"""The rosters of several rooms, as the server tells them."""

import re

from twisted.trial.unittest import SynchronousTestCase

from tests.peer.keyed import Chatter, KeyedWorld
from twisted_chat.peer.gen2.outbox import WINDOW
from twisted_chat.peer.gen2.roster import GRACE
from twisted_chat.wire.gen2.requests import AskRoster, QuitRoom
from twisted_chat.wire.gen2.roster import RosterBegins, RosterEnds, RosterMember


class Several(SynchronousTestCase):
    """Alice is in two rooms, with bob in both, and with carol in one."""

    def setUp(self) -> None:
        self.world = KeyedWorld()
        self.alice, self.bob = self.world.room("alice", "bob")
        self.carol = self.world.chatter("carol")
        self.alice.type("$roomcreate den")
        for one in (self.alice, self.bob, self.carol):
            one.type("$roomjoin den")

    def said_to(self, room: str, *lines: str) -> None:
        self.alice.type(f"$to {room}", *lines)

    def heard(self, one: Chatter) -> list[str]:
        """What was shown of alice's words, for one who talks in den."""
        said = re.compile(r"(?:< alice(?: \([-0-9: ]+\))?|> [-0-9]+ [:0-9]+ alice)(.*)")
        return [found[1] for line in one.lines if (found := said.fullmatch(line))]

    def test_apart(self) -> None:
        """Each room hears what is said there, and nobody else."""
        self.said_to("lab", "one")
        self.said_to("den", "two")
        self.assertEqual(self.heard(self.bob), [" in room lab: one", ": two"])
        self.assertEqual(self.heard(self.carol), [": two"])

    def test_changes_apart(self) -> None:
        """A change that is missed in one room is asked for in that one."""
        server = self.world.fake_server
        server.forgets = 1
        self.carol.type("$roomleave")
        self.bob.type("$roomleave lab")
        self.assertEqual(server.asked.count(AskRoster("den")), 0)
        self.said_to("lab", "nobody there")
        self.assertEqual(self.heard(self.bob), [])
        self.carol.type("$roomjoin den")
        self.assertEqual(server.asked.count(AskRoster("den")), 2)

    def test_returned(self) -> None:
        """Where the server has forgotten all, we go back into every room, and what is said
        meanwhile in one is heard there."""
        self.world.kill_server()
        self.world.wait(60)
        self.world.start_server()
        self.world.wait(60)
        self.assertEqual(sorted(self.world.fake_server.rooms), ["den", "lab"])
        self.said_to("lab", "one")
        self.said_to("den", "two")
        self.assertEqual(self.heard(self.bob), [" in room lab: one", ": two"])
        self.assertEqual(self.heard(self.carol), [": two"])

    def test_waiting_for_one_gone(self) -> None:
        """Nothing goes to one who has left that was not sent before, also where much waits for
        their acknowledgement."""
        world = KeyedWorld()
        alice, bob = world.room("alice", "bob")
        contacts = bob.session._talks._contacts
        speaker = contacts.called("alice")
        assert speaker is not None
        contacts.block(speaker, blocked=True)  # So that nothing is acknowledged.
        alice.type(*map(str, range(WINDOW + 10)), wait=10)
        bob.type("$roomleave")
        contacts.block(speaker, blocked=False)
        world.wait(10)
        self.assertNotIn(str(WINDOW), " ".join(bob.lines).split())

    def test_one_gone(self) -> None:
        """One who has not come back to one room, and has to another, is sent nothing of what was
        said to the first meanwhile."""
        self.world.kill_server()
        self.world.wait(1)
        self.world.start_server()
        self.world.fake_server.keeps_out.add(("bob", "lab"))
        self.world.wait(10)
        self.said_to("lab", "the password")
        self.said_to("den", "hello")
        self.assertEqual(self.heard(self.carol), [": hello"])
        self.world.wait(2 * GRACE)
        self.assertEqual(self.heard(self.bob), [": hello"])
        self.assertEqual([one for one in self.alice.words_to(self.bob) if b"password" in one], [])

    def test_elsewhere(self) -> None:
        """A room in which the server has us, and we know of none, is left."""
        server, network = self.world.fake_server, self.world.network
        for message in (RosterBegins("attic", 1), RosterEnds("attic")):
            network.carry_out(self.world.server, server.push("alice", message))
        self.world.wait(0.5)
        self.assertIn(QuitRoom("attic"), server.asked)
        self.assertEqual(len(self.alice.session._talks.rooms()), 2)

    def test_member_of_no_roster(self) -> None:
        """What belongs to no roster that is coming in changes nothing."""
        server, network = self.world.fake_server, self.world.network
        stray = RosterMember("attic", server.users["carol"])
        network.carry_out(self.world.server, server.push("alice", stray))
        self.world.wait(0.5)
        self.said_to("lab", "hello")
        self.assertEqual(self.carol.told("hello"), [])

    def test_put_out_and_in_again(self) -> None:
        """One who asks for the room at the moment of being put out of it is in it again."""
        world = self.world
        world.network.carry_out(world.server, world.fake_server.go("carol"))
        shown = self.carol.type("$roomjoin den", "hello", wait=1)
        self.assertEqual(
            shown[:2],
            ["> you were put out of den, or it was closed", "> you are in den with alice, bob"],
        )
        self.assertEqual(self.bob.told("hello"), ["< carol: hello"])
        self.said_to("den", "back")
        self.assertEqual(self.heard(self.carol), [": back"])

    def test_put_out_of_one(self) -> None:
        """One who is put out of one room is in the other."""
        self.alice.type("$to den", "$kick bob")
        self.assertIn("> you were put out of den", self.bob.lines)
        self.said_to("den", "two")
        self.said_to("lab", "one")
        self.assertEqual(self.heard(self.bob), [" in room lab: one"])
        self.assertIn("nobody heard that: you talk to nobody now", self.bob.type("hm")[0])
