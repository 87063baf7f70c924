"""How a session ends, and with which status."""

from twisted.trial.unittest import SynchronousTestCase

from tests.peer.keyed import KeyedWorld, spoken
from tests.support.fake_generation import FakeGeneration
from twisted_chat.moments import NEVER
from twisted_chat.peer.commands import QUIT
from twisted_chat.peer.effects import Finish
from twisted_chat.peer.events.server import NotDone
from twisted_chat.peer.server import Outcome
from twisted_chat.peer.shutdown import ANSWER, ARRIVAL, ARRIVAL_QUIT, HURRY, Shutdown
from twisted_chat.terminal.typed_lines import as_typed
from twisted_chat.wire.common import Leave


class Leaving(SynchronousTestCase):
    """The end."""

    def test_script(self) -> None:
        """A script joins, says hello, waits until it has arrived, and leaves with `by`."""
        world = KeyedWorld()
        alice, bob = world.room("alice", "bob")
        bot = world.chatter("bot", patient=False, wait=0)
        bot.enter("$roomjoin lab")
        bot.enter("hello")
        bot.end()
        self.assertEqual((alice.lines[-2], bob.lines[-2]), ("< bot: hello",) * 2)
        self.assertEqual(bot.node.statuses, [0])
        self.assertIn(Leave(), world.fake_server.asked)

    def test_script_unheard(self) -> None:
        """A script whose words do not arrive says whom they lack, and ends with status 1."""
        world = KeyedWorld()
        _, bob = world.room("alice", "bob")
        world.network.kill(bob.node)
        bot = world.chatter("bot", patient=False, wait=0)
        bot.enter("$roomjoin lab")
        bot.enter("hello")
        bot.end(wait=20)
        self.assertEqual(
            bot.lines[-1], '> bob gets one line, from "hello" on, when you meet again'
        )
        self.assertEqual(bot.node.statuses, [1])

    def test_ourselves(self) -> None:
        """A command that is for others says so when it is given one's own name, and `$verify`
        shows one's own key alone."""
        world = KeyedWorld()
        _, bob = world.room("alice", "bob")
        for word in ("kick", "ignore", "unignore", "trust"):
            self.assertEqual(bob.type(f"${word} BOB"), [f"> ${word} is for others: BOB is you"])
        self.assertEqual(bob.type("$poke bob"), ["> you cannot talk to bob: that is you"])
        (shown,) = bob.type("$verify bob yes")
        self.assertIn(f"your key: {spoken(bob.node.fingerprint)}; others see it", shown)

    def test_kick_nobody(self) -> None:
        """There being nobody of a name is what is said, whosever room it is, and in none."""
        world = KeyedWorld()
        alice, bob = world.room("alice", "bob")
        carol = world.chatter("carol")
        for one in (alice, bob, carol):
            shown = one.type("$kick nosuch")
            self.assertEqual(shown, ["> nobody called nosuch is here; $who shows who is"])

    def test_script_not_done(self) -> None:
        """A script of which a line was not done ends with status 1, one of which all is as it
        wanted with 0."""
        for line, status in (
            ("$bogus", 1),
            ("/quti", 1),
            ("/quit", 0),
            ("$roomjoin nowhere", 1),
            ("$poke nobody", 1),
            ("$kick nobody", 1),
            ("$roomclose", 1),
            ("$verify nobody", 1),
            ("$trust nobody", 1),
            ("help", 1),
            ("$roomcreate lab", 0),
            ("$roomleave", 0),
            ("$help", 0),
            ("", 0),
        ):
            world = KeyedWorld()
            world.room("alice")
            bot = world.chatter("bot", patient=False)
            bot.enter(line)
            bot.end(3)
            self.assertEqual(bot.node.statuses, [status], line)

    def test_script_without_name(self) -> None:
        """What comes in place of a script's name has to be one: the lines after it are none."""
        for first, status in (("bot", 0), ("$roomjoin lab", 1), ("$bogus", 1), ("a b", 1)):
            world = KeyedWorld()
            bot = world.chatter(None, patient=False)
            bot.enter(first)
            bot.enter("$roomlist")
            bot.end(3)
            self.assertEqual(bot.node.statuses, [status], first)
            self.assertEqual(len(world.fake_server.asked) > 0, status == 0, first)

    def test_script_to_nobody(self) -> None:
        """A script that speaks where nobody is says so, and ends with status 1."""
        world = KeyedWorld()
        bot = world.chatter("bot", patient=False, wait=0)
        bot.enter("$roomjoin lab")
        bot.enter("hello")
        bot.end()
        self.assertIn("nobody heard that: you are in no room", bot.lines[-1])
        self.assertEqual(bot.node.statuses, [1])

    def test_quit(self) -> None:
        """`$quit` ends with status 0, and so does a second one at once."""
        world = KeyedWorld()
        alice, bob = world.room("alice", "bob")
        alice.type("$quit")
        self.assertEqual(alice.node.statuses, [0])
        self.assertEqual(bob.lines[-1], "> alice left")
        world.kill_server()
        world.wait(0.1)
        bob.type("$userlist", "$quit", wait=0)
        bob.type("$quit", wait=5)
        self.assertEqual(bob.node.statuses, [0])

    def test_acknowledged(self) -> None:
        """What was shown is acknowledged before the end, however short before that it came."""
        world = KeyedWorld()
        alice, bob = world.room("alice", "bob")
        for quits in (True, False):
            alice.enter("hello")
            while not bob.told("hello"):
                world.wait(0.001)
            session, now = bob.session, world.network.now
            world.network.carry_out(
                bob.node, session.typed([QUIT], now) if quits else session.interrupted(now)
            )
            world.wait(0.1)
            said = [what for who, what in bob.node.said if who == alice.node.fingerprint]
            self.assertIn(b"ok ", [one[:3] for one in said])
            world.wait(5)
            bob = world.chatter("bob")
            bob.type("$roomjoin lab")

    def test_interrupted(self) -> None:
        """Who is ended says `by` and waits for nothing; nothing happens after that."""
        world = KeyedWorld()
        alice, bob = world.room("alice", "bob")
        now = world.network.now
        world.network.carry_out(alice.node, alice.session.interrupted(now))
        self.assertEqual(alice.node.statuses, [0])
        self.assertEqual(alice.session.typed([as_typed("more")], now), [])
        self.assertEqual(alice.session.wake, NEVER)
        world.wait(1)
        self.assertEqual(bob.lines[-1], "> alice left")

    def test_interrupted_after_a_word(self) -> None:
        """What was said right before the end is waited for a moment, and nothing false is told."""
        for delay in (0.02, 2.0):
            world = KeyedWorld()
            alice, bob = world.room("alice", "bob")
            world.network.delay = delay
            alice.enter("hello")
            world.network.carry_out(alice.node, alice.session.interrupted(world.network.now))
            world.wait(HURRY + 0.1)
            self.assertEqual(alice.node.statuses, [0])
            told = alice.told("when you meet again")
            self.assertEqual(told, alice.lines[-1:] if delay > HURRY else [])
            world.wait(5)
            self.assertEqual(bob.told("< "), ["< alice: hello"])
            self.assertEqual(bob.lines[-1], "> alice left")

    def test_interrupted_before_a_word(self) -> None:
        """What waits is told, and so is what was not said or done any more."""
        world = KeyedWorld()
        alice, bob = world.room("alice", "bob")
        world.network.kill(bob.node)
        world.wait(1)
        alice.enter("hello")
        world.network.delay = 5.0
        for line in ("$roomjoin lab", "to the room", "", "$roomlist"):
            alice.enter(line)
        world.network.carry_out(alice.node, alice.session.interrupted(world.network.now))
        world.wait(HURRY + 0.1)
        self.assertEqual(
            alice.lines[-2:],
            [
                '> bob gets one line, from "hello" on, when you meet again',
                '> not said any more: one line, from "to the room" on; one command was not done',
            ],
        )

    def test_status_of_a_person(self) -> None:
        """A person who quits before everything has arrived is told for whom it waits, and ends
        with status 1; what was lost before the end was told then."""
        world = KeyedWorld()
        alice, bob = world.room("alice", "bob")
        world.network.kill(bob.node)
        alice.type("hello", "$quit", wait=5)
        told = '> bob gets one line, from "hello" on, when you meet again'
        self.assertEqual(alice.lines[-1], told)
        self.assertEqual(alice.node.statuses, [1])
        carol = world.chatter("carol")
        carol.type("to nobody", "$quit", wait=5)
        self.assertEqual(carol.node.statuses, [0])

    def test_typed_after_quit(self) -> None:
        """What is typed after `$quit` is told as not said, and counts for the exit status."""
        world = KeyedWorld()
        for patient, wait in ((True, 0.5), (False, 0.5), (False, 0)):
            one = world.chatter("one", patient=patient, wait=wait)
            one.enter("$quit")
            one.enter("hello?")
            world.wait(3)
            self.assertEqual(one.lines[-1], '> not said any more: one line, from "hello?" on')
            self.assertEqual(one.node.statuses, [1])


class Steps(SynchronousTestCase):
    """What is waited for, and for how long."""

    def setUp(self) -> None:
        self.generation = FakeGeneration()
        self.generation.server.answer = None
        self.left_over: NotDone | None = None

    def make(self, *, patient: bool) -> Shutdown:
        """The end of a person's session, or of a script's."""
        made = Shutdown(self.generation.effects, lambda: self.left_over, patient=patient)
        made.speak(self.generation)
        return made

    def statuses(self) -> list[int]:
        """The exit statuses so far."""
        return [one.status for one in self.generation.effects.take() if isinstance(one, Finish)]

    def test_in_order(self) -> None:
        """What was said arrives, the server is told, and then it is over."""
        self.generation.unsettled = True
        shutdown = self.make(patient=True)
        shutdown.begin(1.0)
        self.assertEqual((self.generation.done, self.generation.server.asked), (["shut down"], []))
        self.generation.unsettled = False
        shutdown.go_on(1.5)
        self.assertEqual(self.generation.server.asked, ["leave"])
        self.assertFalse(shutdown.over)
        self.generation.server.later.pop()(Outcome.DONE)
        self.assertEqual((shutdown.over, shutdown.wake), (True, NEVER))
        self.assertEqual(self.generation.done[-1], "close")
        shutdown.go_on(60.0)
        self.assertEqual(self.statuses(), [0])

    def test_patience(self) -> None:
        """A person waits less than a script for what has not arrived, and both not for ever."""
        self.generation.unsettled = True
        for patient, arrival in ((True, ARRIVAL_QUIT), (False, ARRIVAL)):
            shutdown = self.make(patient=patient)
            shutdown.begin(1.0)
            self.assertEqual(shutdown.wake, 1.0 + arrival)
            shutdown.go_on(shutdown.wake)
            self.assertEqual(shutdown.wake, 1.0 + arrival + ANSWER)
            shutdown.go_on(shutdown.wake)
            self.assertTrue(shutdown.over)

    def test_hurry(self) -> None:
        """One whose process is ended has a moment for it, and does not wait for the server."""
        self.generation.unsettled = True
        shutdown = self.make(patient=True)
        shutdown.hurry(1.0)
        self.assertEqual(shutdown.wake, 1.0 + HURRY)
        shutdown.go_on(shutdown.wake)
        self.assertEqual((shutdown.over, self.generation.server.asked), (True, ["vanish"]))

    def test_told_already(self) -> None:
        """The server is not told twice by one who is in a hurry at last."""
        shutdown = self.make(patient=True)
        shutdown.begin(1.0)
        shutdown.vanish()
        self.assertEqual((shutdown.over, self.generation.server.asked), (True, ["leave"]))

    def test_unregistered(self) -> None:
        """Without the server nothing is waited for."""
        self.generation.registration.valid = False
        shutdown = self.make(patient=True)
        shutdown.begin(1.0)
        self.assertEqual((shutdown.over, self.generation.server.asked), (True, ["vanish"]))

    def test_statuses(self) -> None:
        """A script is told of all that was not done; a person of what was lost at the end."""
        undone, text = NotDone(0, "", 1), NotDone(1, "hello", 0)
        for patient, before, left_over, status in (
            (True, True, None, 0),
            (False, True, None, 1),
            (True, False, undone, 0),
            (False, False, undone, 1),
            (True, False, text, 1),
            (False, False, None, 0),
        ):
            self.left_over, self.generation.effects.lost = left_over, before
            self.make(patient=patient).vanish()
            self.assertEqual(self.statuses(), [status])
        self.make(patient=True).hurry(1.0)
        self.assertEqual(self.statuses(), [0])
