"""What was said in a room, as those see it who were not there, or did not get it."""

from msgspec.structs import replace
from twisted.trial.unittest import SynchronousTestCase

from tests.peer.keyed import Chatter, KeyedWorld, key_of, signer_of
from tests.support.kept import MemoryKeeper
from twisted_chat.links import SendFrames
from twisted_chat.peer.gen2.clocks import MAX_AHEAD
from twisted_chat.peer.gen2.history.histories import Histories
from twisted_chat.peer.gen2.history.log import RoomLog
from twisted_chat.peer.gen2.history.room_history import CLOCK_PATIENCE
from twisted_chat.store.queries import HistoryQuery
from twisted_chat.store.reader import StoreReader
from twisted_chat.store.records import TalkKey
from twisted_chat.wire.gen2.for_new import ALL
from twisted_chat.wire.gen2.history import Given, Have, RoomMessage
from twisted_chat.wire.gen2.room_news import HistoryRules
from twisted_chat.wire.gen2.speech import NumberedText, parse_speech

LAB = TalkKey("192.0.2.1:8090", "lab", "", "lab")
SERIES = "5" * 16
FAR = 5 * MAX_AHEAD


class HistoriesCase(SynchronousTestCase):
    """Alice, bob and carol in a room, each with a store that outlives them."""

    def setUp(self) -> None:
        self.world = KeyedWorld()
        names = ("alice", "bob", "carol", "dave")
        self.stores = {name: MemoryKeeper() for name in names}
        self.alice, self.bob, self.carol = (self.start(name) for name in names[:3])
        self.alice.type("$roomcreate lab")
        for one in (self.bob, self.carol):
            one.type("$roomjoin lab")

    def start(self, name: str, key: str = "") -> Chatter:
        """Start somebody, with the store that they had."""
        return self.world.chatter(name, keeper=self.stores[name], key=key)

    def kill(self, *people: Chatter) -> None:
        """End some at once."""
        for one in people:
            self.world.network.kill(one.node)

    def come_back(self, name: str, wait: float = 20.0) -> Chatter:
        """Somebody is started anew, and joins the room."""
        back = self.start(name)
        back.type("$roomjoin lab", wait=wait)
        return back

    def kept(self, name: str) -> list[str]:
        """What somebody's store has of the room, in order."""
        reader = StoreReader(self.stores[name].file.connection)
        return [line.text for line in reader.answer(HistoryQuery(LAB, 1000)).lines]

    def histories(self, one: Chatter) -> Histories:
        """What somebody's program has."""
        histories: Histories = one.session._generation._histories  # type: ignore[attr-defined]
        return histories

    def expire(self, name: str) -> None:
        """The server notices that somebody is gone."""
        self.world.network.carry_out(self.world.server, self.world.fake_server.go(name))
        self.world.wait(10)


class Handing(HistoriesCase):
    """What others hand on."""

    def test_by_another(self) -> None:
        """What was said while somebody was away, by an author who is gone, comes from a third,
        says so, and stands where it belongs."""
        self.bob.type("before")
        self.kill(self.bob)
        self.alice.type("one", "two", wait=3)
        self.kill(self.alice)
        bob = self.come_back("bob")
        self.assertIn("> carol has handed on 2 lines of lab, which came late", bob.lines)
        self.assertEqual(len(bob.told("alice: one")), 1)
        self.carol.type("three")
        self.alice = self.come_back("alice")
        self.assertEqual(self.kept("bob"), ["before", "one", "two", "three"])
        self.assertEqual(bob.told("< alice"), [])
        for name in ("alice", "carol"):
            self.assertEqual(self.kept(name), self.kept("bob"))

    def test_order(self) -> None:
        """All have the same order, whatever came to whom first."""
        network = self.world.network
        for link in network.between(self.alice.node, self.bob.node):
            network.cut(link)
        self.alice.node.deaf = self.bob.node.deaf = True
        self.alice.type("a1", wait=0.01)
        self.bob.type("b1", wait=0.01)
        self.carol.type("c1", wait=1)
        self.alice.type("a2", wait=0.01)
        self.bob.type("b2", wait=1)
        self.alice.node.deaf = self.bob.node.deaf = False
        self.world.wait(100)
        self.assertEqual(sorted(self.kept("alice")), ["a1", "a2", "b1", "b2", "c1"])
        for name in ("bob", "carol"):
            self.assertEqual(self.kept(name), self.kept("alice"))

    def part(self, one: Chatter, other: Chatter) -> None:
        """Nothing goes between two any more."""
        for link in self.world.network.between(one.node, other.node):
            self.world.network.cut(link)
        one.node.deaf = other.node.deaf = True

    def test_just_said(self) -> None:
        """What another hands on that was said just now is shown as if it had come from its author,
        in order, and once."""
        self.part(self.alice, self.bob)
        self.alice.type("one", "two", wait=55)
        self.carol.type("three", wait=2)
        self.assertEqual(self.bob.told("<"), ["< alice: one", "< alice: two", "< carol: three"])
        self.assertEqual(self.bob.told("handed on"), [])
        self.alice.node.deaf = self.bob.node.deaf = False
        self.world.wait(100)
        self.assertEqual(len(self.bob.told("one")), 1)
        self.assertIn("two", self.kept("bob"))

    def test_just_said_in_another(self) -> None:
        """It came late where the room had another origin meanwhile: its author may still say what
        they said in that one."""
        for one in (self.alice, self.bob, self.carol):
            histories = self.histories(one)
            room = histories._rooms["lab"].room
            histories.opened(room, HistoryRules("lab", "f" * 32, ALL), self.world.network.now)
        self.world.wait(5)
        self.part(self.alice, self.bob)
        self.alice.type("one", wait=55)
        self.assertEqual(self.bob.told("<"), [])
        self.assertEqual(len(self.bob.told("came late")), 1)

    def test_before_our_own(self) -> None:
        """It is shown before what we say ourselves meanwhile, as it stands there for all."""
        self.part(self.alice, self.bob)
        self.alice.type("one", wait=0)
        histories = self.histories(self.bob)
        while not histories._rooms["lab"].handed.waits:
            self.world.wait(0.1)
        self.bob.type("mine", wait=0)
        self.assertEqual(self.bob.told("<"), ["< alice: one"])
        self.world.wait(60)
        for name in ("alice", "bob", "carol"):
            self.assertEqual(self.kept(name), ["one", "mine"])

    def test_answered(self) -> None:
        """What somebody has answered already, as is shown, came late."""
        self.part(self.alice, self.bob)
        self.alice.type("one?", wait=0.2)
        self.carol.type("yes", wait=60)
        self.assertEqual(self.bob.told("<"), ["< carol: yes"])
        self.assertEqual(
            self.bob.told("late"), ["> carol has handed on one line of lab, which came late"]
        )
        self.assertEqual(self.kept("bob"), ["one?", "yes"])

    def test_ignored(self) -> None:
        """Nothing is shown of one who is ignored, or muted, whoever hands it on."""
        self.bob.type("$ignore alice")
        self.kill(self.bob)
        self.alice.type("a secret", wait=3)
        self.kill(self.alice)
        bob = self.world.chatter("bob", keeper=self.stores["bob"], memory=self.bob.memory)
        bob.type("$roomjoin lab", wait=20)
        self.assertEqual(bob.told("secret"), [])
        self.assertEqual(self.kept("bob"), [])

    def test_nothing_private(self) -> None:
        """What is private is not signed, so that nobody can show to others who has said it."""
        self.alice.type("$msg bob psst", "aloud")
        said = [parse_speech(message) for message in self.alice.words_to(self.bob)]
        signed = [one.signed is not None for one in said if isinstance(one, NumberedText)]
        self.assertEqual(signed, [False, True])

    def test_earlier_program(self) -> None:
        """One whose program knows of no history gets what is said all the same."""
        link = self.bob.node
        for one in self.world.network.between(self.alice.node, link):
            one.can = frozenset()
        self.alice.type("hello")
        self.assertEqual(self.bob.told("hello"), ["< alice: hello"])
        self.assertTrue(self.alice.words_to(self.bob)[-1].startswith(b"msg #lab "))
        self.assertTrue(self.alice.words_to(self.carol)[-1].startswith(b"said "))

    def test_long(self) -> None:
        """A text that is longer than a message is said as several, of which each is signed."""
        text = "x\u00e9" * 21_800
        self.alice.type(text, wait=3)
        said = [parse_speech(message) for message in self.alice.words_to(self.bob)]
        self.assertEqual(len(said), 2)
        for one in said:
            assert isinstance(one, NumberedText)
            self.assertIsNotNone(one.signed)
        self.assertEqual("".join(self.kept("bob")), text)
        self.assertEqual(self.kept("alice"), self.kept("bob"))

    def test_numbers(self) -> None:
        """The numbers of an author go on when they are started anew, and begin in another series
        where their store is lost."""
        self.alice.type("one")
        self.kill(self.alice)
        self.alice = self.come_back("alice", 1)
        self.alice.type("two")
        self.kill(self.alice)
        self.stores["alice"] = MemoryKeeper()
        self.alice = self.come_back("alice", 1)
        self.alice.type("three")
        log = self.histories(self.carol)._rooms["lab"].log
        numbers = [(message.text, message.number) for message in log]
        self.assertEqual(numbers, [("one", 1), ("two", 2), ("three", 1)])
        self.assertEqual(len(log.feeds()), 2)
        self.world.wait(20)
        self.assertEqual(self.kept("alice"), ["one", "two", "three"])


class Newcomers(HistoriesCase):
    """What those are given who come into a room."""

    def test_count(self) -> None:
        """The last lines that the owner lets them have, and how many, and that there were more;
        then all that is said."""
        for count in range(12):
            self.alice.type(f"line {count}")
        self.assertIn("> in lab newcomers are given the last 3 lines of before", self.set_to("3"))
        dave = self.come_back("dave")
        (told,) = dave.told("handed on")
        self.assertIn("the last 3 lines of lab; more was said before that", told)
        self.alice.type("now")
        self.assertEqual(self.kept("dave"), ["line 9", "line 10", "line 11", "now"])

    def test_part(self) -> None:
        """Where one who says something just now is left to say the rest themselves, what others
        hand on meanwhile is shown as a part of what was said before, and so is the rest."""
        for one in (self.alice, self.bob):
            one.type("of before")
        dave = self.start("dave")
        histories = self.histories(dave)
        dave.type("$roomjoin lab", wait=0)
        while not histories._there("lab"):
            self.world.wait(0.01)
        self.bob.type("now", wait=2)
        (told,) = dave.told("handed on")
        self.assertIn("a part of what was said in lab before: one line", told)
        self.world.wait(10)
        (*_, told) = dave.told("handed on")
        self.assertIn("a part of what was said in lab before: one line", told)
        self.assertEqual(self.kept("dave"), self.kept("alice"))

    def set_to(self, count: str) -> list[str]:
        """The owner says how much they are given. Returns what all others are told."""
        self.alice.type(f"$history-for-new {count}")
        self.assertEqual(self.bob.lines[-1], self.alice.lines[-1])
        return self.bob.lines[-1:]

    def test_at_once(self) -> None:
        """No more than that where several were said at once, also by one who is started anew."""
        self.set_to("2")
        everybody = (self.alice, self.bob, self.carol)
        for one in everybody:
            one.enter(f"{one.name} too")
        self.world.wait(2)
        log = self.histories(self.alice)._rooms["lab"].log
        self.assertEqual([one.clock for one in log], [1, 1, 1])
        dave = self.come_back("dave")
        self.assertEqual(self.kept("dave"), self.kept("alice")[1:])
        self.kill(dave)
        self.kill(self.alice, self.bob, self.carol)
        for name in ("alice", "bob", "carol"):
            self.come_back(name)
        self.stores["dave"] = MemoryKeeper()
        self.come_back("dave")
        self.assertEqual(self.kept("dave"), self.kept("alice")[1:])

    def test_since(self) -> None:
        """What is said when they have come is none of before, however long their disk takes: each
        line of it is shown, also where another hands it on."""
        self.stores["dave"].holds_answers = True
        dave = self.start("dave")
        dave.type("$roomjoin lab", wait=1)
        for link in self.world.network.between(self.alice.node, dave.node):
            self.world.network.cut(link)
        self.alice.node.deaf = dave.node.deaf = True
        self.alice.type(*(f"line {count}" for count in range(12)), wait=3)
        self.stores["dave"].holds_answers = False
        self.world.network.carry_out(dave.node, [])
        self.world.wait(60)
        self.assertEqual(len(dave.told("alice: line")), 12)
        self.assertEqual(dave.told("before:"), [])

    def test_all_and_nothing(self) -> None:
        """Or all, or none of it."""
        for count in range(12):
            self.alice.type(f"line {count}")
        self.set_to("all")
        dave = self.come_back("dave")
        (told,) = dave.told("handed on")
        self.assertTrue(
            told.endswith("lab before: 12 lines; the last 10 are these, $history shows more")
        )
        self.kill(dave)
        self.expire("dave")
        self.stores["dave"] = MemoryKeeper()
        self.set_to("0")
        self.alice.type("$roomcreate den")
        self.assertEqual(self.alice.type("$to lab", "$history-for-new")[-1], self.bob.lines[-1])
        eve = self.world.chatter("eve")
        eve.type("$roomjoin lab", wait=20)
        self.assertEqual(eve.told("line"), [])

    def test_wrong(self) -> None:
        """What is no number is told, and so is that it is another's room."""
        for wrong in ("x", "-1", "1000001", "1 2"):
            (told,) = self.alice.type(f"$history-for-new {wrong}")
            self.assertIn("usage: $history-for-new [COUNT]", told)

    def test_banned(self) -> None:
        """What was said while somebody was not in the room is not for them when they are back,
        but what newcomers are given."""
        self.set_to("0")
        self.bob.type("$roomleave", wait=10)
        self.alice.type("not for bob", wait=3)
        self.bob.type("$roomjoin lab", wait=30)
        self.carol.type("for all", wait=3)
        self.assertEqual(self.kept("bob"), ["for all"])


class FirstWords(HistoriesCase):
    """Where that stands which is said by somebody who has just come."""

    def setUp(self) -> None:
        super().setUp()
        self.alice.type(*(f"line {count}" for count in range(5)))

    def last_everywhere(self, text: str, *names: str) -> None:
        """See that something was said last, for everybody."""
        self.world.wait(20)
        for name in names:
            self.assertEqual(self.kept(name)[-1], text)

    def test_newcomer(self) -> None:
        """It comes after what was said before, whether the newcomer is given that or not."""
        for name, count in (("dave", "0"), ("eve", "all")):
            self.alice.type(f"$history-for-new {count}")
            self.stores[name] = MemoryKeeper()
            self.start(name).type("$roomjoin lab", f"{name} says hello", wait=0)
            self.last_everywhere(f"{name} says hello", name, "alice", "bob", "carol")
        self.assertEqual(len(self.kept("eve")), 7)

    def test_back(self) -> None:
        """So it does for one who comes back, and for two who ask each other at once."""
        self.kill(self.bob, self.carol)
        self.alice.type("meanwhile")
        self.bob, self.carol = self.start("bob"), self.start("carol")
        for one in (self.bob, self.carol):
            one.type("$roomjoin lab", f"{one.name} is back", wait=0)
        self.world.wait(20)
        self.assertEqual(sorted(self.kept("alice")[-2:]), ["bob is back", "carol is back"])
        self.assertEqual(self.kept("alice")[-3], "meanwhile")
        for name in ("bob", "carol"):
            self.assertEqual(self.kept(name), self.kept("alice"))

    def test_one_who_lies(self) -> None:
        """One of three who claims that all belongs far ahead leads nobody, whichever of them
        answers first."""
        logs = [self.log(one) for one in (self.alice, self.bob, self.carol)]
        for count, name in enumerate(("dave", "eve", "frank")):
            self.stores[name] = MemoryKeeper()
            logs[count]._clock += FAR
            self.start(name).type("$roomjoin lab", "hello", wait=20)
            logs[count]._clock -= FAR
            clocks = [one.clock for one in logs[count - 1] if one.text == "hello"]
            self.assertEqual(clocks, list(range(6, 7 + count)))

    def test_told_later(self) -> None:
        """Where one alone answers in time, and lies, it counts until the others have answered."""
        self.alice.type("$history-for-new 0")
        self.log(self.alice)._clock += FAR
        self.bob.node.deaf = self.carol.node.deaf = True
        self.stores["frank"] = MemoryKeeper()
        frank = self.start("frank")  # Who dials each of them.
        frank.type("$roomjoin lab", "hello", wait=CLOCK_PATIENCE + 1)
        self.bob.node.deaf = self.carol.node.deaf = False
        self.world.wait(40)
        frank.type("hello again", wait=20)
        said = {one.text: one.clock for one in self.log(self.carol)}
        self.assertEqual((said["hello"], said["hello again"]), (FAR + 6, 6))

    def log(self, one: Chatter) -> RoomLog:
        """What somebody's program has of the room."""
        return self.histories(one)._rooms["lab"].log

    def test_nobody_answers(self) -> None:
        """It is said after a moment all the same, and what is no word to the room does not wait
        for that."""
        for one in (self.alice, self.bob, self.carol):
            one.node.deaf = True
        dave = self.start("dave")
        dave.node.deaf = True
        dave.type("$roomjoin lab", "hello", "$who", wait=CLOCK_PATIENCE - 1)
        self.assertTrue(dave.told("alice"))
        self.assertEqual(self.kept("dave"), [])
        dave.world.wait(1.5)
        self.assertEqual(self.kept("dave"), ["hello"])

    def test_alone(self) -> None:
        """Where nobody else is, nothing waits."""
        told = self.start("dave").type("$roomcreate den", "hello", wait=CLOCK_PATIENCE / 2)
        self.assertIn("> nobody heard that", told[-1])


class Lying(HistoriesCase):
    """Bob, whose program does what it likes."""

    def say(self, to: Chatter, *messages: bytes, wait: float = 0.5) -> None:
        """Bob's program says this over the link."""
        (link,) = self.world.network.between(self.bob.node, to.node)
        self.world.network.carry_out(
            self.bob.node, [SendFrames(link, [message]) for message in messages]
        )
        self.world.wait(wait)

    def message(
        self, text: str, number: int = 1, *, key: str = "bob", name: str = "bob"
    ) -> RoomMessage:
        """Something that somebody says in the room."""
        signer, origin = signer_of(key), self.world.fake_server.rooms["lab"].origin
        return signer.sign(
            RoomMessage("lab", origin, signer.key, SERIES, name, number, number, 5, (), text)
        )

    def said(self, message: RoomMessage, number: int) -> bytes:
        return NumberedText(77, number, message.text, "lab", 5, message).encode()

    def test_two_texts(self) -> None:
        """Two texts in one place are both shown, and that there are two."""
        self.say(self.alice, self.said(self.message("yes"), 1), self.said(self.message("no"), 2))
        (told,) = self.alice.told("two things in one place")
        self.assertIn('"yes" and "no"', told)
        self.assertEqual(len(self.alice.told("< bob")), 2)

    def test_not_signed_by_them(self) -> None:
        """What is not signed by whom it should be is not shown, and counted."""
        forged = self.message("forged")
        altered = replace(forged, text="altered")
        self.say(self.alice, self.said(altered, 1), self.said(self.message("x", key="carol"), 2))
        self.assertEqual(self.alice.told("< bob"), [])
        self.assertEqual(self.histories(self.alice).wrong, 1)

    def offer(self, *messages: RoomMessage, wait: float = 5.0) -> None:
        """Bob says to have this, and hands it on."""
        where = "lab", messages[0].origin, messages[0].feed
        last = max(message.number for message in messages)
        have, given = Have(*where, ((1, last),), "0" * 32), Given(*where, 1, last)
        handed = (one.encode() for one in messages)
        self.say(self.alice, have.encode(), *handed, given.encode(), wait=wait)

    def test_muted(self) -> None:
        """Nothing is shown of one who is muted and is gone, by whomever it is handed on."""
        dave = self.message("handed on", key="dave", name="dave")
        room = self.histories(self.alice)._rooms["lab"].room
        room.mute(dave.author, muted=True)
        self.offer(dave)
        self.assertEqual(self.alice.told("handed on"), [])
        self.assertEqual(self.kept("alice"), [])
        room.mute(dave.author, muted=False)
        self.offer(self.message("after that", 2, key="dave", name="dave"))
        self.assertEqual(len(self.alice.told("after that")), 1)

    def test_handed_on_and_left(self) -> None:
        """What was handed on a moment ago is told before the room is left."""
        self.offer(self.message("of before"), wait=0.1)
        self.assertEqual(self.alice.told("of before"), [])
        self.alice.type("$roomleave lab")
        self.assertEqual(len(self.alice.told("bob: of before")), 1)

    def test_handed_on_and_another(self) -> None:
        """So it is where the room turns out to be another that has its name."""
        histories = self.histories(self.alice)
        room = histories._rooms["lab"].room
        self.offer(self.message("of before"), wait=0.1)
        self.assertEqual(self.alice.told("of before"), [])
        histories.opened(room, HistoryRules("lab", "f" * 32, ALL), self.world.network.now)
        self.world.wait(2)
        self.assertEqual(len(self.alice.told("bob: of before")), 1)

    def test_missing(self) -> None:
        """What nobody has is told as missing, where it is missing, and put there when it comes."""
        first, last = (
            self.message("first", key="eve", name="eve"),
            self.message("last", 5, key="eve", name="eve"),
        )
        self.offer(first, last)
        self.world.wait(100)
        (told,) = self.alice.told("are missing")
        self.assertIn("3 messages of eve are missing in lab", told)
        self.assertIn("> 3 messages of eve are missing here", self.alice.type("$history"))
        between = [self.message(f"text {n}", n, key="eve", name="eve") for n in range(2, 5)]
        self.offer(*between)
        self.assertEqual(self.kept("alice"), ["first", "text 2", "text 3", "text 4", "last"])
        self.assertEqual([line for line in self.alice.type("$history") if "missing" in line], [])

    def test_another_by_a_known_name(self) -> None:
        """One who calls themselves by the name of somebody else is shown as that."""
        self.offer(self.message("I am carol", key="eve", name="carol"))
        (told,) = self.alice.told("I am carol")
        self.assertIn("carol (not by the key that you know): I am carol", told)
        self.assertNotEqual(key_of("eve"), self.carol.node.fingerprint)

    def test_another_room(self) -> None:
        """What was said in another room of this name is none of this one's."""
        other = self.message("elsewhere")
        signer = signer_of("bob")
        moved = signer.sign(
            RoomMessage("lab", "f" * 32, signer.key, SERIES, "bob", 1, 1, 5, (), "elsewhere")
        )
        self.offer(moved)
        self.assertEqual(self.alice.told("elsewhere"), [])
        self.assertNotEqual(moved.identifier, other.identifier)
