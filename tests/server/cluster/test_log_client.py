"""Entries of a log, taken out of what a NATS server sends."""

import asyncio
import inspect
from unittest import SkipTest

from twisted.trial.unittest import TestCase

from twisted_chat.server.cluster.absences import Absences
from twisted_chat.server.cluster.entries import NameEntry, subject

try:
    from nats.aio.client import Client
    from nats.aio.subscription import Subscription
    from nats.protocol.parser import AWAITING_CONTROL_LINE, Parser

    from twisted_chat.server.cluster.log_client import LogClient
except ImportError as missing:
    raise SkipTest("nats-py is not installed") from missing

STATUS = b"NATS/1.0 100 Idle Heartbeat\r\n\r\n"
CAS = b"NATS/1.0\r\nNats-Expected-Last-Subject-Sequence: 0\r\n\r\n"


def entry(number: int, data: bytes, headers: bytes = b"") -> bytes:
    """One as it is sent to subscription 7, with these headers or without."""
    to = b"chat.n.%d 7 $JS.ACK.chat.c.1.%d.%d.0.9" % (number, number, number)
    if headers:
        sizes = len(headers), len(headers) + len(data)
        return b"HMSG %s %d %d\r\n%s%s\r\n" % (to, *sizes, headers, data)
    return b"MSG %s %d\r\n%s\r\n" % (to, len(data), data)


WORD = b"HMSG inbox 7 answer %d %d\r\n%s\r\n" % (len(STATUS), len(STATUS), STATUS)
BEAT = b"HMSG inbox 7 %d %d\r\n%s\r\n" % (len(STATUS), len(STATUS), STATUS)
OTHER = b"MSG tell 8 2\r\nhi\r\n"
DATA = {1: b"one", 2: b"", 3: b"MSG chat.n.9 7 $JS.ACK.x 1\r\n", 4: b"\r\n", 5: b"five"}


class Entries(TestCase):
    """A client that is given bytes."""

    def setUp(self) -> None:
        self.taken: list[tuple[bytes, bytes, bytes]] = []
        self.loop = asyncio.new_event_loop()
        self.addCleanup(self.loop.close)
        self.client = LogClient("chat", self.taken.extend, self.absent)
        self.others: list[bytes] = []
        self.words: list[str] = []
        self.loop.run_until_complete(self._subscribe())

    def absent(self, absences: Absences, last: bytes) -> None:
        """What is given of those who are nowhere is noted as an entry each."""
        for key, sequence, data in absences.entries():
            where = f"chat.{subject(key)}".encode()
            self.taken.append((where, b"$JS.ACK.chat.c.1.%d.%d.0.9" % (sequence, sequence), data))
        self.assertEqual(last, self.taken[-1][1])

    async def _subscribe(self) -> None:
        for number, heard in ((7, self.words), (8, self.others)):
            # As `subscribe` leaves it where it is connected.
            self.client._subs[number] = _Subscription(heard)  # type: ignore[assignment]
        self.client.take(7)

    def come(self, *parts: bytes) -> None:
        """These come one after the other."""

        async def read() -> None:
            for part in parts:
                await self.client._ps.parse(part)

        self.loop.run_until_complete(read())

    def expect_all(self) -> None:
        """All entries were handed on, once, in order; what is none was not."""
        self.assertEqual([data for _, _, data in self.taken], list(DATA.values()))
        self.assertEqual([where for where, _, _ in self.taken], [b"chat.n.%d" % n for n in DATA])
        self.assertEqual(self.taken[4][1], b"$JS.ACK.chat.c.1.5.5.0.9")
        self.assertEqual([len(self.words), len(self.others)], [2, 1])
        self.taken.clear()
        self.words.clear()
        self.others.clear()

    def stream(self) -> bytes:
        """Entries with headers and without, and what else comes, among them."""
        return b"".join(
            (
                entry(1, DATA[1]),
                entry(2, DATA[2], CAS),
                OTHER,
                entry(3, DATA[3]),
                WORD,
                entry(4, DATA[4], CAS),
                BEAT,
                entry(5, DATA[5]),
            )
        )

    def test_at_once(self) -> None:
        """What comes together is taken apart."""
        self.come(self.stream())
        self.expect_all()

    def test_cut_anywhere(self) -> None:
        """Where what comes is cut makes no difference, nor does each byte alone."""
        stream = self.stream()
        for at in range(1, len(stream)):
            self.come(stream[:at], stream[at:])
            self.expect_all()
        self.come(*(stream[at : at + 1] for at in range(len(stream))))
        self.expect_all()

    def test_absences(self) -> None:
        """Names of those who are nowhere are given in order among all else, wherever it is cut."""
        gone = NameEntry("", "a" * 64, site="192.0.2.1", since=5.5).encode()
        parts = [entry(number, gone, CAS) for number in range(1, 4)]
        parts = [*parts, entry(4, b"one", CAS), entry(5, gone, CAS), OTHER, entry(6, gone, CAS)]
        said = [gone, gone, gone, b"one", gone, gone]
        stream = b"".join(part.replace(b"chat.n.", b"chat.n.YW5uYQ") for part in parts)
        for at in range(1, len(stream)):
            self.client.take(7)
            self.come(stream[:at], stream[at:])
            self.assertEqual([data for _, _, data in self.taken], said)
            self.assertEqual(
                [reply for _, reply, _ in self.taken],
                [b"$JS.ACK.chat.c.1.%d.%d.0.9" % (number, number) for number in range(1, 7)],
            )
            self.assertEqual(len(self.others), 1)
            self.taken.clear()
            self.others.clear()

    def test_other_subscription(self) -> None:
        """What looks like an entry and is for another subscription is not taken."""
        self.come(entry(1, b"one").replace(b" 7 ", b" 8 "))
        self.assertEqual((self.taken, len(self.others)), ([], 1))


class PrivateParts(TestCase):
    """What of nats-py is used that it promises nobody."""

    def test_there(self) -> None:
        """It has all of it, as it is used. Where one of these fails, see `log_client.py`; the
        bound in setup.cfg is for the versions with which none does."""
        loop = asyncio.new_event_loop()
        self.addCleanup(loop.close)

        async def look() -> None:
            client = Client()
            self.assertIsInstance(client._ps, Parser, "`Client._ps` is not what reads any more")
            parameters = list(inspect.signature(client._process_msg).parameters)
            wanted = ["sid", "subject", "reply", "data", "headers"]
            self.assertEqual(parameters, wanted, "`Client._process_msg` takes something else")
            self.assertIsInstance(
                client._ps.buf, bytearray, "`Parser.buf` is no bytearray any more"
            )
            state = client._ps.state
            self.assertEqual(state, AWAITING_CONTROL_LINE, "`Parser.state` begins otherwise")
            await client._ps.parse(b"MSG a 1 5\r\nhe")
            self.assertNotEqual(client._ps.state, state, "`Parser.state` does not tell of a part")
            self.assertEqual(
                Subscription(client, 3, "a")._id, 3, "`Subscription._id` is no number"
            )

        loop.run_until_complete(look())


class _Subscription:
    """As much as the client has to do with of one of its own."""

    def __init__(self, heard: list) -> None:  # type: ignore[type-arg]
        self._received = self._max_msgs = self._pending_size = self._pending_bytes_limit = 0
        self._jsi = self._future = None
        self._pending_queue = self
        self.put_nowait = heard.append
