"""The port beside that of a server."""

from twisted.internet.address import IPv4Address
from twisted.internet.task import Clock
from twisted.internet.testing import FakeDatagramTransport
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.links import Link, LinkEffect, SendFrames
from twisted_chat.server.bounds import Bounds
from twisted_chat.server.gen2.introductions import PairSecrets
from twisted_chat.server.protocol import RoomServer
from twisted_chat.server.second_port import SecondPort
from twisted_chat.wire.gen2.answers import parse_answer
from twisted_chat.wire.gen2.checkup import UNASKED, Checkup, Echo, EchoKind, read_echo

ALICE = ("203.0.113.1", 1000)


class Bound(FakeDatagramTransport):
    """A transport of a port."""

    def getHost(self) -> IPv4Address:
        return IPv4Address("UDP", "192.0.2.1", 8091)


class Heard:
    """One who carries links, and keeps what is said over them."""

    def __init__(self) -> None:
        self.said: list[bytes] = []

    def perform(self, effect: LinkEffect) -> None:
        if isinstance(effect, SendFrames):
            self.said += effect.messages


class Beside(SynchronousTestCase):
    """A server with both."""

    def test_both(self) -> None:
        """Who asks is told of the second port, which writes to them unasked; each port sends back
        what comes to it."""
        server = RoomServer(Bounds(), Clock(), secrets=PairSecrets(bytes(32), bytes))
        heard = server.carrier = Heard()
        second = SecondPort(lambda: server)
        main, beside = FakeDatagramTransport(), Bound()
        server.makeConnection(main)
        second.makeConnection(beside)
        link = Link("a" * 64, ALICE, False)
        server.opened(link)
        server.received(link, [b"check"])
        answer = parse_answer(heard.said[-1])
        self.assertEqual(answer, Checkup(bytes(8), 8091))
        self.assertEqual({to for _, to in beside.written}, {ALICE})
        self.assertEqual({read_echo(sent).number for sent, _ in beside.written}, {UNASKED})
        self.assertEqual(main.written, [])
        beside.written.clear()
        there = Echo(EchoKind.THERE, bytes(8), 3).encode()
        back = Echo(EchoKind.BACK, bytes(8), 3, ALICE).encode()
        second.datagramReceived(there, ALICE)
        self.assertEqual((main.written, beside.written), ([], [(back, ALICE)]))
        server.echo(there, ALICE)
        self.assertEqual((main.written, beside.written), ([(back, ALICE)], [(back, ALICE)]))
        for receive in (second.datagramReceived, server.echo):
            receive(b"\4", ALICE)
        self.assertEqual((len(main.written), len(beside.written)), (1, 1))
