"""Who finds a way to whom, through routers of every kind, and what is dialled."""

import os
from collections import Counter
from functools import partial
from itertools import product

from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from tests.paths.kinds import MATRIX, Kind, direct
from tests.support.network import FakeNetwork
from tests.support.routers import INSIDE, Router
from tests.support.seekers import SERVER, Meeting, Seeker
from tests.support.strategies import some
from twisted_chat.addresses import Address, is_relayed, relay_address
from twisted_chat.peer.events.paths import Way
from twisted_chat.peer.gen2.path_finder import DIRECT_FIRST, RELAY_AFTER, PathFinder
from twisted_chat.peer.gen2.probe_limits import ProbePlaces
from twisted_chat.peer.whereabouts import Whereabouts
from twisted_chat.wire.gen2.contact import ContactInfo
from twisted_chat.wire.gen2.datagrams import Probe, ProbeKind
from twisted_chat.wire.gen2.pairing import AskCarrying, AskPairing, Pairing, Seen

SMALL, LARGE = "1" * 64, "2" * 64
FOURS = [kind for kind in MATRIX if kind is not Kind.SIX]
KINDS = st.sampled_from(FOURS)


class Seeking(SynchronousTestCase):
    """Two, somewhere, and a server."""

    def setUp(self) -> None:
        self.begin()

    def begin(self, seed: int = 1, *, carries: bool = True) -> None:
        self.clock = Clock()
        self.clock.advance(1000)
        self.network = FakeNetwork(self.clock, seed)
        self.server = Meeting(self.network, carries=carries)

    def seeker(
        self, fingerprint: str, kind: Kind, number: int, router: Router | None = None
    ) -> Seeker:
        """Somebody in a network of this kind, or behind a router that is there already."""
        host = f"198.18.{number}.2"
        if kind is Kind.PUBLIC:
            seeker = Seeker(self.server, fingerprint, own=((host, 7000),))
            self.network.listen(seeker, (host, 7000))
            return seeker
        inside = INSIDE
        if router is not None:
            inside = f"192.168.1.{number}"
        seeker = Seeker(self.server, fingerprint, own=((inside, 7000),))
        if router is None:
            outer: FakeNetwork | Router = self.network
            its = kind
            if kind is Kind.CARRIER:
                outer, its, host = Router(self.network, host, Kind.HOME), Kind.HOME, "100.64.0.2"
            router = Router(outer, host, its, only=SERVER[0])
        self.routers = [*getattr(self, "routers", []), router]
        router.listen(seeker, 7000, inside)
        return seeker

    def meet(self, *kinds: Kind) -> tuple[Seeker, Seeker]:
        """Two in networks of these kinds."""
        one, other = (
            self.seeker(key, kind, number)
            for key, kind, number in zip((SMALL, LARGE), kinds, (1, 2), strict=True)
        )
        one.come(LARGE)
        other.come(SMALL)
        return one, other

    def wait(self, seconds: float) -> None:
        for _ in range(round(seconds * 100)):
            self.clock.advance(0.01)


class Matrix(Seeking):
    """Every kind with every other."""

    def test_all(self) -> None:
        """Those between whom there is a direct way have a link over it at once, in both roles;
        all the others have one over the server a second later."""
        for kinds in product(FOURS, FOURS):
            self.begin()
            both = self.meet(*kinds)
            self.wait(0.5)
            way = Way.DIRECT if direct(*kinds) else Way.NONE
            self.assertEqual([one.way for one in both], [way] * 2, kinds)
            self.wait(1)
            way = Way.DIRECT if direct(*kinds) else Way.RELAYED
            self.assertEqual([one.way for one in both], [way] * 2, kinds)

    def test_no_relay(self) -> None:
        """Where the server does not carry, those who have no direct way have none."""
        for kinds in product(FOURS, FOURS):
            self.begin(carries=False)
            both = self.meet(*kinds)
            self.wait(3)
            way = Way.DIRECT if direct(*kinds) else Way.NONE
            self.assertEqual([one.way for one in both], [way] * 2, kinds)

    def test_behind_one(self) -> None:
        """Two behind one router find each other inside, whether or not it turns back."""
        for hairpin, kind in product((False, True), (Kind.HOME, Kind.SYMMETRIC)):
            self.begin()
            router = Router(self.network, "198.18.1.2", kind, hairpin=hairpin)
            both = [
                self.seeker(SMALL, kind, 2, router),
                self.seeker(LARGE, kind, 3, router),
            ]
            both[0].come(LARGE)
            both[1].come(SMALL)
            self.wait(0.5)
            self.assertEqual([one.way for one in both], [Way.DIRECT] * 2)

    @some
    @given(KINDS, KINDS, st.floats(0, 0.4), st.integers(0, 2**32))
    def test_any_loss(self, one: Kind, other: Kind, loss: float, seed: int) -> None:
        """However much is lost, up to 40 in 100, there is a link soon, and where there can be
        a direct one that is what it is in the end."""
        self.begin(seed)
        both = self.meet(one, other)
        self.wait(0.1)  # What is said to the server is repeated until it has come.
        self.network.loss = loss
        self.wait(70)
        for seeker in both:
            self.assertIn(
                seeker.way, [Way.DIRECT] if direct(one, other) and loss < 0.1 else [*Way][1:]
            )


class Dialled(Seeking):
    """What is dialled, and when."""

    def test_only_what_answers(self) -> None:
        """Nothing is dialled but what has answered a probe, and what stands for the server;
        the one with the larger fingerprint dials nothing."""
        for kinds in product(FOURS, FOURS):
            self.begin()
            one, other = self.meet(*kinds)
            answered: set[Address] = set()
            self.wait(5)
            answered = {
                sent.source for sent in self.network.delivered if sent.payload[:1] == b"\2"
            }
            for _, address in one.dialled:
                self.assertTrue(is_relayed(address) or address in answered, kinds)
            self.assertEqual(other.dialled, [])

    def test_relay_after(self) -> None:
        """The server is asked to carry when there has been no link for a second."""
        one, _ = self.meet(Kind.SYMMETRIC, Kind.SYMMETRIC)
        self.wait(3)
        ((at, address),) = one.dialled
        self.assertTrue(is_relayed(address))
        self.assertLess(abs(at - 1000 - RELAY_AFTER), 0.05)

    def test_direct_first(self) -> None:
        """While a dial to where something has answered may still come to something, the server
        is not asked to carry; after five seconds it is."""
        one, other = self.meet(Kind.HOME, Kind.HOME)
        for seeker in (one, other):
            self.patch(seeker, "reach", partial(_note, seeker))
        self.wait(DIRECT_FIRST - 0.1)
        self.assertEqual([is_relayed(address) for _, address in one.dialled], [False])
        self.wait(0.3)
        self.assertEqual([is_relayed(address) for _, address in one.dialled], [False, True])
        at, _ = one.dialled[1]
        self.assertLess(abs(at - 1000 - DIRECT_FIRST), 0.2)

    def test_direct_only(self) -> None:
        """One who takes nothing over a server asks for nothing of it."""
        host = ("198.18.1.2", 7000)
        one = Seeker(self.server, SMALL, relays=False, own=(host,))
        self.network.listen(one, host)
        other = self.seeker(LARGE, Kind.SERVER_ONLY, 2)
        one.come(LARGE)
        other.come(SMALL)
        self.wait(5)
        self.assertEqual([one.way, one.dialled], [Way.NONE, []])

    def test_better(self) -> None:
        """While the server carries a direct way is looked for, and taken when there is one."""
        one, other = self.meet(Kind.HOME, Kind.HOME)
        self.network.loses = lambda sent: SERVER not in (sent.to, sent.source)
        self.wait(5)
        self.assertEqual([one.way, other.way], [Way.RELAYED] * 2)
        self.network.loses = lambda sent: False
        self.wait(11)
        self.assertEqual([one.way, other.way], [Way.DIRECT] * 2)

    def test_much_later(self) -> None:
        """It is looked for again and again, every few minutes."""
        one, other = self.meet(Kind.HOME, Kind.HOME)
        self.network.loses = lambda sent: SERVER not in (sent.to, sent.source)
        self.wait(120)
        self.network.loses = lambda sent: False
        self.wait(300)
        self.assertEqual([one.way, other.way], [Way.DIRECT] * 2)

    def test_answer_to_the_last(self) -> None:
        """A way that opens just before the last probe of a search is taken too."""
        one, other = self.meet(Kind.HOME, Kind.HOME)
        self.network.loses = lambda sent: SERVER not in (sent.to, sent.source)
        self.wait(50)
        self.network.loses = lambda sent: False
        self.wait(12)
        self.assertEqual([one.way, other.way], [Way.DIRECT] * 2)

    def test_doubted(self) -> None:
        """A link that may be lost is looked after: where the way is open it stays; where it is
        not the server carries after a second, before it is given up; and back again."""
        one, other = self.meet(Kind.HOME, Kind.HOME)
        self.wait(10)
        for seeker in (one, other):
            seeker.doubt()
        self.wait(2)
        self.assertEqual((len(one.linked), one.way, other.way), (1, Way.DIRECT, Way.DIRECT))
        self.network.loses = lambda sent: SERVER not in (sent.to, sent.source)
        for seeker in (one, other):
            seeker.doubt()
        self.wait(1.5)
        self.assertEqual([one.way, other.way], [Way.RELAYED] * 2)
        self.network.loses = lambda sent: False
        self.wait(10)
        self.assertEqual([one.way, other.way], [Way.DIRECT] * 2)

    def test_network_changed(self) -> None:
        """When our own network is another one the direct way is looked for at once."""
        one, other = self.meet(Kind.HOME, Kind.HOME)
        self.network.loses = lambda sent: SERVER not in (sent.to, sent.source)
        self.wait(70)
        self.network.loses = lambda sent: False
        one.finder.changed(self.clock.seconds())
        one._arrange()
        self.wait(2)
        self.assertEqual([one.way, other.way], [Way.DIRECT] * 2)

    def test_lost(self) -> None:
        """A link that is lost is looked for anew; the server carries if the way is closed."""
        one, other = self.meet(Kind.HOME, Kind.HOME)
        self.wait(10)
        for seeker in (one, other):
            seeker.lose()
        self.wait(0.5)
        self.assertEqual([one.way, other.way], [Way.DIRECT] * 2)
        self.network.loses = lambda sent: SERVER not in (sent.to, sent.source)
        for seeker in (one, other):
            seeker.lose()
        self.wait(2)
        self.assertEqual([one.way, other.way], [Way.RELAYED] * 2)

    def test_router_forgets(self) -> None:
        """Where a router has forgotten a host, and gives it another port, both are there again,
        though one of the two believes that its link is good."""
        for kinds in ((Kind.HOME, Kind.HOME), (Kind.HOME, Kind.PUBLIC), (Kind.PUBLIC, Kind.HOME)):
            for loser in (0, 1):
                self.begin()
                self.routers = []
                both = self.meet(*kinds)
                self.wait(10)
                for router in self.routers:
                    router.forget()
                for seeker in both:
                    seeker.say_hello()
                both[loser].lose()
                self.wait(2)
                self.assertEqual([one.way for one in both], [Way.DIRECT] * 2)
                path = both[0].finder.get(LARGE)
                assert path is not None
                self.assertEqual(path.address, both[1].seen)

    def test_of_before(self) -> None:
        """One for whom the server has no introduction is dialled as before."""
        one = self.seeker(SMALL, Kind.PUBLIC, 1)
        self.server.introduce = lambda: None  # type: ignore[method-assign]
        one.come(LARGE)
        self.wait(15)
        self.assertEqual(one.as_before, [LARGE])


def _note(seeker: Seeker, fingerprint: str, address: Address, now: float) -> None:
    """Dial, and let nothing come of it."""
    seeker.dialled.append((now, address))


class Told:
    """What one who looks for ways has had done."""

    def __init__(self) -> None:
        self.sent: list[tuple[float, bytes, Address]] = []
        self.reached: list[Address] = []
        self.asked: list[AskPairing | AskCarrying] = []
        self.gone = False
        """Whether there is no link to the server."""
        self.now = 1000.0

    def probe(self, datagram: bytes, address: Address) -> None:
        self.sent.append((self.now, datagram, address))

    def ask(self, request: AskPairing | AskCarrying) -> bool:
        self.asked.append(request)
        return not self.gone

    def reach(self, fingerprint: str, address: Address, now: float) -> None:
        self.reached.append(address)

    def reach_as_before(self, fingerprint: str, now: float) -> None:
        self.reached.append(("as before", 0))


class HostileServer(SynchronousTestCase):
    """A server that would have its users flood somebody. It knows all secrets, as it makes them,
    and can write any address on a datagram."""

    victim = "203.0.112.9"

    def setUp(self) -> None:
        self.told = Told()
        place = ("198.18.0.2", 8090)
        places = ProbePlaces(Whereabouts(place, [place]), ("198.18.1.2", 7000))
        self.finder = PathFinder("0" * 64, places, self.told, os.urandom, relays=True)
        self.finder.told(Seen(("198.18.1.2", 7000)), 1000.0)

    def pairing(self, number: int, address: Address, *own: Address) -> Pairing:
        """An introduction to the one with this number, who is said to be there."""
        contact = ContactInfo(f"user{number}", f"{number:064x}", *address)
        return Pairing(contact, number.to_bytes(8, "big"), bytes(32), True, own)

    def until(self, end: float) -> None:
        """Let time pass."""
        while self.finder.wake <= end:
            self.told.now = max(self.told.now, self.finder.wake)
            self.finder.tick(self.told.now)
        self.told.now = end

    def most(self, window: float) -> int:
        """Probes within so many seconds, at most."""
        at = [sent for sent, _, _ in self.told.sent]
        return max(sum(start <= one <= start + window for one in at) for start in at)

    def test_many_at_one_host(self) -> None:
        """It names one host for a thousand, each at another port: 20 probes a second go there,
        1,000 in an hour, of 52 bytes, and no QUIC."""
        for number in range(1, 1001):
            self.finder.want(f"{number:064x}", 1000.0)
            self.finder.told(self.pairing(number, (self.victim, 2000 + number)), 1000.0)
        self.until(1100.0)
        self.assertLessEqual(self.most(1.0), 20)
        self.assertLessEqual(len(self.told.sent), 1000)
        self.assertEqual({len(datagram) for _, datagram, _ in self.told.sent}, {52})
        self.assertEqual(self.told.reached, [])

    def test_many_hosts(self) -> None:
        """It names a thousand hosts: 100 probes a second go out."""
        for number in range(1, 1001):
            self.finder.want(f"{number:064x}", 1000.0)
            host = f"203.{number // 250}.{number % 250}.9"
            self.finder.told(self.pairing(number, (host, 4000)), 1000.0)
        self.until(1010.0)
        self.assertLessEqual(self.most(1.0), 100)
        self.assertEqual(self.told.reached, [])

    def test_again_and_again(self) -> None:
        """It introduces one again and again: ten probes a minute go to an address from which
        nothing has come."""
        self.finder.want(f"{1:064x}", 1000.0)
        for step in range(500):
            self.finder.told(self.pairing(1, (self.victim, 4000)), self.told.now)
            self.until(1000.0 + step / 10)
        self.assertEqual(len(self.told.sent), 10)

    def test_many_addresses(self) -> None:
        """It names many addresses of one: four are probed, and those that are claimed only
        where that one is behind the same address as we are."""
        self.finder.want(f"{1:064x}", 1000.0)
        own = tuple((f"192.168.1.{number}", 4000) for number in range(3, 7))
        self.finder.told(self.pairing(1, (self.victim, 4000), *own), 1000.0)
        self.until(1000.1)
        self.assertEqual([to for _, _, to in self.told.sent], [(self.victim, 4000)])
        self.finder.told(self.pairing(1, ("198.18.1.2", 4000), *own), 1010.0)
        self.told.sent.clear()
        self.until(1010.1)
        self.assertEqual(len(self.told.sent), 4)

    def test_claimed(self) -> None:
        """A peer that is reached over the server names many addresses for itself: two of those on
        the internet are probed, ten times in a minute, and nothing is dialled; one that is not
        reached so names none."""
        key = f"{1:064x}"
        claims = tuple((f"203.0.11{number}.9", 4000) for number in range(9))
        private = (("192.168.1.3", 4000), ("203.0.111.1", 80), ("127.0.0.1", 4000))
        self.finder.want(key, 1000.0)
        self.finder.told(self.pairing(1, ("203.0.111.1", 4000)), 1000.0)
        self.finder.claimed(key, claims, 1000.0)
        self.until(1000.1)
        self.assertEqual({to for _, _, to in self.told.sent}, {("203.0.111.1", 4000)})
        self.finder.linked(key, relay_address(bytes(8)), self.told.now, relayed=True)
        for _ in range(20):
            self.finder.claimed(key, (*private, *claims), self.told.now)
            self.until(self.told.now + 1)
        self.until(1060.0)
        self.assertEqual({to for _, _, to in self.told.sent}, {("203.0.111.1", 4000), *claims[:2]})
        self.assertLessEqual(len(self.told.sent), 30)
        self.assertEqual(self.told.reached, [])

    def test_invented_probes(self) -> None:
        """It sends probes in the victim's name: nothing is dialled there, as nothing there
        answers what it was asked, and little goes there, no more than came from there."""
        self.finder.want(f"{1:064x}", 1000.0)
        self.finder.told(self.pairing(1, ("203.0.111.1", 4000)), 1000.0)
        for step in range(2000):
            number, source = step.to_bytes(8, "big"), (self.victim, 5000 + step % 50)
            for kind in ProbeKind:
                probe = Probe(kind, (1).to_bytes(8, "big"), True, number, None)
                self.finder.received(probe.encode(bytes(32)), source, self.told.now)
            self.until(1000.0 + step / 100)
        there = [sent for sent in self.told.sent if sent[2][0] == self.victim]
        self.assertEqual(self.told.reached, [])
        self.assertLessEqual(len(there), 20 * 30)
        answers = [sent for sent in there if sent[1][:1] == b"\2"]
        self.assertLessEqual(len(answers), 10 * 20)

    def test_wrong_secret(self) -> None:
        """Others, who do not know the secret, get no answer, and nor do those from whom we
        have parted, or our own probes that come back."""
        self.finder.want(f"{1:064x}", 1000.0)
        self.finder.told(self.pairing(1, ("203.0.111.1", 4000)), 1000.0)
        tag, source = (1).to_bytes(8, "big"), ("203.0.111.1", 4000)
        for secret, larger in ((b"\1" * 32, True), (bytes(32), False)):
            probe = Probe(ProbeKind.PROBE, tag, larger, bytes(8), None).encode(secret)
            self.finder.received(probe, source, 1000.0)
        self.finder.received(b"\1", source, 1000.0)
        self.assertEqual(self.told.sent, [])
        right = Probe(ProbeKind.PROBE, tag, True, bytes(8), None).encode(bytes(32))
        self.finder.received(right, source, 1000.0)
        self.assertEqual(len(self.told.sent), 1)
        self.assertEqual(len(self.told.sent[0][1]), len(right))
        self.finder.part(f"{1:064x}")
        self.finder.received(right, source, 1000.1)
        self.assertEqual(len(self.told.sent), 1)

    def test_unknown(self) -> None:
        """It introduces very many whom it never names: so many are kept, and nothing is sent."""
        for number in range(1, 3000):
            self.finder.told(self.pairing(number, (self.victim, 4000)), 1000.0)
        self.until(1010.0)
        self.assertEqual(self.told.sent, [])
        self.finder.want(f"{1:064x}", 1010.0)
        self.assertIsNone(self.finder.get(f"{1:064x}").search)  # type: ignore[union-attr]
        self.finder.want(f"{2999:064x}", 1010.0)
        self.assertIsNotNone(self.finder.get(f"{2999:064x}").search)  # type: ignore[union-attr]

    def test_never_answers(self) -> None:
        """It answers nothing: those who want a way are dialled as before, eight asked about at
        a time."""
        for number in range(1, 21):
            self.finder.want(f"{number:064x}", 1000.0)
        self.until(1005.0)
        self.assertEqual(len(self.told.asked), 8)
        self.until(1035.0)
        self.assertEqual(len(self.told.reached), 20)

    def test_too_much_to_probe(self) -> None:
        """It names one host for so many that most are left out, and is gone: they are looked at
        again every five seconds, and not at once without end."""
        for number in range(1, 1001):
            self.finder.told(self.pairing(number, (self.victim, 4000 + number)), 1000.0)
            self.finder.want(f"{number:064x}", 1000.0)
        self.told.gone = True
        moments: Counter[float] = Counter()
        while self.finder.wake <= 1030.0 and moments[self.finder.wake] < 100:
            moments[self.finder.wake] += 1
            self.finder.tick(self.finder.wake)
        self.assertGreater(self.finder.wake, 1030.0)
        self.assertLess(moments.most_common(1)[0][1], 10)
