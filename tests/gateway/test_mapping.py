"""Having a port led to us, by fake gateways of each kind."""

from twisted.trial.unittest import SynchronousTestCase

from tests.support.gateways import OUTSIDE, FakeGateway
from twisted_chat.errors import WireError
from twisted_chat.gateway.mapping import AGAIN, LAST, SECONDS, TRIES, PortMapping
from twisted_chat.gateway.messages import Language


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
