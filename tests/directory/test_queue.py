"""A queue in which anybody can go to the end."""

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.support.strategies import many, sequences
from twisted_chat.directory.queue import Place, Queue


class Properties(SynchronousTestCase):
    """What holds whatever is done."""

    @many
    @given(sequences(st.integers(0, 9), 60))
    def test_as_a_list_does(self, steps: list[int]) -> None:
        """Who comes or comes again is last, and who is removed leaves the others in order."""
        queue: Queue[Place] = Queue()
        places, model = [Place() for _ in range(5)], list[Place]()
        for step in steps:
            place = places[step % 5]
            if place in model:
                model.remove(place)
                queue.remove(place)
            if step < 5:
                model.append(place)
                queue.append(place)
            self.assertIs(queue.first(), model[0] if model else None)
        for place in model:
            self.assertIs(queue.first(), place)
            queue.remove(place)
        self.assertIsNone(queue.first())

    @many
    @given(st.integers(0, 3), st.integers(0, 3))
    def test_many_at_once(self, before: int, more: int) -> None:
        """Those who come together stand in order behind those who are there, and go again."""
        queue: Queue[Place] = Queue()
        places = [Place() for _ in range(before + more)]
        for place in places[:before]:
            queue.append(place)
        queue.append_all(places[before:])
        places.append(Place())
        queue.append(places[-1])
        for place in places:
            self.assertIs(queue.first(), place)
            queue.remove(place)
        self.assertIsNone(queue.first())
