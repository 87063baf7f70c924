"""Rooms to which one comes back while the server is away."""

from twisted.trial.unittest import SynchronousTestCase

from tests.peer.keyed import Chatter, KeyedWorld, Known, key_of
from twisted_chat.peer.gen2.remembered import NOTE_EVERY
from twisted_chat.store.members import read_members

LATER = 60.0
"""Seconds until it is known that the server is away."""


class Remembered(SynchronousTestCase):
    """People who have been in a room, of whom one is started again while the server is away."""

    def setUp(self) -> None:
        self.world = KeyedWorld()
        names = "alice", "bob", "carol"
        self.people = dict(zip(names, self.world.room(*names), strict=True))
        self.world.wait(2 * NOTE_EVERY)

    def again(self, name: str, *lines: str) -> Chatter:
        """Somebody is killed, and started again elsewhere; then they type this."""
        one = self.people[name]
        self.world.network.kill(one.node)
        self.world.wait(1)
        keeper = one.node.keeper
        one = self.world.chatter(name, memory=one.memory, keeper=keeper, wait=LATER)
        self.people[name] = one
        one.type(*lines, wait=5)
        return one

    def heard(self, by: str, text: str) -> list[str]:
        """How a text was shown to somebody."""
        return [line for line in self.people[by].told(text) if line.startswith("< ")]

    def noted(self, name: str) -> list[str]:
        """Whom somebody remembers."""
        keeper = self.people[name].node.keeper
        assert keeper is not None
        rooms = read_members(keeper.file.connection)
        return [one.name for room in rooms for one in room.members]

    def test_comes_back(self) -> None:
        """Each finds the others, whoever dials, hears what was said meanwhile, and is heard; and
        so does who is started after others were."""
        self.world.kill_server()
        for number, name in enumerate(list(self.people)):
            others = [other for other in self.people if other != name]
            self.world.network.kill(self.people[name].node)
            for other in others:
                self.people[other].type(f"meanwhile {number}")
            one = self.again(name, "$roomjoin lab", f"I am back {number}")
            self.assertEqual(
                one.told("with those who can be found of"),
                [f"> you are in lab with those who can be found of {others[0]}, {others[1]}"],
            )
            for other in others:
                self.assertEqual(len(self.heard(other, f"I am back {number}")), 1)
            self.assertEqual(len(self.heard(name, f"meanwhile {number}")), 2)
        self.world.start_server()
        self.world.wait(120)
        self.assertEqual(sorted(self.world.fake_server.rooms["lab"].members), list(self.people))
        self.people["bob"].type("with the server", wait=3)
        self.assertEqual(self.heard("alice", "with the server"), ["< bob: with the server"])
        self.assertTrue(self.people["bob"].told("the server is back"))

    def test_another_room(self) -> None:
        """A room in which one was not needs the server."""
        self.world.kill_server()
        one = self.again("alice", "$roomjoin den")
        self.assertTrue(one.told("the server"))
        self.assertFalse(one.told("you are in den"))

    def test_server_there(self) -> None:
        """Where the server is there it says who is in the room, and nobody else is believed."""
        self.people["carol"].type("$roomleave")
        one = self.again("alice", "$roomjoin lab")
        self.assertEqual(one.told("can be found"), [])
        self.assertTrue(one.told("you are in lab with bob"))
        self.assertEqual(self.noted("alice"), ["bob"])

    def test_left(self) -> None:
        """One who has left a room does not come back so, nor one who has left the server, and one
        who is gone is not among those who are looked for."""
        self.assertEqual(sorted(self.noted("alice")), ["bob", "carol"])
        self.people["carol"].type("$roomleave", wait=2 * NOTE_EVERY)
        self.assertEqual((self.noted("alice"), self.noted("carol")), (["bob"], []))
        self.people["bob"].type("$quit", wait=5)
        self.assertEqual(self.noted("bob"), [])
        self.world.kill_server()
        one = self.again("carol", "$roomjoin lab")
        self.assertFalse(one.told("you are in lab with"))

    def test_quit_without_server(self) -> None:
        """One who quits while the server is away is a member still, and comes back."""
        self.world.kill_server()
        self.world.wait(LATER)
        self.people["bob"].type("$quit", wait=10)
        self.assertEqual(sorted(self.noted("bob")), ["alice", "carol"])
        self.again("bob", "$roomjoin lab", "back")
        self.assertEqual(self.heard("alice", "back"), ["< bob: back"])

    def test_another_key(self) -> None:
        """To one whose key is another than is known nothing goes."""
        memory = self.people["bob"].memory
        self.world.kill_server()
        memory.names["carol"] = Known(key_of("mallory"))  # type: ignore[attr-defined]
        self.again("bob", "$roomjoin lab", "for those who are known")
        self.assertEqual(len(self.heard("alice", "for those")), 1)
        self.assertEqual(self.heard("carol", "for those"), [])

    def test_script(self) -> None:
        """A script does not go on without the server."""
        self.world.kill_server()
        one = self.people["alice"]
        self.world.network.kill(one.node)
        keeper = one.node.keeper
        script = self.world.chatter("alice", patient=False, keeper=keeper, wait=LATER)
        script.type("$roomjoin lab")
        self.assertFalse(script.told("you are in lab"))
