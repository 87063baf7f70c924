"""A server with several addresses, and one that is somewhere else later."""

from twisted.trial.unittest import SynchronousTestCase

from tests.peer.keyed import SERVER
from twisted_chat.addresses import Address
from twisted_chat.peer.whereabouts import MOST, Whereabouts

PLACE = ("chat.example", 8090)
DEAD = ("2001:db8::1", 8090)
ELSEWHERE = ("192.0.2.2", 8090)


class Places(SynchronousTestCase):
    """What is known of where a server is."""

    def test_as_typed(self) -> None:
        """Without addresses the place is the only one; letters are of one size; so many count."""
        self.assertEqual(Whereabouts(SERVER).addresses, [SERVER])
        self.assertEqual(Whereabouts(("Chat.Example", 1)).place, ("chat.example", 1))
        many: list[Address] = [(f"192.0.2.{last}", 1) for last in range(100)]
        self.assertEqual(Whereabouts(PLACE, many).addresses, many[:MOST])

    def test_changes(self) -> None:
        """Names and zones may lead elsewhere later, addresses do not."""
        for host, changes in (
            ("192.0.2.1", False),
            ("2001:db8::1", False),
            ("chat.example", True),
            ("fe80::1%lan0", True),
        ):
            self.assertIs(Whereabouts((host, 8090)).changes, changes, host)

    def test_the_first_that_answers(self) -> None:
        """Is the one that counts until it is gone; the others are not heard meanwhile."""
        server = Whereabouts(PLACE, [DEAD, SERVER])
        self.assertFalse(server.answers(ELSEWHERE))
        self.assertTrue(server.answers(SERVER))
        self.assertFalse(server.answers(DEAD))
        server.turn()
        self.assertEqual(server.current, SERVER)
        server.gone()
        server.turn()
        self.assertEqual(server.current, DEAD)

    def test_resolved(self) -> None:
        """Other addresses take the place of those before; the same, or none, change nothing."""
        server = Whereabouts(PLACE, [DEAD, SERVER])
        server.prefer(SERVER)
        for same in ([], [DEAD, SERVER]):
            server.resolved(same)
            self.assertEqual(server.addresses, [SERVER, DEAD])
        server.resolved([ELSEWHERE])
        self.assertEqual(server.addresses, [ELSEWHERE])
