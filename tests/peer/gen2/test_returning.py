"""Who hears after a server, or a link to it, was gone."""

from twisted.trial.unittest import SynchronousTestCase

from tests.peer.keyed import Chatter, KeyedWorld, key_of
from twisted_chat.links import SendFrames
from twisted_chat.peer.gen2.roster import GRACE
from twisted_chat.wire.common import Bare, JoinRoom, Request, Verb
from twisted_chat.wire.gen1 import NamedText
from twisted_chat.wire.gen2.contact import ContactInfo

SECRET = "the password"


class Place:
    """A room with a server that comes and goes."""

    def __init__(self, *names: str) -> None:
        self.world = KeyedWorld()
        self.people = self.world.room(*names)

    def cut(self, one: Chatter) -> None:
        """The link of one to the server ends."""
        (link,) = self.world.network.between(one.node, self.world.server)
        self.world.network.cut(link)

    def put_out(self, name: str) -> None:
        """The creator of the room has put one out of it."""
        network, server = self.world.network, self.world.fake_server
        network.carry_out(self.world.server, server.go(name))

    def restart(self, *without: str) -> None:
        """The server is started anew, and does not let some back in."""
        self.world.kill_server()
        self.world.wait(3)
        self.world.start_server()
        for name in without:
            other = ContactInfo(name, key_of("another"), "192.0.2.240", 9)
            self.world.fake_server.users[name] = other


class Known(SynchronousTestCase):
    """A server that knows us still."""

    def test_put_out_meanwhile(self) -> None:
        """One who was put out while our link was gone hears nothing from our return on, and
        the person is told at once."""
        place = Place("alice", "bob", "eve")
        alice, bob, eve = place.people
        place.cut(alice)
        place.put_out("eve")
        place.world.wait(3)
        self.assertEqual(len(alice.told("> eve left")), 1)
        alice.type(SECRET, wait=GRACE)
        self.assertEqual((bob.told(SECRET), eve.told(SECRET)), ([f"< alice: {SECRET}"], []))

    def test_banned_meanwhile(self) -> None:
        """One who was banned while the link was gone is told so, is in the room no longer, and
        does not ask for it again."""
        place = Place("alice", "bob")
        _, bob = place.people
        server = place.world.fake_server
        place.cut(bob)
        place.put_out("bob")
        server.banned.add(("bob", "lab"))
        place.world.wait(3)
        self.assertEqual(len(bob.told("> you were banned from lab")), 1)
        asked = len(server.asked)
        place.world.wait(2 * GRACE)
        self.assertEqual(len(server.asked), asked)
        self.assertIn("nobody heard that: you are in no room", bob.type("hello")[0])

    def test_said_before_the_roster(self) -> None:
        """What is typed in the moment of our return waits until the roster is there."""
        place = Place("alice", "bob", "eve")
        alice, bob, eve = place.people
        place.cut(alice)
        place.put_out("eve")
        place.world.wait(0.5)
        while not alice.session._registration.valid:
            place.world.wait(0.01)
        alice.type(SECRET, wait=GRACE)
        self.assertEqual((bob.told(SECRET), eve.told(SECRET)), ([f"< alice: {SECRET}"], []))


class Forgotten(SynchronousTestCase):
    """A server that knows nobody any more, or us no more."""

    def test_never_back(self) -> None:
        """What is said goes to nobody who does not come back; the person is told for whom it
        waits."""
        place = Place("alice", "bob", "eve")
        alice, bob, eve = place.people
        place.restart("eve")
        place.world.wait(10)
        alice.type(SECRET, wait=2 * GRACE)
        self.assertEqual((bob.told(SECRET), eve.told(SECRET)), ([f"< alice: {SECRET}"], []))
        self.assertEqual(len(alice.told("> eve left")), 1)
        self.assertEqual(len(alice.told("> eve gets one line")), 1)

    def test_only_us(self) -> None:
        """The same where it is only us whom the server has forgotten, as somebody was put out."""
        place = Place("alice", "bob", "eve")
        alice, bob, eve = place.people
        server = place.world.fake_server
        link = server.links["alice"]
        server._depart("alice")
        place.put_out("eve")
        place.world.network.carry_out(place.world.server, [SendFrames(link, [b"hi"])])
        place.world.wait(2)
        alice.type(SECRET, wait=2 * GRACE)
        self.assertEqual((bob.told(SECRET), eve.told(SECRET)), ([f"< alice: {SECRET}"], []))

    def test_later(self) -> None:
        """What is said waits for those who come back later, and arrives in order."""
        place = Place("alice", "bob")
        alice, bob = place.people
        place.restart("bob")
        place.world.wait(8)
        alice.type("one", "two")
        self.assertIn("back at the server: bob", "\n".join(alice.type("$who")))
        self.assertEqual(bob.told("< alice"), [])
        del place.world.fake_server.users["bob"]
        bob.type("bob", "$roomjoin lab")
        self.assertEqual(bob.told("< alice"), ["< alice: one", "< alice: two"])
        place.world.wait(2 * GRACE)
        self.assertEqual(alice.told(" left") + alice.told("never got"), [])

    def test_after_long(self) -> None:
        """One who comes back after that gets what was said before; that it waits is told."""
        place = Place("alice", "bob")
        alice, bob = place.people
        place.restart("bob")
        place.world.wait(8)
        alice.type(SECRET, wait=GRACE)
        self.assertEqual(len(alice.told("> bob gets one line")), 1)
        del place.world.fake_server.users["bob"]
        bob.type("bob", "$roomjoin lab")
        alice.type("hello")
        first, second = bob.told("< alice")
        self.assertRegex(first, rf"^< alice( \([-0-9: ]+\))?: {SECRET}$")
        self.assertEqual(second, "< alice: hello")

    def test_poked(self) -> None:
        """One who is poked meanwhile hears what is said from then on, and nothing of before."""
        place = Place("alice", "bob", "eve")
        alice, _, former = place.people
        place.world.network.kill(former.node)
        place.restart()
        place.world.wait(8)
        alice.type(SECRET)
        eve = place.world.chatter("eve")
        alice.type("$poke eve", "hello eve", wait=GRACE)
        self.assertEqual(eve.told("< alice"), ["< alice privately: hello eve"])

    def test_room_left(self) -> None:
        """What waits for those of a room that is left goes to them there, and nowhere else."""
        place = Place("alice", "bob")
        alice, bob = place.people
        place.restart("bob")
        place.world.wait(8)
        alice.type(SECRET, "$roomleave")
        self.assertEqual(len(alice.told("> bob gets one line")), 1)
        del place.world.fake_server.users["bob"]
        bob.type("bob", "$poke alice", wait=GRACE)
        self.assertEqual(bob.told(SECRET), [])
        for one in (alice, bob):
            one.type("$roomjoin lab", wait=2)
        self.assertEqual(bob.told(SECRET), [f"< alice: {SECRET}"])

    def test_away_again(self) -> None:
        """Nobody has left because the server is gone again."""
        place = Place("alice", "bob")
        alice, bob = place.people
        place.restart("bob")
        place.world.wait(8)
        place.world.kill_server()
        place.world.wait(2 * GRACE)
        self.assertEqual(alice.told(" left"), [])
        place.world.start_server()
        place.world.wait(GRACE)
        bob.type("bob", "$roomjoin lab", wait=2)
        alice.type("hello")
        self.assertEqual(bob.told("< alice"), ["< alice: hello"])

    def test_without_key(self) -> None:
        """For those without a key nothing can wait: the person is told that they do not hear."""
        place = Place("alice", "bob")
        where = ("10.0.0.7", 7)
        place.world.fake_server.add_plain("old", where, "lab")
        alice, bob = place.people
        alice.type("$roomjoin lab", "one")
        place.restart()
        place.world.wait(10)
        shown = alice.type(SECRET)
        self.assertIn(f'not back at the server yet: "{SECRET}" is lost for them', shown[-1])
        self.assertIn("old (unencrypted)", shown[-1])
        self.assertEqual(bob.told(SECRET), [f"< alice: {SECRET}"])
        sent = [one.message for one in alice.node.sent if isinstance(one.message, NamedText)]
        self.assertEqual([message.text for message in sent], ["one\n"])


class Refused(SynchronousTestCase):
    """A server that does not say who is in our room."""

    def test_no_roster(self) -> None:
        """What is typed is not held up for longer than any answer is waited for."""
        place = Place("alice", "bob")
        alice, bob = place.people
        link = place.world.fake_server.links["alice"]
        place.world.fake_server._roster = lambda name, room: None  # type: ignore[method-assign]
        place.world.network.carry_out(
            place.world.server, [SendFrames(link, [Bare(Verb.HI).encode()])]
        )
        place.world.wait(1)
        alice.type("hello", wait=30)
        self.assertEqual(bob.told("hello"), ["< alice: hello"])


class AnswerLost(SynchronousTestCase):
    """A question and its answer are lost with the link: the server may have done it, or not."""

    def _ask_in_vain(self, who: Chatter, line: str, asked: Request, wait: float = 10) -> None:
        """Type this, and lose the answer with the link."""
        world = who.world
        before = len(world.fake_server.asked)
        who.enter(line)
        while asked not in world.fake_server.asked[before:]:
            world.wait(0.001)
        (link,) = world.network.between(who.node, world.server)
        world.network.cut(link)
        world.wait(wait)

    def setUp(self) -> None:
        """Alice and eve are in lab, and bob is in another room."""
        self.world = KeyedWorld()
        self.alice, self.eve = self.world.room("alice", "eve")
        (self.bob,) = self.world.room("bob", room="attic")

    def _members(self, room: str) -> list[str]:
        return self.world.fake_server.rooms[room].members

    def test_join(self) -> None:
        """One who asked for another room in vain is in the former, and is no member of the
        other that nobody hears."""
        self._ask_in_vain(self.alice, "$roomjoin attic", JoinRoom("attic"))
        self.assertTrue(self.alice.told("> the server did not answer when asked for attic"))
        self.assertEqual(self.alice.told("> you are not in lab any more"), [])
        shown = self.alice.type("$who", SECRET, wait=5)
        self.assertEqual(shown[0], "> you are alice, in lab")
        self.assertEqual(self.eve.told(SECRET), [f"< alice: {SECRET}"])
        self.assertEqual(self.bob.told(SECRET), [])
        self.assertEqual(self._members("attic"), ["bob"])

    def test_join_from_nowhere(self) -> None:
        """The same of one who was in no room."""
        self.alice.type("$roomleave")
        self._ask_in_vain(self.alice, "$roomjoin attic", JoinRoom("attic"))
        self.assertEqual(self._members("attic"), ["bob"])

    def test_leave(self) -> None:
        """One whose leaving never came to the server has left when the link is back."""
        (link,) = self.world.network.between(self.alice.node, self.world.server)
        self.alice.enter("$roomleave")
        self.world.network.cut(link)
        self.world.wait(10)
        self.assertEqual(self._members("lab"), ["eve"])

    def test_join_once_more(self) -> None:
        """One who asks for the room again before it is known gets into it."""
        self._ask_in_vain(self.alice, "$roomjoin attic", JoinRoom("attic"), wait=0)
        self.alice.type("$roomjoin attic", wait=10)
        self.assertEqual(self._members("attic"), ["bob", "alice"])
        self.bob.type(SECRET, wait=2)
        self.assertEqual(self.alice.told(SECRET), [f"< bob: {SECRET}"])

    def test_refused_next(self) -> None:
        """One who asks for a room that is not there, at the moment of the return, is in none."""
        self.alice.type("$roomleave")
        self._ask_in_vain(self.alice, "$roomjoin attic", JoinRoom("attic"), wait=0)
        self.alice.enter("$roomjoin nowhere")
        self.world.wait(10)
        self.assertTrue(self.alice.told("> there is no room nowhere, or it is full"))
        self.assertEqual(self._members("attic"), ["bob"])
