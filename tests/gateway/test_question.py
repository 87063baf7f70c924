"""Whether a gateway would lead a port to us."""

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.errors import WireError
from twisted_chat.gateway.messages import ASK_OUTSIDE_HOST, Language, ask_whether_pcp
from twisted_chat.gateway.question import ASKED_AT, PATIENCE, GatewayQuestion

PCP_THERE = bytes.fromhex("0280000000000000" + "00" * 16)
PMP_THERE = bytes.fromhex("008000000000000acb007105")
NOT_PCP = bytes.fromhex("00800001" + "00" * 4)
PMP_OFF = bytes.fromhex("00800002" + "00" * 8)


class Question(SynchronousTestCase):
    """Both languages are asked in, a few times."""

    def setUp(self) -> None:
        self.question = GatewayQuestion("10.0.0.2", 100.0)

    def run_on(self) -> list[float]:
        """Let time pass. Returns when it was asked."""
        asked, now = [], 100.0
        while not self.question.over(now):
            if due := self.question.due(now):
                self.assertEqual(due, [ask_whether_pcp("10.0.0.2"), ASK_OUTSIDE_HOST])
                asked.append(now - 100.0)
            now = self.question.wake
        return asked

    def test_silent(self) -> None:
        """It is asked so often, and then given up."""
        self.assertEqual(self.run_on(), list(ASKED_AT))
        self.assertTrue(self.question.over(100.0 + PATIENCE))
        self.assertIsNone(self.question.language)

    def test_both(self) -> None:
        """One that speaks both is known at once, by the newer language."""
        for answers in ((PCP_THERE, PMP_THERE), (PMP_THERE, PCP_THERE)):
            self.setUp()
            for answer in answers:
                self.assertFalse(self.question.over(100.1))
                self.question.received(answer)
            self.assertTrue(self.question.over(100.1))
            self.assertIs(self.question.language, Language.PCP)
            self.assertEqual(self.question.outside, "203.0.113.5")
            self.assertEqual(self.question.due(100.1), [])

    def test_nat_pmp_alone(self) -> None:
        """One that speaks NAT-PMP alone says to PCP that this is another version."""
        self.question.received(NOT_PCP)
        self.assertFalse(self.question.over(100.1))
        self.question.received(PMP_THERE)
        self.assertTrue(self.question.over(100.1))
        self.assertIs(self.question.language, Language.NAT_PMP)

    def test_switched_off(self) -> None:
        """One whose owner does not allow it says so."""
        self.question.received(NOT_PCP)
        self.question.received(PMP_OFF)
        self.assertTrue(self.question.over(100.1))
        self.assertIsNone(self.question.language)

    def test_not_asked(self) -> None:
        """What was not asked is no answer."""
        with self.assertRaises(WireError):
            self.question.received(bytes.fromhex("008100000000000a1f9b9c4000000e10"))
