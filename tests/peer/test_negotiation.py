"""Generation 2 where the server knows it, generation 1 where it does not, and no way back."""

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.peer.keyed import SERVER, Known, Remembered, key_of
from tests.support.links import LinkNetwork, Node
from tests.support.network import OriginalServer
from tests.support.sessions import keyed_session
from twisted_chat.errors import WireError
from twisted_chat.peer.whereabouts import Whereabouts
from twisted_chat.terminal.typed_lines import as_typed
from twisted_chat.wire.gen1 import parse_answer

HERE = ("192.0.2.50", 5050)
UNENCRYPTED = "> the server at 192.0.2.1:8090 speaks generation 1 only: nothing here is encrypted"


class Contact(SynchronousTestCase):
    """The first contact with a server that speaks generation 1."""

    def setUp(self) -> None:
        self.network = LinkNetwork()
        self.server = OriginalServer()
        self.server.transport = self
        self.memory = Remembered()
        old: Any = None
        self.node = Node(key_of("old"), SERVER, old, deaf=True)
        self.node.datagram = self.server.datagramReceived
        self.network.add(self.node)

    def write(self, payload: bytes, to: tuple[str, int]) -> None:
        """The server sends."""
        self.network.at(self.network.now + 0.01, lambda: self._deliver(payload))

    def _deliver(self, payload: bytes) -> None:
        try:
            message = parse_answer(payload)
        except WireError:
            return
        session, network = self.session, self.network
        network.carry_out(self.peer, session.heard(message, SERVER, network.now))

    def _peer(self, name: str | None, *, patient: bool = True, server_key: str = "") -> None:
        server = Whereabouts(SERVER)
        self.session = keyed_session(
            server,
            key_of("alice"),
            name,
            self.memory,
            port=HERE[1],
            patient=patient,
            server_key=server_key,
        )
        self.peer = self.network.add(Node(key_of("alice"), HERE, self.session))
        self.network.carry_out(self.peer, self.session.start(self.network.now))

    def _type(self, line: str) -> None:
        self.network.carry_out(self.peer, self.session.typed([as_typed(line)], self.network.now))

    def test_goes_on_in_generation_1(self) -> None:
        """The person is told once, and what was typed meanwhile is done."""
        self._peer("alice")
        for line in ("$roomcreate lab", "$roomjoin lab"):
            self._type(line)
        self.network.wait(10)
        self.assertEqual(
            self.peer.shown,
            [
                UNENCRYPTED,
                "> you are alice; $help shows what you can do",
                "> lab is there now; $roomjoin lab takes you in",
                "> you are in lab alone",
            ],
        )

    def test_the_original_survives(self) -> None:
        """A server that shows no sign of keys gets no datagram that would end the original."""
        self._peer("alice")
        self.network.wait(10)
        self.assertFalse(self.server.dead)
        self.assertEqual(self.peer.dialled, [])

    def test_asked_for_a_name(self) -> None:
        """Who has given no name is asked for it, once."""
        self._peer(None)
        self.network.wait(10)
        self.assertEqual(self.peer.shown, [UNENCRYPTED, "> what is your name?"])
        self._type("alice")
        self.network.wait(1)
        self.assertIn("> you are alice; $help shows what you can do", self.peer.shown)

    def test_new_commands(self) -> None:
        """What generation 1 does not know is said in one line each."""
        self._peer("alice")
        self.network.wait(10)
        for line in ("$roomclose", "$roomgive bob", "$kick bob", "$trust bob", "$verify bob"):
            before = len(self.peer.shown)
            self._type(line)
            (shown,) = self.peer.shown[before:]
            self.assertTrue(shown.startswith(f"> there is no {line} in generation 1, "))
        self._type("$kick")
        self.assertEqual(self.peer.shown[-1], "> you talk to nobody now")

    def test_script(self) -> None:
        """A script goes on in generation 1 too, and ends as it does there."""
        self._peer("bot", patient=False)
        self._type("$userlist")
        self.network.carry_out(self.peer, self.session.ended(self.network.now))
        self.network.wait(10)
        self.assertIn("> users (1): bot", self.peer.shown)
        self.assertEqual(self.peer.statuses, [0])

    def test_downgrade(self) -> None:
        """A server that had a key is not spoken to without one, unless the person says so."""
        self.memory.trust_server(SERVER, key_of("server"))
        self._peer("alice")
        self._type("secret")
        self.network.wait(120)
        self.assertEqual(
            [line for line in self.peer.shown if "ANSWERS ONLY WITHOUT ENCRYPTION" in line],
            self.peer.shown[:1],
        )
        self.assertEqual({sent.message.encode() for sent in self.peer.sent}, {b"rl"})
        self._type("$trust server")
        self.network.wait(5)
        self.assertIn("> you are alice; $help shows what you can do", self.peer.shown)
        self.assertEqual(self.memory.server(SERVER), Known(key_of("server")))

    def test_downgrade_of_a_pinned_key(self) -> None:
        """A key that is pinned leaves no way into generation 1."""
        self._peer("alice", server_key=key_of("server"))
        self.network.wait(20)
        self.assertIn("ANSWERS ONLY WITHOUT ENCRYPTION", self.peer.shown[0])
        self._type("$trust server")
        self.network.wait(20)
        self.assertEqual({sent.message.encode() for sent in self.peer.sent}, {b"rl"})

    def test_downgrade_for_a_script(self) -> None:
        """A script ends with status 1."""
        self.memory.trust_server(SERVER, key_of("server"))
        self._peer("bot", patient=False)
        self.network.wait(20)
        self.assertEqual(self.peer.statuses, [1])
