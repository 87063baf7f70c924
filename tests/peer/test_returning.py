"""Who hears after a server, or a link to it, was gone."""

from twisted.trial.unittest import SynchronousTestCase

from tests.peer.keyed import Chatter, KeyedWorld, key_of
from twisted_chat.links import SendFrame
from twisted_chat.peer.membership import GRACE
from twisted_chat.wire.common import Bare, Verb
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

    def test_said_before_the_roster(self) -> None:
        """What is typed in the moment of our return waits until the roster is there."""
        place = Place("alice", "bob", "eve")
        alice, bob, eve = place.people
        place.cut(alice)
        place.put_out("eve")
        place.world.wait(0.5)
        while not alice.session._uplink.valid:
            place.world.wait(0.01)
        alice.type(SECRET, wait=GRACE)
        self.assertEqual((bob.told(SECRET), eve.told(SECRET)), ([f"< alice: {SECRET}"], []))


class Forgotten(SynchronousTestCase):
    """A server that knows nobody any more, or us no more."""

    def test_never_back(self) -> None:
        """What is said goes to nobody who does not come back; the person is told whom it lacks."""
        place = Place("alice", "bob", "eve")
        alice, bob, eve = place.people
        place.restart("eve")
        place.world.wait(10)
        alice.type(SECRET, wait=2 * GRACE)
        self.assertEqual((bob.told(SECRET), eve.told(SECRET)), ([f"< alice: {SECRET}"], []))
        self.assertEqual(len(alice.told("> eve left")), 1)
        self.assertEqual(len(alice.told("> eve never got one line")), 1)

    def test_only_us(self) -> None:
        """The same where it is only us whom the server has forgotten, as somebody was put out."""
        place = Place("alice", "bob", "eve")
        alice, bob, eve = place.people
        server = place.world.fake_server
        link = server.links["alice"]
        server._depart("alice")
        place.put_out("eve")
        place.world.network.carry_out(place.world.server, [SendFrame(link, b"hi")])
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

    def test_too_late(self) -> None:
        """One who comes back after that gets nothing of what was said before."""
        place = Place("alice", "bob")
        alice, bob = place.people
        place.restart("bob")
        place.world.wait(8)
        alice.type(SECRET, wait=GRACE)
        self.assertEqual(len(alice.told("> bob never got one line")), 1)
        del place.world.fake_server.users["bob"]
        bob.type("bob", "$roomjoin lab")
        alice.type("hello")
        self.assertEqual(bob.told("< alice"), ["< alice: hello"])

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
        self.assertEqual(eve.told("< alice"), ["< alice: hello eve"])

    def test_room_left(self) -> None:
        """Nothing waits for them any more when the room is left."""
        place = Place("alice", "bob")
        alice, bob = place.people
        place.restart("bob")
        place.world.wait(8)
        alice.type(SECRET, "$roomleave")
        self.assertEqual(len(alice.told("> bob never got one line")), 1)
        del place.world.fake_server.users["bob"]
        bob.type("bob", "$poke alice", wait=GRACE)
        self.assertEqual(bob.told(SECRET), [])

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
        place.world.fake_server._roster = lambda name: None  # type: ignore[method-assign]
        place.world.network.carry_out(
            place.world.server, [SendFrame(link, Bare(Verb.HI).encode())]
        )
        place.world.wait(1)
        alice.type("hello", wait=30)
        self.assertEqual(bob.told("hello"), ["< alice: hello"])
