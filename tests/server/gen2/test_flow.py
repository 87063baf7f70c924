"""Users who say more than they may, over links as they are."""

from tests.support.quic import KEYS, End, QuicCase
from twisted_chat.addresses import Address
from twisted_chat.net.quic_port import QuicPort
from twisted_chat.server.bounds import LINK_WINDOW, Bounds
from twisted_chat.server.protocol import RoomServer
from twisted_chat.wire.framing import HEADER
from twisted_chat.wire.gen2.answers import NotKnown
from twisted_chat.wire.gen2.requests import RegisterKey

MANY = 10_000
PLACE: Address = ("10.0.9.9", 8090)


class Fast(QuicCase):
    """A server with a rate of 50, and one who says everything at once."""

    def setUp(self) -> None:
        super().setUp()
        self.server = RoomServer(Bounds(), self.clock)
        self.port = QuicPort(
            KEYS[3],
            self.server,
            self.clock,
            time_of_day=self.clock.seconds,
            text=self.server,
            window=LINK_WINDOW,
        )
        self.server.carrier = self.port
        self.network.listen(self.port, PLACE)
        self.most = 0

    def waiting(self) -> int:
        """Bytes of requests that wait."""
        held = self.server._core.gen2._backlog._held.values()
        return sum(HEADER + len(message) for one in held for message in one.messages)

    def look(self) -> None:
        self.most = max(self.most, self.waiting())
        self.clock.callLater(0.1, self.look)

    def test_honest(self) -> None:
        """All is answered in its order, the link stays, and no more waits than was granted, and
        the one request that was nearly there."""
        there = End(self.network, KEYS[3], ("10.0.9.8", 1))
        there.address = PLACE
        self.caller.dial(there)
        self.later(2)
        self.caller.say(RegisterKey("anna").encode())
        self.later(3)
        self.caller.heard.messages.clear()
        self.look()
        verbs = [b"z%d" % number for number in range(MANY)]
        self.caller.say(*verbs)
        self.later(MANY / 50 + 20)
        self.assertEqual(self.caller.heard.told, ["opened"])
        answers = [NotKnown(verb.decode()).encode() for verb in verbs]
        self.assertEqual(self.caller.heard.messages, answers)
        self.assertGreater(self.most, LINK_WINDOW // 2)
        self.assertLessEqual(self.most, LINK_WINDOW + HEADER + len(verbs[-1]))
