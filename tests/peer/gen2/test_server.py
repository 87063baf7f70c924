"""What is asked of a server of generation 2."""

from collections.abc import Callable
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.support.fake_generation import FakeGeneration
from twisted_chat.links import Link, SendFrames
from twisted_chat.peer.gen2.requests import ServerRequests
from twisted_chat.peer.gen2.server import KeyedServer
from twisted_chat.peer.server import Close, Found, Outcome
from twisted_chat.wire.common import Bare, RoomReady, Verb
from twisted_chat.wire.gen2.answers import Answer, ContactLocated, Done, Refused
from twisted_chat.wire.gen2.contact import ContactInfo
from twisted_chat.wire.gen2.grounds import Ground
from twisted_chat.wire.gen2.listing import Listed
from twisted_chat.wire.gen2.requests import RoomVerb

NOW = 1.0
OWN, BOB = "a" * 64, "b" * 64


class FakeRoster:
    """Notes which rooms are ours."""

    def __init__(self) -> None:
        self.done: list[Any] = []
        self.join = self.leave = lambda room, close, now: self.done.append(room)

    def created(self, room: str, *, ours: bool, private: bool = False) -> None:
        self.done.append((room, ours))

    def emptied(self, room: str, now: float) -> None:
        self.done.append("emptied")


class FakeNamed:
    """Makes no contacts."""

    own = OWN

    def located(self, info: ContactInfo, now: float) -> None: ...


class Asking(SynchronousTestCase):
    """Each request, and what becomes of it."""

    def setUp(self) -> None:
        self.generation = FakeGeneration()
        self.effects = self.generation.effects
        self.requests = ServerRequests(self.effects)
        self.requests.link = Link("f" * 64, ("192.0.2.1", 8090), True)
        self.talks = self.generation.shared.talks
        self.roster = FakeRoster()
        roster: Any = self.roster
        named: Any = FakeNamed()
        self.registered = True
        self.server = KeyedServer(
            self.requests, lambda: self.registered, self.talks, roster, named
        )
        self.outcomes: list[Any] = []

    def close(self, outcome: Outcome, now: float) -> None:
        self.outcomes.append(outcome)

    def frames(self) -> list[bytes]:
        """What went to the server."""
        return [
            message
            for one in self.effects.take()
            if isinstance(one, SendFrames)
            for message in one.messages
        ]

    def ask(self, ask: Callable[[Close], None], answer: Answer | None) -> tuple[bytes, Any]:
        """What goes to the server, and what becomes of it."""
        ask(self.close)
        (frame,) = self.frames()
        if answer is None:
            self.requests.give_up(NOW)
        else:
            self.assertTrue(self.requests.answer(answer, NOW))
        return frame, self.outcomes.pop()

    def test_rooms(self) -> None:
        """A room is ours to create again once the server has made it, until it is disposed of."""
        server, ready = self.server, RoomReady("hall")
        create = lambda close: server.create("hall", close, NOW)  # noqa: E731
        self.assertEqual(self.ask(create, ready), (b"rc hall", Outcome.DONE))
        taken = Refused(RoomVerb.CREATE, "hall", Ground.TAKEN)
        self.assertEqual(self.ask(create, taken), (b"rc hall", Outcome.REFUSED))
        self.assertEqual(self.ask(create, None), (b"rc hall", Outcome.UNANSWERED))
        self.assertEqual(self.roster.done, [("hall", True)])

    def test_find(self) -> None:
        """Who is found may be ourselves, or nobody."""
        found: list[Found] = []
        find = lambda close: self.server.find("bob", found, close, NOW)  # noqa: E731
        self.assertEqual(self.ask(find, Bare(Verb.AR)), (b"ar bob", Outcome.REFUSED))
        self.assertEqual(self.ask(find, None), (b"ar bob", Outcome.UNANSWERED))
        self.assertEqual(found, [])
        for key, ourselves in ((BOB, False), (OWN, True)):
            info = ContactInfo("bob", key, "192.0.2.5", 5)
            self.assertEqual(self.ask(find, ContactLocated(info)), (b"ar bob", Outcome.DONE))
            self.assertEqual(found.pop().ourselves, ourselves)

    def test_find_another(self) -> None:
        """One of another name than was asked for is nobody: what is known of the key is known
        under the name."""
        found: list[Found] = []
        find = lambda close: self.server.find("bob", found, close, NOW)  # noqa: E731
        eve, bob = (ContactInfo(name, BOB, "192.0.2.5", 5) for name in ("eve", "BOB"))
        self.assertEqual(self.ask(find, ContactLocated(eve)), (b"ar bob", Outcome.REFUSED))
        self.assertEqual(found, [])
        self.assertEqual(self.ask(find, ContactLocated(bob)), (b"ar bob", Outcome.DONE))

    def test_lists(self) -> None:
        """A list comes in parts, and a text waits until it is whole."""
        names: list[Any] = []
        self.server.users(lambda found, now: names.append(found), NOW)
        self.server.rooms(lambda found, now: names.append(found), NOW)
        self.assertEqual((self.frames(), self.talks.asked), ([b"ul", b"rl"], 2))
        self.requests.answer(Listed(Verb.UL, ("bob", "carol")), NOW)
        self.requests.answer(Listed(Verb.UL, ("dave",)), NOW)
        self.requests.answer(Bare(Verb.UL), NOW)
        self.requests.give_up(NOW)
        self.assertEqual((names, self.talks.asked), ([["bob", "carol", "dave"], None], 0))

    def test_kick(self) -> None:
        """One member or all are put out; without a server that makes no sense."""
        kicked = self.ask(
            lambda close: self.server.kick("lab", "bob", close, NOW), Done(RoomVerb.KICK, "lab")
        )
        self.assertEqual(kicked[1], Outcome.DONE)
        self.assertEqual(self.roster.done, [])
        emptied = self.ask(
            lambda close: self.server.kick("lab", "", close, NOW), Done(RoomVerb.KICK, "lab")
        )
        self.assertEqual((emptied[1], self.roster.done), (Outcome.DONE, ["emptied"]))
        self.registered = False
        self.server.kick("lab", "bob", self.close, NOW)
        self.assertEqual(self.outcomes, [Outcome.IMPOSSIBLE])
        self.assertEqual(self.frames(), [])

    def test_leave(self) -> None:
        """One who leaves is told when the server knows, or that it does not answer."""
        left = self.ask(lambda close: self.server.leave(close, NOW), Bare(Verb.BY))
        self.assertEqual(left, (b"by", Outcome.DONE))
        self.server.vanish()
        self.assertEqual(self.frames(), [b"by"])
        self.registered = False
        self.server.vanish()
        self.assertEqual(self.frames(), [])
