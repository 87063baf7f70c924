"""The room server for generation 1, datagram by datagram."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.support.datagram_server import ALICE, BOB, CLEAR, EVE, Server
from tests.support.strategies import many
from twisted_chat.addresses import Address
from twisted_chat.directory.directory import Registered
from twisted_chat.moments import NEVER
from twisted_chat.server.grants import IPV4_HEADERS, IPV6_HEADERS

VICTIM = ("9.9.9.9", 4000)
"""Somebody on the open internet, who never asked."""


class Recorded(SynchronousTestCase):
    """The exchange captured between the original's client and server."""

    def test_exchange(self) -> None:
        """The same payloads come back, byte for byte."""
        server = Server()
        debian, other = ("192.168.122.9", 36396), ("192.168.122.25", 34456)
        server.ask(other, b"hi other")
        for asked, answered in (
            (b"hi debian", b"hi debian"),
            (b"rl", b"rl"),
            (b"rc testroom", b"rc testroom"),
            (b"rj testroom", CLEAR),
        ):
            self.assertEqual(server.ask(debian, asked), [answered])
        told = [sent for sent, to in server.all(other, b"rj testroom") if to == debian]
        self.assertEqual(told, [CLEAR, b"rj 192.168.122.25 34456"])
        left = server.all(debian, b"rk")
        self.assertIn((CLEAR, debian), left)
        self.assertEqual([sent for sent, to in left if to == other], [CLEAR])


class Verbs(SynchronousTestCase):
    """What is wanted instead of the original's flaws."""

    def test_strangers(self) -> None:
        """Only a bare `hi` for who is not registered, and nothing for what is no message."""
        server = Server()
        for datagram in (b"ul", b"rl", b"rk", b"by", b"ar x", b"rc x", b"rj x"):
            self.assertEqual(server.all(EVE, datagram), [(b"hi", EVE)])
        for datagram in (b"", b"hi", b"\xff\xfe", b"msg a> b", b"x" * 1025):
            self.assertEqual(server.all(EVE, datagram), [])
        self.assertEqual(server.ask(ALICE, b"hi alice"), [b"hi alice"])

    def test_repeated(self) -> None:
        """Every request may be repeated without harm."""
        server = Server()
        for datagram, answer in (
            (b"hi alice", [b"hi alice"]),
            (b"rc lab", [b"rc lab"]),
            (b"rj lab", [CLEAR]),
            (b"rk", [CLEAR]),
        ):
            self.assertEqual(server.ask(ALICE, datagram), answer)
            self.assertEqual(server.ask(ALICE, datagram), answer)
        self.assertEqual(server.ask(ALICE, b"by"), [b"by"])
        self.assertEqual(server.ask(ALICE, b"by"), [b"hi"])

    def test_names(self) -> None:
        """A taken name, whatever its case, and what is no name are refused."""
        server = Server()
        server.ask(ALICE, b"hi alice")
        for name in (b"alice", b"ALICE", b"a b", b"", b"x" * 33, "\u0430lice".encode()):
            self.assertEqual(server.ask(BOB, b"hi " + name), [b"hi"])
        self.assertEqual(server.ask(BOB, b"hi bob"), [b"hi bob"])
        self.assertEqual(server.ask(BOB, b"ar Alice"), [b"ar 192.0.2.1 1000"])
        self.assertEqual(server.ask(BOB, b"ar nobody"), [b"ar"])
        self.assertEqual(sorted(server.ask(BOB, b"ul")), [b"ul alice", b"ul bob"])
        self.assertEqual(server.ask(BOB, b"rj nowhere"), [b"rj"])

    def test_expired(self) -> None:
        """Who expires outside a room is told the one thing that the original understands."""
        server = Server(user_ttl=100)
        server.ask(ALICE, b"hi alice")
        self.assertEqual(server.wait(101), [(CLEAR, ALICE)])
        self.assertEqual(server.ask(ALICE, b"ul"), [b"hi"])

    def test_a_day_of_silence(self) -> None:
        """Who talks in a room, and so says nothing to the server, is in it the next morning."""
        server = Server()
        for user, name in ((ALICE, b"alice"), (BOB, b"bob")):
            for datagram in (b"hi " + name, b"rc lab", b"rj lab"):
                server.ask(user, datagram)
        self.assertEqual(server.wait(86_000), [])
        self.assertIn((CLEAR, ALICE), server.wait(500))

    def test_leaving(self) -> None:
        """`rk`, `by`, expiry and another room each update the roster of those who stay."""
        for how in (b"rk", b"by", b"rj other", b""):
            server = Server(user_ttl=100)
            for user, name in ((ALICE, b"alice"), (BOB, b"bob")):
                server.ask(user, b"hi " + name)
                server.ask(user, b"rc lab")
                server.ask(user, b"rj lab")
            server.ask(BOB, b"rc other")
            server.wait(90)
            server.ask(ALICE, b"rl")
            sent = server.all(BOB, how) if how else server.wait(20)
            self.assertEqual([s for s, to in sent if to == ALICE], [CLEAR])
            self.assertIn((CLEAR, BOB), sent)

    def test_expiry(self) -> None:
        """Who is not heard from is gone, and so is a room that stays empty."""
        server = Server(user_ttl=100, room_ttl=50)
        server.ask(ALICE, b"hi alice")
        server.ask(BOB, b"hi bob")
        server.ask(BOB, b"rc lab")
        server.wait(49)
        self.assertEqual(server.ask(BOB, b"rl"), [b"rl lab"])
        server.wait(2)
        self.assertEqual(server.ask(BOB, b"rl"), [b"rl"])
        server.wait(60)
        self.assertEqual(server.ask(BOB, b"ul"), [b"ul bob"])


class BoundsKept(SynchronousTestCase):
    """What is over a bound: a refusal for the registered, silence for others."""

    def test_rate(self) -> None:
        """Requests over the rate."""
        server = Server(rate=50, burst=100)
        server.ask(ALICE, b"hi alice")
        answers = [server.ask(ALICE, b"ar alice") for _ in range(150)]
        self.assertEqual(answers.count([b"ar 192.0.2.1 1000"]), 99)
        self.assertEqual(answers.count([b"ar"]), 51)
        self.assertEqual([server.ask(EVE, b"ul") for _ in range(150)].count([]), 50)
        server.wait(1)
        answers = [server.ask(ALICE, b"ar alice") for _ in range(150)]
        self.assertEqual(answers.count([b"ar 192.0.2.1 1000"]), 50)

    def test_numbers(self) -> None:
        """Users, users of a host, rooms, and bytes in a datagram."""
        server = Server(users=3, users_per_host=2, rooms=1)
        self.assertEqual(server.ask(("192.0.2.9", 1), b"hi a"), [b"hi a"])
        self.assertEqual(server.ask(("192.0.2.9", 2), b"hi b"), [b"hi b"])
        self.assertEqual(server.ask(("192.0.2.9", 3), b"hi c"), [])
        self.assertEqual(server.ask(ALICE, b"hi alice"), [b"hi alice"])
        self.assertEqual(server.ask(BOB, b"hi bob"), [b"hi bob"])
        self.assertEqual(len(server.core.directory.users), 3 - 1)
        self.assertEqual(server.ask(ALICE, b"rc one"), [b"rc one"])
        server.ask(ALICE, b"rj one")
        self.assertEqual(server.ask(ALICE, b"rc two"), [b"rc"])
        self.assertEqual(server.ask(ALICE, b"ar " + b"x" * 1022), [b"ar"])

    def test_long_list(self) -> None:
        """A list over the answer rate comes whole, each entry once, and no faster."""
        server = Server(users_per_host=10_000, rate=1e6, burst=1_000_000)
        names = {b"ul user%04d" % number for number in range(8000)}
        for number, name in enumerate(sorted(names)):
            server.ask(("192.0.2.9", number + 1), name.replace(b"ul", b"hi"))
        server.ask(ALICE, b"hi zoe")
        server.wait(1)
        sent = server.all(ALICE, b"ul")
        start = server.now
        while server.core.wake < NEVER and server.now < start + 20:
            server.now = server.core.wake
            sent += server.core.tick(server.now)
            size = sum(IPV4_HEADERS + len(datagram) for datagram, _ in sent)
            self.assertLessEqual(size, 128 * 1024 * (1 + server.now - start) + 64)
            if len(sent) > 8000:
                break
        self.assertEqual(sorted(s for s, _ in sent), sorted({*names, b"ul zoe"}))

    def test_to_the_open_internet(self) -> None:
        """Whoever has lists and rosters sent to another's address on the open internet, or
        has changes told there, brings it 4 KiB and 50 datagrams a second, headers included."""
        for victim, headers in ((VICTIM, IPV4_HEADERS), (("2600::1", 4000), IPV6_HEADERS)):
            server = Server(users_per_host=10_000)
            crowd = server.join(60)
            for number in range(3000):
                server.core.directory.apply(
                    Registered(("10.9.9.9", number + 1), f"a{number}", f"a{number}"), server.now
                )
            server.ask(victim, b"hi x")
            sent, start = list[tuple[float, int]](), server.now
            for second in range(28):
                for asked in (b"ul", b"rl", b"rj lab"):
                    server.core.gen1.receive(asked, victim, server.now)
                server.core.gen1.receive(b"rj other", crowd[second], server.now)
                sent += [
                    (server.now, headers + len(payload))
                    for payload, to in server.core.gen1.flush(server.now) + server.wait(1)
                    if to == victim
                ]
            lasted = server.now - start
            self.assertTrue(45 * lasted <= len(sent) <= 50 * (lasted + 1) + 1, len(sent))
            self.assertLessEqual(sum(size for _, size in sent), 4096 * (lasted + 1) + 100)

    def test_a_list_comes_whole(self) -> None:
        """To an address of the open internet a list takes longer, and comes whole."""
        server = Server()
        server.join(200)
        server.ask(VICTIM, b"hi x")
        sent, start = server.ask(VICTIM, b"ul"), server.now
        while server.core.wake < start + 60:
            server.now = server.core.wake
            sent += [payload for payload, to in server.core.tick(server.now) if to == VICTIM]
        self.assertEqual(len(set(sent)), 201)
        self.assertEqual(len(sent), 201)

    def test_many_slow_receivers(self) -> None:
        """However many lists wait for their bytes, a turn looks at those alone that are due."""
        server = Server()
        server.join(200)
        victims = [(f"9.9.{number >> 8}.{number & 255}", 1) for number in range(500)]
        for number, victim in enumerate(victims):
            server.ask(victim, b"hi v%d" % number)
            server.ask(victim, b"ul")
        looked = 0
        serve = server.core.gen1._queue._serve

        def counted(*given: Any) -> bool:
            nonlocal looked
            looked += 1
            return serve(*given)

        server.core.gen1._queue._serve = counted  # type: ignore[assignment,method-assign]
        sent = server.wait(2)
        self.assertGreater(len(sent), 500 * 95)
        self.assertLess(looked, 1.2 * len(sent))

    @many
    @given(
        st.lists(
            st.tuples(
                st.sampled_from([ALICE, BOB, EVE]),
                st.one_of(
                    st.binary(max_size=9),
                    st.sampled_from(
                        [b"hi a", b"hi b", b"by", b"rc r", b"rj r", b"rk", b"ul", b"rl", b"ar a"]
                    ),
                ),
            ),
            max_size=40,
        )
    )
    def test_no_amplification(self, steps: list[tuple[Address, bytes]]) -> None:
        """Who is not registered never gets back more bytes than it sent."""
        server = Server()
        for source, datagram in steps:
            known = {user.address for user in server.core.directory.users.read()}
            sent = server.all(source, datagram)
            for to in {to for _, to in sent} - known:
                self.assertEqual(to, source)
                self.assertLessEqual(sum(len(s) for s, at in sent if at == to), len(datagram))


class Rosters(SynchronousTestCase):
    """Who is told what when a room changes."""

    def test_small(self) -> None:
        """Up to 32 members get the clear and the list at every change."""
        server = Server(rate=0)
        crowd = server.join(31)
        server.ask(ALICE, b"hi alice")
        sent = server.all(ALICE, b"rj lab")
        for member in crowd:
            told = [s for s, to in sent if to == member]
            self.assertEqual(told[0], CLEAR)
            self.assertEqual(len(told), 32)
            self.assertEqual(told[-1], b"rj 192.0.2.1 1000")

    def test_large_join(self) -> None:
        """In a larger room those who are there get the newcomer alone."""
        server = Server(rate=0)
        crowd = server.join(100)
        server.ask(ALICE, b"hi alice")
        sent = server.all(ALICE, b"rj lab") + server.wait(1)
        for member in crowd:
            self.assertEqual([s for s, to in sent if to == member], [b"rj 192.0.2.1 1000"])
        told = [s for s, to in sent if to == ALICE]
        self.assertEqual((told[0], len(told), len(set(told))), (CLEAR, 101, 101))

    def test_large_leave(self) -> None:
        """Many who leave together cost one roster, within a second."""
        server = Server(rate=0)
        crowd = server.join(100)
        sent = [item for user in crowd[:50] for item in server.all(user, b"rk")]
        self.assertFalse([to for _, to in sent if to in crowd[50:]])
        sent = server.wait(1.1)
        for member in crowd[50:]:
            told = [s for s, to in sent if to == member]
            self.assertEqual((told[0], len(told)), (CLEAR, 50))
