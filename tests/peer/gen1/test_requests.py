"""Requests that are repeated, given up, and kept apart."""

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.moments import NEVER
from twisted_chat.peer.gen1.requests import SETTLED, STRAY, Ask, Requests
from twisted_chat.wire.common import Bare, ListRooms, ListUsers, Locate, Request, Verb
from twisted_chat.wire.gen1 import Answer, Located, RoomListed, UserListed


class Knocking(SynchronousTestCase):
    """Time is an argument, and what is sent is a list."""

    def setUp(self) -> None:
        self.sent: list[Request] = []
        self.late = 0
        self.requests = Requests(self.sent.append, late=self.is_late)
        self.closed: list[tuple[str, bool]] = []
        self.taken: list[Answer] = []

    def is_late(self) -> None:
        self.late += 1

    def ask(
        self,
        request: Request,
        now: float,
        more: float = 0,
        *,
        careful: bool = False,
        awaited: bool = False,
    ) -> None:
        """Ask, and note what becomes of it; `more` is what each answer is waited on."""

        def take(answer: Answer, now: float) -> float:
            self.taken.append(answer)
            return more

        def close(answered: bool, now: float) -> None:
            self.closed.append((request.encode().decode(), answered))

        self.requests.ask(Ask(request, take, close, awaited=awaited, careful=careful), now)

    def test_repeated_after_one_two_and_four_seconds(self) -> None:
        """An unanswered request is sent again after 1, 2 and 4 seconds, then given up, once."""
        self.ask(ListUsers(), 100)
        moments = [100.0]
        while self.requests.wake < NEVER:
            now = self.requests.wake
            before = len(self.sent)
            self.requests.tick(now)
            if len(self.sent) > before:
                moments.append(now)
        self.assertEqual(moments, [100, 101, 103, 107])
        self.assertEqual(self.closed, [("ul", False)])

    def pass_by(self, until: float) -> None:
        """Let time pass, from one thing that is due to the next."""
        while self.requests.wake <= until:
            self.requests.tick(self.requests.wake)

    def test_late(self) -> None:
        """An answer that the person waits for is late when it was asked for twice in vain, after
        three seconds; that is told once until the server has answered something."""
        self.ask(ListUsers(), 0, awaited=True)
        self.ask(ListRooms(), 0, awaited=True)
        self.pass_by(2.9)
        self.assertEqual((self.late, self.requests.slow), (0, False))
        self.pass_by(3.0)
        self.assertEqual((self.late, self.requests.slow), (1, True))
        self.pass_by(20)
        self.ask(ListUsers(), 20, awaited=True)
        self.pass_by(24)
        self.assertEqual((self.late, self.requests.slow), (1, True))
        self.requests.answer(Bare(Verb.UL), 24)
        self.assertFalse(self.requests.slow)
        self.ask(ListUsers(), 30, awaited=True)
        self.pass_by(40)
        self.assertEqual(self.late, 2)

    def test_nobody_waits(self) -> None:
        """Where the person waits for nothing, nothing is late for them; where they wait for what
        comes after something else of that kind, they wait."""
        self.ask(Locate("alice"), 0)
        self.pass_by(20)
        self.assertEqual((self.late, self.requests.slow), (0, False))
        self.ask(Locate("alice"), 20)
        self.ask(Locate("bob"), 21, awaited=True)
        self.pass_by(25)
        self.assertEqual(self.late, 1)

    def test_not_before_it_is_due(self) -> None:
        """A tick that comes too early repeats nothing."""
        self.ask(ListUsers(), 0)
        self.requests.tick(0.99)
        self.assertEqual(self.sent, [ListUsers()])

    def test_whole_answer(self) -> None:
        """An answer that is whole closes its request, and nothing is repeated."""
        self.ask(Locate("bob"), 0)
        self.assertTrue(self.requests.answer(Located("192.0.2.1", 1), 0.1))
        self.assertEqual(self.closed, [("ar bob", True)])
        self.assertEqual(self.requests.wake, NEVER)

    def test_list_is_whole_after_a_silence(self) -> None:
        """A list ends when no entry has come for a moment, and each entry prolongs it."""
        self.ask(ListRooms(), 0, SETTLED)
        self.requests.answer(RoomListed("a"), 0.1)
        self.requests.answer(RoomListed("b"), 0.3)
        self.requests.tick(0.1 + SETTLED)
        self.assertEqual(self.closed, [])
        self.requests.tick(0.3 + SETTLED)
        self.assertEqual(self.closed, [("rl", True)])
        self.assertEqual(self.sent, [ListRooms()])

    def test_same_kind_waits(self) -> None:
        """Of one kind one request is under way; other kinds do not wait for it."""
        self.ask(Locate("bob"), 0)
        self.ask(Locate("carol"), 0)
        self.ask(ListUsers(), 0)
        self.assertEqual(self.sent, [Locate("bob"), ListUsers()])
        self.requests.answer(Bare(Verb.AR), 0.1)
        self.assertEqual(self.sent, [Locate("bob"), ListUsers(), Locate("carol")])

    def test_stray_answers(self) -> None:
        """After a repeated request the next waits until second answers to it have come."""
        self.ask(Locate("bob"), 0)
        self.ask(Locate("carol"), 0)
        self.requests.tick(1)
        self.requests.answer(Located("192.0.2.1", 1), 1.1)
        self.assertFalse(self.requests.answer(Located("192.0.2.1", 1), 1.2))
        self.assertNotIn(Locate("carol"), self.sent)
        self.requests.tick(1.1 + STRAY)
        self.assertEqual(self.sent[-1], Locate("carol"))

    def test_doubled(self) -> None:
        """Where it matters whose answer it is, one that the network has doubled is not taken for
        that to the next request."""
        self.ask(Locate("bob"), 0)
        self.ask(Locate("carol"), 0, careful=True)
        self.requests.answer(Located("192.0.2.1", 1), 0.1)
        self.assertFalse(self.requests.answer(Located("192.0.2.1", 1), 0.2))
        self.assertNotIn(Locate("carol"), self.sent)
        self.assertEqual(self.requests.wake, 0.1 + STRAY)
        self.requests.tick(0.1 + STRAY)
        self.assertEqual(self.sent[-1], Locate("carol"))

    def test_nobody_asked(self) -> None:
        """An answer that nobody waits for is left to others."""
        self.ask(ListRooms(), 0)
        self.assertFalse(self.requests.answer(UserListed("bob"), 0))
        self.assertEqual(self.taken, [])

    def test_forgotten(self) -> None:
        """What is forgotten is not repeated and not closed."""
        self.ask(ListRooms(), 0)
        self.requests.forget()
        self.requests.tick(60)
        self.assertEqual((len(self.sent), self.closed), (1, []))
