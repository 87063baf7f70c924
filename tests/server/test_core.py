"""The room server for generation 1, datagram by datagram."""

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.support.datagram_server import ALICE, BOB, CLEAR, EVE, Server
from tests.support.mixed_server import MixedServer
from tests.support.strategies import many
from twisted_chat.addresses import Address
from twisted_chat.server.bounds import Bounds
from twisted_chat.wire.common import (
    Bare,
    CreateRoom,
    ListRooms,
    RoomReady,
    Verb,
    Welcome,
)
from twisted_chat.wire.gen2.answers import Refused
from twisted_chat.wire.gen2.grounds import Ground
from twisted_chat.wire.gen2.requests import RegisterKey, RoomVerb


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
        """Strangers get a bare `hi` alone, and nothing for what is no message."""
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


class BoundsKept(SynchronousTestCase):
    """What is over a bound: a refusal for the registered, silence for others."""

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
        """A stranger never gets back more bytes than it sent."""
        server = Server()
        for source, datagram in steps:
            known = {user.address for user in server.core.directory.users.read()}
            sent = server.all(source, datagram)
            for to in {to for _, to in sent} - known:
                self.assertEqual(to, source)
                self.assertLessEqual(sum(len(s) for s, at in sent if at == to), len(datagram))


class Renewed(SynchronousTestCase):
    """Bounds that change while the server runs."""

    def test_bounds(self) -> None:
        """The next of everything goes by the new bounds; what is here stays."""
        server = MixedServer(rate=50, burst=1000, users=4)
        anna = server.session("anna", 0, "lab")
        server.core.renew(Bounds(users=1, rooms_per_user=1, rate=1, burst=1), server.now)
        ben = server.link(1)
        self.assertEqual(server.ask(ben, RegisterKey("ben")), [Bare(Verb.HI)])
        server.wait(2)
        many = Refused(RoomVerb.CREATE, "den", Ground.MANY)
        self.assertEqual(server.ask(anna, CreateRoom("den")), [many])
        self.assertEqual(server.ask(anna, ListRooms()), [])
        server.wait(2)
        self.assertEqual(len(server.take(anna)), 2)
        server.core.renew(Bounds(rate=0), server.now)
        self.assertEqual(server.ask(ben, RegisterKey("ben")), [Welcome("ben")])
        self.assertEqual(server.ask(anna, CreateRoom("den")), [RoomReady("den")])

    def test_expiry(self) -> None:
        """What is over by the new bounds goes at once."""
        server = MixedServer(room_ttl=1000)
        server.ask(server.session("anna", 0), CreateRoom("lab"))
        server.wait(10)
        server.core.renew(Bounds(room_ttl=5), server.now)
        server.wait(0.1)
        self.assertEqual(len(server.directory.rooms), 0)
