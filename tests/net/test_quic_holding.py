"""Links from which nothing is read for a while."""

from qh3.quic.packet import QuicErrorCode

from tests.support.quic import CALLED, KEYS, THIRD, End, QuicCase, Raw
from twisted_chat.links import HoldLink, ReadLink
from twisted_chat.net.quic_bounds import (
    ANSWER_TIME,
    IDLE_TIMEOUT,
    MAX_DATA,
    MAX_STREAM_DATA,
    PATIENCE,
    UNREAD,
)
from twisted_chat.net.quic_connection import LinkConnection
from twisted_chat.wire.framing import frame

FLOW_CONTROL_ERROR = int(QuicErrorCode.FLOW_CONTROL_ERROR)
WORD = b"x" * 996  # With its header 1,000 bytes.


class Held(QuicCase):
    """The one who was called reads nothing."""

    def setUp(self) -> None:
        super().setUp()
        self.link()

    def hold(self) -> None:
        self.called.port.perform(HoldLink(self.called.link))

    def read(self) -> None:
        self.called.port.perform(ReadLink(self.called.link))

    def connection(self, end: End) -> LinkConnection:
        (connection,) = end.port._links._all
        return connection

    def waits(self) -> int:
        """Bytes that the caller may not send yet."""
        return self.connection(self.caller).unsent

    def test_credit(self) -> None:
        """It takes what it has granted, and the rest when it reads: all, in order, once."""
        said = [b"%d " % number + WORD for number in range(200)]
        self.hold()
        self.caller.say(*said)
        self.later(5)
        self.assertGreater(self.waits(), 200_000 - MAX_STREAM_DATA)
        self.assertEqual(self.called.heard.messages, [])
        self.read()
        self.later(5)
        self.assertEqual((self.waits(), self.called.heard.messages), (0, said))

    def test_window(self) -> None:
        """A port may grant less, and then holds less; frames may be longer than that."""
        server = End(self.network, KEYS[2], THIRD, window=16 * 1024)
        self.caller.dial(server)
        self.later(1)
        self.caller.say(b"y" * 65_536)
        self.later(1)
        self.assertEqual(len(server.heard.messages), 1)
        server.port.perform(HoldLink(server.link))
        self.caller.say(*[WORD] * 100)
        self.later(1)
        (connection,) = (
            one
            for link, one in self.caller.port._links._by_link.items()
            if link == self.caller.link
        )
        self.assertGreaterEqual(connection.unsent, 100_000 - 16 * 1024)

    def test_again_and_again(self) -> None:
        """Held at each message, and read a moment later, it gets them all; and with loss."""
        self.network.loss, self.network.delay = 0.1, 0.05
        said = [b"%d " % number + WORD for number in range(100)]

        def one_by_one(*anything: object) -> None:
            self.hold()
            self.clock.callLater(0.3, self.read)

        self.called.heard.answers = one_by_one
        self.caller.say(*said)
        self.later(120)
        self.assertEqual(self.called.heard.messages, said)
        self.assertEqual(self.called.heard.told, ["opened"])

    def test_answers_go_on(self) -> None:
        """It says what it has to say, and neither takes the link for lost, nor doubts it."""
        self.hold()
        self.caller.say(*[WORD] * 200)
        for _ in range(40):
            self.called.say(b"an answer")
            self.later(10)
        self.assertEqual(len(self.caller.heard.messages), 40)
        for end in (self.caller, self.called):
            self.assertEqual((end.heard.told, end.heard.doubts), (["opened"], 0))

    def test_silence(self) -> None:
        """With loss and a long way neither; and it finds out when the other end is gone."""
        self.network.loss, self.network.delay = 0.2, 0.3
        self.hold()
        self.caller.say(*[WORD] * 200)
        self.later(4 * IDLE_TIMEOUT)
        self.assertEqual(self.called.heard.told, ["opened"])
        self.network.loses = lambda datagram: True
        began = self.clock.seconds()
        self.later(100, lambda: len(self.called.heard.told) > 1)
        self.assertEqual(self.called.heard.told[1:], ["lost: no answer"])
        self.assertLess(self.clock.seconds() - began, PATIENCE + ANSWER_TIME)

    def test_moves(self) -> None:
        """It follows the other end to another address, and reads from there."""
        self.hold()
        self.caller.say(*[WORD] * 200)
        self.later(1)
        self.network.move(self.caller.transport, ("10.0.0.1", 7777))
        self.caller.transport.outside = ("10.0.0.1", 7777)
        self.later(60)
        self.read()
        self.later(5)
        self.assertEqual(len(self.called.heard.messages), 200)
        self.assertNotIn("lost", " ".join(self.called.heard.told))

    def test_ends(self) -> None:
        """It notices when the other end hangs up, and nothing of it is left when it does."""
        self.hold()
        self.caller.hang_up("enough")
        self.later(2)
        self.assertEqual(self.called.heard.told, ["opened", "lost: enough"])
        self.link()
        self.hold()
        self.read()
        self.called.hang_up("bye")
        self.later(5)
        self.assertEqual(self.caller.heard.told[-1], "lost: bye")
        self.assertEqual((len(self.called.port), len(self.caller.port)), (0, 0))
        self.assertEqual(self.called.port._links._to_read, {})


class Unruly(QuicCase):
    """One who has the library and no manners, and is not read."""

    def setUp(self) -> None:
        super().setUp()
        self.raw = Raw(self.network, KEYS[2], THIRD)
        self.raw.dial(CALLED)
        self.later(0.5)
        self.raw.say(b"key " + self.raw.key.public_key)
        self.later(0.5)
        self.raw.open(self.called.key)
        self.later(0.5)
        self.assertEqual(self.called.heard.told, ["opened"])
        self.called.port.perform(HoldLink(self.called.link))

    def test_ignores_credit(self) -> None:
        """More than was granted ends the link (FLOW_CONTROL_ERROR)."""
        self.raw.ignore_limits()
        self.raw.write(frame(WORD) * (MAX_DATA // 1000))
        for _ in range(200):
            if self.raw.ended is None:
                self.raw.flush()
                self.later(0.01)
        self.assertEqual(self.raw.ended, FLOW_CONTROL_ERROR)
        self.later(5)
        self.assertEqual(len(self.called.heard.told), 2, self.called.heard.told)
        self.assertEqual(len(self.called.port), 0)

    def test_one_way(self) -> None:
        """That much comes from it is no answer: the link is lost as soon as ever where nothing
        arrives there any more."""
        assert self.raw.quic is not None
        self.raw.deaf = True
        began = self.clock.seconds()
        for number in range(60):
            if len(self.called.heard.told) == 1:
                self.raw.quic.send_ping(number)
                self.raw.flush()
                self.later(1)
        self.assertEqual(self.called.heard.told[1:], ["lost: no answer"])
        self.assertLess(self.clock.seconds() - began, PATIENCE + ANSWER_TIME)

    def test_many_events(self) -> None:
        """Nor can it fill the memory with what is no data, or hardly any."""
        wrote = 0
        while self.raw.ended is None and wrote < 2 * UNREAD:
            self.raw.write(b"x", stream=4 * (1 + wrote % 2))
            wrote += 1
            self.later(0.01)
        self.later(5)
        self.assertGreaterEqual(wrote, UNREAD - 10)
        self.assertEqual(
            self.called.heard.told, ["opened", "lost: it goes on though nothing is read"]
        )
        self.assertEqual(len(self.called.port), 0)
