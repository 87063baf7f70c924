"""How long is waited before trying once more."""

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.peer.backoff import Backoff


class Waits(SynchronousTestCase):
    """One wait after the other."""

    def test_doubled(self) -> None:
        """Each is twice as long, up to half a minute, however often it was in vain."""
        backoff = Backoff()
        self.assertEqual([backoff.next() for _ in range(7)], [1, 2, 4, 8, 16, 30, 30])
        for _ in range(5_000):
            self.assertEqual(backoff.next(), 30)
        backoff.begin_anew()
        self.assertEqual((backoff.attempts, backoff.next()), (0, 1))
