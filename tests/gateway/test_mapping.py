"""Having a port led to us, by fake gateways of each kind."""

import struct

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.errors import WireError
from twisted_chat.gateway.mapping import AGAIN, LAST, SECONDS, TRIES, PortMapping
from twisted_chat.gateway.messages import Language

OUTSIDE = ("203.0.112.5", 40_000)
FOUR = bytes(10) + b"\xff\xff"


class FakeGateway:
    """Speaks what it is told to, for `lifetime` seconds each time; what it leads to us is in
    `led`, by our port: until when."""

    def __init__(self, *languages: Language, lifetime: int = SECONDS, code: int = 0) -> None:
        self.languages = languages
        self.lifetime = lifetime
        self.code = code
        self.led: dict[int, float] = {}
        self.asked: list[tuple[float, int, int]] = []
        """When, in which version, and for how many seconds."""

    def answer(self, datagram: bytes, now: float) -> bytes | None:
        if datagram[0] == 2:
            return self._pcp(datagram, now)
        if not self.languages:
            return None
        if Language.NAT_PMP not in self.languages:
            return b"\2" + bytes((datagram[1] | 0x80, 0, 1)) + bytes(20)
        if datagram == b"\0\0":
            return struct.pack("!BBHI4B", 0, 0x80, 0, 9, 203, 0, 112, 5)
        _, _, _, inside, _, seconds = struct.unpack("!BBHHHI", datagram)
        self._lead(inside, seconds, 0, now)
        granted = min(seconds, self.lifetime)
        return struct.pack("!BBHIHHI", 0, 0x81, self.code, 9, inside, OUTSIDE[1], granted)

    def _pcp(self, datagram: bytes, now: float) -> bytes | None:
        if Language.PCP not in self.languages:
            return b"\0\x81\0\1" + bytes(12) if self.languages else None
        (seconds,) = struct.unpack("!I", datagram[4:8])
        (inside,) = struct.unpack("!H", datagram[40:42])
        self._lead(inside, seconds, 2, now)
        head = struct.pack(
            "!BBBBII12s", 2, 0x81, 0, self.code, min(seconds, self.lifetime), 9, b""
        )
        host = FOUR + bytes((203, 0, 112, 5))
        return head + datagram[24:42] + struct.pack("!H", OUTSIDE[1]) + host

    def _lead(self, inside: int, seconds: int, version: int, now: float) -> None:
        self.asked.append((now - 100.0, version, seconds))
        if seconds and not self.code:
            self.led[inside] = now + min(seconds, self.lifetime)
        else:
            self.led.pop(inside, None)


class Mapping(SynchronousTestCase):
    """Port 8091 of ours."""

    def begin(self, gateway: FakeGateway) -> None:
        """We start."""
        self.now = 100.0
        self.gateway = gateway
        self.mapping = PortMapping("192.168.1.2", 8091, bytes, self.now)

    def until(self, end: float) -> None:
        """Let time pass."""
        for _ in range(1000):
            if self.mapping.wake > end:
                break
            self.now = max(self.now, self.mapping.wake)
            self.tell(self.mapping.due(self.now))
        else:
            self.fail("it asks without end")
        self.now = end

    def tell(self, datagrams: list[bytes]) -> None:
        """Let these get there, and the answers back."""
        for one in datagrams:
            if (answer := self.gateway.answer(one, self.now)) is not None:
                self.mapping.received(answer, self.now)

    def test_pcp(self) -> None:
        """One that speaks PCP is asked once, in nothing else, and again half an hour later."""
        self.begin(FakeGateway(Language.PCP, Language.NAT_PMP))
        self.until(101.0)
        self.assertEqual(self.mapping.outside, OUTSIDE)
        self.until(100.0 + 3 * SECONDS)
        self.assertEqual({version for _, version, _ in self.gateway.asked}, {2})
        self.assertEqual([at for at, *_ in self.gateway.asked][:3], [0.0, 1800.0, 3600.0])
        self.assertGreater(self.gateway.led[8091], self.now)

    def test_nat_pmp(self) -> None:
        """One that speaks NAT-PMP alone says so, and is asked in that."""
        self.begin(FakeGateway(Language.NAT_PMP))
        self.until(102.0)
        self.assertEqual(self.mapping.outside, OUTSIDE)
        self.until(100.0 + 2 * SECONDS)
        self.assertEqual({version for _, version, _ in self.gateway.asked}, {0})

    def test_given_back(self) -> None:
        """At the end it is given back, and nothing is asked any more."""
        for language in Language:
            self.begin(FakeGateway(language))
            self.until(102.0)
            self.assertIn(8091, self.gateway.led)
            last = self.mapping.end()
            self.assertEqual(len(last), LAST)
            self.tell(last[:1])
            self.assertEqual((self.gateway.led, self.mapping.outside), ({}, None))
            self.assertEqual(self.mapping.due(self.now + 10_000), [])
        self.begin(FakeGateway())
        self.assertEqual(self.mapping.end(), [])

    def test_silent(self) -> None:
        """One that answers nothing is asked five times, and again after ten minutes."""
        self.begin(FakeGateway())
        asked = []
        for _ in range(2 * len(TRIES)):
            self.now = self.mapping.wake
            asked.append((self.now - 100.0, len(self.mapping.due(self.now))))
            if not asked[-1][1]:
                self.now = self.mapping.wake
        self.assertEqual([at for at, many in asked if many][:5], list(TRIES))
        self.assertEqual([many for _, many in asked][:5], [1, 1, 3, 3, 3])
        self.assertGreaterEqual(self.now, 100.0 + AGAIN)

    def test_refused(self) -> None:
        """One whose owner does not allow it is not asked again soon."""
        self.begin(FakeGateway(Language.PCP, code=2))
        self.until(100.0 + AGAIN - 1)
        self.assertEqual(len(self.gateway.asked), 1)
        self.assertIsNone(self.mapping.outside)

    def test_ends(self) -> None:
        """Where it cannot be renewed it ends when it would have."""
        self.begin(FakeGateway(Language.PCP, lifetime=600))
        self.until(101.0)
        self.gateway.languages = ()
        self.until(699.0)
        self.assertEqual(self.mapping.outside, OUTSIDE)
        self.until(701.0)
        self.assertIsNone(self.mapping.outside)
        self.gateway.languages = (Language.PCP,)
        self.until(701.0 + 2 * AGAIN)
        self.assertEqual(self.mapping.outside, OUTSIDE)

    def test_short(self) -> None:
        """Who grants it for a second is not asked every half second."""
        self.begin(FakeGateway(Language.PCP, lifetime=1))
        self.until(1000.0)
        self.assertLess(len(self.gateway.asked), 20)

    def test_not_ours(self) -> None:
        """Answers about another port, with another nonce, or that are none, change nothing."""
        self.begin(FakeGateway(Language.PCP))
        (asked,) = self.mapping.due(100.0)
        answer = self.gateway.answer(asked, 100.0)
        assert answer is not None
        self.mapping.received(answer[:24] + b"\1" + answer[25:], 100.0)
        self.mapping.received(answer[:40] + b"\0\1" + answer[42:], 100.0)
        self.assertIsNone(self.mapping.outside)
        self.assertRaises(WireError, self.mapping.received, answer[:50], 100.0)
        self.mapping.received(answer, 100.0)
        self.assertEqual(self.mapping.outside, OUTSIDE)
