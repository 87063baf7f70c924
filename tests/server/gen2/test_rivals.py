"""Two programs that have one key."""

from twisted.trial.unittest import SynchronousTestCase

from tests.support.mixed_server import KEYS, PLACES, MixedServer
from twisted_chat.server.bounds import RETURN, SIGN_OF_LIFE
from twisted_chat.wire.common import Leave, Register, Welcome
from twisted_chat.wire.gen2.answers import (
    Came,
    Rivalled,
    RosterBegins,
)
from twisted_chat.wire.gen2.contact import ContactInfo
from twisted_chat.wire.gen2.requests import SignOfLife


class RivalTests(SynchronousTestCase):
    """A key that is registered over one link, and is to be over another."""

    def test_taken_over(self) -> None:
        """The same key over a new link from the same address is the same user, when the old link
        shows no sign of life, and that one ends."""
        server = MixedServer()
        anna, ben = server.session("anna", 0, "lab"), server.session("ben", 1, "lab")
        server.take(anna)
        there = PLACES[1][0], 9999
        again = server.link(1, there)
        self.assertEqual(server.ask(again, Register("ben")), [])
        self.assertEqual(server.take(ben)[-1], SignOfLife())
        server.wait(SIGN_OF_LIFE)
        self.assertEqual(server.closed, [ben])
        answers = server.take(again)
        self.assertEqual(answers[0], Welcome("ben"))
        self.assertEqual(answers[1], RosterBegins("lab", 1))
        moved = ContactInfo("ben", KEYS[1], *there)
        self.assertEqual(server.take(anna), [Came("lab", 3, moved)])
        server.say(ben, Leave().encode())
        server.lose(ben)
        server.wait(RETURN + 1)
        self.assertEqual(server.holder(1).address, there)

    def test_from_elsewhere(self) -> None:
        """The same key from another address waits for the end of the old link, silent or not."""
        server = MixedServer()
        ben = server.session("ben", 1, "lab")
        again = server.link(1, PLACES[5])
        self.assertEqual(server.ask(again, Register("ben")), [])
        self.assertEqual(server.take(ben)[-1], SignOfLife())
        server.wait(25)
        self.assertEqual((server.closed, server.take(again)), ([], []))
        server.lose(ben)
        self.assertEqual(server.take(again)[:2], [Welcome("ben"), RosterBegins("lab", 1)])
        self.assertEqual(server.holder(1).address, PLACES[5])

    def test_from_elsewhere_and_then_here(self) -> None:
        """Of one from elsewhere and one at the same address it is the latest who waits."""
        server = MixedServer()
        ben = server.session("ben", 1)
        here, elsewhere = server.link(1, (PLACES[1][0], 9999)), server.link(1, PLACES[5])
        server.ask(here, Register("ben"))
        server.ask(elsewhere, Register("ben"))
        self.assertEqual(server.take(here), [Rivalled("ben", 0)])
        server.wait(SIGN_OF_LIFE + 1)
        self.assertEqual((server.closed, server.take(elsewhere)), ([], []))
        server.ask(here, Register("ben"))
        server.wait(SIGN_OF_LIFE)
        self.assertEqual((server.closed, server.take(here)), ([ben], [Welcome("ben")]))

    def test_taken_over_with_another_name(self) -> None:
        """A key has one user: another name over a new link ends the old one."""
        server = MixedServer()
        ben = server.session("ben", 1, "lab")
        again = server.link(1)
        self.assertEqual(server.ask(again, Register("bennie")), [])
        server.wait(SIGN_OF_LIFE)
        self.assertEqual(server.take(again), [Welcome("bennie")])
        self.assertEqual(server.closed, [ben])
        self.assertEqual([user.name for user in server.directory.users.read()], ["bennie"])

    def test_first_one_lives(self) -> None:
        """Who was there first and answers stays; the other is told for how long it has been."""
        server = MixedServer()
        anna, ben = server.session("anna", 0, "lab"), server.session("ben", 1, "lab")
        server.wait(100)
        server.take(anna)
        again = server.link(1, PLACES[5])
        server.ask(again, Register("bennie"))
        server.ask(ben, SignOfLife())
        self.assertEqual(server.take(again), [Rivalled("ben", 100)])
        server.wait(SIGN_OF_LIFE + 1)
        self.assertEqual((server.closed, server.take(anna)), ([], []))
        self.assertEqual(server.holder(1).address, PLACES[1])
        server.ask(ben, SignOfLife())
        self.assertEqual(server.take(again), [])

    def test_first_one_goes(self) -> None:
        """Where the first link ends, or its user leaves, the one who waits comes at once."""
        for goes in ("loses", "leaves"):
            server = MixedServer()
            ben = server.session("ben", 1)
            again = server.link(1, PLACES[5])
            server.ask(again, Register("ben"))
            if goes == "loses":
                server.lose(ben)
            else:
                server.ask(ben, Leave())
            self.assertEqual(server.take(again), [Welcome("ben")])
            self.assertEqual(server.holder(1).address, PLACES[5])

    def test_latest_waits(self) -> None:
        """Of several who wait with one key the latest does; one that is gone is forgotten."""
        server = MixedServer()
        server.session("ben", 1)
        links = [server.link(1, PLACES[number]) for number in (3, 4, 5)]
        for link in links:
            server.ask(link, Register("ben"))
        for link in links[:2]:
            self.assertEqual(server.take(link), [Rivalled("ben", 0)])
        server.lose(links[2])
        server.wait(SIGN_OF_LIFE)
        self.assertEqual(server.holder(1).address, PLACES[1])
