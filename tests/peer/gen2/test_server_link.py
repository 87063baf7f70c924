"""Getting a link to a server, at one address or several, and getting it back."""

from typing import TypeVar

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.peer.keyed import SERVER, Chatter, KeyedWorld, Known, Remembered, key_of
from tests.support.fake_server import FakeServer
from tests.support.links import Node
from tests.support.strategies import many
from twisted_chat.addresses import Address
from twisted_chat.links import CloseLink, Dial, Link
from twisted_chat.moments import NEVER
from twisted_chat.peer.backoff import FIRST, STEADY
from twisted_chat.peer.effects import Effects, Send
from twisted_chat.peer.events.server import (
    NoEncryptedLink,
    NoServer,
    ServerAwaited,
    ServerAway,
)
from twisted_chat.peer.gen2.attempts import STAGGER
from twisted_chat.peer.gen2.known_keys import Trust
from twisted_chat.peer.gen2.link_state import LinkState
from twisted_chat.peer.gen2.server_link import ServerLink
from twisted_chat.peer.gen2.tries import DIALS, FIRST_CONTACT, PROBE, PROBES
from twisted_chat.peer.patience import SCRIPT
from twisted_chat.peer.whereabouts import Whereabouts
from twisted_chat.wire.common import Bare, ListRooms, ListUsers, Verb
from twisted_chat.wire.gen1 import RoomListed
from twisted_chat.wire.gen2.growth import OF_USERS, Can

E = TypeVar("E")

PLACE = ("chat.example", 8090)
DEAD = ("2001:db8::1", 8090)
ELSEWHERE = ("192.0.2.2", 8090)


class Servers(SynchronousTestCase):
    """A server that a name leads to."""

    def setUp(self) -> None:
        self.world = KeyedWorld()
        self.memory = Remembered()

    def start(self, addresses: list[Address], *, wait: float = 1.5) -> Chatter:
        server = Whereabouts(PLACE, addresses)
        return self.world.chatter("alice", memory=self.memory, server=server, wait=wait)

    def test_dead_first_address(self) -> None:
        """An address that does not answer costs a quarter of a second, at each step."""
        for _ in ("unknown", "known"):
            alice = self.start([DEAD, SERVER], wait=2 * STAGGER + 0.2)
            self.assertIn("> you are alice; $help shows what you can do", alice.lines)

    def test_several_answer(self) -> None:
        """One link is used, and the others are closed before anything is said on them."""
        server = FakeServer()
        second = self.world.network.add(Node(key_of("server"), ELSEWHERE, server))
        self.memory.trust_server(PLACE, key_of("server"))
        self.world.network.delay = STAGGER
        alice = self.start([ELSEWHERE, SERVER], wait=5)
        links = [
            link
            for node in (second, self.world.server)
            for link in self.world.network.between(alice.node, node)
        ]
        self.assertEqual(len(links), 1)
        self.assertEqual(len(server.asked) + len(self.world.fake_server.asked), 1)

    def test_remembered_under_both(self) -> None:
        """The key is remembered under what was typed and under the address."""
        self.start([SERVER])
        for place in (PLACE, SERVER):
            self.assertEqual(self.memory.server(place), Known(key_of("server")))

    def test_known_elsewhere(self) -> None:
        """A name that leads to another address with the same key is no first time."""
        self.memory.trust_server(PLACE, key_of("server"))
        alice = self.start([SERVER])
        self.assertEqual(alice.lines, ["> you are alice; $help shows what you can do"])
        self.assertEqual(self.memory.server(SERVER), Known(key_of("server")))

    def test_file_of_before(self) -> None:
        """A server that is known by its address only is known by its name too from now on."""
        self.memory.trust_server(SERVER, key_of("server"))
        alice = self.start([SERVER])
        self.assertEqual(alice.lines, ["> you are alice; $help shows what you can do"])
        self.assertEqual(self.memory.server(PLACE), Known(key_of("server")))

    def test_changed_under_either(self) -> None:
        """A key that contradicts the name's, or the address's, is refused and shown."""
        for place in (PLACE, SERVER):
            self.setUp()
            self.memory.trust_server(PLACE, key_of("server"))
            self.memory.trust_server(place, key_of("another"))
            alice = self.start([SERVER], wait=30)
            where = "chat.example:8090 (192.0.2.1:8090)"
            self.assertEqual(len(alice.told(f"THE KEY OF THE SERVER AT {where} IS NOT")), 1)
            self.assertEqual(alice.node.said, [])
            alice.type("$trust server")
            self.assertIn("> you are alice; $help shows what you can do", alice.lines)
            for known in (PLACE, SERVER):
                self.assertEqual(self.memory.server(known), Known(key_of("server")))

    def test_impostor_at_one_address(self) -> None:
        """Somebody else at one of the addresses keeps nobody from the right one."""
        self.world.network.add(Node(key_of("impostor"), ELSEWHERE, FakeServer()))
        self.memory.trust_server(PLACE, key_of("server"))
        alice = self.start([ELSEWHERE, SERVER])
        self.assertEqual(alice.lines, ["> you are alice; $help shows what you can do"])

    def test_moved(self) -> None:
        """When the server is gone its name is looked up again, and it is found elsewhere."""
        alice = self.start([SERVER])
        self.world.kill_server()
        self.world.network.resolved = lambda place: [ELSEWHERE]
        server = FakeServer()
        self.world.network.add(Node(key_of("server"), ELSEWHERE, server))
        self.world.wait(40)
        self.assertIn("alice", server.links)
        self.assertEqual(len(alice.told("the server is back")), 1)
        self.assertEqual(alice.told("first time")[1:], [])

    def test_not_looked_up(self) -> None:
        """An address is not looked up."""
        alice = self.world.chatter("alice")
        self.world.kill_server()
        asked: list[Address] = []
        self.world.network.resolved = lambda place: asked.append(place) or []  # type: ignore[func-returns-value]
        self.world.wait(60)
        self.assertTrue(alice.told("does not answer"))
        self.assertEqual(asked, [])


class LinkCase(SynchronousTestCase):
    """A link to a server alone."""

    def setUp(self) -> None:
        self.make()

    def make(self, *, known: bool = False, patient: bool = True, pinned: str = "") -> None:
        """Begin with a server whose key is known, or not."""
        self.effects = Effects()
        self.memory = Remembered()
        if known:
            self.memory.trust_server(SERVER, key_of("server"))
        self.changes: list[Link | None] = []
        self.gen1: list[bool] = []
        self.link = ServerLink(
            Whereabouts(SERVER),
            Trust(self.memory, key_of("alice"), self.effects.tell),
            self.effects,
            lambda now: self.changes.append(self.link.link),
            lambda chosen, now: self.gen1.append(chosen),
            pinned=pinned,
            patient=patient,
            can=Can(OF_USERS),
        )

    def did(self, kind: type[E]) -> list[E]:
        """What was done of this kind since anything was asked for."""
        return [one for one in self.effects.take() if isinstance(one, kind)]

    def open(self, now: float, key: str = "server") -> Link:
        """A link comes up."""
        link = Link(key_of(key), SERVER, True)
        self.link.opened(link, now)
        return link

    def in_vain(self, now: float, found: str = "") -> None:
        """The dial that is under way comes to nothing."""
        self.link.dial_failed(SERVER, found, now)

    def assert_state(self, state: LinkState, deadline: float) -> None:
        self.assertEqual((self.link.state, self.link._deadline), (state, deadline))


class States(LinkCase):
    """Each state, and what its deadline brings."""

    def test_asked(self) -> None:
        """Somebody unknown is asked three times, then later again; a late answer counts."""
        self.link.start(0.0)
        for number in range(PROBES):
            now = number * PROBE
            self.link.tick(now)
            self.assertEqual(self.did(Send), [Send(ListRooms(), SERVER)])
            self.assert_state(LinkState.ASKING, now + PROBE)
        self.link.tick(now + PROBE)
        self.assert_state(LinkState.UNANSWERED, now + PROBE + FIRST)
        self.assertTrue(self.link.told_away)
        self.assertEqual(self.did(ServerAwaited), [ServerAwaited("192.0.2.1:8090", False, True)])
        self.link.answers_plainly(Bare(Verb.HI), SERVER, 2.0)
        self.assert_state(LinkState.DIALLING, 2.0 + FIRST_CONTACT)
        self.assertEqual(self.did(Dial), [Dial(SERVER, "", watch=True)])

    def test_asked_again(self) -> None:
        """Where nothing was answered it begins anew, without an encrypted link that failed."""
        self.link.start(0.0)
        for _ in range(PROBES):
            self.link.tick(self.link.wake)
        self.effects.take()
        self.link.tick(self.link._deadline)
        self.assertIs(self.link.state, LinkState.ASKING)
        self.assertEqual(len(self.did(Send)), 1)

    def test_network_changed(self) -> None:
        """It does not wait any longer where the network is another one, unless another
        program has the key."""
        self.make(known=True)
        self.link.start(0.0)
        self.open(1.0)
        self.link.lost(2.0)
        self.link.retry(2.0)
        self.link.network_changed(2.1)
        self.assertIs(self.link.state, LinkState.DIALLING)
        self.open(3.0)
        self.link.network_changed(3.1)
        self.assertIs(self.link.state, LinkState.OPEN)
        self.link.displaced(30.0, 4.0)
        self.link.network_changed(5.0)
        self.assert_state(LinkState.WAITING, 34.0)

    def test_dialled(self) -> None:
        """One whose key is known is dialled; if no link comes up in time, it is asked."""
        self.make(known=True)
        self.link.start(0.0)
        self.assert_state(LinkState.DIALLING, FIRST_CONTACT)
        self.assertTrue(self.link.dials(SERVER, key_of("server")))
        self.link.tick(FIRST_CONTACT)
        self.assertIs(self.link.state, LinkState.ASKING)
        self.assertFalse(self.link.dials(SERVER, key_of("server")))

    def test_no_link(self) -> None:
        """A server that says `hi` and cannot be linked to is dialled twice, then the person is
        asked, and decides on generation 1; there is no need of a link then."""
        self.link.start(0.0)
        for time in range(DIALS):
            self.link.answers_plainly(Bare(Verb.HI), SERVER, 0.0)
            if time:
                self.assertIs(self.link.state, LinkState.WAITING)
                self.link.tick(self.link._deadline)
            self.assertFalse(self.link.in_question)
            self.in_vain(0.0)
        self.link.answers_plainly(Bare(Verb.HI), SERVER, 9.0)
        self.assertTrue(self.link.in_question)
        self.assertEqual(len(self.did(NoEncryptedLink)), 1)
        self.link.trust(9.0)
        self.assertEqual((self.link.state, self.gen1), (LinkState.UNENCRYPTED, [True]))
        link = self.open(9.0)
        self.assertEqual(self.did(CloseLink), [CloseLink(link, "there is no need of this link")])
        self.assertEqual(self.link.wake, NEVER)

    def test_generation_1(self) -> None:
        """One that answers as the original does is spoken to as that, if it never had a key."""
        self.link.start(0.0)
        self.link.answers_plainly(RoomListed("lab"), SERVER, 0.1)
        self.assertEqual((self.link.state, self.gen1), (LinkState.UNENCRYPTED, [False]))
        self.make(known=True)
        self.link.start(0.0)
        self.in_vain(0.0)
        self.link.answers_plainly(RoomListed("lab"), SERVER, 0.1)
        self.assertEqual((self.link.state, self.gen1), (LinkState.WAITING, []))
        self.make(known=True, patient=False)
        self.link.start(0.0)
        self.in_vain(0.0)
        self.link.answers_plainly(RoomListed("lab"), SERVER, 0.1)
        self.assertEqual((self.link.state, self.gen1), (LinkState.OVER, []))

    def test_unasked(self) -> None:
        """An answer to what was not asked is none."""
        self.make(known=True)
        self.link.start(0.0)
        self.link.answers_plainly(RoomListed("lab"), SERVER, 0.1)
        self.assertEqual((self.link.state, self.gen1), (LinkState.DIALLING, []))

    def test_refused(self) -> None:
        """Another key waits for the person, who may take it; then it is dialled as that."""
        self.make(known=True)
        self.link.start(0.0)
        link = self.open(0.0, "impostor")
        self.assertIn(CloseLink(link, "this is not the key that I know"), self.did(CloseLink))
        self.assert_state(LinkState.REFUSED, NEVER)
        self.assertEqual((self.link.wake, self.changes), (NEVER, []))
        self.link.trust(60.0)
        self.assertEqual(self.did(Dial), [Dial(SERVER, key_of("impostor"), watch=True)])
        self.assert_state(LinkState.DIALLING, 60.0 + FIRST_CONTACT)

    def test_found_another(self) -> None:
        """Another key that was found in place of a link is refused as well."""
        self.make(known=True)
        self.link.start(0.0)
        self.in_vain(0.0, key_of("impostor"))
        self.assertIs(self.link.state, LinkState.REFUSED)

    def test_refused_for_good(self) -> None:
        """It is the end of a script, and of the first contact with a pinned key; one that
        was there already with this key is tried on."""
        self.make(known=True, patient=False)
        self.link.start(0.0)
        self.open(0.0, "impostor")
        self.assertIs(self.link.state, LinkState.OVER)
        self.make(pinned=key_of("server"))
        self.link.start(0.0)
        self.open(0.0, "impostor")
        self.assertIs(self.link.state, LinkState.OVER)
        self.make(pinned=key_of("server"))
        self.link.start(0.0)
        self.open(0.0)
        self.link.lost(1.0)
        self.link.retry(1.0)
        self.open(2.0, "impostor")
        self.assertIs(self.link.state, LinkState.WAITING)

    def test_one_at_a_time(self) -> None:
        """A second link is closed, and the first stays."""
        self.make(known=True)
        self.link.start(0.0)
        first, second = self.open(0.0), self.open(0.0)
        self.assertEqual(self.did(CloseLink), [CloseLink(second, "there is no need of this link")])
        self.assertEqual((self.link.link, self.changes), (first, [first]))

    def test_overdue(self) -> None:
        """A link over which no answer comes is ended, and what was asked has none."""
        self.make(known=True)
        self.link.start(0.0)
        link = self.open(0.0)
        answers: list[object] = []
        self.link.requests.ask(ListUsers(), lambda told, now: answers.append(told), 5.0)
        self.effects.take()
        while self.link.wake < 15.0:  # It is told that the answer is late.
            self.link.tick(self.link.wake)
        self.assertEqual(self.link.wake, 15.0)
        self.link.tick(14.9)
        self.assertIs(self.link.link, link)
        self.link.tick(15.0)
        self.assertEqual(self.did(CloseLink), [CloseLink(link, "no answer")])
        self.assertEqual((answers, self.changes, self.link.wake), ([None], [link, None], NEVER))

    def test_backoff(self) -> None:
        """Ever longer is waited, and as short as at first after a link that has lasted."""
        self.make(known=True)
        self.link.start(0.0)
        for lasted, waits in ((1.0, FIRST), (1.0, 2 * FIRST), (STEADY, FIRST)):
            self.open(0.0)
            self.link.lost(lasted)
            self.link.retry(lasted)
            self.assert_state(LinkState.WAITING, lasted + waits)

    def test_away(self) -> None:
        """That a server that was there is gone is told once, until it is back."""
        self.make(known=True)
        self.link.start(0.0)
        self.open(0.0)
        self.link.lost(1.0)
        self.link.retry(1.0)
        for _ in range(2):
            self.link.tick(self.link.wake)
            self.in_vain(5.0)
            self.assertIs(self.link.state, LinkState.WAITING)
        self.assertEqual(len(self.did(ServerAway)), 1)
        self.link.forget_away()
        self.assertFalse(self.link.told_away)

    def test_stopped(self) -> None:
        """Nothing is due any more."""
        self.link.start(0.0)
        self.link.stop()
        self.assert_state(LinkState.IDLE, NEVER)
        self.assertEqual(self.link.wake, NEVER)

    def test_script(self) -> None:
        """A script gives up after a while, and says whether there was a server at all."""
        for answers in (False, True):
            self.make(patient=False)
            self.link.start(0.0)
            if answers:
                self.link.answers_plainly(Bare(Verb.HI), SERVER, 0.0)
            while self.link.wake < SCRIPT:
                self.link.tick(self.link.wake)
            self.assertIsNot(self.link.state, LinkState.OVER)
            self.link.tick(SCRIPT)
            self.assertIs(self.link.state, LinkState.OVER)
            kinds = [type(one) for one in self.effects.take()]
            self.assertIn(NoEncryptedLink if answers else NoServer, kinds)
            self.assertNotIn(NoServer if answers else NoEncryptedLink, kinds)


class Anything(LinkCase):
    """Whatever happens in which order."""

    @many
    @given(
        st.booleans(),
        st.booleans(),
        st.lists(
            st.sampled_from(
                ["tick", "right", "wrong", "lost", "failed", "found", "hi", "plain", "trust"]
            ),
            max_size=30,
        ),
    )
    def test_table(self, known: bool, patient: bool, steps: list[str]) -> None:
        """Every state is one that may come then, and what is over stays that."""
        self.make(known=known, patient=patient)
        self.link.start(0.0)
        now = 0.0
        for step in steps:
            before = self.link.state
            if before in (LinkState.OVER, LinkState.UNENCRYPTED):
                self.assertEqual(self.link.wake, NEVER)
            elif step == "tick" and self.link.wake < NEVER:
                now = max(now, self.link.wake)
                self.link.tick(now)
            elif step == "lost" and self.link.link is not None:
                self.link.lost(now)
                self.link.retry(now)
            elif step in ("failed", "found"):
                for fingerprint in ("", key_of("server"), key_of("impostor")):
                    if self.link.dials(SERVER, fingerprint):
                        self.in_vain(now, key_of("impostor") if step == "found" else "")
            elif step == "hi":
                self.link.answers_plainly(Bare(Verb.HI), SERVER, now)
            elif step == "plain":
                self.link.answers_plainly(RoomListed("lab"), SERVER, now)
            elif step == "trust" and self.link.in_question:
                self.link.trust(now)
            elif step in ("right", "wrong"):
                self.open(now, "server" if step == "right" else "impostor")
            self.assertGreaterEqual(self.link.wake, now)
            self.assertIs(self.link.link is not None, self.link.state is LinkState.OPEN)
