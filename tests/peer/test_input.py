"""What was typed is done in order."""

from twisted.trial.unittest import SynchronousTestCase

from tests.support.contacts import FakeConversations, contact_of
from tests.support.fake_generation import FakeGeneration
from twisted_chat.moments import NEVER
from twisted_chat.peer.commands import QUIT, Command, Order, Say, Turn, Typed
from twisted_chat.peer.contacts.contact import Contact
from twisted_chat.peer.events import said, server, talk
from twisted_chat.peer.events.event import Someone, Talk
from twisted_chat.peer.holding import HOLD
from twisted_chat.peer.input import READING, Input
from twisted_chat.peer.saying import SPEAK_BURST
from twisted_chat.peer.server import Found

NOW = 1.0


class InputCase(SynchronousTestCase):
    """Lines, and a generation in which they are done."""

    def setUp(self) -> None:
        self.generation = FakeGeneration()
        self.talks = self.generation.shared.talks
        self.contacts = self.generation.shared.contacts
        self.registration = self.generation.registration
        self.talk = FakeConversations(self.contacts)
        self.left: list[float] = []
        self.input = self.make(patient=True)

    def make(self, *, patient: bool, rate: float = 50.0) -> Input:
        """What is typed by a person, or by a script."""
        made = Input(rate, self.left.append, patient=patient)
        made.speak(self.generation, self.generation.shared)
        return made

    def meet(self, name: str, key: str = "") -> Contact:
        """Somebody who is in the room in which we talk."""
        number = len(self.contacts.everybody())
        contact = contact_of(name, key, (f"192.0.2.{number}", 5000), self.talk)
        self.contacts.add(contact)
        room = self.talks.current_room or self.generation.enter("lab")
        room.enlist(name, contact, NOW)
        return contact

    def do(self, *lines: Typed, now: float = NOW) -> int:
        """Type these, and do what can be done. Returns how many wait."""
        self.input.lines.extend(lines)
        while self.input.lines and self.input.do_next(now):
            pass
        return len(self.input.lines)


class Texts(InputCase):
    """What is to be said."""

    def test_said(self) -> None:
        """It is said to all who hear us, at once; an empty line is nothing."""
        self.meet("bob")
        self.meet("carol")
        self.assertEqual(self.do(Say("hello"), Say(""), Say("bye")), 0)
        self.assertEqual(self.talk.said, [("hello", ["bob", "carol"]), ("bye", ["bob", "carol"])])
        self.assertEqual(self.generation.told(), [])

    def test_unheard(self) -> None:
        """It is told that nobody hears it, once for each text."""
        self.do(Say("hello"))
        self.assertEqual(self.generation.told(), [talk.Unheard("", ())])
        self.assertTrue(self.generation.effects.undone)

    def test_waits_for_moves(self) -> None:
        """While it is about to change who hears us a text waits, and what comes after it."""
        self.meet("bob")
        self.talks.asked = 1
        self.assertEqual(self.do(Say("hello"), Order(Command.HELP)), 2)
        self.talks.asked = 0
        self.assertEqual(self.do(), 0)
        self.assertEqual(self.talk.said, [("hello", ["bob"])])

    def test_told_first(self) -> None:
        """Those who came late to hear it are told of before it is said."""
        self.meet("bob")
        first: list[int] = []
        self.talks.tell_first = lambda now: first.append(len(self.talk.said))
        self.do(Say("hello"))
        self.assertEqual(first, [0])

    def test_absent(self) -> None:
        """For one to whom nothing gets before they have returned it is lost, as is told."""
        bob = self.meet("bob")
        lab = self.talks.current_room
        assert lab is not None
        self.contacts.await_return(bob, lab, awaited=True)
        self.do(Say("hello"))
        self.assertEqual(self.generation.told(), [said.NotBackYet((bob.who,), "hello", "lab")])
        self.assertTrue(self.generation.effects.lost)

    def test_rate(self) -> None:
        """So many are said at once, and then one after the other."""
        self.meet("bob")
        self.assertEqual(self.do(*(Say(str(n)) for n in range(SPEAK_BURST + 3))), 3)
        self.assertGreater(self.input.wake, NOW)
        self.assertEqual(self.do(now=self.input.wake), 2)

    def test_no_room(self) -> None:
        """For one who has no room a text waits for a while, and is then said without them."""
        bob = self.meet("bob")
        self.talk.room = 0
        self.assertEqual(self.do(Say("hello")), 1)
        self.assertEqual(self.input.wake, NOW + HOLD)
        self.talk.lacking = ["bob"]
        self.assertEqual(self.do(now=NOW + HOLD), 0)
        self.assertEqual(self.generation.told(), [said.LostFor((bob.who,), "hello", "lab")])


class Names(InputCase):
    """Before we have a name."""

    def test_taken_for_a_name(self) -> None:
        """The first text is taken for a name, and what follows waits until we have one."""
        self.meet("bob")
        self.registration.name = ""
        self.assertEqual(self.do(Say(" "), Say("alice"), Say("hello")), 1)
        self.assertEqual(self.registration.done, ["alice"])
        self.registration.name, self.registration.wanted = "alice", ""
        self.assertEqual(self.do(), 0)
        self.assertEqual(self.talk.said, [("hello", ["bob"])])

    def test_not_yet(self) -> None:
        """Where no text can be taken for a name yet it waits."""
        self.registration.name, self.registration.takes_name = "", False
        self.assertEqual(self.do(Say("alice")), 1)
        self.assertEqual(self.registration.done, [])

    def test_turned_away(self) -> None:
        """A text is not kept for one who is turned away."""
        self.registration.name, self.registration.wanted = "", "alice"
        self.registration.turned_away = server.TurnedAway(None, "alice", 5)
        self.assertEqual(self.do(Say("hello"), Say("")), 0)
        self.assertEqual(self.generation.told(), [server.TurnedAway(None, "alice", 5)])

    def test_script_without_name(self) -> None:
        """A script whose name was none is not gone on with."""
        self.input = self.make(patient=False)
        self.registration.name, self.registration.lacks_name = "", True
        self.do(server.Mistake("what"), Say("hello"))
        self.assertTrue(self.registration.failed)
        self.assertEqual(
            self.generation.told(), [server.Mistake("what"), server.NotDone(1, "hello", 0)]
        )


class Commands(InputCase):
    """What is to be done."""

    def test_in_turn(self) -> None:
        """A command waits for what is under way, but those that are done at once do not; once
        nothing more is typed, all wait for their turn."""
        self.registration.registering = True
        self.assertEqual(self.do(Order(Command.HELP), Order(Command.WHO), QUIT), 0)
        self.assertEqual(len(self.left), 1)
        self.assertEqual(self.do(Order(Command.USERLIST)), 1)
        self.input.lines.clear()
        self.input.ended = True
        self.assertEqual(self.do(Order(Command.HELP)), 1)
        self.assertFalse(self.input.all_done)
        self.registration.registering = False
        self.assertEqual(self.do(), 0)
        self.assertTrue(self.input.all_done)

    def test_quit_of_a_script(self) -> None:
        """The end of a script comes in its turn."""
        self.input = self.make(patient=False)
        self.talks.asked = 1
        self.assertEqual(self.do(QUIT), 1)
        self.assertEqual(self.left, [])

    def test_help_without_mark(self) -> None:
        """The first line may be help that lacks its mark, and no later one."""
        self.meet("bob")
        self.do(Say("help"), Say("help"))
        self.assertEqual(self.generation.told(), [server.HelpMeant()])
        self.assertEqual(self.talk.said, [("help", ["bob"])])

    def test_in_vain(self) -> None:
        """After a mistake nobody is talked to only because they speak to us; and after one about
        whom to talk to, what comes before that can be seen is not said to others."""
        self.meet("bob")
        self.do(server.Mistake("what"), Say("hello"))
        self.assertFalse(self.contacts.welcoming)
        self.assertEqual(self.talk.said, [("hello", ["bob"])])
        self.do(server.Mistake("what", True), Say("the password"))
        self.assertEqual(len(self.talk.said), 1)
        not_said = talk.NotSaid("the password", Talk("lab"))
        self.assertEqual(self.generation.told()[-1], not_said)
        self.do(Say("hello"), now=NOW + READING)
        self.assertEqual(len(self.talk.said), 2)

    def test_in_vain_of_a_script(self) -> None:
        """A script sees nothing: what it says after that is said to nobody."""
        self.meet("bob")
        self.input = self.make(patient=False)
        self.do(server.Mistake("what", True), Say("the password"))
        self.do(Say("more"), now=NOW + 60)
        unheard = talk.Unheard("", (), (Talk("lab"),))
        self.assertEqual(self.generation.told()[-2:], [unheard] * 2)
        self.assertEqual(self.talk.said, [])

    def test_aside(self) -> None:
        """What is for one person is said to them alone, before what was typed after it, and what
        comes next is said where it was."""
        self.meet("bob")
        dave = contact_of("dave", address=("192.0.2.9", 9), conversations=self.talk)
        self.contacts.add(dave)
        self.generation.server.found = [Found(dave)]
        self.do(Order(Command.MSG, "dave", text="psst"), Say("hello"))
        self.assertEqual(self.talk.said, [("psst", ["dave"]), ("hello", ["bob"])])
        self.assertEqual(self.generation.told(), [])

    def test_aside_in_vain(self) -> None:
        """What waits for somebody who does not talk to us any more by then is not said, and the
        person is told; what was typed after it is."""
        dave = contact_of("dave", conversations=self.talk)
        self.contacts.add(dave)
        self.contacts.poke(dave)
        self.talk.room = 0
        self.do(Order(Command.MSG, "dave", text="psst"))
        self.assertTrue(self.input.waiting)
        self.contacts.forget(dave)
        self.talk.room = 10_000
        self.assertTrue(self.input.do_next(NOW))
        self.assertFalse(self.input.waiting)
        self.assertEqual(self.talk.said, [])
        self.assertIsInstance(self.generation.told()[-1], talk.Unheard)

    def test_left_over(self) -> None:
        """What is not done any more is counted, but an empty line and the end."""
        self.assertIsNone(self.input.left_over())
        self.input.lines.extend([Say(" "), QUIT])
        self.assertIsNone(self.input.left_over())
        self.input.lines.extend([Say("one"), Order(Command.HELP), Say("two")])
        self.assertEqual(self.input.left_over(), server.NotDone(2, "one", 1))
        self.assertEqual(self.input.wake, NEVER)


class Looking(InputCase):
    """What a person types who looks at one conversation."""

    def setUp(self) -> None:
        super().setUp()
        self.bob = self.meet("bob", "b" * 64)
        self.contacts.poke(self.bob)
        self.den = self.generation.enter("den")
        self.talks.turn_to(self.talks.room("lab"))
        self.generation.shared.effects.take()

    def events(self) -> list[object]:
        return list(self.generation.shared.effects.take())

    def test_turns(self) -> None:
        """What is typed then goes there, to a room or to a person."""
        for to in (Talk("den"), Talk(who=self.bob.who), Talk("lab")):
            self.do(Turn(to))
            self.assertEqual(self.events(), [talk.TalkingTo(to, False)])
            self.assertIs(self.talks.current, self.talks.find(to))

    def test_turn_to_what_is_gone(self) -> None:
        """Nothing changes, and nothing is told."""
        before = self.talks.current
        self.do(Turn(Talk("none")), Turn(Talk(who=Someone("eve", "e" * 64))), Turn(Talk()))
        self.assertEqual(self.events(), [])
        self.assertIs(self.talks.current, before)

    def test_said_there(self) -> None:
        """A text is said where it was typed."""
        self.do(Say("hello", to=Talk("lab")))
        self.assertEqual(self.talk.said, [("hello", ["bob"])])

    def test_said_nowhere_else(self) -> None:
        """A text for another conversation than the current one is said to nobody."""
        for to in (Talk("den"), Talk(who=self.bob.who), Talk("none")):
            self.do(Say("psst", to=to))
            self.assertEqual(self.events(), [talk.NotSaid("psst", Talk("lab"))])
        self.assertEqual(self.talk.said, [])

    def test_same_name_and_another_key(self) -> None:
        """Somebody of the same name and another key is not the one who was meant."""
        self.do(Turn(Talk(who=self.bob.who)))
        self.events()
        self.do(Say("psst", to=Talk(who=Someone("bob", "c" * 64))))
        self.assertEqual(self.talk.said, [])
        (told,) = self.events()
        self.assertIsInstance(told, talk.NotSaid)
