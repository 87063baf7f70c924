"""What is answered to whom, beyond the plain exchange."""

import gc

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.support.datagram_server import ALICE, BOB, CLEAR, EVE, Server
from tests.support.strategies import datagrams, few_addresses, many, pauses, sequences, some
from twisted_chat.addresses import Address
from twisted_chat.directory.directory import Departed, Registered, RoomGone, RoomLeft, Who
from twisted_chat.moments import NEVER
from twisted_chat.server.expiry import EXPIRED_AT_ONCE


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
        """Who asks for a name that cannot be keeps the one it has."""
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

    def test_a_full_server_lets_its_users_rename(self) -> None:
        """At the bound on users a registered one may still take another name."""
        server = Server(users=1, users_per_host=1)
        server.ask(ALICE, b"hi alice")
        self.assertEqual(server.ask(ALICE, b"hi alicia"), [b"hi alicia"])
        self.assertFalse(any(one.expired for one in server.changes if isinstance(one, Departed)))

    def test_a_place_that_becomes_free(self) -> None:
        """Who leaves makes room, in all and for the host."""
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


class OverTheRateTests(SynchronousTestCase):
    """A refusal for the registered, silence for others, nothing that lies."""

    def test_registered(self) -> None:
        """Each verb that has a refusal gets it; a list is not said to be empty."""
        server = Server(rate=1, burst=3)
        for request in (b"hi alice", b"rc lab", b"rj lab"):
            server.ask(ALICE, request)
        for request, refusal in (
            (b"hi alice", [b"hi"]),
            (b"ar alice", [b"ar"]),
            (b"rc lab", [b"rc"]),
            (b"rj lab", [b"rj"]),
            (b"ul", []),
            (b"rl", []),
            (b"rk", []),
            (b"by", []),
            (b"\xff", []),
        ):
            self.assertEqual(server.ask(ALICE, request), refusal)
        self.assertEqual([user.name for user in server.core.directory.users.read()], ["alice"])

    def test_not_registered(self) -> None:
        """A stranger over the rate hears nothing, whatever it asks."""
        server = Server(rate=1, burst=1)
        server.ask(EVE, b"ul")
        for request in (b"hi eve", b"ar eve", b"rc lab", b"rj lab", b"ul"):
            self.assertEqual(server.all(EVE, request), [])

    def test_others(self) -> None:
        """One source's flood costs another nothing."""
        server = Server()
        for _ in range(1000):
            server.ask(EVE, b"ul")
        self.assertEqual(server.ask(ALICE, b"hi alice"), [b"hi alice"])

    def test_no_rate(self) -> None:
        """With a rate of 0 everything is answered."""
        server = Server(rate=0)
        server.ask(ALICE, b"hi alice")
        answers = [server.ask(ALICE, b"ar alice") for _ in range(5000)]
        self.assertEqual(answers.count([b"ar 192.0.2.1 1000"]), 5000)

    def test_a_narrow_answer_rate_still_lets_in(self) -> None:
        """However few bytes a second are granted, a single answer goes out."""
        server = Server(answer_rate=1)
        self.assertEqual(server.ask(ALICE, b"hi alice"), [b"hi alice"])

    def test_too_long(self) -> None:
        """A datagram over the bound is refused by its verb, one at the bound is read."""
        server = Server(datagram=64)
        server.ask(ALICE, b"hi alice")
        for verb in (b"hi", b"ar", b"rc", b"rj"):
            self.assertEqual(server.ask(ALICE, verb + b" " + b"x" * 62), [verb])
        self.assertEqual(server.all(EVE, b"hi " + b"x" * 62), [])
        self.assertEqual(server.all(EVE, b"hi " + b"x" * 61), [(b"hi", EVE)])


class ExpiryTests(SynchronousTestCase):
    """Who is not heard from."""

    def test_any_request_is_a_sign_of_life(self) -> None:
        """A user who asks anything stays; one who is silent goes."""
        server = Server(user_ttl=100)
        server.ask(ALICE, b"hi alice")
        server.ask(BOB, b"hi bob")
        for request in (b"ul", b"rl", b"ar bob", b"rk", b"rj nowhere", b"rc lab"):
            server.wait(60)
            server.ask(ALICE, request)
        self.assertEqual([user.name for user in server.core.directory.users.read()], ["alice"])

    def test_a_room_with_somebody_in_it_stays(self) -> None:
        """A room's time runs only while it is empty, and anew each time it is."""
        server = Server(room_ttl=50, user_ttl=1000)
        server.ask(ALICE, b"hi alice")
        server.ask(ALICE, b"rc lab")
        server.wait(40)
        server.ask(ALICE, b"rj lab")
        server.wait(100)
        server.ask(ALICE, b"rk")
        server.wait(49)
        self.assertEqual(server.ask(ALICE, b"rl"), [b"rl lab"])
        server.wait(2)
        self.assertEqual(server.ask(ALICE, b"rl"), [b"rl"])

    def test_many_at_once(self) -> None:
        """A crowd that expires together is gone in several goes, none of them long."""
        server = Server(user_ttl=100, rate=0)
        crowd = 3 * EXPIRED_AT_ONCE
        for number in range(crowd):
            server.ask((f"198.51.{number // 250}.{number % 250}", 1), b"hi u%d" % number)
        server.now += 100
        server.core.tick(server.now)
        self.assertEqual(len(server.core.directory.users), crowd - EXPIRED_AT_ONCE)
        self.assertGreater(server.core.wake, server.now)
        server.wait(0.1)
        self.assertEqual(len(server.core.directory.users), 0)
        gone = [change for change in server.changes if isinstance(change, Departed)]
        self.assertTrue(all(change.expired for change in gone))
        self.assertEqual(len(gone), crowd)

    def test_an_empty_server_sleeps(self) -> None:
        """When everybody and everything is gone there is nothing to wake for."""
        server = Server(user_ttl=100, room_ttl=50)
        server.ask(ALICE, b"hi alice")
        server.ask(ALICE, b"rc lab")
        server.ask(ALICE, b"rj lab")
        server.wait(151)
        self.assertEqual(server.core.wake, NEVER)
        self.assertIsInstance(server.changes[-1], RoomGone)


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
        """Whoever is not registered never gets back more bytes than it sent.

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
