"""A stranger with a fuzzer gets nowhere."""

import os
import random
import socket
from pathlib import Path

from tests.end_to_end.test_programs import ProgramTestCase, free_port

SEEDS = [b"hi alice", b"by", b"ar alice", b"ul", b"rl", b"rc lab", b"rj lab", b"rk", b"msg a> b"]


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


def memory(pid: int) -> int:
    """KiB of memory that a process has."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0])


class Fuzz(ProgramTestCase):
    """A real server under random and mutated datagrams."""

    def ask(self, one: socket.socket, datagram: bytes, server: tuple[str, int]) -> bytes:
        """The answer to one request, which is repeated when the server had too much to do."""
        for _ in range(20):
            one.sendto(datagram, server)
            try:
                return one.recv(2048)
            except TimeoutError:
                continue
        raise self.failureException(f"no answer to {datagram!r}")

    def test_hundred_thousand(self) -> None:
        """They stop nothing, leave no traceback, and no memory behind."""
        if not os.path.exists("/proc/self/status"):
            self.skipTest("no /proc to read the memory of a process from")
        server = ("127.0.0.1", free_port(socket.SOCK_DGRAM))
        # A pipe that nobody reads meanwhile would hold the server up.
        log = Path(self.mktemp())
        with log.open("w") as output:
            program = self.start(
                "udpchat", server[1], "--interface", server[0], "--rate", 0, output=output
            )
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as first:
            first.settimeout(0.5)
            self.assertEqual(self.ask(first, b"ul", server), b"hi")
        chance = random.Random(8090)
        strangers = []
        for number in range(20):
            one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.addCleanup(one.close)
            one.bind((f"127.0.0.{number + 2}", 0))
            one.settimeout(0.5)
            strangers.append(one)
        before = 0
        for number in range(100_000):
            strangers[number % 20].sendto(mutated(chance), server)
            if number % 50 == 49:  # An answer shows that all before it were read.
                asking = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                with asking:
                    asking.settimeout(0.5)
                    self.assertEqual(self.ask(asking, b"ul", server), b"hi")
            if number == 20_000:
                before = memory(program.pid)
        self.assertLess(memory(program.pid), before + 8 * 1024)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
            one.settimeout(0.5)
            self.assertEqual(self.ask(one, b"hi somebody", server), b"hi somebody")
            self.assertEqual(self.ask(one, b"ar somebody", server)[:12], b"ar 127.0.0.1")
        program.terminate()
        program.wait(timeout=20)
        said = log.read_text()
        self.assertIn("user somebody registered", said)
        self.assertNotIn("Traceback", said)
        self.assertEqual(program.returncode, 0)
