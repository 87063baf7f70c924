"""What is asked of a server of generation 1."""

from collections.abc import Callable
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.support.fake_generation import FakeGeneration
from twisted_chat.addresses import Address
from twisted_chat.events import Event
from twisted_chat.links import CloseLink, Link
from twisted_chat.peer.effects import Finish, Send
from twisted_chat.peer.events import moves, rooms, server
from twisted_chat.peer.gen1.conversation import Datagrams
from twisted_chat.peer.gen1.generation import Gen1
from twisted_chat.peer.gen1.registration import REFRESH
from twisted_chat.peer.gen1.requests import SETTLED
from twisted_chat.peer.generation import Shared
from twisted_chat.peer.server import Close, Found, Outcome
from twisted_chat.peer.whereabouts import Whereabouts
from twisted_chat.wire.common import Bare, Goodbye, RoomReady, Verb, Welcome
from twisted_chat.wire.gen1 import Answer, Located, RosterCleared, RosterEntry, UserListed

SERVER: Address = ("192.0.2.1", 8090)
BOB: Address = ("192.0.2.2", 5002)


class Gen1Case(SynchronousTestCase):
    """Generation 1, with a server whose answers the test gives."""

    def setUp(self) -> None:
        self.now = 1.0
        fake = FakeGeneration()
        self.shared: Shared = fake.shared
        self.effects = fake.effects
        datagrams = Datagrams(fake.shared.contacts, fake.effects)
        self.gen1 = Gen1(fake.shared, Whereabouts(SERVER), 5000, datagrams, patient=True)
        self.gen1.start("alice", self.now)
        self.answer(Welcome("alice"))
        self.effects.take()
        self.outcomes: list[Any] = []

    def close(self, outcome: Outcome, now: float) -> None:
        self.outcomes.append(outcome)

    def answer(self, *answers: Answer) -> None:
        """The server says this."""
        for one in answers:
            self.gen1.answered(one, SERVER, self.now)

    def pass_by(self, seconds: float) -> None:
        """Let time pass, from one thing that is due to the next."""
        end = self.now + seconds
        while self.gen1.wake <= end:
            self.now = self.gen1.wake
            self.gen1.tick(self.now)
        self.now = end

    def sent(self) -> list[bytes]:
        """What went to the server since this was asked last."""
        return [one.message.encode() for one in self.effects.take() if isinstance(one, Send)]

    def told(self) -> list[Event]:
        """What was told since."""
        return [one for one in self.effects.take() if isinstance(one, Event)]


class Asking(Gen1Case):
    """Each request, and what becomes of it."""

    def ask(self, ask: Callable[[Close], None], *answers: Answer) -> tuple[bytes, Any]:
        """What goes to the server first, and what becomes of it."""
        ask(self.close)
        first = self.sent()[0]
        self.answer(*answers)
        self.pass_by(0 if answers else 30)
        self.pass_by(2)  # For answers that come late.
        self.effects.take()
        return first, self.outcomes.pop()

    def test_create(self) -> None:
        """A room is there now, is refused, or the server does not answer."""
        create = lambda close: self.gen1.server.create("lab", close, self.now)  # noqa: E731
        self.assertEqual(self.ask(create, RoomReady("lab")), (b"rc lab", Outcome.DONE))
        self.assertEqual(self.ask(create, Bare(Verb.RC)), (b"rc lab", Outcome.REFUSED))
        self.assertEqual(self.ask(create), (b"rc lab", Outcome.UNANSWERED))

    def test_find(self) -> None:
        """One who is found is known by an address, and by the name that was asked for."""
        found: list[Found] = []
        find = lambda close: self.gen1.server.find("bob", found, close, self.now)  # noqa: E731
        self.assertEqual(self.ask(find, Bare(Verb.AR)), (b"ar bob", Outcome.REFUSED))
        self.assertEqual(self.ask(find, Located(*BOB)), (b"ar bob", Outcome.DONE))
        (one,) = found
        assert one.contact is not None
        self.assertEqual((one.contact.name, one.address), ("bob", "192.0.2.2:5002"))

    def test_lists(self) -> None:
        """A list is whole when nothing more comes, and none without an answer."""
        names: list[Any] = []
        self.gen1.server.users(lambda found, now: names.append(found), self.now)
        self.answer(UserListed("bob"), UserListed("carol"), UserListed("bob"))
        self.pass_by(SETTLED)
        self.assertEqual([sorted(found) for found in names], [["bob", "carol"]])
        self.gen1.server.rooms(lambda found, now: names.append(found), self.now)
        self.pass_by(30)
        self.assertIsNone(names[1])

    def test_late(self) -> None:
        """Of each request that its person waits for it is told that the answer is late, and seen
        until there is one; of a sign of life, and of leaving a room, it is not."""
        found: list[Found] = []
        asked: tuple[Callable[[], None], ...] = (
            lambda: self.gen1.server.join("lab", self.close, self.now),
            lambda: self.gen1.server.create("lab", self.close, self.now),
            lambda: self.gen1.server.find("bob", found, self.close, self.now),
            lambda: self.gen1.server.users(lambda names, now: None, self.now),
            lambda: self.gen1.server.rooms(lambda names, now: None, self.now),
        )
        for ask in asked:
            self.setUp()
            ask()
            self.pass_by(4.5)
            self.assertEqual((self.told(), self.gen1.server.slow), ([server.ServerSlow()], True))
            self.answer(*map(Bare, Verb))
            self.assertFalse(self.gen1.server.slow)
        self.setUp()
        self.gen1.server.leave_room("lab", self.close, self.now)
        self.pass_by(REFRESH + 7)
        self.assertEqual((self.told(), self.gen1.server.slow), ([], False))

    def test_owners(self) -> None:
        """Rooms have no owners: nothing of theirs is asked."""
        self.gen1.server.kick("lab", "bob", self.close, self.now)
        self.gen1.server.close_room("lab", self.close, self.now)
        self.gen1.server.give_room("lab", "bob", self.close, self.now)
        self.assertEqual(self.outcomes, [Outcome.NOT_HERE] * 3)
        self.assertEqual(self.sent(), [])

    def test_leave(self) -> None:
        """One who leaves tells it, twice without an answer, and waits for no longer than that."""
        self.gen1.server.leave(self.close, self.now)
        self.pass_by(10)
        self.assertEqual((self.sent(), self.outcomes), ([b"by", b"by"], [Outcome.REFUSED]))
        self.gen1.server.leave(self.close, self.now)
        self.pass_by(0)
        self.answer(Goodbye())
        self.assertEqual(self.outcomes[1:], [Outcome.DONE])

    def test_vanish(self) -> None:
        """One who vanishes tells it once, and asks for nothing more."""
        self.gen1.server.users(lambda found, now: None, self.now)
        self.gen1.server.vanish()
        self.pass_by(20)
        self.assertEqual(self.sent()[:2], [b"ul", b"by"])


class Whole(Gen1Case):
    """What belongs to it beside its server."""

    def test_links(self) -> None:
        """There are none: one that comes up from before is closed."""
        link = Link("b" * 64, BOB, False)
        self.gen1.opened(link, self.now)
        self.gen1.received(link, [b"hi"], self.now)
        self.gen1.lost(link, self.now)
        self.assertEqual(self.effects.take(), [CloseLink(link, "going on in generation 1")])

    def test_roster(self) -> None:
        """Those whom the roster names hear us, and are told of by name when that is known."""
        self.gen1.unattended()  # So that nobody's name is looked up.
        self.gen1.server.join("lab", self.close, self.now)
        self.answer(RosterCleared(), RosterEntry(*BOB))
        self.pass_by(SETTLED)
        self.assertEqual(self.outcomes, [Outcome.DONE])
        lab = self.shared.talks.current_room
        assert lab is not None
        (bob,) = lab.people()
        self.assertEqual((bob.address, bob.rooms), (BOB, (lab,)))
        self.assertEqual(self.told()[-1], rooms.RoomEntered("lab", (bob.who,), (), False))
        self.answer(RosterCleared())
        self.pass_by(SETTLED)
        self.assertEqual(self.told(), [moves.PeopleLeft((bob.who,), 0, "lab")])
        self.assertEqual(self.shared.contacts.everybody(), [])

    def test_spoken_to_in_between(self) -> None:
        """While a new roster comes in, those of the old one are still spoken to."""
        self.gen1.unattended()
        carol = ("192.0.2.3", 5003)
        self.gen1.server.join("lab", self.close, self.now)
        self.answer(RosterCleared(), RosterEntry(*BOB))
        self.pass_by(SETTLED)
        self.answer(RosterCleared(), RosterEntry(*carol))
        lab = self.shared.talks.current_room
        assert lab is not None
        self.assertEqual({one.address for one in lab.people()}, {BOB, carol})
        self.pass_by(SETTLED)
        self.assertEqual([one.address for one in lab.people()], [carol])

    def test_forgotten(self) -> None:
        """A server that was started anew is told our name again, but not one we have left."""
        self.pass_by(REFRESH)
        self.answer(Bare(Verb.HI))
        self.pass_by(2)
        self.assertIn(b"hi alice", self.sent())
        self.answer(Welcome("alice"))
        self.effects.take()
        self.gen1.shut_down()
        self.gen1.server.leave(self.close, self.now)
        self.pass_by(0)
        self.answer(Bare(Verb.HI))
        self.assertEqual((self.sent(), self.outcomes), ([b"by"], [Outcome.DONE]))

    def test_refused_name(self) -> None:
        """One whose name is refused is asked for another, and a script ends."""
        for patient in (True, False):
            fake = FakeGeneration()
            datagrams = Datagrams(fake.shared.contacts, fake.effects)
            gen1 = Gen1(fake.shared, Whereabouts(SERVER), 5000, datagrams, patient=patient)
            gen1.start("alice", self.now)
            gen1.answered(Bare(Verb.HI), SERVER, self.now)
            effects = fake.effects.take()
            self.assertIn(server.NotRegistered("alice", server.Reason.TAKEN, "", patient), effects)
            self.assertEqual(Finish(1) in effects, not patient)
            self.assertEqual(gen1.registration.failed, not patient)
