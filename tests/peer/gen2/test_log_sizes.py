"""How much is held of each room."""

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.peer.gen2.log_sizes import (
    LEAST_HELD,
    MAX_HELD,
    MAX_IN_ALL,
    most_of_another,
)


class Sizes(SynchronousTestCase):
    def test_of_all_rooms(self) -> None:
        """Of many rooms together only so many messages are held, but for some of each."""
        every: list[int] = []
        for _ in range(10):
            every.append(most_of_another(every))
        self.assertEqual(every, [MAX_HELD] * (MAX_IN_ALL // MAX_HELD) + [LEAST_HELD] * 6)
