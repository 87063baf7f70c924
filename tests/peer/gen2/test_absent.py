"""Private words to somebody who is away wait, and go when they are back."""

import re
from itertools import count

from msgspec.structs import replace
from twisted.trial.unittest import SynchronousTestCase

from tests.peer.keyed import Chatter, KeyedWorld, Known, Remembered, key_of
from tests.support.contacts import contact_of
from tests.support.fake_generation import FakeGeneration
from tests.support.histories import no_histories
from twisted_chat.events import Event
from twisted_chat.links import Link, SendFrames
from twisted_chat.moments import NEVER
from twisted_chat.peer.commands import Command, Order, Say
from twisted_chat.peer.contacts.contact import Contact
from twisted_chat.peer.contacts.contacts import Contacts
from twisted_chat.peer.contacts.line import Line
from twisted_chat.peer.events.event import Someone, Talk
from twisted_chat.peer.events.kept import OwedExpired
from twisted_chat.peer.gen2.absent import MOST, SOONEST, AbsentPeople
from twisted_chat.peer.gen2.delivery import Deliveries
from twisted_chat.peer.gen2.inbox import Inboxes
from twisted_chat.peer.gen2.known_keys import Trust
from twisted_chat.peer.gen2.outbox import MAX_OUTBOX
from twisted_chat.peer.gen2.owed import KEPT_FOR, OwedWords
from twisted_chat.peer.gen2.reception import HEAR_BURST, HEAR_RATE
from twisted_chat.peer.gen2.requests import ServerRequests
from twisted_chat.store.archive import Archive
from twisted_chat.store.records import OwedLine, StoredBefore
from twisted_chat.store.state import StoreState
from twisted_chat.wire.common import Locate
from twisted_chat.wire.gen2.answers import ContactLocated
from twisted_chat.wire.gen2.contact import ContactInfo
from twisted_chat.wire.gen2.growth import WAIT
from twisted_chat.wire.gen2.waiting import AwaitUser, UserHere

WAITS = "bob gets one line"


class Away(SynchronousTestCase):
    """alice, who knows the key of bob from earlier, and bob, who is away."""

    def setUp(self) -> None:
        self.world = KeyedWorld()
        self.memory = Remembered()
        self.memory.names["bob"] = Known(key_of("bob"))
        self.alice = self.world.chatter("alice", memory=self.memory)

    def again(self, one: Chatter) -> Chatter:
        """Somebody is killed, and started again with what they have in their store."""
        self.world.network.kill(one.node)
        self.world.wait(1)
        keeper = one.node.keeper
        name = one.name
        return self.world.chatter(name, memory=one.memory, keeper=keeper)

    def private(self, one: Chatter) -> list[str]:
        """What was shown as said in private."""
        said = (re.sub(r" \([-0-9: ]+\): ", ": ", line) for line in one.told("< "))
        return [line for line in said if " privately: " in line]

    def test_never_met(self) -> None:
        """What is said to one who was not met in this session waits, which is told, and goes
        to them when they come: once, in order, without a word of the one who said it."""
        (told,) = self.alice.type("$msg bob one")
        self.assertIn(WAITS, told)
        self.alice.type("$msg bob two")
        self.assertIn("2 lines still to arrive at bob", self.alice.type("$outbox")[0])
        bob = self.world.chatter("bob", wait=2)
        self.assertEqual(self.private(bob), ["< alice privately: one", "< alice privately: two"])
        self.assertTrue(self.alice.told("bob has got everything now"))
        bob.type("$msg alice thanks")
        self.assertEqual(self.private(self.alice), ["< bob privately: thanks"])

    def test_where_one_looks(self) -> None:
        """What is typed in a conversation with somebody who is not here waits for them, though
        they were asked for in vain first, and wherever one talks otherwise. It does not for one
        who is ignored, and what is for a room that there is not goes nowhere."""
        carol = self.world.chatter("carol")
        network, bob = self.world.network, Someone("bob", key_of("bob"))
        for at_work, to in ((False, Talk(who=bob)), (True, Talk(who=bob)), (True, Talk("den"))):
            if at_work:
                self.alice.type("$roomcreate lab")
                carol.type("$roomjoin lab")
            said = len(self.alice.lines)
            for todo in (Order(Command.POKE, "bob"), Say("one", to=to)):
                effects = self.alice.session.typed([todo], network.now)
                network.carry_out(self.alice.node, effects)
            self.world.wait(0.5)
            told = self.alice.lines[said:]
            self.assertIn("there is no user bob", told[0])
            self.assertEqual(WAITS in told[1], to.who is not None, told)
        self.assertEqual(carol.told("one"), [])
        self.memory.ignore("bob", key_of("bob"))
        alice = self.again(self.alice)
        before = len(alice.told(WAITS))
        effects = alice.session.typed([Say("two", to=Talk(who=bob))], network.now)
        network.carry_out(alice.node, effects)
        self.world.wait(0.5)
        self.assertEqual(len(alice.told(WAITS)), before)

    def test_nobody(self) -> None:
        """One of whom no key is known is nobody, and nothing waits; so is one whose words are
        not wanted."""
        self.assertIn("there is no user carol", self.alice.type("$msg carol one")[0])
        self.memory.ignore("bob", key_of("bob"))
        alice = self.again(self.alice)
        alice.type("$msg bob one")
        self.assertFalse(alice.told(WAITS))

    def test_author_restarts(self) -> None:
        """They wait in the author's outbox, also when its program is killed."""
        self.alice.type("$msg bob one")
        self.alice = self.again(self.alice)
        self.alice.type("$msg bob two")
        bob = self.world.chatter("bob", wait=2)
        self.assertEqual(self.private(bob), ["< alice privately: one", "< alice privately: two"])

    def test_back_before_author(self) -> None:
        """If they are back before the author is, they get it when the author is."""
        self.alice.type("$msg bob one")
        self.world.network.kill(self.alice.node)
        bob = self.world.chatter("bob", wait=2)
        self.assertEqual(self.private(bob), [])
        self.again(self.alice)
        self.world.wait(2)
        self.assertEqual(self.private(bob), ["< alice privately: one"])

    def test_server_restarts(self) -> None:
        """The server may forget who waits for whom: it is told again."""
        self.alice.type("$msg bob one")
        self.world.kill_server()
        self.world.wait(5)
        self.world.start_server()
        self.world.wait(60)
        bob = self.world.chatter("bob", wait=2)
        self.assertEqual(self.private(bob), ["< alice privately: one"])

    def test_killed_in_a_talk(self) -> None:
        """So it is with one who was killed in a conversation, and comes back elsewhere."""
        bob = self.world.chatter("bob")
        self.alice.type("$poke bob", "one")
        self.world.network.kill(bob.node)
        self.world.wait(60)
        self.alice.type("two")
        del self.world.fake_server.users["bob"]
        self.world.wait(60)
        bob = self.world.chatter("bob", keeper=bob.node.keeper, wait=20)
        self.assertEqual(self.private(bob), ["< alice privately: two"])

    def test_parted(self) -> None:
        """One who has ended the conversation, and stays, is not asked for again; what had not
        arrived by then goes to them when they come anew."""
        bob = self.world.chatter("bob")
        self.alice.type("$poke bob")
        assert bob.node.keeper is not None
        bob.node.keeper.slow = True
        self.alice.type("one")
        bob.type("$kick")
        self.world.fake_server.asked.clear()
        self.world.wait(60)
        self.assertIn(AwaitUser(key_of("bob")), self.world.fake_server.asked)
        self.assertNotIn(Locate("bob"), self.world.fake_server.asked)
        self.world.network.kill(bob.node)
        self.world.wait(60)
        bob = self.world.chatter("bob", wait=2)
        self.assertEqual(self.private(bob), ["< alice privately: one"])

    def test_just_left(self) -> None:
        """What is said to one who has left a moment ago waits, which is told once."""
        bob = self.world.chatter("bob")
        self.alice.type("$poke bob")
        bob.type("$poke alice", "$quit")
        self.alice.type("$msg bob one")
        self.world.wait(20)
        self.assertEqual(len(self.alice.told(WAITS)), 1)
        self.assertEqual(self.alice.told("bob has not got"), [])
        bob = self.again(bob)
        self.world.wait(5)
        self.assertEqual(self.private(bob), ["< alice privately: one"])
        self.assertTrue(self.alice.told("bob has got everything now"))

    def test_nothing_lasts(self) -> None:
        """Where nothing outlives the program, what still waits at its end is lost, and told; but
        not what was said when it was kept."""
        network, alice = self.world.network, self.alice
        alice.type("$msg bob one")
        told = alice.session.store_is(StoreState.IN_MEMORY, "", network.now)
        network.carry_out(alice.node, told)
        alice.type("$msg bob two", "$msg bob three", "$quit", wait=15)
        (lost,) = alice.told("bob never got")
        self.assertIn('2 lines, from "two" on', lost)

    def test_another_key(self) -> None:
        """One of this name who has another key gets nothing."""
        self.alice.type("$msg bob secret")
        bob = self.world.chatter("bob", key="mallory", wait=60)
        self.assertEqual(bob.told("secret"), [])
        self.assertFalse(self.alice.told("THE KEY OF"))

    def test_another_name(self) -> None:
        """One who has the key, but is called something else, is not looked for."""
        self.alice.type("$msg bob secret")
        bob = self.world.chatter("robert", key="bob", wait=60)
        self.assertEqual(bob.told("secret"), [])

    def test_at_the_end(self) -> None:
        """A program that ends waits for nobody."""
        bob = self.world.chatter("bob")
        self.alice.type("$poke bob")
        self.world.network.kill(bob.node)
        self.alice.type("one", "$quit", wait=30)
        self.assertNotIn(AwaitUser(key_of("bob")), self.world.fake_server.asked)


class Introduces:
    """Makes contacts of those whom the server names."""

    def __init__(self, contacts: Contacts) -> None:
        self._contacts = contacts
        self.names: list[str] = []

    def located(self, info: ContactInfo, now: float) -> Contact:
        self.names.append(info.name)
        contact = contact_of(info.name, info.fingerprint)
        self._contacts.add(contact)
        return contact


class Looking(SynchronousTestCase):
    """Those to whom something is owed, with a server that the test plays."""

    def setUp(self) -> None:
        self.known = True

    def begin(self, *owed: OwedLine, since_1970: float = 0.0) -> None:
        """Begin with what is owed."""
        shared = FakeGeneration().shared
        shared = replace(shared, archive=Archive("", StoredBefore(owed=owed), since_1970))
        self.effects, archive, self.contacts = shared.effects, shared.archive, shared.contacts
        self.words = OwedWords(archive, count(7).__next__)
        deliveries = Deliveries(
            self.effects,
            shared.talks.hearing,
            self.words,
            Inboxes(),
            (HEAR_RATE, HEAR_BURST),
            archive,
            no_histories(self.effects),
        )
        self.requests = ServerRequests(self.effects)
        self.requests.link = Link("s" * 64, ("192.0.2.1", 8090), True)
        self.requests.link.learn(frozenset({WAIT}))
        self.introduces = Introduces(self.contacts)
        self.absent = AbsentPeople(
            shared,
            Trust(Remembered(), "a" * 64, self.effects.tell),
            self.words,
            deliveries,
            self.requests,
            self.introduces,  # type: ignore[arg-type]
            lambda: self.known,
            since_1970,
        )

    def owed(self, number: int, time: int = 5, name: str = "bob", room: str = "") -> OwedLine:
        """A line."""
        return OwedLine(f"{number:064}", name, 5, (1,), (0,), room, "alice", time, "hi")

    def tick(self, now: float) -> list[bytes]:
        """What the server is asked then."""
        self.absent.tick(now)
        effects = self.effects.take()
        self.told = [one for one in effects if isinstance(one, Event)]
        return [
            message for one in effects if isinstance(one, SendFrames) for message in one.messages
        ]

    def here(self, number: int, now: float, name: str = "bob") -> list[bytes]:
        """The server says that one is here. Returns what it is asked then."""
        self.absent.here(UserHere(name, f"{number:064}"), now)
        return self.tick(now)

    def answer(self, number: int, name: str = "bob") -> None:
        """The server says where one is."""
        info = ContactInfo(name, f"{number:064}", "192.0.2.9", 9)
        self.requests.answer(ContactLocated(info), 1.0)

    def test_latest(self) -> None:
        """It is asked for those to whom something private was said last, and for so many."""
        lines = [self.owed(number, time=1000 - number) for number in range(MOST + 3)]
        self.begin(*lines, self.owed(999, room="lab"))
        asked = self.tick(1.0)
        self.assertEqual(asked, [b"wait %064d" % number for number in reversed(range(MOST))])
        self.assertEqual(self.tick(100.0), [])

    def test_not_asked(self) -> None:
        """A server that does not know us, or no such message, is not asked; and it is asked once
        it knows us again."""
        self.begin(self.owed(1))
        self.known = False
        self.assertEqual(self.tick(1.0), [])
        self.known = True
        self.absent.returned()
        self.assertEqual(self.absent.wake, 0.0)
        self.assertEqual(self.tick(2.0), [b"wait %064d" % 1])
        assert self.requests.link is not None
        self.requests.link = Link("s" * 64, ("192.0.2.1", 8090), True)
        self.absent.returned()
        self.assertEqual(self.tick(3.0), [])

    def test_asked_for(self) -> None:
        """One who is here is asked for by name, and talked to if it is they."""
        self.begin(self.owed(1), self.owed(2))
        self.tick(1.0)
        self.assertEqual(self.here(1, 2.0), [b"ar bob"])
        self.answer(3)
        self.assertEqual(self.introduces.names, [])
        self.assertEqual(self.here(2, 2.0), [b"ar bob"])
        self.answer(2)
        (bob,) = self.contacts.talking()
        self.assertEqual(bob.fingerprint, f"{2:064}")

    def test_unasked(self) -> None:
        """A server that says it of others, or again and again, has us ask for nobody."""
        self.begin(self.owed(1))
        self.assertEqual(self.here(1, 0.5)[1:], [])
        self.assertEqual(self.here(2, 2.0), [])
        self.assertEqual(self.here(1, 2.0, name="eve"), [])
        self.assertEqual(self.tick(2.0 + SOONEST), [b"wait %064d" % 1])
        self.assertEqual(self.here(1, 20.0), [b"ar bob"])
        self.assertEqual(self.here(1, 20.0), [])

    def test_ignored(self) -> None:
        """One who is ignored by now is not talked to."""
        self.begin(self.owed(1))
        self.tick(1.0)
        self.here(1, 2.0)
        self.contacts.ignore("bob", [contact_of("bob", f"{1:064}")])
        self.answer(1)
        self.assertEqual(self.introduces.names, [])

    def test_again(self) -> None:
        """Where no link comes of it, it is waited for again, ever later, as long as it is
        owed."""
        self.begin(self.owed(1))
        now, pause = 1.0, SOONEST
        self.assertEqual(self.tick(now), [b"wait %064d" % 1])
        for _ in range(8):
            self.here(1, now)
            self.answer(1)
            self.assertEqual(self.absent.wake, now + pause)
            self.assertEqual(self.tick(now + pause - 0.1), [])
            now += pause
            self.assertEqual(self.tick(now), [b"wait %064d" % 1])
            pause = min(600.0, 2 * pause)
        self.words.take(f"{1:064}")
        self.tick(now)
        self.assertEqual(self.here(1, now), [])
        self.assertEqual(self.absent.wake, NEVER)

    def test_expired(self) -> None:
        """What is owed from before to one who does not come is given up in time, and that is
        told: after some days of a program that goes on, or when it is started."""
        time = 1_700_000_000_000
        expired = OwedExpired(Someone("bob", f"{1:064}"), 1, "hi", time)
        for later in (1.0, 0.0):
            self.begin(
                self.owed(1, time=time, room="lab"), since_1970=(time + KEPT_FOR) / 1000 - later
            )
            self.tick(0.0)
            self.assertEqual(self.told, [expired] if not later else [])
            if later:
                self.assertAlmostEqual(self.absent.wake, later, 3)
                self.tick(later + 0.01)
                self.assertEqual(self.told, [expired])
            self.assertEqual(self.absent.wake, NEVER)

    def test_full(self) -> None:
        """There is room for so much, and what has none is not owed."""
        self.begin()
        bob = Someone("bob", f"{1:064}")
        line = Line("x" * MAX_OUTBOX, "alice", "", 0.0)
        self.words.say(line, bob)
        self.assertEqual((line.refused, line.receivers, line.owed), (1, 0, []))
        line = Line("y", "alice", "", 0.0)
        self.words.say(line, bob)
        ((_, _, epoch, number, part),) = line.owed
        self.assertEqual((line.refused, epoch, number, part), (0, 8, 1, 0))
