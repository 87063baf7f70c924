"""Texts on their way to those who hear them."""

from tests.peer.test_input import NOW, InputCase
from twisted_chat.peer.commands import Say
from twisted_chat.peer.events import said, talk
from twisted_chat.peer.events.event import Talk
from twisted_chat.peer.holding import HOLD
from twisted_chat.peer.saying import SPEAK_BURST, TOGETHER


class Together(InputCase):
    """Texts that wait one behind the other."""

    def test_one_step(self) -> None:
        """They are said in one step, in order, so many at most; an empty one is between two."""
        self.meet("bob")
        texts = [str(number) for number in range(TOGETHER + 3)]
        self.assertEqual(self.do(*map(Say, texts), Say(""), Say("end")), 0)
        self.assertEqual([text for text, _ in self.talk.said], [*texts, "end"])
        self.assertEqual(self.talk.steps, [TOGETHER, 3, 1])
        self.assertEqual(
            [line.text for line in self.input.own.after(TOGETHER)], [*texts[-3:], "end"]
        )

    def test_elsewhere(self) -> None:
        """What may be said in one conversation only is not said with what may be anywhere."""
        bob = self.meet("bob")
        lab = Talk("lab")
        self.do(Say("a"), Say("b", to=lab), Say("c", to=lab), Say("d", to=Talk(who=bob.who)))
        self.assertEqual([text for text, _ in self.talk.said], ["a", "b", "c"])
        self.assertEqual(self.talk.steps, [1, 2])
        self.assertIsInstance(self.generation.told()[-1], talk.NotSaid)

    def test_as_many_as_may(self) -> None:
        """Where not all may be said at once, those are that may."""
        self.meet("bob")
        self.do(*(Say(str(number)) for number in range(SPEAK_BURST - 2)))
        self.talk.steps.clear()
        self.assertEqual(self.do(Say("a"), Say("b"), Say("c"), Say("d")), 2)
        self.assertEqual(self.talk.steps, [1, 1])

    def test_no_room_for_all(self) -> None:
        """For one who has room for some of them the others wait, and are then said without
        them; each that is lost is told."""
        bob = self.meet("bob")
        self.talk.room = 100
        self.do(Say("a"))
        self.assertEqual(self.do(Say("b"), Say("x" * 100), Say("y" * 100)), 2)
        self.assertEqual([text for text, _ in self.talk.said], ["a", "b"])
        self.talk.lacking = ["bob"]
        self.assertLess(self.do(now=NOW + HOLD), 2)
        first = said.LostFor((bob.who,), "x" * 100, "lab")
        self.assertEqual(self.generation.told()[0], first)
