"""What is answered to whom, beyond the plain exchange."""

import gc

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.support.datagram_server import ALICE, BOB, CLEAR, Server
from tests.support.strategies import datagrams, few_addresses, many, pauses, sequences, some
from twisted_chat.addresses import Address
from twisted_chat.directory.directory import Departed, Registered, RoomLeft, Who


class RegistrationTests(SynchronousTestCase):
    """Names and addresses."""

    def test_another_name(self) -> None:
        """A user may take another name; the old one is free, and the room is left."""
        server = Server()
        server.ask(ALICE, b"hi alice")
        server.ask(ALICE, b"rc lab")
        server.ask(ALICE, b"rj lab")
        self.assertEqual(server.ask(ALICE, b"hi alicia"), [b"hi alicia", CLEAR])
        self.assertEqual(server.ask(BOB, b"hi alice"), [b"hi alice"])
        self.assertEqual(server.ask(BOB, b"rj lab"), [CLEAR])

    def test_a_refused_name_costs_nothing(self) -> None:
        """A user who asks for a name that cannot be keeps the one it has."""
        server = Server()
        server.ask(ALICE, b"hi alice")
        server.ask(BOB, b"hi bob")
        for name in (b"bob", b"a b", b""):
            self.assertEqual(server.ask(ALICE, b"hi " + name), [b"hi"])
        self.assertEqual(server.ask(BOB, b"ar alice"), [b"ar 192.0.2.1 1000"])

    def test_an_address_where_nobody_can_be(self) -> None:
        """Who seems to be at many hosts at once, or at none, is not let in, as no peer
        would understand a roster with it."""
        server = Server()
        server.ask(ALICE, b"hi alice")
        for source in (("224.0.0.1", 9), ("255.255.255.255", 9), ("0.0.0.0", 9), ("192.0.2.9", 0)):
            self.assertEqual(server.ask(source, b"hi bob"), [])
        self.assertEqual(server.ask(ALICE, b"ar bob"), [b"ar"])

    def test_asked_in_the_name_of_a_server(self) -> None:
        """Two servers, of which one has asked the other in its own answers, fall silent."""
        here, there = Server(rate=50, burst=100), Server(rate=50, burst=100)
        for said in (b"hi bob", b"rc lab"):
            turns = 0
            while said and turns < 1000:
                turns += 1
                (said, here, there) = (b"".join(here.ask(BOB, said)), there, here)
                here.wait(0.1)
                there.wait(0.1)
            self.assertLess(turns, 500)
        self.assertEqual(here.ask(ALICE, b"hi alice"), [b"hi alice"])
        self.assertEqual(here.ask(ALICE, b"hi alice"), [b"hi alice"])

    def test_a_full_server_lets_its_users_rename(self) -> None:
        """At the bound on users a registered one may still take another name."""
        server = Server(users=1, users_per_host=1)
        server.ask(ALICE, b"hi alice")
        self.assertEqual(server.ask(ALICE, b"hi alicia"), [b"hi alicia"])
        self.assertFalse(any(one.expired for one in server.changes if isinstance(one, Departed)))

    def test_a_place_that_becomes_free(self) -> None:
        """Each who leaves makes room, in all and for the host."""
        server = Server(users=1, users_per_host=1)
        server.ask(ALICE, b"hi alice")
        server.ask(ALICE, b"by")
        self.assertEqual(server.ask(ALICE, b"hi alice"), [b"hi alice"])
        server.ask(ALICE, b"by")
        self.assertEqual(server.ask(BOB, b"hi bob"), [b"hi bob"])

    def test_who_leaves_gets_nothing_more(self) -> None:
        """What was still on its way to a user is not sent when the user has left."""
        server = Server(rate=0)
        server.join(200)
        server.ask(ALICE, b"hi alice")
        self.assertTrue(server.ask(ALICE, b"ul"))
        self.assertEqual(server.ask(ALICE, b"by"), [b"by"])
        self.assertEqual(server.wait(1), [])

    def test_a_network_is_one_host(self) -> None:
        """The bound on users of a host counts an IPv6 /64 as one."""
        server = Server(users_per_host=2)
        for number in (1, 2):
            self.assertTrue(server.ask((f"2001:db8::{number}", 1), b"hi u%d" % number))
        self.assertEqual(server.ask(("2001:db8::3", 1), b"hi u3"), [])
        self.assertEqual(server.ask(("2001:db8:0:1::3", 1), b"hi u3"), [b"hi u3"])

    def test_ports_of_one_host(self) -> None:
        """Two users behind one address are two users."""
        server = Server()
        server.ask(("192.0.2.1", 1), b"hi one")
        server.ask(("192.0.2.1", 2), b"hi two")
        self.assertEqual(server.ask(ALICE, b"ul"), [b"hi"])
        self.assertEqual(server.ask(("192.0.2.1", 1), b"ar two"), [b"ar 192.0.2.1 2"])


class RoomTests(SynchronousTestCase):
    """Creating and finding rooms."""

    def test_somebody_elses(self) -> None:
        """A room that another created is refused, in any case of letters."""
        server = Server()
        server.ask(ALICE, b"hi alice")
        server.ask(BOB, b"hi bob")
        server.ask(ALICE, b"rc lab")
        for name in (b"lab", b"LAB"):
            self.assertEqual(server.ask(BOB, b"rc " + name), [b"rc"])
        self.assertEqual(server.ask(BOB, b"rj LAB"), [CLEAR])
        self.assertEqual(server.ask(BOB, b"rl"), [b"rl lab"])

    def test_full(self) -> None:
        """A full room takes nobody more, and its members are told what they ask for."""
        server = Server(members=2)
        carol = ("192.0.2.9", 1)
        for source, name in ((ALICE, b"alice"), (BOB, b"bob"), (carol, b"carol")):
            server.ask(source, b"hi " + name)
        server.ask(ALICE, b"rc lab")
        server.ask(ALICE, b"rj lab")
        server.ask(BOB, b"rj lab")
        self.assertEqual(server.all(carol, b"rj lab"), [(b"rj", carol)])
        self.assertEqual(server.ask(BOB, b"rj lab"), [CLEAR, b"rj 192.0.2.1 1000"])
        server.ask(ALICE, b"rk")
        self.assertEqual(server.ask(carol, b"rj lab"), [CLEAR, b"rj 192.0.2.2 2000"])

    def test_not_a_name(self) -> None:
        """What is no name is no room either, to create or to join."""
        server = Server()
        server.ask(ALICE, b"hi alice")
        for name in (b"a b", b"", b"x" * 33, b"__clear_peers__", "\u0430bc".encode()):
            self.assertEqual(server.ask(ALICE, b"rc " + name), [b"rc"])
            self.assertEqual(server.ask(ALICE, b"rj " + name), [b"rj"])
            self.assertEqual(server.ask(ALICE, b"ar " + name), [b"ar"])

    def test_a_full_server(self) -> None:
        """At the bound on rooms a creator may repeat itself, and a room with somebody in it stays;
        one that is empty makes place."""
        server = Server(rooms=1, room_ttl=50)
        server.ask(ALICE, b"hi alice")
        server.ask(ALICE, b"rc one")
        self.assertEqual(server.ask(ALICE, b"rc one"), [b"rc one"])
        server.ask(ALICE, b"rj one")
        self.assertEqual(server.ask(ALICE, b"rc two"), [b"rc"])
        server.ask(ALICE, b"rk")
        self.assertEqual(server.ask(ALICE, b"rc two"), [b"rc two"])
        self.assertEqual(server.ask(ALICE, b"rl"), [b"rl two"])


class GarbageTests(SynchronousTestCase):
    """What is left behind."""

    def test_no_cycles(self) -> None:
        """Who and what is gone leaves nothing that only a garbage collector would find."""
        server = Server(user_ttl=100, room_ttl=50)
        gc.collect()
        gc.disable()
        self.addCleanup(gc.enable)
        for number in range(50):
            user = ("192.0.2.1", 1000 + number)
            server.ask(user, b"hi u%d" % number)
            for datagram in (
                b"rc r%d" % number,
                b"rj r0",
                b"ul",
                b"rl",
                b"ar u0",
                b"\xff",
                b"hi ?",
            ):
                server.ask(user, datagram)
            if number % 2:
                server.ask(user, b"by")
        server.wait(200)
        self.assertEqual(len(server.core.directory.users), 0)
        self.assertEqual(len(server.core.directory.rooms), 0)
        server.changes.clear()
        self.assertEqual(gc.collect(), 0)


class Properties(SynchronousTestCase):
    """What holds for any datagrams from any sources."""

    @many
    @given(
        sequences(st.tuples(pauses, few_addresses, datagrams), 60),
        st.sampled_from(
            [
                {},
                {"user_ttl": 2, "room_ttl": 1},
                {"rate": 2, "burst": 3},
                {"answer_rate": 20},
                {"users": 2, "users_per_host": 1, "rooms": 1},
            ]
        ),
    )
    def test_no_amplification(
        self, steps: list[tuple[float, Address, bytes]], bounds: dict[str, float]
    ) -> None:
        """A stranger never gets back more bytes than it sent.

        What a user has coming when it goes is one clear of its roster, which
        the time as a user has paid for.
        """
        server = Server(**bounds)
        balance: dict[Address, int] = {}
        registered: set[Who] = set()
        owed_clears: dict[Who, int] = {}
        noticed = 0

        def account(sent: list[tuple[bytes, Address]]) -> None:
            nonlocal noticed
            before = set(registered)
            for change in server.changes[noticed:]:
                if isinstance(change, Registered):
                    registered.add(change.who)
                elif isinstance(change, Departed):
                    registered.discard(change.who)
                elif isinstance(change, RoomLeft):
                    owed_clears[change.who] = 1
            noticed = len(server.changes)
            for datagram, to in sent:
                if to in before:
                    continue
                if datagram == CLEAR and owed_clears.pop(to, 0):
                    continue
                balance[to] = balance.get(to, 0) - len(datagram)
                self.assertGreaterEqual(balance[to], 0, f"{datagram!r} to {to}")

        for pause, source, datagram in steps:
            account(server.wait(pause))
            if source not in registered:
                balance[source] = balance.get(source, 0) + len(datagram)
            account(server.all(source, datagram))
        account(server.wait(100))

    @some
    @given(sequences(st.tuples(pauses, few_addresses, datagrams), 60))
    def test_it_always_serves(self, steps: list[tuple[float, Address, bytes]]) -> None:
        """Whatever came before, a newcomer can register, find and be found."""
        server = Server()
        for pause, source, datagram in steps:
            server.wait(pause)
            server.all(source, datagram)
        self.assertEqual(server.ask(("203.0.113.1", 1), b"hi newcomer"), [b"hi newcomer"])
        self.assertEqual(server.ask(("203.0.113.1", 1), b"ar NEWCOMER"), [b"ar 203.0.113.1 1"])
        self.assertIn(b"ul newcomer", server.ask(("203.0.113.1", 1), b"ul"))
