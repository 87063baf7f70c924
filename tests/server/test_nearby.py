"""Users on the server's own machine, as they are announced to others, in both generations."""

from twisted.trial.unittest import SynchronousTestCase

from tests.support.mixed_server import MixedServer
from twisted_chat.addresses import Address
from twisted_chat.server.nearby import Nearby
from twisted_chat.wire.common import CreateRoom, JoinRoom, Locate
from twisted_chat.wire.gen2.answers import ContactLocated, Introduced
from twisted_chat.wire.gen2.requests import AskRoster, RegisterKey
from twisted_chat.wire.gen2.roster import Came, RosterMember

HERE: Address = ("127.0.0.1", 5000)
ALSO_HERE: Address = ("127.0.0.1", 6000)
THERE: Address = ("192.0.2.7", 7000)
ELSEWHERE: Address = ("198.51.100.7", 7000)
REACHED = {"192.0.2.7": "192.0.2.1", "198.51.100.7": "198.51.100.1"}
"""The server is at two networks; each reaches it at its own."""


class Places(SynchronousTestCase):
    """Where somebody is, to whom."""

    def test_seen(self) -> None:
        """A loopback address is told only to those who are there themselves."""
        reached = {**REACHED, "2001:db8::7": "2001:db8::1"}
        nearby = Nearby(lambda address: reached.get(address[0]))
        for address, receiver, seen in (
            (HERE, THERE, ("192.0.2.1", 5000)),
            (HERE, ELSEWHERE, ("198.51.100.1", 5000)),
            (("127.9.9.9", 5000), THERE, ("192.0.2.1", 5000)),
            (("::1", 5000), ("2001:db8::7", 1), ("2001:db8::1", 5000)),
            (("::1", 5000), THERE, ("192.0.2.1", 5000)),
            (HERE, ALSO_HERE, HERE),
            (HERE, ("::1", 1), HERE),
            (THERE, HERE, THERE),
            (THERE, ELSEWHERE, THERE),
        ):
            self.assertEqual(nearby.seen(address, receiver), seen, (address, receiver))

    def test_no_way(self) -> None:
        """What leads nowhere either is not told: another loopback, all, or a zone of ours."""
        for here in (None, "127.0.0.1", "::1", "0.0.0.0", "fe80::1%2"):
            nearby = Nearby(lambda address, here=here: here)  # type: ignore[misc]
            self.assertEqual(nearby.seen(HERE, THERE), HERE)


class Announced(SynchronousTestCase):
    """What is told of those who are on the server's machine."""

    def setUp(self) -> None:
        self.server = MixedServer()
        self.server.reached = dict(REACHED)

    def first(self, source: Address, *requests: str) -> list[bytes]:
        """Requests of generation 1; what its sender is told, rosters included."""
        for request in requests:
            self.server.datagram(source, request.encode())
        self.server.wait(0.1)
        return self.server.told(source)

    def test_first_generation(self) -> None:
        """An answer and a roster lead to that machine, from where their receiver is."""
        self.first(HERE, "hi here", "rc lab", "rj lab")
        for name, source in (("there", THERE), ("elsewhere", ELSEWHERE)):
            reached = REACHED[source[0]]
            told = self.first(source, f"hi {name}", "ar here", "rj lab")
            self.assertIn(f"ar {reached} 5000".encode(), told)
            self.assertIn(f"rj {reached} 5000".encode(), told)
        self.assertIn(b"ar 192.0.2.7 7000", self.first(HERE, "ar there"))
        told = self.first(ALSO_HERE, "hi too", "ar here", "rj lab")
        self.assertIn(b"ar 127.0.0.1 5000", told)
        self.assertIn(b"rj 127.0.0.1 5000", told)
        self.assertIn(b"rj 192.0.2.1 6000", self.server.told(THERE))

    def test_second_generation(self) -> None:
        """So do answers, rosters, their changes, and what tells of one who asks, over links."""
        server = self.server
        here, there = server.link(0, HERE), server.link(1, THERE)
        server.ask(here, RegisterKey("here"))
        server.ask(here, CreateRoom("lab"))
        server.ask(there, RegisterKey("there"))
        (located,) = server.ask(there, Locate("here"))
        assert isinstance(located, ContactLocated)
        self.assertEqual((located.contact.host, located.contact.port), ("192.0.2.1", 5000))
        server.ask(here, Locate("there"))
        (introduced,) = server.take(there)
        assert isinstance(introduced, Introduced)
        self.assertEqual(introduced.contact.host, "192.0.2.1")
        server.ask(there, JoinRoom("lab"))
        server.ask(here, JoinRoom("lab"))
        (came,) = server.take(there)
        assert isinstance(came, Came)
        self.assertEqual(came.contact.host, "192.0.2.1")
        whole = server.ask(there, AskRoster("lab"))
        self.assertEqual(
            [one.contact.host for one in whole if isinstance(one, RosterMember)],
            ["192.0.2.1"],
        )
        whole = server.ask(here, AskRoster("lab"))
        self.assertEqual(
            [one.contact.host for one in whole if isinstance(one, RosterMember)],
            ["192.0.2.7"],
        )
