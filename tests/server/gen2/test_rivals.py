"""Two programs that have one key."""

from twisted.trial.unittest import SynchronousTestCase

from tests.support.mixed_server import KEYS, PLACES, MixedServer
from twisted_chat.links import Link
from twisted_chat.server.bounds import KEPT_FOR_FIRST, RETURN, SIGN_OF_LIFE
from twisted_chat.wire.common import Leave, Welcome
from twisted_chat.wire.gen2.answers import Answer, Rivalled
from twisted_chat.wire.gen2.contact import ContactInfo
from twisted_chat.wire.gen2.requests import RegisterKey, SignOfLife
from twisted_chat.wire.gen2.roster import Came, RosterBegins

HERE, ELSEWHERE = "ab" * 10, "cd" * 10
"""Which program it is: the one that was first, and one on another machine."""


class Same(SynchronousTestCase):
    """One program, or one and the next on its machine, which registers over another link."""

    def setUp(self) -> None:
        self.server = MixedServer()
        self.anna = self.server.session("anna", 0, "lab")
        self.ben = self.server.link(1)
        self.server.ask(self.ben, RegisterKey("ben", HERE))
        self.server.enter(self.ben, "lab")
        self.server.take(self.anna)

    def test_taken_over(self) -> None:
        """It is the same user over the new link at once, wherever that comes from, and the old
        one ends."""
        server = self.server
        for number, there in enumerate(((PLACES[1][0], 9999), PLACES[5], PLACES[4])):
            again = server.link(1, there)
            answers = server.ask(again, RegisterKey("ben", HERE))
            self.assertEqual(answers[:2], [Welcome("ben"), RosterBegins("lab", 1)])
            moved = ContactInfo("ben", KEYS[1], *there)
            self.assertEqual(server.take(self.anna), [Came("lab", 3 + number, moved)])
            self.assertEqual(server.closed[number:], [self.ben])
            self.ben = again
        server.wait(RETURN + 1)
        self.assertEqual(server.holder(1).address, PLACES[4])

    def test_old_link(self) -> None:
        """What comes over the link that was there before is nobody's, and its end nobody's."""
        server = self.server
        again = server.link(1, PLACES[5])
        server.ask(again, RegisterKey("ben", HERE))
        server.say(self.ben, Leave().encode())
        server.lose(self.ben)
        server.wait(RETURN + 1)
        self.assertEqual(server.holder(1).address, PLACES[5])

    def test_another_name(self) -> None:
        """A key has one user: another name over a new link ends the old one."""
        again = self.server.link(1)
        answers = self.server.ask(again, RegisterKey("bennie", HERE))
        self.assertEqual(answers, [Welcome("bennie")])
        users = sorted(user.name for user in self.server.directory.users.read())
        self.assertEqual(users, ["anna", "bennie"])

    def test_while_another_waits(self) -> None:
        """One from another machine that waits is refused when the first is there anew."""
        server = self.server
        rival, again = server.link(1, PLACES[5]), server.link(1, PLACES[4])
        server.ask(rival, RegisterKey("ben", ELSEWHERE))
        server.ask(again, RegisterKey("ben", HERE))
        self.assertEqual(server.take(rival), [Rivalled("ben", 0)])
        self.assertEqual(server.holder(1).address, PLACES[4])
        server.wait(SIGN_OF_LIFE)
        self.assertEqual(server.take(rival), [])


class Rivals(SynchronousTestCase):
    """Two programs on two machines, or of which nothing is known."""

    def setUp(self) -> None:
        self.server = MixedServer()
        self.ben = self.server.link(1)
        self.server.ask(self.ben, RegisterKey("ben", HERE))
        self.server.enter(self.ben, "lab")

    def ask(self, number: int, instance: str = ELSEWHERE) -> tuple[Link, list[Answer]]:
        """Another with the key, at a place, wants to be registered."""
        again = self.server.link(1, PLACES[number])
        return again, self.server.ask(again, RegisterKey("ben", instance))

    def test_silent(self) -> None:
        """The first keeps it for 30 seconds of silence, whether the second is at the same address
        or not and says who it is or not: 26 until its link ends, and 4 more. The second is
        told soon."""
        for number in (1, 5):
            for instance in (ELSEWHERE, ""):
                self.setUp()
                server = self.server
                again, answers = self.ask(number, instance)
                self.assertEqual(answers, [])
                self.assertEqual(server.take(self.ben)[-1], SignOfLife())
                server.wait(SIGN_OF_LIFE)
                self.assertEqual(server.take(again), [Rivalled("ben", int(SIGN_OF_LIFE))])
                server.wait(26 - SIGN_OF_LIFE)
                server.lose(self.ben)
                self.assertEqual(self.ask(number, instance)[1], [Rivalled("ben", 26)])
                server.wait(KEPT_FOR_FIRST)
                told = self.ask(number, instance)[1]
                self.assertEqual(told[:2], [Welcome("ben"), RosterBegins("lab", 1)])
                self.assertEqual(server.holder(1).address, PLACES[number])

    def test_first_comes_back(self) -> None:
        """The first whose link was lost is back over another, and the second waits for nothing."""
        server = self.server
        server.lose(self.ben)
        again, answers = self.ask(5)
        self.assertEqual(answers, [Rivalled("ben", 0)])
        back, told = self.ask(1, HERE)
        self.assertEqual(told[0], Welcome("ben"))
        server.wait(RETURN)
        self.assertEqual(server.take(again), [])
        self.assertEqual(server.ask(again, RegisterKey("ben", ELSEWHERE)), [])
        self.assertEqual(server.take(back)[-1], SignOfLife())

    def test_nameless_instance(self) -> None:
        """A client that says no instance comes back over another link when the first has ended."""
        server = MixedServer()
        ben = server.session("ben", 1, "lab")
        again = server.link(1)
        self.assertEqual(server.ask(again, RegisterKey("ben")), [])
        server.lose(ben)
        self.assertEqual(server.take(again)[:2], [Welcome("ben"), RosterBegins("lab", 1)])

    def test_first_one_lives(self) -> None:
        """The one that was there first and answers stays; the other is told for how long it has
        been there."""
        server = self.server
        server.wait(100)
        again, _ = self.ask(5)
        server.ask(self.ben, SignOfLife())
        self.assertEqual(server.take(again), [Rivalled("ben", 100)])
        server.wait(SIGN_OF_LIFE + 1)
        self.assertEqual(server.closed, [])
        self.assertEqual(server.holder(1).address, PLACES[1])
        server.ask(self.ben, SignOfLife())
        self.assertEqual(server.take(again), [])

    def test_first_one_leaves(self) -> None:
        """Where the first leaves, the one who waits comes at once."""
        again, _ = self.ask(5)
        self.server.ask(self.ben, Leave())
        self.assertEqual(self.server.take(again), [Welcome("ben")])
        self.assertEqual(self.server.holder(1).address, PLACES[5])

    def test_latest_waits(self) -> None:
        """Of several who wait with one key the latest does; one that is gone is forgotten."""
        server = self.server
        links = [self.ask(number)[0] for number in (3, 4, 5)]
        for link in links[:2]:
            self.assertEqual(server.take(link), [Rivalled("ben", 0)])
        server.lose(links[2])
        server.wait(SIGN_OF_LIFE)
        self.assertEqual(server.holder(1).address, PLACES[1])
