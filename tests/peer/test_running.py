"""Rooms that are run, by whole programs at a real server."""

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.peer.linked import Person, World


class Running(SynchronousTestCase):
    """Alice has a private room."""

    def setUp(self) -> None:
        self.world = World()
        self.alice, self.bob, self.carol = map(self.world.person, ("alice", "bob", "carol"))
        self.alice.do("$roomcreate den private", "den is there now")
        self.alice.expect("you are in den alone")

    def invite(self, *people: Person) -> None:
        """Have them come in."""
        for one in people:
            self.alice.do(f"$invite {one.name}", f"{one.name} may come into den, and is told so")
            one.expect("alice invites you into den; $roomjoin den takes you in")
            one.do("$roomjoin den", "you are in den")
        self.world.wait(2)

    def test_private(self) -> None:
        """A private room is in no list, and lets those in who are invited."""
        self.bob.do("$roomlist", "there are no rooms")
        self.bob.do(
            "$roomjoin den", "you cannot come into den: only those come in who are invited"
        )
        self.invite(self.bob)
        self.bob.type("hello")
        self.alice.expect("< bob: hello")

    def test_created_again(self) -> None:
        """A member's program makes no private room a public one where the server has forgotten
        it and its owner is away, also where nobody has told it that it is private."""
        self.invite(self.bob)
        generation: Any = self.bob.peer._session._generation
        generation._rosters._private.clear()  # As after the program was started again.
        self.alice.transport.kill()
        self.world.kill_server()
        self.bob.expect("the server does not answer", 120)
        self.world.start_server()
        self.bob.expect("the server is back", 60)
        self.world.wait(60)
        self.carol.type("$roomlist")
        self.carol.expect("there are no rooms")
        self.carol.do("$roomjoin den", "only those come in who are invited")

    def test_refused(self) -> None:
        """What one may not is refused with a sentence that says why."""
        self.bob.do("$roomcreate lab", "lab is there now")
        self.invite(self.bob)
        for line, why in (
            ("$invite carol", "carol is not invited into den: only the one whose room it is"),
            ("$ban carol", "carol is not banned from den: only the one whose room it is"),
            ("$op carol", "carol is no op of den: only the one whose room it is may do that"),
            ("$topic tea", "the topic of den is as before: only the one whose room it is"),
        ):
            self.bob.do(line, why)
        self.alice.do("$invite zoe", "there is nobody called zoe whom that can be done to")
        self.carol.do("$invite bob den", "bob is not invited into den: ")
        self.carol.do("$topic tea", "you are in no room")

    def test_topic(self) -> None:
        """A topic is shown when it is set, and to those who come in."""
        self.invite(self.bob)
        self.alice.do("$topic", "den has no topic")
        self.alice.do("$topic tea and cake", "the topic of den: tea and cake")
        self.assertEqual(len(self.alice.told("tea and cake")), 1)
        self.bob.expect("the topic of den: tea and cake")
        self.alice.do("$invite carol", "carol may come into den")
        self.carol.do("$roomjoin den", "the topic of den: tea and cake")
        self.carol.do("/topic", "the topic of den: tea and cake")
        self.alice.do("/topic -delete", "den has no topic")
        self.bob.expect("den has no topic")
        self.carol.do("$topic", "den has no topic")

    def test_ban(self) -> None:
        """One who is banned is out, is told so, and comes back when that is taken back."""
        self.invite(self.bob, self.carol)
        self.alice.do("$ban bob", "bob is banned from den")
        self.bob.expect("alice has banned you from den: you are not in it any more")
        self.carol.expect("bob left")
        self.assertEqual(self.alice.told("bob left"), [])
        self.alice.type("the password")
        self.carol.expect("< alice: the password")
        self.assertEqual(self.bob.told("the password"), [])
        self.bob.do("$roomjoin den", "you cannot come into den: you are banned there")
        self.alice.do("$unban bob", "bob is not banned from den any more")
        self.bob.expect("alice lets you into den again")

    def test_mute(self) -> None:
        """Of one who is muted members show nothing that is said in the room, wherever they come
        from later, until that is taken back; what is private is shown."""
        self.invite(self.bob, self.carol)
        self.bob.do("$mute carol", "carol is not muted in den: only the one whose room it is")
        self.alice.do("$mute carol", "carol is muted in den: programs of its members show nothing")
        self.bob.expect("carol is muted in den: programs")
        self.carol.expect("you are muted in den: what you say is not shown")
        self.assertEqual(len(self.alice.told("carol is muted")), 1)
        self.carol.type("in the room")
        self.carol.do("$poke bob", "you talk to bob now, privately")
        self.carol.type("to bob alone")
        self.bob.expect("< carol privately: to bob alone")
        for one in (self.bob, self.carol):
            one.do("$roomleave den", "you are not in den any more")
            one.do("$roomjoin den", "you are in den")
        self.world.wait(2)
        self.carol.type("in the room again")
        self.world.wait(2)
        self.carol.do("$status", "has arrived at 2 of 2")
        self.assertEqual(self.alice.told("in the room") + self.bob.told("in the room"), [])
        self.alice.do("$unmute carol", "carol is not muted any more in den: what")
        self.carol.expect("you are not muted any more in den")
        self.carol.type("at last")
        for one in (self.alice, self.bob):
            one.expect("< carol: at last")

    def test_op(self) -> None:
        """An op helps to run the room until they are none."""
        self.invite(self.bob)
        self.alice.do("$op bob", "bob is an op of den")
        self.bob.expect("alice has made you an op of den")
        self.bob.do("$invite carol", "carol may come into den")
        self.carol.expect("bob invites you into den")
        self.carol.do("$roomjoin den", "you are in den")
        self.world.wait(2)
        self.bob.do("$kick carol", "carol has been put out of den")
        self.carol.expect("you were put out of den")
        self.alice.do("$deop bob", "bob is no op of den any more")
        self.bob.expect("alice has made you no op of den any more")
        self.bob.do("$ban carol", "carol is not banned from den")

    def test_ignored(self) -> None:
        """Of one who is ignored no invitation is told."""
        self.bob.type("$poke alice")
        self.bob.expect("you talk to alice now")
        self.bob.do("$ignore alice", "nothing of alice is shown any more")
        self.alice.do("$invite bob", "bob may come into den")
        self.world.wait(2)
        self.assertEqual(self.bob.told("invites you"), [])
