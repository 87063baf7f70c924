"""Deadlines that all are equally far away when they are set."""

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.moments import NEVER
from twisted_chat.timeouts import AT_ONCE, Timeouts


class TimeoutsTests(SynchronousTestCase):
    """What is due, and when."""

    def setUp(self) -> None:
        self.timeouts: Timeouts[str] = Timeouts(5.0)

    def over(self, now: float) -> list[str]:
        return list(self.timeouts.over(now))

    def test_in_order(self) -> None:
        """Each is over so many seconds after it was set, at that moment, and once."""
        self.assertEqual(self.timeouts.wake, NEVER)
        self.timeouts.set("a", 10.0)
        self.timeouts.set("b", 12.0)
        self.assertEqual(self.timeouts.wake, 15.0)
        self.assertEqual(self.over(14.9), [])
        self.assertEqual(self.over(15.0), ["a"])
        self.assertEqual(self.timeouts.wake, 17.0)
        self.assertEqual(self.over(100.0), ["b"])
        self.assertEqual((self.over(100.0), self.timeouts.wake), ([], NEVER))

    def test_set_again(self) -> None:
        """Time that is running goes on; what was discarded begins anew."""
        self.timeouts.set("a", 10.0)
        self.timeouts.set("a", 14.0)
        self.assertEqual(self.timeouts.wake, 15.0)
        self.timeouts.discard("a")
        self.timeouts.discard("nobody")
        self.timeouts.set("a", 14.0)
        self.assertEqual((self.over(18.9), self.over(19.0)), ([], ["a"]))

    def test_so_many_at_once(self) -> None:
        """Of any number, as many are over in one go as hold nobody up; the rest stay due."""
        names = [f"user{number}" for number in range(AT_ONCE + 10)]
        for name in names:
            self.timeouts.set(name, 0.0)
        self.assertEqual(self.over(9.0), names[:AT_ONCE])
        self.assertEqual(self.timeouts.wake, 5.0)
        self.assertEqual(self.over(9.0), names[AT_ONCE:])
