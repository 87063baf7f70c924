"""Conversations, and lines in them, within bounds."""

import gc

from twisted.trial.unittest import SynchronousTestCase

from tests.terminal.screen.screens import DEN, LAB, Screen
from twisted_chat.peer.events.event import Someone, Talk
from twisted_chat.terminal.screen.shown_line import LineKind, ShownLine
from twisted_chat.terminal.screen.subjects import subject_of
from twisted_chat.terminal.screen.talk_state import TalkSubject
from twisted_chat.terminal.screen.talk_states import MAX_LINES, MAX_SIZE, MAX_TALKS, TalkStates


def eve(number: int) -> TalkSubject:
    """One of many who are called so."""
    return subject_of(Talk(who=Someone("eve", f"{number:064x}")))


class Bounds(SynchronousTestCase):
    """However much comes."""

    def setUp(self) -> None:
        self.states = Screen().model.states

    def add(self, talk: Talk, text: str, times: int = 1) -> None:
        state = self.states.open(subject_of(talk))
        for _ in range(times):
            self.states.add(state, ShownLine(0.0, LineKind.HEARD, text))

    @staticmethod
    def kept(states: TalkStates) -> int:
        return sum(state.lines.end - state.lines.first for state in states)

    def test_lines(self) -> None:
        """Of more lines than are kept, the oldest of the longest conversation go."""
        self.add(DEN, "x", 10)
        self.add(LAB, "x", MAX_LINES)
        self.assertLessEqual(self.kept(self.states), MAX_LINES)
        self.assertGreater(self.kept(self.states), MAX_LINES - 2_000)
        self.assertEqual(self.states.open(subject_of(DEN)).lines.first, 0)

    def test_size(self) -> None:
        """The same for how many characters are in them."""
        self.add(LAB, "x" * 65_536, MAX_SIZE // 65_536 + 50)
        self.assertLessEqual(sum(state.lines.size for state in self.states), MAX_SIZE)
        self.assertGreater(self.kept(self.states), 0)

    def test_talks(self) -> None:
        """Of conversations that are over, the one longest untouched is forgotten."""
        for number in range(MAX_TALKS + 20):
            state = self.states.open(eve(number))
            state.over = True
        self.assertLessEqual(len(self.states), MAX_TALKS)
        self.assertIsNotNone(self.states.find(subject_of(LAB)))
        self.assertIsNone(self.states.find(eve(0)))
        self.assertIsNotNone(self.states.find(eve(219)))

    def test_earlier(self) -> None:
        """Conversations of before stand below all others, are over, and have no part in the
        numbers of those, until something happens in them; nothing is listed twice."""
        self.states.list_earlier(subject_of(LAB))
        for number in range(2):
            self.states.list_earlier(eve(number))
            self.states.list_earlier(eve(number))
        attic = self.states.open(subject_of(Talk("attic")))
        every = list(self.states)
        self.assertEqual(every[-3:], [attic, *map(self.states.find, (eve(0), eve(1)))])
        self.assertEqual((len(every), len(self.states)), (7, 7))
        self.assertIs(self.states.numbered(5), attic)
        self.assertIs(self.states.get(eve(1).key), self.states.numbered(7))
        self.assertEqual([one.over for one in every[-2:]], [True, True])
        begun = self.states.open(eve(1))
        self.assertIs(self.states.numbered(6), begun)
        first = self.states.find(eve(0))
        assert first is not None
        self.states.close(first)
        self.assertEqual(list(self.states)[-2:], [attic, begun])

    def test_unseen_by_the_collector(self) -> None:
        """Lines that are kept cost the garbage collector nothing: it would stop everything for
        as long as it takes to look through them."""
        gc.collect()
        before = len(gc.get_objects())
        self.add(LAB, "hello", 10_000)
        gc.collect()
        self.assertLess(len(gc.get_objects()) - before, 1_000)

    def test_close(self) -> None:
        """Nothing is left of one that is forgotten; one that goes on is not."""
        self.add(LAB, "x", 10)
        lab = self.states.open(subject_of(LAB))
        self.states.close(lab)
        self.assertIsNotNone(self.states.find(subject_of(LAB)))
        lab.over = True
        self.states.close(lab)
        self.assertEqual(self.kept(self.states), 0)
        self.assertIs(self.states.shown, self.states.home)
