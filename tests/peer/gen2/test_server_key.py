"""The key of a server, remembered or pinned, and what becomes of another."""

from twisted.trial.unittest import SynchronousTestCase

from tests.peer.keyed import SERVER, Chatter, KeyedWorld, Known, Remembered, key_of, spoken


class Servers(SynchronousTestCase):
    """The server's key."""

    def test_first(self) -> None:
        """It is shown and remembered the first time, and not shown again."""
        world = KeyedWorld()
        memory = Remembered()
        alice = world.chatter("alice", memory=memory)
        self.assertIn(spoken(key_of("server")), alice.lines[0])
        again = world.chatter("alice", memory=memory)
        self.assertEqual(again.lines, ["> you are alice; $help shows what you can do"])

    def _changed(self, **how: object) -> Chatter:
        world = KeyedWorld()
        memory = Remembered()
        memory.trust_server(SERVER, key_of("the server as it was"))
        return world.chatter("alice", memory=memory, **how)  # type: ignore[arg-type]

    def test_changed(self) -> None:
        """Another key is refused loudly, and nothing is sent to it, until it is accepted."""
        alice = self._changed(wait=60)
        self.assertTrue(alice.told("THE KEY OF THE SERVER"))
        self.assertTrue(alice.told(f"it was {spoken(key_of('the server as it was'))}"))
        self.assertTrue(alice.told(f"it is  {spoken(key_of('server'))}"))
        self.assertEqual(alice.type("$userlist", "secret", wait=60), [])
        self.assertEqual((alice.node.said, alice.node.sent), ([], []))
        self.assertEqual(len(alice.node.dialled), 1)
        self.assertEqual(alice.node.dialled[0].fingerprint, key_of("the server as it was"))
        self.assertIn("> you are alice", "\n".join(alice.type("$trust server")))
        self.assertEqual(alice.memory.server(SERVER), Known(key_of("server")))

    def test_changed_meanwhile(self) -> None:
        """A command that needs a server which has come back with another key says so."""
        world = KeyedWorld()
        alice = world.chatter("alice")
        world.kill_server()
        world.start_server("another")
        world.wait(60)
        self.assertEqual(
            "".join(alice.type("$roomlist")),
            "> $roomlist needs the server, which you have not accepted as it is now;"
            " $trust server does",
        )

    def test_changed_for_a_script(self) -> None:
        """A script ends with status 1."""
        bot = self._changed(patient=False)
        self.assertEqual((bot.node.statuses, bot.node.said), ([1], []))

    def test_pinned(self) -> None:
        """A key that is pinned is the only one; it takes the place of what is remembered."""
        alice = self._changed(server_key=key_of("server"))
        self.assertIn("> you are alice; $help shows what you can do", alice.lines)
        self.assertEqual(alice.memory.server(SERVER), Known(key_of("server")))
        eve = KeyedWorld().chatter("eve", server_key=key_of("another"))
        self.assertEqual(len(eve.told("--server-key")), 1)
        self.assertEqual((eve.node.statuses, eve.node.said), ([1], []))
        self.assertEqual([dial.fingerprint for dial in eve.node.dialled], [key_of("another")])

    def test_pinned_by_its_beginning(self) -> None:
        """What is read aloud is the beginning of a fingerprint, and enough."""
        pinned = key_of("server")[:32]
        alice = KeyedWorld().chatter("alice", server_key=pinned)
        self.assertIn("> you are alice; $help shows what you can do", alice.lines)
        self.assertEqual(alice.memory.server(SERVER), Known(key_of("server")))

    def test_an_answer_that_never_comes(self) -> None:
        """A known server that does not link is not called another because its key was seen."""
        memory = Remembered()
        memory.trust_server(SERVER, key_of("server"))
        world = KeyedWorld()
        world.server.deaf = True
        alice = world.chatter("alice", memory=memory, wait=0.1)
        failed = alice.session.dial_failed(
            SERVER, key_of("server"), "no answer in time", key_of("server"), world.network.now
        )
        world.network.carry_out(alice.node, failed)
        world.wait(30)
        self.assertEqual(alice.told("NOT THE ONE YOU KNOW"), [])

    def test_changed_while_we_talk(self) -> None:
        """Where the key changes later the room goes on, and the pinned one is waited for."""
        world = KeyedWorld()
        alice = world.chatter("alice", server_key=key_of("server"))
        bob = world.chatter("bob")
        alice.type("$roomcreate lab", "$roomjoin lab")
        bob.type("$roomjoin lab")
        world.kill_server()
        world.start_server("impostor")
        world.wait(60)
        for one in (alice, bob):
            self.assertEqual(len(one.told("THE KEY OF THE SERVER")), 1)
        self.assertEqual(world.fake_server.asked, [])
        alice.type("still here")
        self.assertEqual(bob.lines[-1], "< alice: still here")
        world.kill_server()
        world.start_server()
        world.wait(60)
        self.assertIn("alice", world.fake_server.links)
        self.assertEqual(alice.type("$userlist"), ["> users (1): alice"])

    def test_nobody_to_decide(self) -> None:
        """Who will type nothing more is not waited for."""
        alice = self._changed()
        alice.end()
        self.assertEqual((alice.node.statuses, alice.node.said), ([1], []))

    def test_reflected(self) -> None:
        """Our own key at the server's address is told once, and nothing is sent to it."""
        alice = KeyedWorld().chatter("alice", key="server", wait=100)
        self.assertEqual(len(alice.told("our own key answers")), 1)
        self.assertEqual(alice.node.said, [])

    def test_a_user_called_server(self) -> None:
        """`$trust server` is about a user of that name when the server is in no doubt."""
        alice = KeyedWorld().chatter("alice")
        self.assertIn("there is nobody called server", alice.type("$trust server")[0])
