"""What was asked too early."""

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.server.gen2.early_asks import EARLY, EarlyAsks


class EarlyAsksTests(SynchronousTestCase):
    """Asks that are kept."""

    def test_once(self) -> None:
        """What was asked is given once, and the latest of a pair counts."""
        asks = EarlyAsks()
        asks.keep(b"tag", "ben", "anna")
        asks.keep(b"tag", "anna", "ben")
        self.assertEqual([asks.take(b"tag"), asks.take(b"tag")], [("anna", "ben"), None])

    def test_bound(self) -> None:
        """Of too many the oldest is forgotten."""
        asks = EarlyAsks()
        for number in range(EARLY + 1):
            asks.keep(b"%d" % number, "ben", "anna")
        self.assertEqual((len(asks), asks.take(b"0")), (EARLY, None))
        self.assertEqual(asks.take(b"1"), ("ben", "anna"))
