"""What is owed to those who are not here."""

from itertools import count

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.peer.contacts.line import Line
from twisted_chat.peer.events.event import Someone
from twisted_chat.peer.events.kept import OwedExpired
from twisted_chat.peer.gen2.outbox import MAX_TEXT, pieces_of
from twisted_chat.peer.gen2.owed import ALL, KEPT_FOR, MAX_PEOPLE, OwedWords
from twisted_chat.store.archive import Archive
from twisted_chat.store.records import ArrivedRecord, OwedLine, StoredBefore
from twisted_chat.wire.gen2.speech import Acknowledgement

BOB = "b" * 64


def owed(
    text: str,
    *numbers: int,
    parts: tuple[int, ...] = (0,),
    room: str = "lab",
    epoch: int = 5,
) -> OwedLine:
    """A line that bob has not acknowledged."""
    return OwedLine(BOB, "bob", epoch, numbers, parts, room, "alice", 3, text)


class WatchedLine(Line):
    """One of which it is counted how often it is looked at."""

    looks = 0

    def __getattribute__(self, name: str) -> object:
        WatchedLine.looks += 1
        return super().__getattribute__(name)


class Owing(SynchronousTestCase):
    """Outboxes that outlive a contact, and a program."""

    def owed(self, *lines: OwedLine) -> OwedWords:
        """What a session has that begins with these."""
        self.archive = Archive("", StoredBefore(owed=lines))
        return OwedWords(self.archive, count(100).__next__)

    def test_new(self) -> None:
        """To whom nothing is owed goes an epoch of its own."""
        words = self.owed()
        for fingerprint, epoch in ((BOB, 100), ("c" * 64, 101)):
            outbox = words.take(fingerprint)
            line = Line("one", "alice", "lab", 1.0, time=4)
            self.assertEqual(outbox.put(pieces_of(line), 10), (epoch, 1))

    def test_restored(self) -> None:
        """What was owed has the epoch and the numbers that it had, and what is said next has the
        next."""
        outbox = self.owed(owed("one", 7), owed("psst", 1, room="", epoch=6), owed("two", 8)).take(
            BOB
        )
        outbox.put(pieces_of(Line("three", "alice", "lab", 1.0, time=4)), 10)
        self.assertEqual(
            set(outbox.to_send()),
            {
                *(b"msg #lab 5 7 3 one", b"msg #lab 5 8 3 two", b"msg #lab 5 9 4 three"),
                b"msg - 6 1 3 psst",
            },
        )

    def test_mixed(self) -> None:
        """What an earlier version has had in one epoch goes as it was, and nothing is lost."""
        words = self.owed(
            owed("one", 7), owed("psst", 8, room=""), owed("two", 1, room="", epoch=6)
        )
        outbox = words.take(BOB)
        self.assertEqual(
            set(outbox.to_send()),
            {b"msg #lab 5 7 3 one", b"msg - 5 8 3 psst", b"msg - 6 1 3 two"},
        )

    def test_forgotten_between(self) -> None:
        """Where something between was forgotten all else keeps its number."""
        outbox = self.owed(owed("one", 3), owed("two", 6)).take(BOB)
        self.assertEqual(
            outbox.to_send(),
            [b"msg #lab 5 3 3 one", b"msg #lab 5 4 3 ", b"msg #lab 5 5 3 ", b"msg #lab 5 6 3 two"],
        )
        outbox.heard(Acknowledgement(5, 6))
        self.assertEqual(len(outbox), 0)
        self.assertEqual(outbox.put(pieces_of(Line("x", "alice", "lab", 1.0, time=4)), 10), (5, 7))

    def test_parts(self) -> None:
        """Of a line that is longer than a message those parts are owed that have not arrived."""
        outbox = self.owed(owed("x" * (MAX_TEXT + 5), 8, parts=(1,))).take(BOB)
        self.assertEqual(outbox.to_send(), [b"msg #lab 5 8 3 xxxxx"])

    def test_kept(self) -> None:
        """What is owed to one who is gone is there again, once, and is sent again."""
        words = self.owed()
        outbox = words.take(BOB)
        outbox.put(pieces_of(Line("one", "alice", "lab", 1.0, time=4)), 10)
        outbox.to_send()
        words.keep(Someone("bob", BOB), outbox)
        again = words.take(BOB)
        self.assertEqual(again.to_send(), [b"msg #lab 100 1 4 one"])
        self.assertEqual(len(words.take(BOB)), 0)

    def test_expired(self) -> None:
        """What nobody has come for is owed no more some time after the last of it was said, and
        that is told; what is said then has an epoch of its own."""
        words = self.owed(owed("one", 7), owed("two", 8, room=""))
        self.assertEqual(words.until, 3 + KEPT_FOR)
        self.assertEqual(words.expire(3 + KEPT_FOR - 1), [])
        (expired,) = words.expire(3 + KEPT_FOR)
        self.assertEqual(expired, OwedExpired(Someone("bob", BOB), 2, "one", 3))
        self.assertEqual(self.archive.take(), [(0, ArrivedRecord(BOB, 5, ALL))])
        self.assertEqual((words.owed(), words.take(BOB).epochs), ([], []))
        self.assertGreater(words.until, ALL)

    def test_expired_in_session(self) -> None:
        """So it is with one who has gone since we were started; the lines are lost for them."""
        words = self.owed()
        outbox = words.take(BOB)
        line = Line("one", "alice", "lab", 1.0, time=4)
        outbox.put(pieces_of(line), 10)
        words.keep(Someone("bob", BOB), outbox)
        self.assertEqual(words.until, 4 + KEPT_FOR)
        (expired,) = words.expire(4 + KEPT_FOR)
        self.assertEqual(expired, OwedExpired(Someone("bob", BOB), 1, "one", 4))
        self.assertEqual((line.lost, words.owed()), (1, []))
        self.assertEqual(self.archive.take(), [(0, ArrivedRecord(BOB, 100, ALL))])
        words.keep(Someone("bob", BOB), words.take(BOB))
        self.assertEqual(words.until, ALL + KEPT_FOR)

    def test_too_many(self) -> None:
        """Of more people than there may be those go to whom nothing was said for longest."""
        lines = [
            OwedLine(f"{number:064}", "x", 5, (1,), (0,), "lab", "alice", number, "hi")
            for number in range(MAX_PEOPLE + 2)
        ]
        words = self.owed(*reversed(lines))
        self.assertEqual(words.until, 0)
        expired = words.expire(0)
        self.assertEqual([one.since for one in expired], [0, 1])
        self.assertEqual((len(words.owed()), words.expire(0)), (MAX_PEOPLE, []))
        outbox = words.take("c" * 64)
        outbox.put(pieces_of(Line("one", "alice", "lab", 1.0, time=4)), 10)
        words.keep(Someone("carol", "c" * 64), outbox)
        self.assertEqual(words.until, 0)

    def test_too_many_with_keys(self) -> None:
        """Those who come into a room under very many keys have nobody lose what is private."""
        lines = [
            OwedLine(f"{number:064}", "x", 5, (1,), (0,), "lab", "alice", 10 + number, "hi")
            for number in range(MAX_PEOPLE)
        ]
        words = self.owed(owed("psst", 7, room=""), *lines)
        carol = Line("psst", "alice", "", 1.0, time=5)
        words.say(carol, Someone("carol", "c" * 64))
        self.assertEqual([one.since for one in words.expire(0)], [10, 11])
        self.assertEqual([who.name for who in words.private()], ["bob", "carol"])
        self.assertEqual([one.who.name for one in words.expire(5 + KEPT_FOR)], ["bob", "carol"])

    def test_cost(self) -> None:
        """Who comes and goes costs the same however much is owed to them."""
        words = self.owed()
        outbox = words.take(BOB)
        for number in range(1_000):
            line = WatchedLine("one", "alice", "lab", 1.0, time=number)
            outbox.put(pieces_of(line), 10)
        words.keep(Someone("bob", BOB), outbox)
        WatchedLine.looks = 0
        self.assertEqual((words.until, words.expire(0), words.private()), (999 + KEPT_FOR, [], []))
        self.assertLess(WatchedLine.looks, 10)
