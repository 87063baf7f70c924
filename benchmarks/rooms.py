"""What lists and rooms cost the server: its decisions alone, in a time that only they pass.

The server is asked in this process, and its clock goes on as fast as it is
done, so every datagram is counted and none is lost. Sending one costs about as
much again (see the table of requests: a C loop is nearly all system calls).

What users and memberships cost in memory is what this process has more of it afterwards:
the address book alone, without what the limits remember of sources.
"""

import gc
import time
from multiprocessing import get_context
from pathlib import Path
from statistics import median

from benchmarks.processes import table
from twisted_chat.addresses import Address
from twisted_chat.directory.directory import (
    Directory,
    Registered,
    RoomCreated,
    RoomJoined,
    RoomLeft,
)
from twisted_chat.directory.entries import Who
from twisted_chat.server.bounds import Bounds
from twisted_chat.server.core import Core

USERS = 10_000
ROOMS = (10, 100, 1_000, 5_000)
LEFT = 1_000
"""Members of the largest room that somebody leaves: that costs the square of it in datagrams."""
TRIES = 5
CROWD, HALL = 1_000_000, 10_000
"""Users whose memory is measured, and members of each of their rooms."""
MEMBERSHIPS = 4
"""Rooms that each of them comes into, one after the other."""
PAGE = 4096
"""Bytes."""


class Server:
    """A room server without limits on rates, and a clock for it."""

    def __init__(self) -> None:
        self.core = Core(Bounds(rate=0, user_ttl=1e9, room_ttl=1e9))
        self.now = 1000.0

    def ask(self, source: Address, datagram: bytes) -> int:
        """Ask, and wait until nothing more comes of it. Returns the datagrams that did."""
        self.core.gen1.receive(datagram, source, self.now)
        sent = len(self.core.gen1.flush(self.now))
        until = self.now + 60
        while self.core.wake <= until:
            self.now = max(self.now, self.core.wake)
            sent += len(self.core.tick(self.now))
        return sent

    def crowd(self, sources: list[Address], room: str) -> None:
        """Let all of them be in this room, without telling them of each other."""
        directory = self.core.directory
        for source in sources:
            user = directory.user_at(source)
            for other in user.rooms if user is not None else ():
                directory.apply(RoomLeft(source, other.casefolded), self.now)
            directory.apply(RoomJoined(source, room), self.now)

    def measure(self, source: Address, datagram: bytes) -> tuple[float, int]:
        """Seconds of processor time, and datagrams."""
        begun = time.process_time()
        sent = self.ask(source, datagram)
        return time.process_time() - begun, sent


def _user(number: int) -> Address:
    return f"127.1.{number >> 8}.{number & 255}", 4000


def _row(what: str, tries: list[tuple[float, int]]) -> list[str]:
    spent, sent = median([seconds for seconds, _ in tries]), tries[0][1]
    return [what, f"{spent * 1000:.2f}", f"{sent:,}", f"{spent / sent * 1e6:.2f}"]


def main() -> dict[str, float]:
    """Lists, then rooms. Returns the figures that have a bar."""
    server = Server()
    for number in range(USERS):
        server.ask(_user(number), b"hi u%d" % number)
    tries = [server.measure(_user(0), b"ul") for _ in range(TRIES)]
    rows = [_row(f"`ul`, {USERS:,} users", tries)]
    reached: dict[str, float] = {}
    for size in ROOMS:
        room = f"room{size}"
        server.ask(_user(0), f"rc {room}".encode())
        server.crowd([_user(number) for number in range(size - 1)], room)
        join = f"rj {room}".encode()
        joined = [server.measure(_user(size + more), join) for more in range(TRIES)]
        rows.append(_row(f"joining a room of {size:,}", joined))
        if size <= LEFT:
            rows.append(_row(f"leaving a room of {size:,}", [server.measure(_user(0), b"rk")]))
        if size == 1000:
            reached["datagrams for one join of a room of 1,000"] = joined[0][1]
    table("Lists and rooms", ["request", "processor ms", "datagrams", "us for each"], rows)
    return reached | _memory()


def _resident() -> int:
    """Bytes that this process has."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


def _memory() -> dict[str, float]:
    """What users cost in the address book, without a key and with one, and then each room that
    all of them come into; each kind in a process of its own, as memory that was had before is
    taken again."""
    rows = []
    reached: dict[str, float] = {}
    for keyed in (False, True):
        with get_context("spawn").Pool(1) as pool:
            each = pool.apply(_each, (keyed,))
        what = "with a key" if keyed else "without a key"
        rows.append([what, *(f"{one:.0f}" for one in each)])
        reached[f"bytes for each of {CROWD:,} users {what}, in no room"] = each[0]
        reached[f"bytes for each membership of users {what}"] = max(each[1:])
    header = ["users", "bytes each", *(f"room {number + 1}" for number in range(MEMBERSHIPS))]
    table(f"Memory of the address book, {CROWD:,} users", header, rows)
    return reached


def _each(keyed: bool) -> list[float]:
    """Bytes for each user, and then for each room that all of them come into. A key in digits
    is not among them: the link over which a user is registered has that already."""
    keys = [f"{number:064x}" if keyed else "" for number in range(CROWD)]
    who: list[Who] = []
    directory, before = Directory(), _resident()
    for number, key in enumerate(keys):
        address = f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", 5000
        name = f"user{number}"
        registered = Registered(address, name, name, key)
        who.append(registered.who)
        directory.apply(registered, 0.0)
    del registered
    now = _resident() - _held(who)
    each = [(now - before) / CROWD]
    for stay in range(MEMBERSHIPS):
        for number, one in enumerate(who):
            room = f"room{stay}-{number // HALL}"
            if number % HALL == 0:
                directory.apply(RoomCreated(room, room, one), 0.0)
            directory.apply(RoomJoined(one, room), 0.0)
        before, now = now, _resident() - _held(who)
        each.append((now - before) / CROWD)
    return each


def _held(who: list[Who]) -> int:
    """Bytes that only the measuring itself holds: the list. What is in it is the book's too."""
    return len(who) * 8


if __name__ == "__main__":
    main()
