"""Our name at a server, from being asked for to being lost and had again."""

from twisted.trial.unittest import SynchronousTestCase

from tests.peer.keyed import SERVER, Remembered, key_of
from twisted_chat.events import Event
from twisted_chat.links import CloseLink, Link, SendFrames
from twisted_chat.moments import NEVER
from twisted_chat.peer.commands import Command
from twisted_chat.peer.effects import Effects, Finish
from twisted_chat.peer.events.server import (
    NameFirst,
    NameWanted,
    NeedsServer,
    NotRegistered,
    NotServed,
    OtherProgram,
    Reason,
    TurnedAway,
)
from twisted_chat.peer.gen2.known_keys import Trust
from twisted_chat.peer.gen2.link_state import LinkState
from twisted_chat.peer.gen2.registration import (
    AFTER,
    EXPELLED,
    RIVALLED,
    KeyedRegistration,
    NameState,
)
from twisted_chat.peer.whereabouts import Whereabouts
from twisted_chat.wire.common import Bare, ListUsers, Verb, Welcome
from twisted_chat.wire.gen2.answers import Answer, Rivalled
from twisted_chat.wire.gen2.growth import OF_USERS, Can


class RegistrationCase(SynchronousTestCase):
    """A registration alone, and the server's part."""

    patient = True

    def setUp(self) -> None:
        self.effects = Effects()
        self.again: list[tuple[bool, bool]] = []
        memory = Remembered()
        memory.trust_server(SERVER, key_of("server"))
        self.ours = KeyedRegistration(
            Whereabouts(SERVER),
            Trust(memory, key_of("alice"), self.effects.tell),
            self.effects,
            lambda again, now: self.again.append((again, self.ours.away)),
            lambda chosen, now: None,
            pinned="",
            instance="",
            patient=self.patient,
            can=Can(OF_USERS),
        )

    def open(self, now: float) -> Link:
        """A link comes up."""
        link = Link(key_of("server"), SERVER, True)
        self.ours.link.opened(link, now)
        return link

    def answer(self, answer: Answer, now: float) -> None:
        """The server answers a request."""
        self.assertTrue(self.ours.link.requests.answer(answer, now))

    def told(self) -> list[Event]:
        """What the person was told since this was asked last, and what else was done."""
        self.others = self.effects.take()
        return [one for one in self.others if isinstance(one, Event)]

    def asked(self) -> int:
        """How often the name was asked for since."""
        sent = [one for one in self.effects.take() if isinstance(one, SendFrames)]
        return sum(message.startswith(b"hi ") for one in sent for message in one.messages)

    def has_name(self) -> Link:
        """The server knows us as alice."""
        self.ours.call_me("alice", 0.0)
        self.ours.link.start(0.0)
        link = self.open(0.0)
        self.answer(Welcome("alice"), 0.0)
        self.effects.take()
        return link


class Having(RegistrationCase):
    """A name, in each of its states."""

    def test_asked_for(self) -> None:
        """Without a name the person is asked for one, once; a text is one then."""
        self.assertFalse(self.ours.takes_name)
        self.ours.link.start(0.0)
        self.assertTrue(self.ours.registering)
        self.open(0.0)
        self.assertEqual(self.told(), [NameWanted()])
        self.assertTrue(self.ours.takes_name)
        self.assertFalse(self.ours.registering)
        self.assertEqual(self.ours.unavailable(Command.ROOMJOIN, 0.0), NameFirst())
        self.ours.link.lost(1.0)
        self.assertEqual((self.ours.link.state, self.ours.link.wake), (LinkState.IDLE, NEVER))
        self.ours.call_me("alice", 2.0)
        self.assertIs(self.ours.link.state, LinkState.DIALLING)
        self.open(3.0)
        self.assertEqual(self.told(), [])
        self.assertEqual((self.ours.name, self.ours.wanted), ("", "alice"))

    def test_no_name(self) -> None:
        """What can be no name is refused at once, and the next text is taken for one."""
        self.ours.link.start(0.0)
        self.open(0.0)
        self.effects.take()
        self.ours.call_me("not one", 0.0)
        (refused,) = self.told()
        assert isinstance(refused, NotRegistered)
        self.assertEqual((refused.name, refused.reason), ("not one", Reason.IMPOSSIBLE))
        self.assertIs(self.ours.state, NameState.NAMELESS)
        self.assertTrue(self.ours.takes_name)
        self.ours.call_me("alice", 0.0)
        self.assertEqual(self.asked(), 1)

    def test_taken(self) -> None:
        """A name that another has is not ours, and another may be asked for over the same link."""
        self.ours.call_me("alice", 0.0)
        self.ours.link.start(0.0)
        self.open(0.0)
        self.assertTrue(self.ours.registering)
        self.effects.take()
        self.answer(Bare(Verb.HI), 1.0)
        self.assertEqual(
            self.told(), [NotRegistered("alice", Reason.TAKEN_OR_KEPT, "", self.patient)]
        )
        self.assertEqual((self.ours.name, self.ours.wanted, self.again), ("", "", []))
        self.ours.call_me("bob", 2.0)
        self.answer(Welcome("bob"), 2.0)
        self.assertEqual((self.ours.name, self.again), ("bob", [(False, False)]))

    def test_lost_and_back(self) -> None:
        """Without a link the name is still ours to ask for, as soon as there is another."""
        self.has_name()
        self.ours.link.lost(100.0)
        self.assertEqual((self.ours.name, self.ours.state), ("alice", NameState.LOST))
        self.assertIs(self.ours.link.state, LinkState.WAITING)
        needed = NeedsServer(Command.ROOMJOIN, False)
        self.assertEqual(self.ours.unavailable(Command.ROOMJOIN, 100.0), needed)
        self.assertIsNone(self.ours.unavailable(None, 100.0))
        self.open(102.0)
        self.assertEqual(self.asked(), 1)
        self.answer(Welcome("alice"), 102.0)
        self.assertEqual(self.again, [(False, False), (True, False)])
        self.assertIsNone(self.ours.unavailable(Command.ROOMJOIN, 102.0))

    def test_forgotten(self) -> None:
        """A server that does not know us any more is asked again, once until it has answered."""
        self.has_name()
        for _ in range(2):
            self.ours.forgotten(5.0)
        self.assertEqual(self.asked(), 1)
        self.answer(Welcome("alice"), 6.0)
        self.assertTrue(self.ours.valid)

    def test_lost_while_asked(self) -> None:
        """Without an answer nothing is refused: there will be another link."""
        self.ours.call_me("alice", 0.0)
        self.ours.link.start(0.0)
        self.open(0.0)
        self.effects.take()
        self.ours.link.lost(1.0)
        self.assertEqual((self.told(), self.ours.wanted), ([], "alice"))
        self.assertLess(self.ours.link.wake, NEVER)

    def test_reachable(self) -> None:
        """Every state but the first comes after another, and none is left for good."""
        self.assertEqual(set().union(*AFTER.values()), set(NameState))
        self.assertTrue(all(AFTER[state] for state in NameState))


class Displaced(RegistrationCase):
    """Another program has our key."""

    def test_once(self) -> None:
        """It is told once. We ask now and then, and are told to be back when it has gone."""
        link = self.has_name()
        self.ours.forgotten(10.0)
        self.answer(Rivalled("alice", 60), 10.0)
        self.assertIs(self.ours.state, NameState.DISPLACED)
        self.assertEqual(self.told(), [OtherProgram("alice", 60)])
        self.assertIn(CloseLink(link, "there is no use in this link now"), self.others)
        self.assertEqual(self.ours.link.wake, 10.0 + RIVALLED)
        self.assertEqual(
            self.ours.unavailable(Command.ROOMJOIN, 15.0),
            TurnedAway(Command.ROOMJOIN, "alice", 65),
        )
        self.assertIsNone(self.ours.unavailable(None, 15.0))
        self.assertTrue(self.ours.away)
        self.ours.link.tick(10.0 + RIVALLED)
        self.open(40.0)
        self.answer(Rivalled("alice", 90), 40.0)
        self.assertEqual(self.told(), [])
        self.ours.link.tick(40.0 + RIVALLED)
        self.open(70.0)
        self.answer(Welcome("alice"), 70.0)
        self.assertEqual(self.again[1:], [(True, True)])
        self.assertFalse(self.ours.away)

    def test_before_a_name(self) -> None:
        """One that was never let in cannot say anything, and says why."""
        self.ours.call_me("alice", 0.0)
        self.ours.link.start(0.0)
        self.open(0.0)
        self.answer(Rivalled("alice", 60), 0.0)
        self.assertEqual(self.ours.unavailable(None, 5.0), TurnedAway(None, "alice", 65))
        self.assertFalse(self.ours.registering)
        self.ours.link.tick(RIVALLED)
        self.open(RIVALLED)
        self.answer(Bare(Verb.HI), RIVALLED)
        self.assertEqual((self.ours.state, self.ours.wanted), (NameState.NAMELESS, ""))
        self.assertEqual(self.ours.unavailable(Command.ROOMJOIN, 31.0), NameFirst())

    def test_link_lost(self) -> None:
        """A link that is lost before the answer is followed by another."""
        self.has_name()
        self.ours.forgotten(10.0)
        self.answer(Rivalled("alice", 60), 10.0)
        self.ours.link.tick(10.0 + RIVALLED)
        self.open(40.0)
        self.ours.link.lost(41.0)
        self.assertIs(self.ours.link.state, LinkState.WAITING)

    def test_other_requests(self) -> None:
        """What else was asked has no answer then, and nothing is due for it."""
        self.has_name()
        answers: list[list[Answer] | None] = []
        self.ours.link.requests.ask(ListUsers(), lambda told, now: answers.append(told), 5.0)
        self.ours.forgotten(6.0)
        self.answer(Rivalled("alice", 60), 7.0)
        self.assertEqual(answers, [None])
        self.assertEqual(self.ours.link.wake, 7.0 + RIVALLED)


class PutOut(RegistrationCase):
    """The server does not serve us."""

    def test_once(self) -> None:
        """It is told once, and why; what needs the server says so too. We ask now and then, and
        are told to be back when we are let in."""
        link = self.has_name()
        self.ours.expelled("you are banned: spam", 10.0)
        self.assertEqual(self.told(), [NotServed("you are banned: spam", True)])
        self.assertIn(CloseLink(link, "there is no use in this link now"), self.others)
        self.assertEqual(self.ours.link.wake, 10.0 + EXPELLED)
        self.assertEqual(
            self.ours.unavailable(Command.ROOMJOIN, 15.0), NotServed("you are banned: spam", True)
        )
        self.assertIsNone(self.ours.unavailable(None, 15.0))
        self.ours.link.tick(10.0 + EXPELLED)
        self.open(70.0)
        self.ours.expelled("you are banned still: spam", 71.0)
        self.assertEqual(self.told(), [])
        self.ours.link.tick(71.0 + EXPELLED)
        self.open(131.0)
        self.answer(Welcome("alice"), 131.0)
        self.assertEqual(self.again[1:], [(True, True)])
        self.ours.expelled("again", 140.0)
        self.assertEqual(self.told(), [NotServed("again", True)])

    def test_before_a_name(self) -> None:
        """One that was never let in cannot say anything, and says why."""
        self.ours.call_me("alice", 0.0)
        self.ours.link.start(0.0)
        self.open(0.0)
        self.ours.expelled("no", 1.0)
        self.assertEqual(self.ours.unavailable(None, 5.0), NotServed("no", True))
        self.assertFalse(self.ours.takes_name)

    def test_without_a_name(self) -> None:
        """One that has asked for no name is told too."""
        self.ours.link.start(0.0)
        self.open(0.0)
        self.ours.expelled("no", 1.0)
        self.assertEqual(self.told()[-1], NotServed("no", True))
        self.assertIs(self.ours.state, NameState.NAMELESS)


class Script(RegistrationCase):
    """A script has nobody to ask."""

    patient = False

    def test_refused(self) -> None:
        """A name that is refused, or impossible, is the end; one that has said none lacks one."""
        for name, answer in (("alice", Bare(Verb.HI)), ("no name", None)):
            self.setUp()
            self.assertTrue(self.ours.lacks_name)
            self.ours.link.start(0.0)
            self.open(0.0)
            self.ours.call_me(name, 0.0)
            if answer is not None:
                self.assertFalse(self.ours.lacks_name)
                self.answer(answer, 0.0)
            self.assertTrue(self.ours.failed)
            self.assertFalse(self.ours.lacks_name)
            self.assertIn(Finish(1), self.effects.take())

    def test_displaced(self) -> None:
        """So is another program with its key."""
        self.ours.call_me("alice", 0.0)
        self.ours.link.start(0.0)
        self.open(0.0)
        self.answer(Rivalled("alice", 60), 0.0)
        self.assertEqual(self.told(), [OtherProgram("alice", 60)])
        self.assertIn(Finish(1), self.others)

    def test_put_out(self) -> None:
        """So is a server that does not serve it."""
        self.ours.call_me("alice", 0.0)
        self.ours.link.start(0.0)
        self.open(0.0)
        self.ours.expelled("no", 1.0)
        self.assertEqual(self.told(), [NotServed("no", False)])
        self.assertIn(Finish(1), self.others)
