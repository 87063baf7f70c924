"""A server that a name leads to, at several addresses."""

from twisted.trial.unittest import SynchronousTestCase

from tests.peer.keyed import SERVER, Chatter, KeyedWorld, Known, Remembered, key_of
from tests.support.fake_server import FakeServer
from tests.support.links import Node
from twisted_chat.addresses import Address
from twisted_chat.peer.gen2.attempts import STAGGER
from twisted_chat.peer.whereabouts import Whereabouts

PLACE = ("chat.example", 8090)
DEAD = ("2001:db8::1", 8090)
ELSEWHERE = ("192.0.2.2", 8090)


class Servers(SynchronousTestCase):
    """A server that a name leads to."""

    def setUp(self) -> None:
        self.world = KeyedWorld()
        self.memory = Remembered()

    def start(self, addresses: list[Address], *, wait: float = 1.5) -> Chatter:
        server = Whereabouts(PLACE, addresses)
        return self.world.chatter("alice", memory=self.memory, server=server, wait=wait)

    def test_dead_first_address(self) -> None:
        """An address that does not answer costs a quarter of a second, at each step."""
        for _ in ("unknown", "known"):
            alice = self.start([DEAD, SERVER], wait=2 * STAGGER + 0.2)
            self.assertIn("> you are alice; $help shows what you can do", alice.lines)

    def test_several_answer(self) -> None:
        """One link is used, and the others are closed before anything is said on them."""
        server = FakeServer()
        second = self.world.network.add(Node(key_of("server"), ELSEWHERE, server))
        self.memory.trust_server(PLACE, key_of("server"))
        self.world.network.delay = STAGGER
        alice = self.start([ELSEWHERE, SERVER], wait=5)
        links = [
            link
            for node in (second, self.world.server)
            for link in self.world.network.between(alice.node, node)
        ]
        self.assertEqual(len(links), 1)
        self.assertEqual(len(server.asked) + len(self.world.fake_server.asked), 1)

    def test_remembered_under_both(self) -> None:
        """The key is remembered under what was typed and under the address."""
        self.start([SERVER])
        for place in (PLACE, SERVER):
            self.assertEqual(self.memory.server(place), Known(key_of("server")))

    def test_known_elsewhere(self) -> None:
        """A name that leads to another address with the same key is no first time."""
        self.memory.trust_server(PLACE, key_of("server"))
        alice = self.start([SERVER])
        self.assertEqual(alice.lines, ["> you are alice; $help shows what you can do"])
        self.assertEqual(self.memory.server(SERVER), Known(key_of("server")))

    def test_file_of_before(self) -> None:
        """A server that is known by its address only is known by its name too from now on."""
        self.memory.trust_server(SERVER, key_of("server"))
        alice = self.start([SERVER])
        self.assertEqual(alice.lines, ["> you are alice; $help shows what you can do"])
        self.assertEqual(self.memory.server(PLACE), Known(key_of("server")))

    def test_changed_under_either(self) -> None:
        """A key that contradicts the name's, or the address's, is refused and shown."""
        for place in (PLACE, SERVER):
            self.setUp()
            self.memory.trust_server(PLACE, key_of("server"))
            self.memory.trust_server(place, key_of("another"))
            alice = self.start([SERVER], wait=30)
            where = "chat.example:8090 (192.0.2.1:8090)"
            self.assertEqual(len(alice.told(f"THE KEY OF THE SERVER AT {where} IS NOT")), 1)
            self.assertEqual(alice.node.said, [])
            alice.type("$trust server")
            self.assertIn("> you are alice; $help shows what you can do", alice.lines)
            for known in (PLACE, SERVER):
                self.assertEqual(self.memory.server(known), Known(key_of("server")))

    def test_impostor_at_one_address(self) -> None:
        """Somebody else at one of the addresses keeps nobody from the right one."""
        self.world.network.add(Node(key_of("impostor"), ELSEWHERE, FakeServer()))
        self.memory.trust_server(PLACE, key_of("server"))
        alice = self.start([ELSEWHERE, SERVER])
        self.assertEqual(alice.lines, ["> you are alice; $help shows what you can do"])

    def test_moved(self) -> None:
        """When the server is gone its name is looked up again, and it is found elsewhere."""
        alice = self.start([SERVER])
        self.world.kill_server()
        self.world.network.resolved = lambda place: [ELSEWHERE]
        server = FakeServer()
        self.world.network.add(Node(key_of("server"), ELSEWHERE, server))
        self.world.wait(40)
        self.assertIn("alice", server.links)
        self.assertEqual(len(alice.told("the server is back")), 1)
        self.assertEqual(alice.told("first time")[1:], [])

    def test_not_looked_up(self) -> None:
        """An address is not looked up."""
        alice = self.world.chatter("alice")
        self.world.kill_server()
        asked: list[Address] = []
        self.world.network.resolved = lambda place: asked.append(place) or []  # type: ignore[func-returns-value]
        self.world.wait(60)
        self.assertTrue(alice.told("does not answer"))
        self.assertEqual(asked, [])
