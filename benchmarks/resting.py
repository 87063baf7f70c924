"""What users cost of whom there is no link: memory in the server's decisions, and what a sign of
life takes, in them alone and over a port.

The links themselves are not made here, but told to the decisions as `net` tells them, so that a
million fit one process. Each user has an address of its own.
"""

import gc
import os
import socket
import time
from collections.abc import Iterator
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median

from benchmarks.processes import HOST, free_port, table
from benchmarks.serving import serve
from twisted_chat.addresses import Address
from twisted_chat.identity.keys import Identity
from twisted_chat.links import Link, SendFrames
from twisted_chat.server.bounds import Bounds
from twisted_chat.server.core import Core
from twisted_chat.server.gen2.introductions import PairSecrets
from twisted_chat.server.gen2.resting import PERIOD, SIGNS
from twisted_chat.server.protocol import RoomServer
from twisted_chat.wire.gen2.answers import parse_answer
from twisted_chat.wire.gen2.growth import HISTORY, PATHS, RELAY, REST, SERVERS, Can
from twisted_chat.wire.gen2.requests import RegisterKey
from twisted_chat.wire.gen2.rest import AskRest, AtRest
from twisted_chat.wire.gen2.signs import RestKeys, Sign

CROWDS = (100_000, 1_000_000)
EVERY = 20.0
"""Seconds between two signs of life of one user."""
TRIES = 5
SITES, OF_A_SITE, ROUNDS = 200, 50, 5
"""Over the port: addresses, users at each, and signs of each user."""
TOGETHER = (1, 64)
"""Signs that come at the same moment: of few users, and of a million, of whom 50,000 come in each
second."""
PAGE = 4096
"""Bytes."""
_CAN = Can((PATHS, RELAY, SERVERS, HISTORY, REST)).encode()


def _resident() -> int:
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


def _core() -> Core:
    bounds = Bounds(rate=0, users_per_host=1_000_000, users=2_000_000)
    return Core(bounds, secrets=PairSecrets(bytes(32), os.urandom))


def _rests(core: Core, number: int, address: Address, now: float) -> RestKeys:
    """Let somebody come, and rest. Returns by what the server knows that one."""
    link = Link(f"{number:064x}", address, dialled=False)
    core.gen2.opened(link, now)
    core.gen2.received(link, _CAN, now)
    core.gen2.received(link, RegisterKey(f"user{number}", f"{number:020x}").encode(), now)
    *_, said = core.gen2.received(link, AskRest().encode(), now)
    assert isinstance(said, SendFrames)
    core.gen2.lost(link, "it rests", now)
    at_rest = parse_answer(said.messages[-1])
    assert isinstance(at_rest, AtRest)
    return at_rest.keys


def _address(number: int) -> Address:
    return f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", 5000


def _each(users: int) -> tuple[float, float, float]:
    """Bytes for each user at rest; and microseconds a second that one's signs of life take, with
    those that are due when all have been silent for long, for which signs are read."""
    core = _core()
    before = _resident()
    for number in range(users):
        _rests(core, number, _address(number), 1000.0)
    each = (_resident() - before) / users
    taken = []
    for counter in range(1, TRIES + 1):
        now = 1000.0 + EVERY * counter
        some = range(0, users, max(1, users // 20_000))
        signs = [(_sign(core, number, counter), _address(number)) for number in some]
        begun = time.process_time()
        for datagram, source in signs:
            core.resting.heard(datagram, source, now)
        taken.append((time.process_time() - begun) / len(signs))
    # All others have been silent: seeing that takes as long as it takes.
    begun = time.process_time()
    core.tick(1000.0 + PERIOD)
    return each, median(taken) / EVERY * 1e6, (time.process_time() - begun) * 1e6


def _sign(core: Core, number: int, counter: int) -> bytes:
    session = core._sessions.registered[f"{number:064x}"]
    keys = core.resting._keys(session)
    return Sign(keys.id, counter).encode(keys.proves, six=False)


# --- Over a port


def _server(port: int, told: Connection) -> None:
    """A server, whose users rest."""

    def begun(server: RoomServer, now: float) -> list[RestKeys]:
        return [_rests(server._core, *one, now) for one in _places()]

    serve(port, Identity.generate(), Bounds(rate=0, users_per_host=1_000_000), told, begun)


def _places() -> Iterator[tuple[int, Address]]:
    """The users of the port: their numbers, and where they are."""
    for number in range(SITES * OF_A_SITE):
        site = number // OF_A_SITE
        yield number, (f"127.0.{1 + site // 250}.{1 + site % 250}", 6000)


def _over_port(together: int) -> float:
    """Microseconds of processor time for each sign, with what the kernel takes, at the server,
    where so many come at once."""
    port = free_port()
    here, there = Pipe()
    child = get_context("spawn").Process(target=_server, args=(port, there))
    child.start()
    try:
        keys: list[RestKeys] = here.recv()
        sockets = []
        for _, (host, own) in list(_places())[::OF_A_SITE]:
            one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            one.bind((host, own))
            sockets.append(one)
        here.send("used")
        before = here.recv()
        rounds = [
            [Sign(one.id, counter).encode(one.proves, six=False) for one in keys]
            for counter in range(1, ROUNDS + 1)
        ]
        pause = 2 * OF_A_SITE / SIGNS / len(keys)
        answers, begun, count = 0, time.monotonic(), 0
        for signs in rounds:
            # Of each site one after the other, so that all are read.
            for number in sorted(range(len(signs)), key=lambda n: n % OF_A_SITE):
                sockets[number // OF_A_SITE].sendto(signs[number], (HOST, port))
                count += 1
                while count % together == 0 and time.monotonic() < begun + count * pause:
                    pass
        time.sleep(0.5)
        for one in sockets:
            one.setblocking(False)
            while True:
                try:
                    answers += len(one.recv(100)) > 0
                except BlockingIOError:
                    break
        here.send("used")
        after = here.recv()
        assert answers > 0.95 * count, (answers, count)
        here.send(None)
        return float(after - before) / count * 1e6
    finally:
        child.join(5)
        if child.is_alive():
            child.terminate()


def main() -> dict[str, float]:
    """Memory and signs. Returns the figures that have a bar."""
    rows, reached = [], {}
    for users in CROWDS:
        with get_context("spawn").Pool(1) as pool:
            each, signs, look = pool.apply(_each, (users,))
        rows.append([f"{users:,}", f"{each:.0f}", f"{signs:.2f}", f"{look:.0f}"])
        reached[f"bytes for each of {users:,} users who rest"] = each
    table(
        "Users whose links rest, in the server's decisions",
        ["users", "bytes each", "us a second for the signs of one", "us to see who is silent"],
        rows,
    )
    rows = []
    for together in TOGETHER:
        of_one = _over_port(together)
        rows.append([str(together), f"{of_one:.1f}", f"{of_one / EVERY:.2f}"])
        reached[f"us a second for one who rests, {together} at once"] = of_one / EVERY
    header = ["at once", "us for each sign and its answer", "us a second for each user"]
    table("Signs of life over a port, with the kernel's part", header, rows)
    return reached


if __name__ == "__main__":
    main()
