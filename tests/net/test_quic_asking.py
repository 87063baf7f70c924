"""When an end of a link asks, and what counts as an answer."""

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.net.quic_asking import Asking
from twisted_chat.net.quic_bounds import ANSWER_TIME, ASK_BACK, ASK_EVERY, KEEPALIVE


class Questions(SynchronousTestCase):
    """Of both sides, from a link that opened at second 100."""

    def setUp(self) -> None:
        self.dialling, self.accepting = Asking(dialled=True), Asking(dialled=False)
        for one in (self.dialling, self.accepting):
            one.begin(100.0)

    def test_due(self) -> None:
        """The side that has dialled asks whatever it hears, the other when it hears nothing."""
        for one in (self.dialling, self.accepting):
            one.heard = 105.0
        self.assertEqual(self.dialling.deadline, 100 + KEEPALIVE)
        self.assertEqual(self.accepting.deadline, 105 + ASK_BACK)

    def test_said(self) -> None:
        """What is said is asked about at once, or soon after the last answer; only by the side
        that has dialled."""
        self.assertFalse(self.dialling.said(100.1))
        self.assertEqual(self.dialling.deadline, 100 + ASK_EVERY)
        self.assertTrue(self.dialling.said(100 + ASK_EVERY))
        self.assertFalse(self.accepting.said(110.0))

    def test_repeated(self) -> None:
        """A question is repeated until it has been without an answer for too long."""
        asked = 100 + KEEPALIVE
        now = asked
        while not self.dialling.is_over(now):
            self.dialling.question(now)
            now = self.dialling.deadline
        self.assertEqual(now, asked + ANSWER_TIME)

    def test_answer(self) -> None:
        """Any PING since the question is one, and one of before is not."""
        first = self.dialling.question(112.0)
        self.dialling.answered(first, 112.5)
        again = [self.dialling.question(125.0 + number) for number in range(3)]
        self.dialling.answered(first, 128.0)
        self.assertTrue(self.dialling.is_over(125 + ANSWER_TIME))
        self.dialling.answered(again[1], 128.0)
        self.assertFalse(self.dialling.is_over(125 + ANSWER_TIME))
        self.assertEqual(self.dialling.deadline, 128 + KEEPALIVE)
