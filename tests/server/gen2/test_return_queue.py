"""When those come back whom a server does not know any more."""

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.server.gen2.return_queue import (
    AT_ONCE,
    COMES,
    LONGEST,
    REMEMBERED,
    RETURNS,
    SHORTLY,
    ReturnQueue,
)


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
        """One who asks again has the same place, and is told to come when it is its turn."""
        for who in (b"a", b"b", b"c"):
            self.queue.wait(who, 10.0)
        wait = self.queue.wait(b"c", 10.0)
        assert wait is not None
        self.assertAlmostEqual(wait, 2 / RETURNS)
        self.assertAlmostEqual(self.queue.wait(b"c", 10.001) or 0.0, wait - 0.001)
        for _ in range(2):
            self.assertEqual(self.queue.wait(b"c", 20.0), 0.0)

    def test_after_a_while(self) -> None:
        """Where nobody came for a while nobody waits."""
        self.queue.wait(b"a", 10.0)
        self.assertEqual(self.queue.wait(b"b", 11.0), 0.0)

    def test_slow(self) -> None:
        """Where those who are coming do not get in no more are told to come, until they are there,
        or have not come."""
        turns = [self.queue.wait(b"%d" % number, 10.0) for number in range(AT_ONCE + 9)]
        self.assertEqual(turns.count(0.0), 1)
        told = [self.queue.wait(b"%d" % number, 12.0) for number in range(AT_ONCE + 9)]
        self.assertEqual((told.count(0.0), told[-1]), (AT_ONCE, SHORTLY))
        self.queue.came()
        self.assertEqual(self.queue.wait(b"%d" % (AT_ONCE + 8), 13.0), 0.0)
        self.assertEqual(self.queue.wait(b"%d" % (AT_ONCE + 7), 13.0), SHORTLY)
        self.assertEqual(self.queue.wait(b"%d" % (AT_ONCE + 7), 12.0 + COMES), 0.0)

    def test_bounds(self) -> None:
        """There are only so many places, and only so many are remembered."""
        told = 0
        for number in range(int(LONGEST * RETURNS) + 100):
            told += self.queue.wait(number.to_bytes(4, "big"), 10.0) is not None
        self.assertLessEqual(abs(told - LONGEST * RETURNS), 2)
        for number in range(REMEMBERED):
            self.queue.wait(b"x" + number.to_bytes(4, "big"), 1e6 + number)
        self.assertEqual(len(self.queue._turns), REMEMBERED)
        self.assertLessEqual(len(self.queue._coming), AT_ONCE)
