"""Several room servers with one address book, over real NATS servers."""

import contextlib
import select
import socket
import threading
import time
from pathlib import Path

from tests.end_to_end.namespaces import Network
from tests.end_to_end.processes import COLD, Program, command, places
from tests.end_to_end.test_udpchat import ChatTestCase, free_udp_port
from tests.support.nats import MISSING, PROGRAM, NatsServer, three
from tests.support.thorough import slow

HOST = "127.0.0.1"
RACED = 10_000 if COLD else 200
"""Names that three servers are asked for at once."""
AT_ONCE = 50
"""Names that are asked for before the answers to the first are waited for."""
PATIENCE = 60.0
AGREED = 5.0
"""Seconds after which all have to know what one knows."""


class Texter:
    """Somebody without a key, at one server."""

    def __init__(self, case: ChatTestCase, port: int) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        case.addCleanup(self.socket.close)
        self.socket.bind((HOST, 0))
        self.socket.connect((HOST, port))
        self.socket.settimeout(0.5)
        self.address: tuple[str, int] = self.socket.getsockname()

    def say(self, *texts: str) -> None:
        """Send these."""
        for text in texts:
            with contextlib.suppress(ConnectionRefusedError):
                self.socket.send(text.encode())

    def hear(self, patience: float = 0.5) -> str:
        """What comes next; nothing if nothing does."""
        self.socket.settimeout(patience)
        try:
            return self.socket.recv(2000).decode()
        except (TimeoutError, ConnectionRefusedError):
            return ""

    def ask(self, text: str, begins: str, patience: float = PATIENCE) -> str:
        """Say this, again if need be, until an answer begins so, and return it."""
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            self.say(text)
            while heard := self.hear():
                if heard.startswith(begins):
                    return heard
        raise AssertionError(f"no {begins!r} for {text!r}")

    def await_answer(self, text: str, answer: str, within: float) -> None:
        """Ask this until this is the answer."""
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            self.say(text)
            if self.hear() == answer:
                return
        raise AssertionError(f"no {answer!r} for {text!r} within {within} seconds")


class Proxy:
    """A way to a NATS server that can stop: what is under way waits, and nothing is said of it."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._listening = socket.create_server((HOST, 0))
        self.port: int = self._listening.getsockname()[1]
        self._passing = threading.Event()
        self._passing.set()
        self._ended = False
        self._sockets: list[socket.socket] = [self._listening]
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def stop(self) -> None:
        self._passing.clear()

    def go_on(self) -> None:
        self._passing.set()

    def close(self) -> None:
        self._ended = True
        self._passing.set()
        for one in self._sockets:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        while not self._ended:
            try:
                here, _ = self._listening.accept()
                there = socket.create_connection((HOST, self._to))
            except OSError:
                return
            self._sockets += [here, there]
            for one, other in ((here, there), (there, here)):
                thread = threading.Thread(target=self._carry, args=(one, other), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := one.recv(65_536):
                self._passing.wait()
                other.sendall(data)
        with contextlib.suppress(OSError):
            other.shutdown(socket.SHUT_WR)


class ClusterTestCase(ChatTestCase):
    """Has room servers with one log."""

    if PROGRAM is None:
        skip = MISSING

    def setUp(self) -> None:
        super().setUp()
        self.key = self.directory() / "server.pem"
        self.ports: list[int] = []

    def nats(self) -> NatsServer:
        """One NATS server that answers."""
        server = NatsServer(self.directory())
        self.addCleanup(server.kill)
        server.wait()
        return server

    def shared(self, journal: str, *options: object) -> Program:
        """One more room server of the cluster, that reaches the log. Its port is the last."""
        self.ports.append(free_udp_port())
        words = ["--journal", journal, "--key", self.key, "--control", "none"]
        words += ["--max-users-per-host", 1_000_000, "--rate", 0, *options]
        server = self.serve(self.ports[-1], *words)
        server.expect("names and rooms are in nats://")
        return server

    def person(self, name: str, port: int, key: Path) -> Program:
        """Somebody with this key, at a terminal."""
        person = self.start_on_terminal("udpchat", HOST, port, "--name", name, "--key", key)
        person.expect(f"> you are {name}")
        return person


class Together(ClusterTestCase):
    """Servers that all reach the log, and are killed."""

    def test_one_room(self) -> None:
        """Users of both generations at three servers are in one room, find each other, and talk.
        Who starts again at another server after its own was killed has its name there at once, and
        comes into its room."""
        nats = self.nats()
        servers = [self.shared(nats.url) for _ in range(3)]
        keys = [self.directory() / name for name in ("alice", "bob")]
        alice, bob = (
            self.person(name, port, key)
            for name, port, key in zip(("alice", "bob"), self.ports, keys, strict=False)
        )
        alice.type_lines("$roomcreate lab", "$roomjoin lab")
        alice.expect("> you are in lab alone")
        bob.type_lines("$roomjoin lab")
        bob.expect("> you are in lab")
        bob.expect("alice")  # Who is there, or has come a moment later.
        alice.expect("> bob came")
        alice.type_lines("over two servers")
        bob.expect("over two servers")
        carl = Texter(self, self.ports[2])
        carl.ask("hi carl", "hi carl")
        carl.say("ul")
        self.assertEqual({carl.hear(5) for _ in range(3)}, {"ul alice", "ul bob", "ul carl"})
        carl.ask("rj lab", "rj __clear")
        for one in (alice, bob):
            one.expect("carl (unencrypted) came")
        dave = self.person("dave", self.ports[2], self.directory() / "dave")
        dave.type_lines("$poke alice")
        dave.expect("alice")
        alice.expect("dave")
        servers[0].kill()
        alice.kill()
        again = self.person("alice", self.ports[2], keys[0])
        again.type_lines("$roomjoin lab")
        again.expect("> you are in lab with")
        bob.expect("alice came")

    def test_killed_and_drained(self) -> None:
        """Users of a server that is killed are in their rooms at another within five seconds
        after they ask for something, and those of one that is drained at once; nobody sees them
        leave, and what is said is heard all the time."""
        nats = self.nats()
        first, second = (self.shared(nats.url) for _ in range(2))
        control = self.directory() / "control.sock"
        third = self.shared(nats.url, "--control", control)
        alice, bob = (
            self.person(name, port, self.directory() / name)
            for name, port in zip(("alice", "bob"), self.ports[::2], strict=False)
        )
        alice.type_lines("$roomcreate lab")
        alice.expect("> you are in lab alone")
        bob.type_lines("$roomjoin lab")
        bob.expect("> you are in lab")
        alice.expect("> bob came")
        first.kill()
        killed = time.monotonic()
        alice.type_lines("$userlist", "still here")
        bob.expect("< alice: still here")
        alice.type_lines("$roomcreate den")
        alice.expect("> you are in den alone")
        self.assertLess(time.monotonic() - killed, AGREED)
        drain = self.start("udpchat", "ctl", "--control", control, "drain")
        self.assertEqual(drain.wait(), 0)
        second.expect("user bob is of this server now")
        bob.type_lines("$roomjoin den")
        alice.expect("bob came")
        status = self.start("udpchat", "ctl", "--control", control, "status")
        self.assertEqual(status.wait(), 0)
        for one in (alice, bob):
            self.assertNotIn(" left", one.said)
            self.assertNotIn("does not answer", one.said)
        third.kill()

    def test_races(self) -> None:
        """Of three who ask three servers for one name at once one gets it, of many names, and all
        servers say who: also after all NATS servers and one room server were killed."""
        nats = self.nats()
        servers = [self.shared(nats.url) for _ in range(3)]
        asking = [[Texter(self, port) for _ in range(AT_ONCE)] for port in self.ports]
        owners: dict[str, int] = {}
        for first in range(0, RACED, AT_ONCE):
            names = [f"name{number}" for number in range(first, first + AT_ONCE)]
            self._race(names, asking, owners)
        self.assertEqual(len(owners), RACED)
        nats.kill()
        servers[0].kill()
        nats.start()
        nats.wait()
        servers[1].expect("names and rooms are in nats://")
        late = Texter(self, self.ports[1])
        for name in list(owners)[-AT_ONCE:]:
            late.say(f"hi {name}")
        late.ask("hi late", "hi late")
        here = list(list(owners)[-AT_ONCE:])
        for name in here:
            answer = late.ask(f"ar {name}", "ar ")
            self.assertEqual(answer, f"ar {HOST} {owners[name]}")

    def _race(self, names: list[str], asking: list[list[Texter]], owners: dict[str, int]) -> None:
        waiting: dict[socket.socket, tuple[Texter, str]] = {}
        for number, name in enumerate(names):
            for at in asking:
                texter = at[number]
                waiting[texter.socket] = texter, name
                texter.say(f"hi {name}")
        deadline = time.monotonic() + PATIENCE
        answers: dict[str, list[tuple[str, int]]] = {name: [] for name in names}
        while waiting and time.monotonic() < deadline:
            ready, _, _ = select.select(list(waiting), [], [], 1)
            for one in ready:
                texter, name = waiting.pop(one)
                answers[name].append((texter.hear(), texter.address[1]))
        self.assertEqual(waiting, {})
        for name, found in answers.items():
            won = [port for heard, port in found if heard == f"hi {name}"]
            lost = [heard for heard, _ in found if heard == "hi"]
            self.assertEqual((len(won), len(lost)), (1, 2), f"{name}: {found}")
            owners[name] = won[0]

    @slow
    def test_one_of_three(self) -> None:
        """With three NATS servers, one of which is killed, or each, as one of them leads, and then
        all, what was confirmed stays so, and names are given again."""
        nats = three(self.directory())
        for one in nats:
            self.addCleanup(one.kill)
        journal = "nats://" + ",".join(one.url.removeprefix("nats://") for one in nats)
        for _ in range(2):
            self.shared(journal)
        anna, ben = (Texter(self, port) for port in self.ports)
        anna.ask("hi anna", "hi anna")
        ben.ask("hi ben", "hi ben")
        for number, one in enumerate(nats if COLD else nats[:1]):
            one.kill()
            name = f"new{number}"
            texter = Texter(self, self.ports[number % 2])
            texter.ask(f"hi {name}", f"hi {name}")
            one.start()
            one.wait()
        for one in nats:
            one.kill()
        for one in nats:
            one.start()
        late = Texter(self, self.ports[0])
        late.ask("hi late", "hi late")
        ben.await_answer("ar late", f"ar {HOST} {late.address[1]}", AGREED)
        for name in ("new0", "new1", "new2") if COLD else ("new0",):
            self.assertNotEqual(anna.ask(f"ar {name}", "ar "), "ar")


class Apart(ClusterTestCase):
    """A server that does not reach the log."""

    def test_cut_off(self) -> None:
        """It goes on with what it knows, gives nobody a name or a room, says so in its log,
        and knows within five seconds after it reaches the log again what the
        others do."""
        nats = self.nats()
        self.shared(nats.url)
        proxy = Proxy(nats.port)
        self.addCleanup(proxy.close)
        apart = self.shared(f"nats://{HOST}:{proxy.port}")
        anna, ben = (Texter(self, port) for port in self.ports)
        anna.ask("hi anna", "hi anna")
        ben.ask("hi ben", "hi ben")
        ben.ask("rc lab", "rc lab")
        ben.ask("rj lab", "rj __clear")
        anna.ask("rj lab", f"rj {HOST} {ben.address[1]}")
        proxy.stop()
        apart.expect("cut off from nats://")
        self.assertEqual(ben.ask("ar anna", "ar "), f"ar {HOST} {anna.address[1]}")
        late = Texter(self, self.ports[1])
        late.say("hi carol")
        person = self.start_on_terminal(
            "udpchat", HOST, self.ports[1], "--name", "dora", "--key", self.directory() / "key"
        )
        self.assertEqual(late.hear(), "")
        carol = Texter(self, self.ports[0])
        carol.ask("hi carol", "hi carol")
        carol.ask("rj lab", "rj __clear")
        proxy.go_on()
        ben.await_answer("ar carol", f"ar {HOST} {carol.address[1]}", AGREED)
        apart.expect("names and rooms are in nats://")
        late.ask("hi carol", "hi")
        person.expect("> you are dora")
        ben.ask("rj lab", f"rj {HOST} {carol.address[1]}")


class Carried(ClusterTestCase):
    """Users of two servers whom no network leads to each other."""

    def test_over_two_servers(self) -> None:
        """Their servers carry between them: they hear each other, are told that it goes over the
        server, and go on when the server of one is killed."""
        network = Network(self, "servers", "anna", "ben")
        for one, other in (("anna", "ben"), ("ben", "anna")):
            rule = f"filter: -A INPUT -p udp -s {network.addresses[other]} -j DROP"
            network.rules(one, [rule])
        nats = NatsServer(self.directory(), inside=network.inside("servers"))
        self.addCleanup(nats.kill)
        here = network.addresses["servers"]
        servers = []
        for port in (8090, 8091, 8092):
            words = ["--journal", nats.url, "--key", self.key, "--control", "none"]
            words += ["--reached-at", f"{here}:{port}", "--second-port", "none"]
            servers.append(self._on(network, "servers", port, *words))
            servers[-1].expect("names and rooms are in nats://")
        people = []
        for name, port in (("anna", 8090), ("ben", 8091)):
            self.environment |= places(self.directory())
            people.append(self._on(network, name, here, port, "--name", name))
            people[-1].expect(f"> you are {name}")
        anna, ben = people
        anna.type_lines("$roomcreate lab")
        anna.expect("> you are in lab alone")
        ben.type_lines("$roomjoin lab")
        anna.expect("> ben came")
        anna.type_lines("from one server")
        ben.expect("< anna: from one server")
        ben.type_lines("to another", "$path anna")
        anna.expect("< ben: to another")
        ben.expect("over the server")
        servers[1].kill()
        ben.type_lines("$userlist", "and from a third")
        anna.expect("< ben: and from a third")
        for person in people:
            self.assertNotIn(" left", person.said)

    def _on(self, network: Network, host: str, *words: object) -> Program:
        argv = [*network.inside(host), *command("udpchat", *words)]
        return self._start(argv, terminal=True)
