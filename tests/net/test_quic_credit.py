"""What may be sent to an address that is not proven."""

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.addresses import Address
from twisted_chat.net.quic_bounds import UNPROVEN_FACTOR
from twisted_chat.net.quic_credit import Credit

HERE: Address = ("192.0.2.1", 5000)


class Paying(SynchronousTestCase):
    """Bytes that came, and bytes that go."""

    def test_bound(self) -> None:
        """No more goes there than so many times what came; what is smaller may still fit."""
        credit = Credit()
        self.assertEqual(credit.affordable([(b"x", HERE)]), [])
        credit.came([b"x" * 60, b"x" * 40])
        large, small = (b"x" * (100 * UNPROVEN_FACTOR - 10), HERE), (b"x" * 10, HERE)
        self.assertEqual(credit.affordable([large, large, small]), [large, small])
        self.assertEqual(credit.affordable([(b"x", HERE)]), [])
