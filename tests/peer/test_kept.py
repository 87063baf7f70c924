"""What is said by and to peers that keep it: nothing is acknowledged that is not kept, and what is
owed outlives them."""

from twisted.trial.unittest import SynchronousTestCase

from tests.peer.keyed import Chatter, KeyedWorld
from tests.support.kept import MemoryKeeper
from twisted_chat.links import SendFrames
from twisted_chat.peer.gen2.inbox import MAX_HELD
from twisted_chat.peer.gen2.outboxes import _slot
from twisted_chat.store.queries import SearchQuery
from twisted_chat.store.reader import StoreReader
from twisted_chat.store.state import StoreState


def kept(keeper: MemoryKeeper, words: str = "hello") -> list[str]:
    """The texts with these words that are in a store."""
    found = StoreReader(keeper.file.connection).answer(SearchQuery(words, None, 100))
    return [line.text for line in found.lines]


class KeptTestCase(SynchronousTestCase):
    """Alice and bob, each with a store, in a room."""

    def setUp(self) -> None:
        self.world = KeyedWorld()
        self.stores = {name: MemoryKeeper() for name in ("alice", "bob")}
        self.alice, self.bob = self.start("alice"), self.start("bob")
        self.alice.type("$roomcreate lab")
        self.bob.type("$roomjoin lab")

    def start(self, name: str, *, patient: bool = True) -> Chatter:
        """Start somebody, with the store that they had."""
        return self.world.chatter(name, keeper=self.stores[name], patient=patient)

    def kill(self, one: Chatter) -> None:
        """End somebody at once; what was not written is lost."""
        self.world.network.kill(one.node)
        keeper = one.node.keeper
        assert keeper is not None
        keeper.waiting.clear()
        keeper.slow = False

    def acknowledged(self, one: Chatter) -> list[bytes]:
        """What somebody has acknowledged."""
        return [message for _, message in one.node.said if message.startswith(b"ok ")]


class Storing(KeptTestCase):
    """When something counts as said, and as heard."""

    def test_both(self) -> None:
        """What was said is in both stores, once, and owed to nobody."""
        self.alice.type("hello there")
        self.assertEqual(self.bob.told("hello"), ["< alice: hello there"])
        for keeper in self.stores.values():
            self.assertEqual(kept(keeper), ["hello there"])
            self.assertEqual(keeper.file.read().owed, ())

    def test_not_acknowledged(self) -> None:
        """What is shown and not stored is not acknowledged, until it is."""
        self.stores["bob"].slow = True
        self.alice.type("hello", wait=3)
        self.assertEqual(self.bob.told("hello"), ["< alice: hello"])
        self.assertEqual(self.acknowledged(self.bob), [])
        self.assertEqual(len(self.alice.told("bob has not got")), 1)
        self.world.network.written(self.bob.node)
        self.world.wait(0.5)
        self.assertEqual(len(self.acknowledged(self.bob)), 1)
        self.assertEqual(self.stores["alice"].file.read().owed, ())

    def test_not_said(self) -> None:
        """A line goes to nobody before it is in the author's store."""
        self.stores["alice"].slow = True
        self.alice.type("hello")
        self.assertEqual(self.alice.words_to(self.bob), [])
        self.world.network.written(self.alice.node)
        self.world.wait(0.5)
        self.assertEqual(self.bob.told("hello"), ["< alice: hello"])

    def test_died_between(self) -> None:
        """One who dies between storing and acknowledging shows it once, and acknowledges it when
        it comes again."""
        self.stores["bob"].slow = True
        self.alice.type("hello")
        self.stores["bob"].write_all()
        self.kill(self.bob)
        self.bob = self.start("bob")
        self.bob.type("$roomjoin lab", wait=3)
        (line,) = self.bob.told("alice: hello")
        self.assertTrue(line.startswith("> "), line)  # As what was said before.
        self.assertEqual(self.stores["alice"].file.read().owed, ())
        self.assertEqual(kept(self.stores["bob"]), ["hello"])

    def test_died_before(self) -> None:
        """One who dies before something is stored gets it again."""
        self.stores["bob"].slow = True
        self.alice.type("hello")
        self.kill(self.bob)
        self.bob = self.start("bob")
        self.bob.type("$roomjoin lab", wait=3)
        self.assertEqual(self.bob.told("< alice: hello"), ["< alice: hello"])
        self.assertEqual(kept(self.stores["bob"]), ["hello"])

    def test_ignored(self) -> None:
        """What is not shown is not kept, but acknowledged."""
        self.bob.type("$ignore alice")
        self.alice.type("hello", wait=3)
        self.assertEqual(kept(self.stores["bob"]), [])
        self.assertEqual(self.alice.told("has not got"), [])


class Owing(KeptTestCase):
    """What waits for those who are away."""

    def test_author_restarts(self) -> None:
        """What has not arrived when its author is killed arrives when both meet again."""
        self.world.network.kill(self.bob.node)
        self.alice.type("hello one", "hello two", wait=0.1)
        self.kill(self.alice)
        self.alice = self.start("alice")
        self.alice.type("$roomjoin lab")
        self.bob = self.start("bob")
        self.bob.type("$roomjoin lab", wait=3)
        self.assertEqual(self.bob.told("< alice"), ["< alice: hello one", "< alice: hello two"])
        self.alice.type("hello three")
        self.assertEqual(self.bob.told("three"), ["< alice: hello three"])
        self.assertEqual(self.stores["alice"].file.read().owed, ())

    def test_receiver_restarts(self) -> None:
        """What was said while somebody was away waits, which is told once they are gone."""
        self.world.network.kill(self.bob.node)
        self.alice.type("hello one", wait=120)
        self.assertEqual(self.alice.told("never got"), [])
        self.bob = self.start("bob")
        self.bob.type("$roomjoin lab", wait=3)
        (line,) = self.bob.told("< alice")
        when = r"\(2001-09-09 [0-9:]{5}\)"
        self.assertRegex(line, f"^< alice {when}: hello one$")

    def test_outbox(self) -> None:
        """What is owed is shown, while its author runs and when it is started anew."""
        self.assertEqual(self.alice.type("$outbox"), ["> all has arrived that you have said"])
        self.world.network.kill(self.bob.node)
        self.alice.type("hello one", "hello two", wait=0.1)
        self.assertIn("2 lines still to arrive at bob since", self.alice.type("$outbox")[0])
        self.world.wait(120)
        self.assertIn("2 lines still to arrive at bob since", self.alice.type("$outbox")[0])
        self.kill(self.alice)
        self.alice = self.start("alice")
        self.assertEqual(len(self.alice.told("2 lines still to arrive at bob since")), 1)
        self.assertIn("2 lines still to arrive at bob since", self.alice.type("$outbox")[0])
        self.kill(self.alice)
        self.alice = self.start("alice", patient=False)  # A script is told what it asks for.
        self.assertEqual(self.alice.told("still to arrive"), [])
        self.bob = self.start("bob")
        for one in (self.alice, self.bob):
            one.type("$roomjoin lab", wait=10)
        self.assertEqual(len(self.bob.told("hello")), 2)
        self.kill(self.alice)
        self.assertEqual(self.start("alice").told("arrive"), [])

    def test_other_room(self) -> None:
        """What was said to a room waits until both are there again: it does not come elsewhere."""
        self.world.network.kill(self.bob.node)
        self.alice.type("hello lab", wait=0.1)
        self.kill(self.alice)
        self.alice, self.bob = self.start("alice"), self.start("bob")
        self.alice.type("$roomcreate den")
        self.bob.type("$roomjoin den", wait=3)
        self.assertEqual(self.bob.told("hello"), [])
        for one in (self.alice, self.bob):
            one.type("$roomjoin lab", wait=3)
        self.assertEqual(len(self.bob.told("hello lab")), 1)

    def test_another_key(self) -> None:
        """What was said to one who left without a word is not for whoever has their name now."""
        self.world.network.kill(self.bob.node)
        self.world.wait(3)
        self.alice.type("hello bob", wait=3)
        self.world.kill_server()  # It forgets whose name that was.
        self.world.wait(3)
        self.world.start_server()
        self.world.wait(60)
        other = self.world.chatter("bob", key="another")
        other.type("$roomjoin lab", wait=3)
        self.alice.type("$trust bob", "and now", wait=3)
        self.assertEqual(other.told("< alice"), ["< alice: and now"])

    def test_forgotten_between(self) -> None:
        """What was forgotten of several rooms whose words share an epoch has nothing of the
        others lost, or come twice, where what had arrived was not acknowledged."""
        names = map("den{}".format, range(99))
        other = next(name for name in names if _slot(name) == _slot("lab"))
        self.alice.type(f"$roomcreate {other}")
        for one in (self.alice, self.bob):
            one.type(f"$roomjoin {other}", wait=2)
        self.stores["bob"].slow = True
        for number in range(3):
            for room in ("lab", other):
                self.alice.type(f"$to {room}", f"hello {room} {number}", wait=0.05)
        self.alice.type("$forget lab")
        self.stores["bob"].write_all()
        for one in (self.bob, self.alice):
            self.kill(one)
        self.bob, self.alice = self.start("bob"), self.start("alice")
        for _ in range(2):
            for one in (self.alice, self.bob):
                one.type(f"$roomjoin {other}", wait=5)
            self.alice.type("hello after", wait=5)
            self.assertEqual(self.stores["alice"].file.read().owed, ())
            self.kill(self.alice)
            self.alice = self.start("alice")
        expected = [f"hello {other} {number}" for number in range(3)] + ["hello after"] * 2
        found = [line for line in kept(self.stores["bob"], "hello") if "lab" not in line]
        self.assertEqual(sorted(found), sorted(expected))

    def test_holds_up_nothing(self) -> None:
        """What waits for one to be in a room again holds up nothing that is for them elsewhere,
        whether it was said before or afterwards, and its author may have been started anew."""
        self.world.network.kill(self.bob.node)
        self.alice.type("hello lab", wait=0.1)
        self.alice.type("$msg bob psst", wait=0.1)
        self.kill(self.alice)
        self.alice, self.bob = self.start("alice"), self.start("bob")
        self.alice.type("$roomcreate den")
        self.bob.type("$roomjoin den", wait=3)
        self.alice.type("hello den")
        self.alice.type("$msg bob again", wait=3)
        self.assertEqual(
            sorted(self.bob.told("< alice")),
            ["< alice privately: again", "< alice privately: psst", "< alice: hello den"],
        )
        for one in (self.alice, self.bob):
            one.type("$roomjoin lab", wait=3)
        self.assertEqual(self.bob.told("hello lab"), ["< alice: hello lab"])

    def test_not_kept_at_end(self) -> None:
        """Where it is kept in memory only, what has not arrived at the end is lost, and told."""
        network = self.world.network
        session = self.alice.session
        network.carry_out(self.alice.node, session.store_is(StoreState.IN_MEMORY, "", network.now))
        self.world.network.kill(self.bob.node)
        self.alice.type("hello", wait=0.1)
        self.alice.type("$quit", wait=15)
        self.assertEqual(len(self.alice.told("got one line")), 1)

    def test_kept_at_end(self) -> None:
        """One who quits is told what waits, and for whom."""
        self.world.network.kill(self.bob.node)
        self.alice.type("hello", wait=0.1)
        self.alice.type("$quit", wait=15)
        self.assertEqual(
            self.alice.told("when you meet again"),
            ['> bob gets one line, from "hello" on, when you meet again'],
        )


class Lying(KeptTestCase):
    """A member who says what nobody says."""

    def test_large_numbers(self) -> None:
        """Numbers for which a store has no place end the link, and what others say is stored."""
        mallory = self.world.chatter("mallory")
        mallory.type("$roomjoin lab")
        network = self.world.network
        for said in (b"ok %d 1", b"ok 1 %d", b"msg #lab %d 1 5 x", b"msg #lab 1 %d 5 x"):
            (link,) = network.between(mallory.node, self.bob.node)
            network.carry_out(mallory.node, [SendFrames(link, [said % 2**63])])
            self.world.wait(0.1)
            self.assertNotIn(link, network.links())
            self.world.wait(60)
        self.alice.type("hello", wait=3)
        self.assertEqual(kept(self.stores["bob"]), ["hello"])
        self.assertEqual(self.stores["alice"].file.read().owed, ())

    def test_faster_than_written(self) -> None:
        """What is shown while nothing can be written is bounded, whoever says it."""
        mallory = self.world.chatter("mallory")
        mallory.type("$roomjoin lab")
        self.stores["bob"].slow = True
        network = self.world.network
        (link,) = network.between(mallory.node, self.bob.node)
        for number in range(1, 600):
            said = b"msg #lab 5 %d 5 x" % number
            network.carry_out(mallory.node, [SendFrames(link, [said])])
            self.world.wait(0.02)
        self.assertNotIn(link, network.links())
        self.assertLessEqual(len(self.bob.told("< mallory")), MAX_HELD)
        self.alice.type("hello")
        network.written(self.bob.node)
        self.world.wait(3)
        self.assertEqual(self.stores["alice"].file.read().owed, ())


class Failing(KeptTestCase):
    """A store that cannot be written."""

    def break_store(self, one: Chatter) -> None:
        """Let it be told that it cannot."""
        network = self.world.network
        told = one.session.store_is(StoreState.FAILING, "FILE: disk is full", network.now)
        network.carry_out(one.node, told)
        network.wait(0.5)

    def test_person(self) -> None:
        """A person is told what to do, and goes on as they say."""
        self.break_store(self.alice)
        (line,) = self.alice.told("FILE: disk is full")
        self.assertIn("$nostore", line)
        self.assertEqual(self.alice.node.statuses, [])
        self.alice.type("$nostore")
        self.assertEqual(self.stores["alice"].off, 1)

    def test_script(self) -> None:
        """A script ends, with status 1."""
        script = self.world.chatter("carol", keeper=MemoryKeeper(), patient=False)
        self.break_store(script)
        self.world.wait(15)
        self.assertEqual(script.node.statuses, [1])


class Leaving(KeptTestCase):
    """Ending while something is being written."""

    def test_acknowledged(self) -> None:
        """One who quits acknowledges first what was shown, when it is kept."""
        self.stores["bob"].slow = True
        self.alice.type("hello", wait=0.1)
        self.bob.type("$quit", wait=0.2)
        self.assertEqual(self.bob.node.statuses, [])
        self.world.network.written(self.bob.node)
        self.world.wait(3)
        self.assertEqual(len(self.acknowledged(self.bob)), 1)
        self.assertEqual(self.bob.node.statuses, [0])
        self.assertEqual(self.alice.told("when you meet again"), [])
