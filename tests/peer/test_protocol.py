"""Peers over a network in memory, with our room server and with the original."""

from collections.abc import Callable
from typing import Any

from twisted.internet.protocol import DatagramProtocol
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from tests.fakes import FakeNetwork, FakeTerminal, OriginalServer
from twisted_chat.addresses import Address
from twisted_chat.peer.protocol import Peer
from twisted_chat.peer.session import Session
from twisted_chat.server.bounds import Bounds
from twisted_chat.server.protocol import RoomServer

SERVER = ("192.0.2.1", 8090)


class Chatter:
    """A peer and the person at its terminal."""

    def __init__(self, world: "World", name: str | None, at: Address, *, patient: bool) -> None:
        self.world = world
        terminal: Any = FakeTerminal()
        self.terminal = terminal
        self.peer = Peer(lambda port: Session(SERVER, port, name, patient=patient), world.clock)
        self.terminal.closed = self.peer.detached
        world.network.attach(self.peer, at)
        self.peer.attached(self.terminal)
        world.wait(1)

    def type(self, *lines: str, wait: float = 1.0) -> list[str]:
        """Type lines. Returns what is shown from then on."""
        before = len(self.terminal.lines)
        for line in lines:
            self.peer.typed(self.terminal, line)
        self.world.wait(wait)
        return list(self.terminal.lines[before:])


class World:
    """A network with one server, and peers."""

    def __init__(self, kind: str) -> None:
        self.clock = Clock()
        self.network = FakeNetwork(self.clock)
        self.kind = kind
        self.begin()

    def begin(self) -> None:
        """Start the server, or another in its place that knows nobody."""
        server: DatagramProtocol = OriginalServer()
        if self.kind == "ours":
            server = RoomServer(Bounds(), self.clock)
        self.network.attach(server, SERVER)

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.clock.pump([0.05] * round(seconds / 0.05))

    def chatter(self, name: str | None, number: int, *, patient: bool = True) -> Chatter:
        return Chatter(self, name, (f"192.0.2.{number + 10}", 5000 + number), patient=patient)


class WithEitherServer(SynchronousTestCase):
    """What holds with our server and with the original."""

    def both(self, check: Callable[[World], None]) -> None:
        """Check it with each."""
        for kind in ("ours", "original"):
            check(World(kind))

    def test_chat(self) -> None:
        """Two meet in a room, know each other's names, and what one says the other sees."""

        def check(world: World) -> None:
            alice, bob = world.chatter("alice", 1), world.chatter(None, 2)
            self.assertIn("what is your name", bob.terminal.lines[0])
            self.assertIn("does not let you be alice", bob.type("alice")[0])
            self.assertIn("> you are bob", bob.type("bob")[0])
            self.assertEqual(alice.type("$userlist"), ["> users (2): alice, bob"])
            alice.type("$roomcreate lab", "$roomjoin lab")
            self.assertEqual(bob.type("$roomjoin lab", "hello"), ["> you are in lab with alice"])
            self.assertIn("< bob: hello", alice.terminal.lines)
            self.assertIn("> bob came", alice.terminal.lines)
            alice.type("hi \x1b[2J")
            self.assertEqual(bob.terminal.lines[-1], "< alice: hi ␛[2J")

        self.both(check)

    def test_poke(self) -> None:
        """A poke is answered without a command; a third is shown as a stranger."""

        def check(world: World) -> None:
            alice, bob, eve = (world.chatter(n, i) for i, n in enumerate(("alice", "bob", "eve")))
            alice.type("$poke bob", "hey")
            bob.type("yes?")
            self.assertEqual(alice.terminal.lines[-1], "< bob: yes?")
            eve.type("$poke alice", "boo")
            self.assertIn("< stranger eve at 192.0.2.12:5002: boo", alice.terminal.lines)
            self.assertIn("usage: $poke NAME", alice.type("$poke")[0])
            self.assertIn("no command $dance", alice.type("$dance")[0])

        self.both(check)

    def test_server_gone_and_back(self) -> None:
        """The chat goes on without the server, and all is taken up again when it is back."""

        def check(world: World) -> None:
            alice, bob = world.chatter("alice", 1), world.chatter("bob", 2)
            alice.type("$roomcreate lab", "$roomjoin lab")
            bob.type("$roomjoin lab")
            world.network.detach(SERVER)
            world.wait(60)
            told = [line for line in alice.terminal.lines if "does not answer" in line]
            self.assertEqual(len(told), 1)
            bob.type("still here")
            self.assertEqual(alice.terminal.lines[-1], "< bob: still here")
            world.begin()
            world.wait(60)
            told = [line for line in alice.terminal.lines if "the server is back" in line]
            self.assertEqual(
                told, ["> the server is back: you are alice again, and go back to lab"]
            )
            bob.type("and again")
            self.assertEqual(alice.terminal.lines[-1], "< bob: and again")
            self.assertEqual(alice.type("$roomlist"), ["> rooms (1): lab"])

        self.both(check)

    def test_refresh(self) -> None:
        """The server hears of a silent peer at least every 26 seconds, for hours."""

        def check(world: World) -> None:
            alice = world.chatter("alice", 1)
            for _ in range(20):
                world.network.carried.clear()
                world.wait(26)
                self.assertTrue([to for _, _, to in world.network.carried if to == SERVER])
            self.assertEqual(len(alice.terminal.lines), 1)

        self.both(check)

    def test_script(self) -> None:
        """A script's lines are done in order, then it leaves, with status 0."""

        def check(world: World) -> None:
            alice = world.chatter("alice", 1)
            alice.type("$roomcreate lab", "$roomjoin lab")
            bot = world.chatter("bot", 2, patient=False)
            texts = [f"line {number}" for number in range(250)]
            bot.type("$roomjoin lab", *texts, wait=0)
            bot.peer.ended(bot.terminal)
            world.wait(10)
            said = [line for line in alice.terminal.lines if line.startswith("< bot")]
            self.assertEqual(said, [f"< bot: {text}" for text in texts])
            self.assertEqual(self.successResultOf(bot.peer.finished), 0)
            self.assertEqual(alice.type("$userlist"), ["> users (1): alice"])

        self.both(check)

    def test_refused_script(self) -> None:
        """A script whose name is taken ends with status 1."""

        def check(world: World) -> None:
            world.chatter("alice", 1)
            bot = world.chatter("alice", 2, patient=False)
            self.assertEqual(self.successResultOf(bot.peer.finished), 1)

        self.both(check)

    def test_bad_network(self) -> None:
        """With loss, duplication and reordering, registering and joining work in the end."""

        def check(world: World) -> None:
            world.network.loss, world.network.duplication, world.network.delay = 0.2, 0.2, 0.1
            alice, bob = world.chatter("alice", 1), world.chatter("bob", 2)
            world.wait(10)
            alice.type("$roomcreate lab", "$roomjoin lab", wait=20)
            bob.type("$roomjoin lab", wait=20)
            self.assertIn("> you are bob; $help shows what you can do", bob.terminal.lines)
            self.assertIn("you are in lab", "".join(bob.terminal.lines))

        self.both(check)


class Requests(SynchronousTestCase):
    """Requests that are not answered."""

    def test_repeated(self) -> None:
        """A request is repeated after 1, 2 and 4 seconds, and then reported."""
        world = World("ours")
        alice = world.chatter("alice", 1)
        world.network.detach(SERVER)
        world.network.carried.clear()
        shown = alice.type("$roomlist", wait=10)
        asked = [datagram for _, datagram, _ in world.network.carried if datagram == b"rl"]
        self.assertEqual(len(asked), 4)
        self.assertEqual(shown, ["> the server did not answer when asked for the rooms"])
