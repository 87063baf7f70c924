"""Links over a server that carries their packets."""

from twisted.internet.protocol import DatagramProtocol

from tests.support.quic import CALLED, CALLER, THIRD, QuicCase
from twisted_chat.addresses import Address, relay_address
from twisted_chat.links import Abandon, Dial, RelayOver
from twisted_chat.wire.gen2.datagrams import LARGEST_RELAYED, RELAY, relayed

TAG = b"pairpair"
OVER = relay_address(TAG)


class Carrier(DatagramProtocol):
    """Carries between the two."""

    noisy = False

    def __init__(self) -> None:
        self.carried: list[bytes] = []

    def datagramReceived(self, datagram: bytes, addr: Address) -> None:
        self.carried.append(datagram)
        self.transport.write(datagram, CALLED if addr == CALLER else CALLER)  # type: ignore


class Over(QuicCase):
    """Two ends that do not reach each other, and a server that reaches both."""

    def setUp(self) -> None:
        super().setUp()
        self.server = Carrier()
        self.network.listen(self.server, THIRD)
        self.network.loses = lambda sent: THIRD not in (sent.source, sent.to)
        for end in (self.caller, self.called):
            end.port.perform(RelayOver(THIRD))

    def dial(self) -> None:
        """Dial the other over the server."""
        self.caller.port.perform(Dial(OVER, self.called.key.fingerprint))

    def test_link(self) -> None:
        """There is a link, and what is said goes both ways, in datagrams that may be carried."""
        self.dial()
        self.later(1)
        self.assertEqual(self.called.heard.links[0].address, OVER)
        for number in range(100):
            self.caller.say(b"%d" % number * 100)
            self.called.say(b"%d" % number)
        self.later(2)
        self.assertEqual(self.caller.heard.messages, [b"%d" % number for number in range(100)])
        self.assertEqual(len(self.called.heard.messages), 100)
        self.assertLessEqual(max(map(len, self.server.carried)), LARGEST_RELAYED)
        self.assertEqual(
            {datagram[:9] for datagram in self.server.carried}, {bytes((RELAY,)) + TAG}
        )

    def test_sealed(self) -> None:
        """What is said is nowhere in what the server carries."""
        self.dial()
        self.later(1)
        self.caller.say(b"a secret that nobody else reads")
        self.later(1)
        self.assertEqual(self.called.heard.messages, [b"a secret that nobody else reads"])
        self.assertNotIn(b"secret", b"".join(self.server.carried))

    def test_lossy(self) -> None:
        """Also where datagrams are lost, doubled and late."""
        self.network.loss, self.network.duplication, self.network.delay = 0.2, 0.1, 0.05
        self.dial()
        self.later(8)
        self.caller.say(b"here")
        self.later(8)
        self.assertEqual(self.called.heard.messages, [b"here"])

    def test_not_taken(self) -> None:
        """One who takes nothing over a server hears nothing of it, and one whose server it is
        not says nothing to it."""
        self.called.port.perform(RelayOver(None))
        self.dial()
        self.later(11)
        self.assertEqual(self.called.heard.links, [])
        self.assertEqual(len(self.caller.heard.failed), 1)
        self.caller.port.perform(RelayOver(None))
        before = len(self.server.carried)
        self.dial()
        self.later(3)
        self.assertEqual(len(self.server.carried), before)

    def test_from_elsewhere(self) -> None:
        """Only what comes from the server has been carried."""
        self.network.loses = lambda sent: False
        for source in (CALLER, ("10.0.0.9", 9)):
            self.called.port.datagramReceived(relayed(TAG, b"\xc0\0\0\0\1" + bytes(1200)), source)
        self.assertEqual(len(self.called.port), 0)
        self.assertEqual(self.called.port.totals(), {"carried by nobody who is to": 2})

    def test_no_text(self) -> None:
        """What is carried is never a text of generation 1, nor a probe, nor carried anew."""
        for inner in (b"", b"msg alice> hello", b"\1" * 52, relayed(TAG, b"\xc0"), b"\xff" * 30):
            self.called.port.datagramReceived(relayed(TAG, inner), THIRD)
        self.assertEqual(self.called.text.received, [])
        self.assertEqual(len(self.called.port), 0)

    def test_abandon(self) -> None:
        """An attempt that is given up comes to nothing, and nobody is told of it; a link that
        is there already stays."""
        self.dial()
        self.later(0.003)
        self.caller.port.perform(Abandon(OVER, self.called.key.fingerprint))
        self.later(12)
        self.assertEqual((self.caller.heard.told, self.caller.heard.failed), ([], []))
        self.assertEqual((self.called.heard.links, len(self.called.port)), ([], 0))
        self.dial()
        self.later(1)
        self.caller.port.perform(Abandon(OVER, self.called.key.fingerprint))
        self.later(1)
        self.assertEqual(self.caller.heard.told, ["opened"])
