"""The full screen: what a line costs, how long a key waits, and how much memory history takes."""

import os
import pty
import random
import select
import statistics
import subprocess
import sys
import termios
import time
from pathlib import Path
from typing import Any

from benchmarks.processes import table

LINES = 10_000
ROUNDS = 10
"""Times that they come, one after the other, so that enough keys are pressed."""
HISTORY = 100_000
KEYS_APART = 0.02
"""Seconds between two keys: faster than anybody types."""
AT_ONCE = 64
"""Lines that come in one turn of the reactor, as many as are read from the port at once."""
SIZES = ((80, 24), (200, 50))
_FIRST_KEY = 0x4E00
"""Characters from here on are typed: they are in no line."""
_README = Path(__file__).parent.parent / "README.md"
_VOCABULARY = [word for word in _README.read_text().split() if word.isascii()]
_WORDS = 11
"""Words of a line, drawn at random: what people say has less in it that is new."""


def main() -> dict[str, float]:
    """Returns the figures that have a bar."""
    costs = {size: _cost(*size) for size in SIZES}
    waits = {size: _keys(*size) for size in SIZES}
    before, after = map(float, _part("memory").split())
    rows = [
        [f"{width} x {height}", f"{each:.2f}", f"{many:.3f}", *_waited(waits[width, height])]
        for (width, height), (each, many) in costs.items()
    ]
    head = ["terminal", "a picture each", "as they come", "keys: median", "99 %", "longest"]
    table("A line on the screen, and a key while they come as fast as they can (ms)", head, rows)
    history = [[f"{HISTORY:,} lines", f"{before:.0f}", f"{after:.0f}", f"{after - before:.0f}"]]
    table("Memory of the screen (MiB)", ["what", "without", "with", "more"], history)
    return {
        "a line on the screen, ms": max(each for each, _ in costs.values()),
        "a key waits while 10,000 lines come, at most ms": max(map(max, waits.values())),
        "100,000 lines of history, MiB": after - before,
    }


def _waited(waits: list[float]) -> list[str]:
    hundredths = statistics.quantiles(waits, n=100, method="inclusive")
    return [f"{value:.1f}" for value in (statistics.median(waits), hundredths[98], max(waits))]


def _part(*words: object) -> str:
    """What this program says, as a process of its own."""
    argv = [sys.executable, "-m", "benchmarks.screen", *map(str, words)]
    return subprocess.run(argv, check=True, capture_output=True, text=True).stdout


def _cost(width: int, height: int) -> tuple[float, float]:
    """Milliseconds of processor time a line: with a picture for each, and as they come."""
    each, many = map(float, _part("cost", width, height).split())
    return each, many


def _keys(width: int, height: int) -> list[float]:
    """Milliseconds that each key waits to be seen, while lines come as fast as they can."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(ours, (height, width))
    argv = [sys.executable, "-m", "benchmarks.screen", "flood"]
    environment = {**os.environ, "TERM": "xterm-256color"}
    child = subprocess.Popen(
        argv, stdin=theirs, stdout=theirs, stderr=subprocess.DEVNULL, env=environment
    )
    os.close(theirs)
    waits: list[float] = []
    seen, number = b"", 0
    try:
        while b"lab> " not in seen:  # Until then the terminal itself shows what is typed.
            seen += os.read(ours, 1 << 20)
        while child.poll() is None and b"over" not in seen[-200_000:]:
            key = chr(_FIRST_KEY + number % 20_000).encode()
            begun = time.perf_counter()
            os.write(ours, key)
            start = len(seen)
            while key not in seen[start:]:
                ready, _, _ = select.select([ours], [], [], 5.0)
                if not ready:
                    raise AssertionError(f"key {number} is not seen")
                seen += os.read(ours, 1 << 20)
            waits.append((time.perf_counter() - begun) * 1000)
            os.write(ours, b"\x15")  # Ctrl-U: what is typed stays short.
            number += 1
            until = begun + KEYS_APART
            while (left := until - time.perf_counter()) > 0:
                if select.select([ours], [], [], left)[0]:
                    seen += os.read(ours, 1 << 20)
            seen = seen[-400_000:]
    except OSError:
        pass  # It has ended.
    finally:
        child.kill()
        child.wait()
        os.close(ours)
    return waits


# --- The parts that are processes of their own


class _Session:
    """A session that has nothing to tell when it is looked at."""

    def __init__(self, talk: Any) -> None:
        from twisted_chat.peer.glance import Glance

        self._glance = Glance("alice", False, (talk,), talk, False)

    def glance(self) -> Any:
        return self._glance

    def members(self, talk: Any, most: int) -> tuple[()]:
        return ()

    def own_lines(self, after: int) -> list[Any]:
        return []


class _Peer:
    """A peer whose events are made here."""

    def __init__(self, talk: Any) -> None:
        self.session = _Session(talk)
        self.face: Any = None

    def attached(self, face: Any) -> None:
        self.face = face

    def typed(self, todo: Any) -> None:
        """Nothing: it is said to nobody."""

    ended = detached = lambda self: None


class _Nowhere:
    """A terminal that takes everything, and of which nothing is seen."""

    has_keys = True

    def __init__(self, width: int, height: int) -> None:
        self._size = width, height

    def width(self) -> int:
        return self._size[0]

    def height(self) -> int:
        return self._size[1]

    def write(self, data: bytes) -> None: ...
    def registerProducer(self, producer: Any, streaming: bool) -> None: ...


def _screen(reactor: Any) -> tuple[Any, Any, Any]:
    """A peer, its screen, and a function that makes an event of a number."""
    from twisted_chat.peer.events.event import Someone, Talk
    from twisted_chat.peer.events.said import Said
    from twisted_chat.peer.events.server import RegisteredAs
    from twisted_chat.terminal.editing.history import History
    from twisted_chat.terminal.screen.subjects import subject_of
    from twisted_chat.terminal.screen.terminal import ScreenManner
    from twisted_chat.terminal.screen.themes import built_in
    from twisted_chat.terminal.screen.udp_face import udp_screen

    talk = Talk("lab")
    peer: Any = _Peer(talk)
    manner = ScreenManner(built_in("dark"), time.time, lambda entry: None)
    screen = udp_screen(peer, server="here", history=History(), manner=manner, reactor=reactor)
    chance = random.Random(1)
    people = [Someone(f"somebody{n}", f"{n:064x}") for n in range(20)]

    def said(number: int) -> Said:
        text = " ".join(chance.choices(_VOCABULARY, k=_WORDS))
        return Said(people[number % 20], text, True, room="lab")

    def begin() -> None:
        peer.face.show(RegisteredAs("alice"))
        peer.face.listen(True)
        screen._model.turn(screen._model.states.open(subject_of(talk)))

    return peer, screen, (said, begin)


def _memory() -> float:
    """MiB of this process."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def _run_memory() -> str:
    from twisted.internet.testing import MemoryReactorClock

    reactor = MemoryReactorClock()
    peer, screen, (said, begin) = _screen(reactor)
    screen.makeConnection(_Nowhere(80, 24))
    begin()
    for number in range(100):
        peer.face.show(said(number))
    reactor.advance(1)
    before = _memory()
    for number in range(HISTORY):
        peer.face.show(said(number))
    reactor.advance(1)
    return f"{before} {_memory()}"


def _run_cost(width: int, height: int) -> str:
    from twisted.internet.testing import MemoryReactorClock

    reactor = MemoryReactorClock()
    peer, screen, (said, begin) = _screen(reactor)
    screen.makeConnection(_Nowhere(width, height))
    begin()
    costs = []
    for apart in (0.1, 0.0):
        events = list(map(said, range(2_000)))
        begun = time.process_time()
        for event in events:
            peer.face.show(event)
            peer.face.listen(True)
            reactor.advance(apart)
        costs.append((time.process_time() - begun) / len(events) * 1000)
    return f"{costs[0]} {costs[1]}"


def _run_flood() -> str:
    from twisted.internet.task import LoopingCall

    from twisted_chat.launch.clock import installed_reactor
    from twisted_chat.terminal.standard import StandardTerminal

    reactor = installed_reactor()
    peer, screen, (said, begin) = _screen(reactor)
    StandardTerminal(screen, reactor)
    begin()
    left = iter(range(LINES * ROUNDS))

    def turn() -> None:
        numbers = [number for _, number in zip(range(AT_ONCE), left, strict=False)]
        for number in numbers:
            peer.face.show(said(number))
        peer.face.listen(True)
        if not numbers:
            feeding.stop()
            reactor.callLater(0.3, screen.notice, "over")
            reactor.callLater(2.0, reactor.stop)

    feeding = LoopingCall(turn)
    reactor.callLater(0.5, feeding.start, 0)
    reactor.run()
    return ""


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["memory"]:
            sys.stdout.write(_run_memory())
        case ["cost", across, down]:
            sys.stdout.write(_run_cost(int(across), int(down)))
        case ["flood"]:
            _run_flood()
        case _:
            main()
