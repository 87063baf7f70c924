"""A server that was started anew, and users whose links rested: how many come back in a second,
what each costs it, and how long somebody waits who comes meanwhile for the first time.

Each user has a key and an address of its own; the server is in a process of its own, and so are
the newcomers, so that these wait for nobody but the server.
"""

import hashlib
import os
import time
from collections.abc import Callable, Iterable
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection
from statistics import median
from typing import Any

from benchmarks.processes import HOST, free_port, table
from benchmarks.serving import serve
from twisted_chat.addresses import Address
from twisted_chat.identity.keys import Identity
from twisted_chat.links import CloseLink, Dial, Link, SendFrames
from twisted_chat.net.batched import datagram_port
from twisted_chat.net.quic_bounds import LARGEST_DATAGRAM
from twisted_chat.net.quic_port import QuicPort
from twisted_chat.server.bounds import Bounds
from twisted_chat.server.gen2.introductions import TAGS
from twisted_chat.server.gen2.resting import PROVES
from twisted_chat.wire.common import Welcome
from twisted_chat.wire.gen2.answers import parse_answer
from twisted_chat.wire.gen2.growth import PATHS, REST, Can
from twisted_chat.wire.gen2.requests import RegisterKey
from twisted_chat.wire.gen2.rest import AskRest, AtRest
from twisted_chat.wire.gen2.signs import (
    KEY_BYTES,
    NO_ECHO,
    SIGN_ANSWER,
    Sign,
    SignOutcome,
    read_sign_answer,
)

PROCESSES, USERS = 2, 1_500
"""Processes of users who come back, and how many are in each."""
NEWCOMERS = 20
SIGNS = 1_000
"""Signs of life in the first seconds that one process sends in each."""
NEWCOMERS_EVERY = 0.5
"""Seconds from one who comes for the first time to the next."""
AGAIN = 1.0
"""Seconds without an answer from one sign of life to the next."""
PATIENCE = 120.0
"""Seconds in which all are to be there."""


class User:
    """One who has rested at this server, or dials it for the first time. `done` is told when it is
    there, and its link rests."""

    def __init__(
        self,
        number: int,
        reactor: Any,
        server: Address,
        fingerprint: str,
        secret: bytes,
        done: Callable[["User"], None],
    ) -> None:
        self.number = number
        self._reactor = reactor
        self._server = server
        self._fingerprint = fingerprint
        self._done = done
        self._id = os.urandom(16)
        key = hashlib.blake2s(PROVES, key=secret).digest()
        self._proves = hashlib.blake2s(self._id, key=key, digest_size=KEY_BYTES).digest()
        self._counter, self._echo = 0, NO_ECHO
        self.dialled = self.there = 0.0
        self._carrier = QuicPort(
            Identity.generate(),
            self,  # type: ignore[arg-type]
            reactor,
            time_of_day=time.time,
            accepts=False,
            others={SIGN_ANSWER: self._answered},
        )
        host = f"127.{1 + (number >> 16)}.{number >> 8 & 255}.{1 + number % 250}"
        self._port: Any = datagram_port(
            0, self._carrier, reactor, interface=host, longest=LARGEST_DATAGRAM
        )
        self._port.startListening()

    def sign(self) -> None:
        """Show that one is there, as one whose server was there a moment ago."""
        self._counter += 1
        sign = Sign(self._id, self._counter, self._echo).encode(self._proves, six=False)
        self._port.write(sign, self._server)
        self._unanswered = self._reactor.callLater(AGAIN, self.sign)

    def _answered(self, datagram: bytes, source: Address) -> None:
        answer = read_sign_answer(datagram, self._proves, six=False)
        if not self._unanswered.active():
            return
        self._unanswered.cancel()
        if answer.found is SignOutcome.ECHO:
            self._echo = answer.value
            self.sign()
        elif answer.milliseconds:
            self._reactor.callLater(answer.milliseconds / 1000, self.sign)
        elif not self.dialled:
            self.dial()

    def dial(self) -> None:
        self.dialled = time.monotonic()
        self._carrier.dial(Dial(self._server, self._fingerprint))

    def opened(self, link: Link) -> None:
        hello = Can((PATHS, REST)), RegisterKey(f"user{self.number}", f"{self.number:020x}")
        self._carrier.send(SendFrames(link, [one.encode() for one in hello]))

    def received(self, link: Link, messages: Iterable[bytes]) -> None:
        for answer in map(parse_answer, messages):
            if isinstance(answer, Welcome):
                self.there = time.monotonic()
                self._carrier.send(SendFrames(link, [AskRest().encode()]))
            elif isinstance(answer, AtRest):
                self._carrier.close(CloseLink(link, "it rests"))
                self._reactor.callLater(0.2, self._port.stopListening)
                self._done(self)

    def taken(self, link: Link) -> None: ...

    def doubted(self, link: Link) -> None: ...

    def dial_failed(self, *what: str) -> None:
        self.dial()

    def lost(self, link: Link, why: str) -> None:
        self.dial()


def _server(port: int, told: Connection) -> None:
    identity = Identity.generate()
    where = identity.fingerprint, identity.secret(TAGS)
    serve(port, identity, Bounds(), told, lambda server, now: where)


def _users(
    role: str, first: int, users: int, where: tuple[int, str, bytes], told: Connection
) -> None:
    """Users in a process of their own: who rested, and all come back, or newcomers, of whom one
    comes now and then. Tells when they are ready, and for how long each took from its dial."""
    from twisted.internet import reactor as installed

    reactor: Any = installed
    if role == "back":
        os.nice(10)  # They are many machines, and the server's is not theirs.
    port, fingerprint, secret = where
    there: list[User] = []

    def done(user: User) -> None:
        there.append(user)
        if len(there) == users:
            reactor.stop()

    every = [
        User(first + number, reactor, (HOST, port), fingerprint, secret, done)
        for number in range(users)
    ]
    told.send("ready")
    told.recv()
    for number, one in enumerate(every):
        if role == "new":
            reactor.callLater(NEWCOMERS_EVERY * number, one.dial)
        else:
            reactor.callLater(number / SIGNS, one.sign)
    reactor.callLater(PATIENCE, lambda: reactor.running and reactor.stop())
    reactor.run()
    told.send([one.there - one.dialled for one in there])


def _returns() -> tuple[float, float, list[float]]:
    """Users a second, milliseconds of the server's processor time for each, and seconds for which
    newcomers have waited."""
    spawn = get_context("spawn")

    def child(target: Callable[..., None], *given: Any) -> tuple[Any, Connection]:
        here, there = Pipe()
        process = spawn.Process(target=target, args=(*given, there))
        process.start()
        return process, here

    port = free_port()
    processes = [child(_server, port)]
    server = processes[0][1]
    where = (port, *server.recv())
    for number in range(PROCESSES):
        processes.append(child(_users, "back", number * USERS, USERS, where))
    processes.append(child(_users, "new", 60_000, NEWCOMERS, where))
    try:
        for _, one in processes[1:]:
            one.recv()
        server.send("used")
        before, begun = server.recv(), time.monotonic()
        for _, one in processes[1:]:
            one.send("go")
        back = [one.recv() for _, one in processes[1:-1]]
        seconds = time.monotonic() - begun
        waited = processes[-1][1].recv()
        server.send("used")
        came = sum(map(len, back)) + len(waited)
        each = (server.recv() - before) / came * 1000
        assert came == PROCESSES * USERS + NEWCOMERS, came
        return PROCESSES * USERS / seconds, each, waited[: int(seconds / NEWCOMERS_EVERY)]
    finally:
        server.send(None)
        for process, _ in processes:
            process.join(5)
            if process.is_alive():
                process.terminate()


def main() -> dict[str, float]:
    """Let them come back. Returns the figures that have a bar."""
    rate, each, waited = _returns()
    figures = f"{rate:.0f}", f"{each:.2f}", f"{median(waited):.2f}", f"{max(waited):.2f}"
    header = ["users", "back in a second", "server's ms for each", "newcomers wait, s", "longest"]
    table("A server that was started anew", header, [[f"{PROCESSES * USERS:,}", *figures]])
    return {"longest wait of a newcomer after a restart, s": max(waited)}


if __name__ == "__main__":
    main()
