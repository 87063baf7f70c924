"""Who finds a way to whom, through routers of every kind, and what is dialled."""

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
from twisted_chat.addresses import Address, is_relayed
from twisted_chat.peer.events.paths import Way
from twisted_chat.peer.gen2.paths.peer_path import DIRECT_FIRST, RELAY_AFTER

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

    def test_answering(self) -> None:
        """A router that takes what comes unasked for its own concern keeps nobody apart between
        whom there is a way, whichever of the two hears first of the other."""
        for kind, late in product([*FOURS, Kind.ANSWERING], (SMALL, LARGE)):
            for kinds in ((Kind.ANSWERING, kind), (kind, Kind.ANSWERING)):
                self.begin()
                self.server.late[late] = 0.02
                both = self.meet(*kinds)
                self.wait(0.5)
                way = Way.DIRECT if direct(*kinds) else Way.NONE
                self.assertEqual([one.way for one in both], [way] * 2, (kinds, late))

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

    def test_validated(self) -> None:
        """The one with the larger fingerprint lets in at once whoever dials from where a probe of
        its own was answered, and over the server, and nobody else."""
        for kinds in product(FOURS, FOURS):
            self.begin()
            one, other = self.meet(*kinds)
            self.wait(5)
            self.assertEqual(one.validated, [])
            answers = {sent.source for sent in self.network.delivered if sent.payload[:1] == b"\2"}
            validated = {address for _, address in other.validated}
            over_server = {address for address in validated if is_relayed(address)}
            self.assertEqual(len(over_server), 1)
            self.assertLessEqual(validated - over_server, answers, kinds)
            self.assertEqual(len(validated) > 1, one.way is Way.DIRECT, kinds)

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
