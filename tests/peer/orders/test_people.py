"""What the commands do that show people, or keep somebody from us."""

from datetime import datetime

from twisted.trial.unittest import SynchronousTestCase

from tests.peer.keyed import KeyedWorld, Known, Remembered, key_of
from tests.peer.orders import OrdersCase
from tests.support.contacts import LAB
from twisted_chat.peer.commands import Command
from twisted_chat.peer.events import ignoring, talk


def local(seconds: float) -> str:
    """A time of day."""
    return f"{datetime.fromtimestamp(seconds):%Y-%m-%d %H:%M:%S}"


class Commands(SynchronousTestCase):
    """Lines that are typed."""

    def test_whois(self) -> None:
        """It is shown who somebody is: key, place, link, and where we talk to them."""
        world = KeyedWorld()
        alice, bob = world.room("alice", "bob")
        place = ":".join(map(str, bob.node.address))
        shown = alice.type("$poke bob", "/whois bob")
        self.assertEqual(
            shown[1:],
            [
                f"> bob (new key), at {place}: in room lab, you talk privately",
                f"> bob's key: ~{key_of('bob')[:8]}~",
                "> last heard: never",
            ],
        )
        self.assertIn("nobody called zoe", alice.type("$whois zoe")[0])

    def test_who_of_a_room(self) -> None:
        """Where one is and talks is shown of all, and of one room who is in it."""
        world = KeyedWorld()
        alice, _ = world.room("alice", "bob")
        alice.type("$roomcreate den", "$poke bob")
        shown = ["> you are alice, in lab, den", "> what you type goes to bob, privately"]
        for room, there in (("lab", "bob (new key)"), ("den", "nobody")):
            here = f"> in room {room} with you: {there}"
            self.assertEqual(alice.type(f"$who {room}"), [*shown, here])
        self.assertIn("> you talk privately to bob (new key)", alice.type("$who"))
        self.assertIn("not in a room attic", alice.type("$who attic")[0])

    def test_whois_known(self) -> None:
        """When the key was compared, and when somebody was heard last, is shown too."""
        world = KeyedWorld()
        alice, bob = world.room("alice", "bob")
        remembered = Known(key_of("bob"), True, 86_400.0, 90_000.0)
        assert isinstance(alice.memory, Remembered)
        alice.memory.names["bob"] = remembered
        key, heard = alice.type("$whois bob")[1:]
        self.assertTrue(key.endswith(f", compared {local(86_400)}"), key)
        self.assertEqual(heard, f"> last heard: {local(90_000)}")
        bob.type("hello")
        self.assertLess(alice.type("$whois bob")[2], "> last heard: 2001-09-11")

    def test_ignored_for_good(self) -> None:
        """One who is ignored is so by the key, in the next program and under another name,
        until that is ended, by the name of now too."""
        world = KeyedWorld()
        alice, bob = world.room("alice", "bob")
        (told,) = alice.type("$ignore bob")
        self.assertIn("nothing goes to bob; $unignore bob ends that", told)
        alice.type("$quit")
        bob.type("$quit")
        robert = world.chatter("robert", key="bob")
        again = world.chatter("alice", memory=alice.memory)
        for one in (robert, again):
            one.type("$roomjoin lab")
        robert.type("hello")
        self.assertEqual(again.told("< robert"), [])
        (told,) = again.type("$unignore robert")
        self.assertIn("robert is not ignored any more: robert hears you again", told)
        robert.type("hello again")
        self.assertEqual(again.lines[-1], "< robert: hello again")
        assert isinstance(alice.memory, Remembered)
        self.assertEqual(alice.memory.ignored(), [])

    def test_ignored_elsewhere(self) -> None:
        """One with whom nothing is left does not hear us again when ignored no more."""
        world = KeyedWorld()
        alice, bob = world.chatter("alice"), world.chatter("bob")
        bob.type("$poke alice")
        alice.type("$poke bob", "$ignore bob")
        self.assertEqual(alice.type("$unignore bob"), ["> bob is not ignored any more"])

    def test_ignored_in_private(self) -> None:
        """Both agree on whether there is something private between them, also when one has
        ignored the other, and does so no more."""
        world = KeyedWorld()
        alice, bob = world.room("alice", "bob")
        alice.type("$poke bob", "hello")
        bob.type("$poke alice", "hi")
        alice.type("$ignore bob")
        self.assertIn("alice does not talk to you any more", bob.lines[-1])
        self.assertIn("nobody heard that", bob.type("are you there?")[0])
        self.assertIn("bob hears you again", alice.type("$unignore bob")[0])
        bob.type("$poke alice", "and now?")
        self.assertIn("< bob privately: and now?", alice.lines)
        alice.type("$to bob", "now")
        self.assertEqual(bob.lines[-1], "< alice privately: now")


class Ignoring(OrdersCase):
    """Who is ignored."""

    def test_ignore(self) -> None:
        """One who is ignored and outside is gone, and is back to what they were later."""
        bob, dave = self.meet("bob"), self.meet("dave")
        self.contacts.came(bob, LAB)
        self.contacts.poke(dave)
        for name in ("bob", "dave"):
            self.assertEqual(self.obey(Command.IGNORE, name), [ignoring.IgnoredNow(name, False)])
        self.assertEqual(self.contacts.everybody(), [bob])
        self.assertEqual(self.obey(Command.UNIGNORE, "bob"), [ignoring.IgnoredNoMore("bob", True)])
        self.assertEqual(self.obey(Command.UNIGNORE, "bob"), [ignoring.NotIgnored("bob")])
        nobody = talk.NobodyHere("zoe", Command.IGNORE)
        self.assertEqual(self.obey(Command.IGNORE, "zoe"), [nobody])
        self.contacts.open = True
        self.assertEqual(self.obey(Command.IGNORE, "zoe"), [ignoring.IgnoredNow("zoe", False)])
