"""When an end of a link asks, and what counts as an answer."""

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.net.quic_asking import Asking
from twisted_chat.net.quic_bounds import (
    ANSWER_TIME,
    ASK_BACK,
    ASK_EVERY,
    ASK_IN_DOUBT,
    ASK_SOONEST,
    DOUBT,
    KEEPALIVE,
    KEEPALIVE_LONGEST,
    KEEPALIVE_SHORT,
    KEEPALIVE_STEP,
    PATIENCE,
)


class Questions(SynchronousTestCase):
    """Of a link that opened at second 100."""

    def setUp(self) -> None:
        self.asking = Asking()
        self.begin()

    def begin(self) -> None:
        """Open it, and have the first question answered at once."""
        self.asking.begin(100.0)
        self.assertEqual(self.asking.deadline, 100.0)
        self.asking.answered(self.asking.question(100.0), 100.0)

    def measured(self, seconds: float) -> None:
        """Have an answer that took so long to a first question at second 101."""
        self.asking.answered(self.asking.question(101.0), 101 + seconds)

    def unanswered(self, now: float, until: float) -> list[float]:
        """Ask from now on, as is due, before some moment: when it was asked."""
        asked = []
        while now < until:
            self.asking.question(now)
            asked.append(now)
            now = self.asking.deadline
        return asked

    def test_said(self) -> None:
        """What is said is asked about at once, or soon after the last answer."""
        self.assertFalse(self.asking.said(100.1))
        self.assertEqual(self.asking.deadline, 100 + ASK_EVERY)
        self.assertTrue(self.asking.said(100 + ASK_EVERY))

    def test_repeated(self) -> None:
        """A question is repeated until it has been without an answer for too long."""
        asked = 100 + KEEPALIVE
        now = asked
        while not self.asking.is_over(now):
            self.asking.question(now)
            now = self.asking.deadline
        self.assertEqual(now, asked + ANSWER_TIME)

    def test_answer(self) -> None:
        """Any PING since the question is one, and one of before is not."""
        first = self.asking.question(112.0)
        self.asking.answered(first, 112.5)
        again = [self.asking.question(125.0 + number) for number in range(3)]
        self.asking.answered(first, 128.0)
        self.assertTrue(self.asking.is_over(125 + ANSWER_TIME))
        self.asking.answered(again[1], 128.0)
        self.assertFalse(self.asking.is_over(125 + ANSWER_TIME))

    def test_doubt(self) -> None:
        """On a short way it is asked five times within a second, then it is in doubt, and
        asked every half second."""
        self.measured(0.01)
        asked = self.unanswered(110.0, 112.4)
        for found, wanted in zip(asked, (0, 0.2, 0.4, 0.6, 0.8, 1, 1.5, 2), strict=True):
            self.assertAlmostEqual(found, 110 + wanted)
        self.assertEqual((ASK_SOONEST, ASK_IN_DOUBT, DOUBT), (0.2, 0.5, 1.0))
        self.assertTrue(self.asking.doubted)
        self.asking.answered(self.asking.question(114.0), 114.1)
        self.assertFalse(self.asking.doubted)

    def test_patience(self) -> None:
        """Where another may only have moved, the link is not given up before it says so."""
        self.asking = Asking(patience=PATIENCE)
        self.begin()
        self.asking.question(101.0)
        self.assertFalse(self.asking.is_over(100 + PATIENCE - 0.1))
        self.assertTrue(self.asking.is_over(100 + PATIENCE))
        self.begin()
        self.asking.question(125.0)
        self.assertFalse(self.asking.is_over(125 + ANSWER_TIME - 0.1))
        self.assertTrue(self.asking.is_over(125 + ANSWER_TIME))

    def test_doubt_far_away(self) -> None:
        """Where an answer takes a second it is not in doubt before three."""
        self.measured(1.0)
        self.assertEqual(self.unanswered(110.0, 112.9), [110, 111, 112])
        self.assertFalse(self.asking.doubted)
        self.asking.question(113.0)
        self.assertTrue(self.asking.doubted)

    def pauses(self, many: int) -> list[float]:
        """Seconds from each answer, which comes at once, to the next question."""
        now, found = 100.0, []
        for _ in range(many):
            found.append(self.asking.deadline - now)
            now = self.asking.deadline
            self.asking.answered(self.asking.question(now), now)
        return found

    def test_grows(self) -> None:
        """The pause grows with each answer after silence, up to the longest."""
        steps = [KEEPALIVE + number * KEEPALIVE_STEP for number in range(5)]
        self.assertEqual(steps[-1], KEEPALIVE_LONGEST)
        self.assertEqual(self.pauses(7), [*steps, KEEPALIVE_LONGEST, KEEPALIVE_LONGEST])

    def test_does_not_grow_with_words(self) -> None:
        """What was asked along with words says nothing of how long one may be silent."""
        self.assertTrue(self.asking.said(110.0))
        self.asking.answered(self.asking.question(110.0), 110.1)
        self.assertAlmostEqual(self.asking.deadline, 110.1 + KEEPALIVE)

    def test_same(self) -> None:
        """Of a link that watches, and at a server, the pause is always the same."""
        self.asking = Asking(ASK_BACK, grows=False)
        self.begin()
        self.assertEqual(self.pauses(4), 4 * [ASK_BACK])

    def test_shorter(self) -> None:
        """Where a NAT forgets soon the pause is short at once, and does not grow."""
        self.asking.shorten()
        self.assertEqual(self.pauses(4), 4 * [KEEPALIVE_SHORT])

    def test_lapsed(self) -> None:
        """Only doubt after silence is such that a NAT may have forgotten."""
        for silent, lapsed in ((KEEPALIVE_SHORT - 1, False), (KEEPALIVE_SHORT, True)):
            self.begin()
            self.measured(0.0)
            self.unanswered(101 + silent, 101 + silent + DOUBT + 0.1)
            self.assertTrue(self.asking.doubted)
            self.assertEqual(self.asking.has_lapsed, lapsed)
