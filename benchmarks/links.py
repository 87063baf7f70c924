"""QUIC links between two ports in one process, without a kernel between:
python -m benchmarks.links. Processor time is that of both ends together."""

import gc
import os
import time
import timeit
from collections.abc import Callable, Iterable
from typing import Any

from twisted.internet.task import Clock

from twisted_chat.identity.keys import Identity
from twisted_chat.links import Dial, Link, SendFrames
from twisted_chat.net.quic_port import QuicPort
from twisted_chat.rate import Rate

CALLER, CALLED = ("127.0.0.1", 5001), ("127.0.0.1", 8090)
WORD = b"x" * 100
WORDS = 60_000
LINKS = 1_000
BATCH = 64
IN_FLIGHT = 100_000
"""Bytes that may wait in a link."""


class End:
    """A port, its transport and whoever listens to it, in one."""

    def __init__(self, clock: Clock, address: tuple[str, int]) -> None:
        self.address = address
        self.key = Identity.generate()
        self.port = QuicPort(
            self.key,
            self,  # type: ignore[arg-type]
            clock,
            time_of_day=time.time,
            text=self,  # type: ignore[arg-type]
            new_links=Rate(0, 0),  # All come from one site.
        )
        self.links: list[Link] = []
        self.heard = 0
        self.answer = b""
        self.other: End
        self._queue: list[Any] = []
        self.port.makeConnection(self)  # type: ignore[arg-type]

    def write(self, datagram: bytes, address: tuple[str, int]) -> None:
        self.other._queue.append((datagram, self.address))

    def run(self) -> None:
        while batch := self._queue[:BATCH]:
            del self._queue[:BATCH]
            self.port.datagramsReceived(batch)

    def opened(self, link: Link) -> None:
        self.links.append(link)

    def received(self, link: Link, messages: Iterable[bytes]) -> None:
        for _ in messages:
            self.heard += 1
            if self.answer:
                self.port.send(SendFrames(link, [self.answer]))

    def lost(self, link: Link, why: str) -> None:
        raise AssertionError(why)

    def makeConnection(self, transport: object) -> None: ...

    def datagramReceived(self, datagram: bytes, address: tuple[str, int]) -> None: ...

    def datagramsReceived(self, datagrams: list[Any]) -> None: ...


def main() -> int:
    """Print the figures."""
    clock = Clock()
    one, two = End(clock, CALLER), End(clock, CALLED)
    one.other, two.other = two, one

    def until(done: Callable[[], bool]) -> None:
        while not done():
            clock.advance(0.0005)
            two.run()
            one.run()

    def dial(many: int) -> None:
        wanted = len(two.links) + many
        for _ in range(many):
            one.port.dial(Dial(CALLED, two.key.fingerprint))
        until(lambda: len(one.links) == len(two.links) == wanted)

    def say(who: End) -> float:
        """Words a second, until `who` has heard as many."""
        one.heard = two.heard = said = 0
        began = time.process_time()
        while who.heard < WORDS:
            for _ in range(100):
                if said < WORDS and one.port.unsent(one.links[0]) < IN_FLIGHT:
                    one.port.send(SendFrames(one.links[0], [WORD]))
                    said += 1
            clock.advance(0.0005)
            two.run()
            one.run()
        return WORDS / (time.process_time() - began)

    def resident() -> int:
        gc.collect()
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    dial(1)
    began = time.process_time()
    dial(20)
    print(f"to open a link: {(time.process_time() - began) / 20 * 1e3:.1f} ms")
    print(f"words of {len(WORD)} bytes, one way: {max(say(two) for _ in range(3)):,.0f} a second")
    two.answer = b"ok 1 2"
    print(f"each answered: {max(say(one) for _ in range(3)):,.0f} a second")
    began, one.heard = time.process_time(), 0
    for number in range(1, 2001):
        one.port.send(SendFrames(one.links[0], [WORD]))
        until(lambda number=number: one.heard == number)  # type: ignore[misc]
    print(f"one word and its answer: {(time.process_time() - began) / 2000 * 1e6:.0f} us")
    two.answer = b""
    before = resident()
    for _ in range(LINKS // 20):
        dial(20)
    each = (resident() - before) / (2 * LINKS) / 1024
    print(f"memory at {LINKS:,} links: {each:.1f} KiB for each end of one")
    texts = [(b"ar somebody", CALLER)] * BATCH
    batches = min(timeit.repeat(lambda: one.port.datagramsReceived(texts), number=500, repeat=7))
    print(f"a text of generation 1, in batches: {batches / 500 / BATCH * 1e9:.0f} ns more")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
