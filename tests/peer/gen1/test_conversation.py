"""Those without a key, among people who have one."""

from twisted.trial.unittest import SynchronousTestCase

from tests.peer.keyed import SERVER, KeyedWorld, key_of, spoken
from twisted_chat.peer.effects import Send
from twisted_chat.wire.gen1 import NamedText
from twisted_chat.wire.gen2.contact import ContactInfo
from twisted_chat.wire.gen2.roster import Came

PLAIN = ("10.0.0.77", 7777)


class WithoutKey(SynchronousTestCase):
    """Members of generation 1 in a room of generation 2."""

    def setUp(self) -> None:
        self.world = KeyedWorld()
        self.alice, self.bob = self.world.room("alice", "bob")
        self.world.fake_server.add_plain("old", PLAIN, "lab")
        self.carol = self.world.chatter("carol")
        self.carol.type("$roomjoin lab")

    def _said(self, name: str, text: str, source: tuple[str, int] = PLAIN) -> str:
        now = self.world.network.now
        self.world.network.carry_out(
            self.carol.node, self.carol.session.heard(NamedText(name, text), source, now)
        )
        return self.carol.lines[-1]

    def test_spoken_to(self) -> None:
        """They are shown as unencrypted, and spoken to in datagrams."""
        self.assertEqual(
            self.carol.lines[-1], "> you are in lab with alice, bob, old (unencrypted)"
        )
        self.carol.type("hello")
        self.assertEqual(self.carol.node.sent[-1], Send(NamedText("carol", "hello\n"), PLAIN))
        self.assertEqual(self._said("old", "hi\n"), "< old (unencrypted): hi")

    def test_claims(self) -> None:
        """Who claims another's name is seen not to be them."""
        self.assertEqual(
            self._said("alice", "hi"), "< old (unencrypted), who says to be alice: hi"
        )

    def test_strangers(self) -> None:
        """What comes from where nobody is whom the server has named is counted, and not shown."""
        before = list(self.carol.lines)
        for number in range(1000):
            self._said("bob", "you have won", ("192.0.2.66", 1 + number))
            self._said("old", "you have won", ("192.0.2.66", 1 + number))
            self._said("carol", "you have won", SERVER)
        self.assertEqual(self.carol.lines, before)
        self.assertIn("3,000 unencrypted messages of strangers", self.carol.type("$who")[-1])

    def test_strangers_after_it_went(self) -> None:
        """Who has left the room is a stranger, and so is one whose name had a key."""
        self.world.network.carry_out(self.world.server, self.world.fake_server.go("old"))
        self.world.wait(0.5)
        self.assertEqual(self._said("old", "hi"), "> old (unencrypted) left")

    def test_flood(self) -> None:
        """So much of one source is shown, and no more."""
        before = len(self.carol.lines)
        for number in range(1000):
            self._said("old", str(number))
        self.assertLess(len(self.carol.lines) - before, 310)

    def test_key_lost(self) -> None:
        """A name that had a key and has none now is not spoken to until that is accepted."""
        self.world.fake_server.users["bob"] = ContactInfo("bob", "", *PLAIN)
        came = Came(
            "lab", self.world.fake_server.rooms["lab"].number + 1, ContactInfo("bob", "", *PLAIN)
        )
        self.world.network.carry_out(self.world.server, self.world.fake_server.push("carol", came))
        self.world.wait(0.5)
        self.assertTrue(self.carol.told("THE KEY OF bob IS NOT THE ONE YOU KNOW"))
        self.assertTrue(self.carol.told(f"it was {spoken(key_of('bob'))}"))
        self.carol.node.sent.clear()
        self.carol.type("secret")
        self.assertEqual(self.carol.node.sent, [])
        self.carol.type("$trust bob", "not so secret")
        self.assertEqual(len(self.carol.node.sent), 1)
