"""A stranger with a fuzzer gets nowhere."""

import random
import signal
import socket
import time
from functools import cache
from pathlib import Path

from tests.end_to_end.processes import ProcessTestCase, free_port
from twisted_chat.addresses import Address

SEEDS = [b"hi alice", b"by", b"ar alice", b"ul", b"rl", b"rc lab", b"rj lab", b"rk", b"msg a> b"]
CLEARED = b"rj __clear_peers__"
WARM, ALL = 20_000, 100_000
"""Datagrams before memory is measured, and altogether."""
STRANGERS = 20
BATCH = 50
"""Datagrams sent before an answer shows that they were read."""
GROWTH = 4 * 1024
"""KiB that memory may grow by once it is warm."""
SECONDS = 60.0
"""For all of it, on the slowest machine."""


def mutated(chance: random.Random) -> bytes:
    """A datagram that is random, or nearly in the language."""
    kind = chance.randrange(4)
    if kind == 0:
        return chance.randbytes(chance.choice((0, 1, 3, 40, 1024, 1500)))
    datagram = bytearray(chance.choice(SEEDS))
    if kind == 1:
        return bytes(datagram) + chance.randbytes(chance.randrange(20))
    if kind == 2:
        datagram[chance.randrange(len(datagram))] = chance.randrange(256)
    return bytes(datagram[: chance.randrange(len(datagram) + 1)])


@cache
def attacks() -> list[tuple[int, bytes]]:
    """All datagrams, the same for each attack, and which of the strangers sends each."""
    chance = random.Random(8090)
    return [(chance.randrange(STRANGERS), mutated(chance)) for _ in range(ALL)]


def memory(pid: int) -> int:
    """KiB of memory that a process has."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0])


class Fuzz(ProcessTestCase):
    """A real server under random and mutated datagrams from many sources."""

    def setUp(self) -> None:
        super().setUp()
        if not Path("/proc/self/status").exists():
            self.skipTest("no /proc to read the memory of a process from")
        self.deadline = time.monotonic() + SECONDS
        self.server: Address = ("127.0.0.1", free_port(socket.SOCK_DGRAM))
        # Hosts that nothing else here sends from, so that no limit is theirs.
        self.asker = self.source(250)
        self.strangers = [self.source(number) for number in range(2, 2 + STRANGERS)]

    def source(self, host: int) -> socket.socket:
        """A socket with an address of its own."""
        one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(one.close)
        one.bind((f"127.0.0.{host}", 0))
        one.settimeout(0.5)
        return one

    def ask(self, one: socket.socket, datagram: bytes) -> bytes:
        """The answer to one request, which is repeated when it got lost."""
        while time.monotonic() < self.deadline:
            one.sendto(datagram, self.server)
            try:
                return one.recv(2048)
            except TimeoutError:
                continue
        raise self.failureException(f"no answer to {datagram!r}")

    def attack(self, *options: object, datagrams: int = ALL, extension: bool = True) -> None:
        """Send so many, then chat as if nothing had been."""
        log = self.directory() / "log"
        words = (self.server[1], "--interface", self.server[0], *options)
        program = self.start("udpchat", *words, into=log, extension=extension)
        warm = 0
        # A fresh source for each probe: at the default rate the limit is per host.
        probes = [self.source(host) for host in range(100, 240)]
        self.assertEqual(self.ask(probes[0], b"ul"), b"hi")
        for number in range(0, datagrams, BATCH):
            for stranger, datagram in attacks()[number : number + BATCH]:
                self.strangers[stranger].sendto(datagram, self.server)
            self.assertEqual(self.ask(probes[number // BATCH % len(probes)], b"ul"), b"hi")
            if number == WARM:
                warm = memory(program.process.pid)
        self.assertLess(memory(program.process.pid), warm + GROWTH)
        self.assertEqual(self.ask(self.asker, b"hi somebody"), b"hi somebody")
        self.assertEqual(
            self.ask(self.asker, b"ar somebody"),
            b"ar 127.0.0.250 %d" % self.asker.getsockname()[1],
        )
        self.assertEqual(self.ask(self.asker, b"rc a-room"), b"rc a-room")
        self.assertEqual(self.ask(self.asker, b"rj a-room"), CLEARED)
        self.assertEqual({self.ask(self.asker, b"by"), self.asker.recv(2048)}, {b"by", CLEARED})
        program.signal(signal.SIGTERM)
        self.assertEqual(program.wait(), 0)
        said = log.read_text()
        self.assertIn("dropped so far", said)
        for word in ("Traceback", "Unhandled", "not understood"):
            self.assertNotIn(word, said)

    def test_without_limits(self) -> None:
        """With --rate 0 each of them is read: nothing stops, and no memory is left behind."""
        self.attack("--rate", 0)

    def test_without_the_extension(self) -> None:
        """It is the same on the port that every system has."""
        self.attack("--rate", 0, datagrams=2 * WARM, extension=False)

    def test_with_default_limits(self) -> None:
        """With the limits as they are, strangers over them silence nobody else."""
        self.attack()
