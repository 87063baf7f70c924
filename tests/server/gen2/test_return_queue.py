"""When those come back whom a server does not know any more."""

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.server.gen2.return_queue import LONGEST, REMEMBERED, RETURNS, ReturnQueue


class Queue(SynchronousTestCase):
    """A server that was just started."""

    def setUp(self) -> None:
        self.queue = ReturnQueue()

    def test_one_after_the_other(self) -> None:
        """The first comes at once, and so many in a second; 50,000 within two minutes."""
        waits = [self.queue.wait(b"%d" % number, 10.0) for number in range(50_000)]
        self.assertEqual(waits[0], 0.0)
        self.assertAlmostEqual(waits[int(RETURNS)] or 0.0, 1.0)
        self.assertLess(waits[-1] or 200.0, 120.0)

    def test_again(self) -> None:
        """One who asks again is told the same moment, and one who asks after it another."""
        for who in (b"a", b"b", b"c"):
            self.queue.wait(who, 10.0)
        wait = self.queue.wait(b"c", 10.0)
        assert wait is not None
        self.assertAlmostEqual(wait, 2 / RETURNS)
        self.assertAlmostEqual(self.queue.wait(b"c", 10.001) or 0.0, wait - 0.001)
        self.assertEqual(self.queue.wait(b"c", 20.0), 0.0)

    def test_after_a_while(self) -> None:
        """Where nobody came for a while nobody waits."""
        self.queue.wait(b"a", 10.0)
        self.assertEqual(self.queue.wait(b"b", 11.0), 0.0)

    def test_bounds(self) -> None:
        """There are only so many places, and only so many are remembered."""
        told = 0
        for number in range(int(LONGEST * RETURNS) + 100):
            told += self.queue.wait(number.to_bytes(4, "big"), 10.0) is not None
        self.assertLessEqual(abs(told - LONGEST * RETURNS), 2)
        for number in range(REMEMBERED):
            self.queue.wait(b"x" + number.to_bytes(4, "big"), 1e6 + number)
        self.assertEqual(len(self.queue._places), REMEMBERED)
