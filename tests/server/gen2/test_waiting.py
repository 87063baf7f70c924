"""Those who wait for others, and are told when these come."""

from twisted.trial.unittest import SynchronousTestCase

from tests.support.cluster import ClusterOfServers
from tests.support.mixed_server import KEYS, MixedServer
from twisted_chat.directory.directory import KeyHolder
from twisted_chat.server.gen2.send_queue import LinkQueue
from twisted_chat.server.gen2.waiting import AWAITED_BY_ONE, WAITING, WaitingUsers
from twisted_chat.wire.common import Leave
from twisted_chat.wire.gen2.answers import Answer
from twisted_chat.wire.gen2.waiting import AwaitUser, UserHere

BEN = UserHere("ben", KEYS[1])


def here(answers: list[Answer]) -> list[UserHere]:
    """Of whom it is said that they are here."""
    return [one for one in answers if isinstance(one, UserHere)]


class Waiting(SynchronousTestCase):
    """A server with anna, who waits for ben."""

    def setUp(self) -> None:
        self.server = MixedServer()
        self.anna = self.server.session("anna", 0)
        self.assertEqual(here(self.server.ask(self.anna, AwaitUser(KEYS[1]))), [])

    def told(self) -> list[UserHere]:
        """What anna is told."""
        return here(self.server.take(self.anna))

    def test_comes(self) -> None:
        """She is told once when he comes, under the name that he has, and he is told nothing."""
        ben = self.server.session("ben", 1)
        self.assertEqual(self.told(), [BEN])
        self.assertEqual(here(self.server.take(ben)), [])
        self.server.ask(ben, Leave())
        self.server.session("ben", 1)
        self.assertEqual(self.told(), [])

    def test_is_here(self) -> None:
        """She is told at once where he is here; but not where his link is lost, before he is
        back."""
        ben = self.server.session("ben", 1)
        self.told()
        self.assertEqual(here(self.server.ask(self.anna, AwaitUser(KEYS[1]))), [BEN])
        self.server.lose(ben)
        self.assertEqual(here(self.server.ask(self.anna, AwaitUser(KEYS[1]))), [])
        self.assertIn(KEYS[1], self.server.directory.holders)
        self.server.session("ben", 1)
        self.assertEqual(self.told(), [BEN])

    def test_leaves(self) -> None:
        """One who is gone waits for nobody."""
        self.server.ask(self.anna, Leave())
        self.server.session("ben", 1)
        self.assertEqual(self.told(), [])
        self.server.session("anna", 0)
        self.assertEqual(self.told(), [])

    def test_oneself(self) -> None:
        """Nobody waits for themselves, and a key that is none is no message."""
        self.assertEqual(here(self.server.ask(self.anna, AwaitUser(KEYS[0]))), [])
        self.server.say(self.anna, b"wait " + b"F" * 64)
        self.assertEqual(self.server.dropped, ["not in the language"])

    def test_elsewhere(self) -> None:
        """Whoever comes at another server of a cluster is here too."""
        cluster = ClusterOfServers(2)
        server = cluster.servers[0]
        anna = cluster.enter(0, 0, "anna")
        for ask_first in (True, False):
            if ask_first:
                server.ask(anna, AwaitUser(KEYS[1]))
                cluster.enter(1, 1, "ben")
                cluster.settle()
                self.assertEqual(here(server.take(anna)), [BEN])
            else:
                self.assertEqual(here(server.ask(anna, AwaitUser(KEYS[1]))), [BEN])


class Bounded(SynchronousTestCase):
    """How many may wait."""

    def setUp(self) -> None:
        self.users: dict[str, KeyHolder] = {}
        queue = LinkQueue(None)  # type: ignore[arg-type]
        self.waiting = WaitingUsers({}, self.users, queue)

    def test_one(self) -> None:
        """One waits for so many, the latest."""
        for number in range(AWAITED_BY_ONE + 5):
            self.waiting.wait("anna", str(number))
        self.waiting.wait("anna", "6")
        self.assertEqual(len(self.waiting), AWAITED_BY_ONE)
        self.waiting.left("anna")
        self.waiting.left("anna")
        self.assertEqual(len(self.waiting), 0)

    def test_all(self) -> None:
        """So many wait in all; of more those make way who have not asked for longest."""
        for number in range(WAITING + 5):
            self.waiting.wait(f"user {number // 50}", str(number))
        self.assertEqual(len(self.waiting), WAITING)
        self.waiting.left("user 0")
        self.assertEqual(len(self.waiting), WAITING - 45)
