"""Words for those who left without a word, and what becomes of them."""

from itertools import count

from twisted.trial.unittest import SynchronousTestCase

from tests.peer.keyed import Chatter, KeyedWorld
from twisted_chat.peer.contacts.line import Line
from twisted_chat.peer.events.event import Someone
from twisted_chat.peer.gen2.kept_words import KEPT_FOR, MAX_BYTES, MAX_PEOPLE, KeptWords
from twisted_chat.peer.gen2.outbox import pieces_of
from twisted_chat.peer.gen2.outboxes import Outboxes

BOB = Someone("bob", "b" * 64)


def line(text: str, room: str = "lab", at: float = 100.0) -> Line:
    """Something that was said."""
    return Line(text, "alice", room, at)


def sent(*lines: Line) -> Outboxes:
    """An outbox of which all was sent."""
    outbox = Outboxes(count(7).__next__)
    for one in lines:
        pieces = pieces_of(one)
        outbox.put(pieces, sum(piece.size for piece in pieces))
    outbox.to_send()
    return outbox


class Kept(SynchronousTestCase):
    """What is kept, for whom, and for how long."""

    def setUp(self) -> None:
        self.lost: list[tuple[str, list[str], list[str]]] = []
        self.kept = KeptWords(self._lose)

    def _lose(self, who: Someone, sent: list[Line], never: list[Line]) -> None:
        self.lost.append((who.name, [one.text for one in sent], [one.text for one in never]))

    def test_taken_once(self) -> None:
        """Each is given back once: the outbox to whoever is back, and the rest room by room."""
        outbox = sent(line("one"))
        self.kept.keep_sent("b", BOB, outbox)
        self.kept.keep_unsent("b", BOB, "lab", [line("two"), line("three")])
        self.kept.keep_unsent("b", BOB, "den", [line("four", "den")])
        self.assertEqual(self.kept.waiting(), [(BOB, 4)])
        self.assertIs(self.kept.take_sent("b"), outbox)
        self.assertIsNone(self.kept.take_sent("b"))
        self.assertEqual([one.text for one in self.kept.take_unsent("b", "lab")], ["two", "three"])
        self.assertEqual(self.kept.take_unsent("b", "lab"), [])
        self.assertEqual(self.kept.waiting(), [(BOB, 1)])
        self.assertEqual(len(self.kept.take_unsent("b", "den")), 1)
        self.assertEqual((self.kept.waiting(), self.kept.take_unsent("c", "den")), ([], []))
        self.assertEqual(self.lost, [])

    def test_an_hour(self) -> None:
        """From the last of them on, an hour; then it is told, as sent or as never sent."""
        self.kept.keep_sent("b", BOB, sent(line("one")))
        self.kept.keep_unsent("b", BOB, "lab", [line("two", at=200.0)])
        self.assertEqual(self.kept.wake, 200.0 + KEPT_FOR)
        self.kept.tick(199.0 + KEPT_FOR)
        self.assertEqual(self.lost, [])
        self.kept.tick(200.0 + KEPT_FOR)
        self.assertEqual(self.lost, [("bob", ["one"], ["two"])])
        self.assertIsNone(self.kept.take_sent("b"))

    def test_bounds(self) -> None:
        """For so many people, and so many bytes: those who have been gone longest make way."""
        for number in range(MAX_PEOPLE + 1):
            who = Someone(f"user{number}", str(number))
            self.kept.keep_unsent(str(number), who, "lab", [line("x")])
        self.assertEqual([who for who, *_ in self.lost], ["user0"])
        large = [line("x" * 60_000) for _ in range(MAX_BYTES // 60_000)]
        self.kept.keep_unsent("b", BOB, "lab", large)
        self.assertEqual(len(self.kept.waiting()), MAX_PEOPLE)
        self.kept.keep_unsent("b", BOB, "lab", [line("x" * 60_000)])
        self.assertEqual(self.kept.waiting(), [])

    def test_end(self) -> None:
        """At the end all is told."""
        self.kept.keep_sent("b", BOB, sent(line("one")))
        self.kept.keep_unsent("c", Someone("carol", "c"), "lab", [line("two")])
        self.kept.give_up_all()
        self.assertEqual(self.lost, [("bob", ["one"], []), ("carol", [], ["two"])])


class Asleep(SynchronousTestCase):
    """One whose machine sleeps, as the others see it."""

    def setUp(self) -> None:
        self.world = KeyedWorld()
        self.alice, self.bob = self.world.room("alice", "bob")

    def sleep(self, who: Chatter) -> None:
        """All of one's links end, without a word to anybody, and none comes up."""
        who.node.down = True
        for link in self.world.network.links():
            if link.fingerprint == who.node.fingerprint:
                self.world.network.cut(link)

    def expire(self, who: Chatter) -> None:
        """The server notices."""
        assert who.name is not None
        server = self.world.fake_server
        self.world.network.carry_out(self.world.server, server.go(who.name))
        self.world.wait(10)

    def come_back(self, who: Chatter, *rooms: str) -> Chatter:
        """One is there again, with the same key, in these rooms."""
        assert who.name is not None
        back = self.world.chatter(who.name, key=who.name)
        for room in rooms:
            back.type(f"$roomjoin {room}", wait=3)
        return back

    def test_back(self) -> None:
        """What was said to one who left without a word waits, and is heard once they are back."""
        self.sleep(self.bob)
        self.alice.type("sent before it shows", wait=3)
        self.alice.type("never sent", wait=3)
        self.expire(self.bob)
        waits = self.alice.told("left without a word")
        self.assertEqual(len(waits), 1, self.alice.lines)
        self.assertIn('from "sent before it shows" on', waits[0])
        back = self.come_back(self.bob, "lab")
        said = [one for one in back.lines if one.startswith("< alice")]
        self.assertEqual(said, ["< alice: sent before it shows", "< alice: never sent"])
        self.alice.type("and then", wait=3)
        self.assertEqual(len(back.told("and then")), 1)

    def test_another_room(self) -> None:
        """One who is back in another room gets nothing of what was said to the first."""
        self.sleep(self.bob)
        self.world.wait(3)
        self.alice.type("for the lab", wait=3)
        self.expire(self.bob)
        self.alice.type("$roomcreate den", wait=3)
        back = self.come_back(self.bob, "den")
        self.assertEqual(back.told("for the lab"), [])
        back.type("$roomjoin lab", wait=3)
        self.assertEqual(len(back.told("for the lab")), 1)

    def test_another_key(self) -> None:
        """Nor does somebody else who has that name."""
        self.sleep(self.bob)
        self.world.wait(3)
        self.alice.type("for bob", wait=3)
        self.expire(self.bob)
        other = self.world.chatter("bob", key="another")
        other.type("$roomjoin lab", wait=3)
        self.alice.type("$trust bob", wait=3)
        self.assertEqual(other.told("for bob"), [])

    def test_never_back(self) -> None:
        """After an hour it is told who never got what."""
        self.sleep(self.bob)
        self.world.wait(3)
        self.alice.type("for bob", wait=3)
        self.expire(self.bob)
        self.assertEqual(self.alice.told("never got"), [])
        self.world.wait(KEPT_FOR)
        self.assertEqual(len(self.alice.told("> bob never got one line")), 1)

    def test_shut_down(self) -> None:
        """Or at the end of the program."""
        self.sleep(self.bob)
        self.world.wait(3)
        self.alice.type("for bob", wait=3)
        self.expire(self.bob)
        self.alice.type("$status", wait=1)
        self.assertEqual(len(self.alice.told("still to arrive at bob")), 1)
        self.alice.type("$quit", wait=3)
        self.assertEqual(len(self.alice.told("bob never got one line")), 1)
