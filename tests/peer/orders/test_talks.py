"""What the commands do that begin a conversation, or turn to one."""

from twisted.trial.unittest import SynchronousTestCase

from tests.peer.keyed import KeyedWorld
from tests.peer.orders import NOW, OrdersCase
from twisted_chat.peer.commands import Command, Order
from twisted_chat.peer.events import ignoring, talk
from twisted_chat.peer.events.event import Talk
from twisted_chat.peer.server import Found, Outcome


class Commands(SynchronousTestCase):
    """Lines that are typed."""

    def test_poke(self) -> None:
        """A poke introduces both, whoever of them has to dial."""
        for names in (("alice", "bob"), ("bob", "alice"), ("dave", "zoe")):
            world = KeyedWorld()
            one, other = map(world.chatter, names)
            self.assertEqual(
                one.type(f"$poke {other.name}"), [f"> you talk to {other.name} now, privately"]
            )
            self.assertIn(f"{one.name} wants to talk; $poke {one.name} answers", other.lines[-1])
            one.type("hello")
            self.assertEqual(other.lines[-1], f"< {one.name} privately: hello")
            self.assertIn("nobody heard that", other.type("hi?")[0])
            other.type(f"$poke {one.name}", "hi")
            self.assertEqual(one.lines[-1], f"< {other.name} privately: hi")
            other.type("$kick")
            self.assertIn("nobody heard that", other.type("more")[0])

    def test_poke_into_a_conversation(self) -> None:
        """Who pokes somebody in a room is heard, but does not hear what the room says."""
        world = KeyedWorld()
        alice, bob = world.room("alice", "bob")
        eve = world.chatter("eve")
        eve.type("$poke alice", "hello")
        self.assertEqual(alice.told("eve wants to talk; $poke eve answers"), [alice.lines[-2]])
        self.assertEqual(alice.lines[-1], "< eve privately: hello")
        alice.type("who is that?")
        self.assertEqual(eve.told("who is that"), [])
        self.assertEqual(bob.lines[-1], "< alice: who is that?")
        alice.type("$poke eve", "hello eve")
        self.assertEqual(eve.lines[-1], "< alice privately: hello eve")

    def test_msg(self) -> None:
        """A text for one person goes to that one, and the next where it went before."""
        world = KeyedWorld()
        alice, bob, carol = world.room("alice", "bob", "carol")
        alice.type("$msg bob psst, bob", "hello", "/msg bob  again")
        self.assertEqual(
            bob.told("< alice"),
            ["< alice privately: psst, bob", "< alice: hello", "< alice privately: again"],
        )
        self.assertEqual(carol.told("< alice"), ["< alice: hello"])

    def test_to_answers(self) -> None:
        """One who turns to somebody who has asked for them answers."""
        world = KeyedWorld()
        alice, _ = world.room("alice", "bob")
        carol = world.chatter("carol")
        carol.type("$poke alice", "hello?")
        self.assertIn(
            "> you talk to carol now, privately; $to lab goes back", alice.type("$to carol")
        )
        alice.type("yes?")
        self.assertEqual(carol.lines[-1], "< alice privately: yes?")
        carol.type("$kick")
        world.kill_server()
        world.wait(60)
        alice.type("$kick carol")
        self.assertIn("you are not in a room carol", alice.type("$to carol")[0])

    def test_two_of_a_name(self) -> None:
        """Where a room and a person have one name, nothing is said to the one for the other."""
        world = KeyedWorld()
        alice, bob = world.room("alice", "bob", room="bob")
        alice.type("$poke bob", "$to bob")
        self.assertIn("bob is a room of yours and a person", alice.lines[-1])
        self.assertIn("not said to anybody", alice.type("for one of them", wait=2)[0])
        alice.type("$roomjoin bob", "to the room")
        self.assertEqual(bob.lines[-1], "< alice: to the room")


class Talking(OrdersCase):
    """Who hears us."""

    def test_poke(self) -> None:
        """One who is found is talked to, and not those who only spoke to us."""
        bob, eve = self.meet("bob"), self.meet("eve")
        self.contacts.knock(eve, free=True)
        self.talks.answer(eve)
        self.generation.told()
        self.server.found = [Found(bob, address="192.0.2.0:5000")]
        before = Talk(who=eve.who)
        self.assertEqual(
            self.obey(Command.POKE, "bob"),
            [talk.TalkEnded(eve.who), talk.TalkBegun(bob.who, "192.0.2.0:5000", before)],
        )
        self.assertEqual((bob.talking, eve.talking, self.talks.current), (True, False, bob))

    def test_poke_in_vain(self) -> None:
        """It is told why somebody cannot be talked to, and nobody hears what was for them."""
        for number, (found, told) in enumerate(
            (
                (Found(None), talk.TooManyPeople("bob")),
                (Found(None, ourselves=True), talk.ThatIsYou("bob")),
                (None, talk.NoSuchUser("bob")),
            ),
            1,
        ):
            eve = self.meet("eve")
            self.contacts.knock(eve, free=True)
            self.talks.answer(eve)
            self.generation.told()
            self.server.found = [] if found is None else [found]
            self.server.answer = Outcome.of(found is not None)
            shown = self.obey(Command.POKE, "bob")
            self.assertEqual(shown[0], told)
            self.assertEqual((eve.talking, self.contacts.welcoming), (False, False))
            self.assertEqual(len(self.missed), number)
        self.contacts.open = True
        self.contacts.ignore("bob", [])
        self.assertEqual(self.obey(Command.POKE, "bob"), [ignoring.IsIgnored("bob")])
        self.assertTrue(self.obey(Command.HELP))
        self.assertTrue(self.contacts.welcoming)

    def test_msg(self) -> None:
        """A text for one person is said to them, who is asked for once."""
        bob = self.meet("bob")
        self.server.found = [Found(bob)]
        for _ in range(2):
            self.orders.obey(Order(Command.MSG, "bob", text="psst"), NOW)
        self.assertEqual(self.asides, [("psst", "bob")] * 2)
        self.assertEqual(self.server.asked, ["find bob"])
        self.assertIsNone(self.talks.current)

    def test_to(self) -> None:
        """One turns to what there is, and to nothing else."""
        bob, lab = self.meet("bob"), self.generation.enter("lab")
        self.contacts.poke(bob)
        private, room = Talk(who=bob.who), Talk("lab")
        self.assertEqual(self.obey(Command.TO, "BOB"), [talk.TalkingTo(private, True)])
        self.assertIs(self.talks.current, bob)
        self.assertEqual(self.obey(Command.TO, "Lab"), [talk.TalkingTo(room, True)])
        self.assertEqual(self.obey(Command.TO, "zoe"), [talk.NoSuchTalk("zoe", False)])
        self.assertIs(self.talks.current, lab)
        self.contacts.hang_up(bob)
        self.assertEqual(self.obey(Command.TO, "bob"), [talk.NoSuchTalk("bob", False)])
