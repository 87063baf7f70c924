"""A room server that would have its users flood somebody who never asked, as a program:

    python -m tests.support.lying_server PORT VICTIM VICTIM6 probes|dials|hosts

It names a crowd in each room that is entered. With `probes` all are at the victim's address, and
it introduces each again and again; with `dials` it introduces nobody, as a server of before; with
`hosts` each is at another port and address of the victim's network. It says too that it is
itself at the victim's address of IPv6.
"""

import os
import sys
from collections.abc import Iterable, Iterator
from typing import Any

from twisted.internet.protocol import DatagramProtocol
from twisted.internet.task import LoopingCall

from twisted_chat.addresses import Address
from twisted_chat.identity.keys import Identity
from twisted_chat.launch.clock import installed_reactor
from twisted_chat.links import Link, SendFrames
from twisted_chat.net.batched import datagram_port
from twisted_chat.net.quic_bounds import LARGEST_DATAGRAM
from twisted_chat.net.quic_port import QuicPort
from twisted_chat.wire.gen2.contact import ContactInfo
from twisted_chat.wire.gen2.growth import PATHS, RELAY, Can
from twisted_chat.wire.gen2.pairing import Pairing, Seen
from twisted_chat.wire.gen2.roster import RosterBegins, RosterEnds, RosterMember

CROWD = 500
"""Members that it invents."""
EVERY = 0.05
"""Seconds from one time that it introduces twenty of them to the next."""
AT_ONCE = 20


class Greeting(DatagramProtocol):
    """Says to whom asks in a datagram that it knows generation 2."""

    transport: Any
    noisy = False

    def datagramReceived(self, datagram: bytes, addr: Address) -> None:
        self.transport.write(b"hi", addr)


class LyingServer:
    """Who is told what happens on its links."""

    def __init__(self, victim: str, victim_six: str, lie: str) -> None:
        self._victim, self._six, self._lie = victim, victim_six, lie
        self.port: QuicPort
        self._links: list[Link] = []
        self._turn = self._turns()

    def crowd(self, number: int) -> ContactInfo:
        """One that is not there: of every two of them one has a smaller key than anybody, so that
        it would dial, and the other a larger one."""
        key = "0f"[number % 2] * 60 + f"{number:04x}"
        host = self._victim
        if self._lie == "hosts":
            host = f"{host.rpartition('.')[0]}.{2 + number % 250}"
        return ContactInfo(f"user{number}", key, host, 2000 + number)

    def opened(self, link: Link) -> None:
        features = () if self._lie == "dials" else (PATHS, RELAY)
        self._say(link, Can(features).encode())

    def received(self, link: Link, messages: Iterable[bytes]) -> None:
        for message in messages:
            self._received(link, message)

    def _received(self, link: Link, message: bytes) -> None:
        verb, _, rest = message.partition(b" ")
        if verb == b"can" and self._lie != "dials":
            self._say(link, Seen(link.address, b"a token.", (self._six, 8090)).encode())
        elif verb == b"hi":
            self._say(link, b"hi " + rest.partition(b" ")[0])
        elif verb == b"rj":
            room = rest.decode()
            self._say(link, RosterBegins(room, 1).encode())
            for number in range(CROWD):
                self._say(link, RosterMember(room, self.crowd(number)).encode())
            self._say(link, RosterEnds(room).encode())
            self._links.append(link)

    def _turns(self) -> Iterator[int]:
        while True:
            yield from range(CROWD)

    def introduce(self) -> None:
        """Say of some of them where they are, with another secret than before."""
        for link in self._links if self._lie != "dials" else ():
            for _ in range(AT_ONCE):
                one = self.crowd(number := next(self._turn))
                own: Address = (self._victim, 3000 + number)
                tag, secret = number.to_bytes(8, "big"), os.urandom(32)
                pairing = Pairing(one, tag, secret, True, (own,), (self._six, 2000 + number))
                self._say(link, pairing.encode())

    def _say(self, link: Link, message: bytes) -> None:
        self.port.perform(SendFrames(link, [message]))

    def lost(self, link: Link, why: str) -> None:
        self._links = [one for one in self._links if one is not link]

    def _nothing(self, *given: object) -> None:
        """It does not matter to it."""

    taken = moved = doubted = dial_failed = _nothing


def main(port: str, victim: str, victim_six: str, lie: str) -> None:
    """Lie until one is ended."""
    reactor = installed_reactor()
    server = LyingServer(victim, victim_six, lie)
    server.port = QuicPort(
        Identity.generate(), server, reactor, time_of_day=reactor.seconds, text=Greeting()
    )
    listening = datagram_port(
        int(port), server.port, reactor, interface="::", longest=LARGEST_DATAGRAM, batch=64
    )
    listening.startListening()
    LoopingCall(server.introduce).start(EVERY)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    reactor.run()


if __name__ == "__main__":
    main(*sys.argv[1:])
