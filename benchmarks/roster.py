"""What a room of very many costs a peer: its decisions alone, from the first frame of the roster
to the last, with a link to nobody and a memory of names that is a file.

As in the program, what was there when it began is not looked at for garbage again, which is
looked for as seldom, and it is asked once a turn what is due next, here for the frames of one
datagram.
"""

import gc
import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.processes import table
from twisted_chat.identity.known_file import FILE, KnownFile
from twisted_chat.launch.program import look_for_few_circles
from twisted_chat.links import Link
from twisted_chat.peer.commands import Command, Order
from twisted_chat.peer.gen2.credentials import Credentials
from twisted_chat.peer.negotiation import Negotiation
from twisted_chat.peer.session import Session
from twisted_chat.peer.whereabouts import Whereabouts
from twisted_chat.wire.common import Bare, Verb
from twisted_chat.wire.gen2.contact import ContactInfo
from twisted_chat.wire.gen2.roster import RosterBegins, RosterEnds, RosterMember

SIZES = (1_000, 5_000, 10_000)
SERVER = ("192.0.2.1", 8090)
TRIES = 5
OF_A_TURN = 12
"""Frames of a roster in a datagram of 1,200 bytes."""


def _roster(size: int) -> Iterator[bytes]:
    yield RosterBegins("lab", 1).encode()
    for number in range(size):
        key = f"{number:064x}"
        host = f"198.51.{number >> 8}.{number & 255}"
        yield RosterMember("lab", ContactInfo(f"user{number}", key, host, 5000)).encode()
    yield RosterEnds("lab").encode()


def _peer(directory: str) -> tuple[Session, Link]:
    """A peer that has asked to be let into a room."""
    memory = KnownFile(Path(directory) / FILE)
    own = "0" * 63 + "f"
    negotiation = Negotiation(
        Whereabouts(SERVER), 5000, Credentials(own, memory, epoch=1), patient=True
    )
    session = Session(negotiation, "alice", patient=True)
    session.start(0.0)
    session.heard(Bare(Verb.HI), SERVER, 0.0)
    link = Link("f" * 64, SERVER, True)
    session.opened(link, 0.0)
    session.received(link, [b"hi alice"], 0.0)
    session.typed([Order(Command.ROOMJOIN, "lab")], 0.0)
    return session, link


def _seconds(messages: list[bytes]) -> float:
    """Processor time for these."""
    with tempfile.TemporaryDirectory() as directory:
        session, link = _peer(directory)
        gc.collect()
        usual = gc.get_threshold()
        look_for_few_circles()
        begun = time.process_time()
        for count, message in enumerate(messages):
            session.received(link, [message], 0.0)
            if count % OF_A_TURN == 0:
                assert session.wake >= 0
        spent = time.process_time() - begun
        gc.unfreeze()
        gc.set_threshold(*usual)
        return spent


def main() -> dict[str, float]:
    """Rosters of some sizes. Returns the figures that have a bar."""
    rows, spent, each = list[list[str]](), 0.0, list[float]()
    for size in SIZES:
        messages = list(_roster(size))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        spent = min(_seconds(messages) for _ in range(TRIES))
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        each.append(spent / size * 1e6)
        growth = f"{each[-1] / each[0]:.2f}"
        rows.append([f"{size:,}", f"{spent:.3f}", f"{each[-1]:.1f}", growth, f"{grown:.1f}"])
    table("A roster", ["members", "s", "us each", "to the first", "MiB more at most"], rows)
    return {
        "roster of 10,000, s": spent,
        "roster, a member of 10,000 to one of 1,000": each[-1] / each[0],
    }
