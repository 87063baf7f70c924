"""Addresses that are tried one after the other."""

from twisted.trial.unittest import SynchronousTestCase

from tests.peer.keyed import SERVER
from twisted_chat.peer.gen2.attempts import STAGGER, Attempts

DEAD = ("2001:db8::1", 8090)
ELSEWHERE = ("192.0.2.2", 8090)


class InTurn(SynchronousTestCase):
    """Attempts that do not wait for each other (RFC 8305, 5)."""

    def test_staggered(self) -> None:
        """The next is due a quarter of a second after the last, or when that has failed."""
        attempts = Attempts()
        attempts.begin([DEAD, SERVER, ELSEWHERE], 10.0)
        self.assertEqual((attempts.next(10.0), attempts.next(10.0)), (DEAD, None))
        self.assertEqual(attempts.wake, 10.0 + STAGGER)
        attempts.hurry(10.1)
        self.assertEqual((attempts.next(10.1), attempts.next(10.1)), (SERVER, None))
        self.assertEqual(attempts.next(10.1 + STAGGER), ELSEWHERE)
        self.assertEqual((attempts.next(99), attempts.wake), (None, float("inf")))
