"""What the commands do that show people, or keep somebody from us."""

from twisted.trial.unittest import SynchronousTestCase

from tests.peer.keyed import KeyedWorld, key_of
from tests.peer.orders import OrdersCase
from tests.support.contacts import LAB
from twisted_chat.peer.commands import Command
from twisted_chat.peer.events import talk


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
            ],
        )
        self.assertIn("nobody called zoe", alice.type("$whois zoe")[0])


class Ignoring(OrdersCase):
    """Who is ignored."""

    def test_ignore(self) -> None:
        """One who is ignored and outside is gone, and is back to what they were later."""
        bob, dave = self.meet("bob"), self.meet("dave")
        self.contacts.came(bob, LAB)
        self.contacts.poke(dave)
        for name in ("bob", "dave"):
            self.assertEqual(self.obey(Command.IGNORE, name), [talk.IgnoredNow(name)])
        self.assertEqual(self.contacts.everybody(), [bob])
        self.assertEqual(self.obey(Command.UNIGNORE, "bob"), [talk.IgnoredNoMore("bob", True)])
        self.assertEqual(self.obey(Command.UNIGNORE, "bob"), [talk.NotIgnored("bob")])
        nobody = talk.NobodyHere("zoe", Command.IGNORE)
        self.assertEqual(self.obey(Command.IGNORE, "zoe"), [nobody])
        self.contacts.open = True
        self.assertEqual(self.obey(Command.IGNORE, "zoe"), [talk.IgnoredNow("zoe")])
