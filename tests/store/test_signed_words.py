"""What was signed, kept beside the lines that were said, in the order of the room."""

import random
from collections.abc import Iterable

from msgspec.structs import replace
from twisted.trial.unittest import SynchronousTestCase

from tests.store.words import HERE, LAB, heard
from twisted_chat.identity.keys import Identity
from twisted_chat.identity.room_messages import Signer, check
from twisted_chat.peer.gen2.history.log import RoomLog
from twisted_chat.store import signed_words
from twisted_chat.store.file import StoreFile
from twisted_chat.store.queries import HistoryQuery, LogFound, LogQuery
from twisted_chat.store.reader import StoreReader
from twisted_chat.store.records import ForgetRecord, HeardRecord, Owed, SaidRecord, SpansRecord
from twisted_chat.store.retention import Retention
from twisted_chat.wire.gen2.history import RoomMessage

ORIGIN, OTHER, SERIES = "0" * 32, "1" * 32, "2" * 16
BEN = Identity.generate()
SIGNER = Signer.of(BEN)
ALL = 10_000


def signed(number: int, *, origin: str = ORIGIN, seen: int = 0, time: int = 5) -> RoomMessage:
    """Ben says its number."""
    identifiers = tuple(f"{one:032x}" for one in range(seen))
    message = RoomMessage(
        "lab", origin, SIGNER.key, SERIES, "ben", number, number, time, identifiers, str(number)
    )
    return SIGNER.sign(message)


def hear(number: int, before: RoomMessage | None = None, *, time: int = 5) -> HeardRecord:
    """It is heard, and belongs before another."""
    message = signed(number, time=time)
    return HeardRecord(LAB, BEN.fingerprint, "ben", 5, message.text, signed=message, before=before)


class Signed(SynchronousTestCase):
    """A store of what was signed."""

    def setUp(self) -> None:
        self.file = StoreFile(None)
        self.reader = StoreReader(self.file.connection)

    def lines(self) -> list[str]:
        """All texts of the room, in order."""
        return [line.text for line in self.reader.all_lines(LAB)]

    def log(self, origin: str = ORIGIN, count: int = ALL) -> LogFound:
        """What is there for a log."""
        return self.reader.log(LogQuery(LAB, origin, count))

    def test_more_before(self) -> None:
        """A log is told up to where there is more of each feed than it holds."""
        self.file.write([hear(number) for number in range(1, 6)])
        feed = signed(1).feed
        for count, before in ((2, {feed: 3}), (4, {feed: 1}), (5, {}), (9, {})):
            self.assertEqual(self.log(count=count).before, before)

    def test_crowd(self) -> None:
        """What one who lies has put behind all else leaves a log less room when it is read again;
        nothing that was in it is taken again for that."""
        liar, most = Signer.of(Identity.generate()), 40

        def say(number: int, *, lies: bool = False) -> None:
            message = signed(number)
            if lies:
                message = liar.sign(replace(message, key=liar.key, clock=2**50 + number))
            if (added := log.add(message)) is not None:
                whose = LAB, message.author, message.name, 5, message.text
                self.file.write([HeardRecord(*whose, signed=message, before=added.before)])

        log = RoomLog("lab", ORIGIN, most)
        for number in range(1, 11):
            say(number)
        for number in range(1, 31):
            say(number, lies=True)
        for number in range(11, 26):
            say(number)
        self.assertEqual(log.runs(signed(1).feed), ((6, 25),))
        found = self.log(count=most)
        again = RoomLog("lab", ORIGIN, most)
        again.load(found.messages, found.before)
        self.assertEqual(again.runs(signed(1).feed), ((16, 25),))
        self.assertEqual([again.add(signed(number)) for number in range(1, 26)], [None] * 25)
        self.assertIsNotNone(again.add(signed(26)))

    def test_read_again(self) -> None:
        """What was signed is read as it was, whatever is shown of it, and its signature is
        right."""
        messages = [signed(1), signed(2, seen=3), signed(3, time=2**50)]
        for message in messages:
            self.file.write(
                [HeardRecord(LAB, BEN.fingerprint, "ben", 5, message.text, signed=message)]
            )
        self.assertEqual(self.log().messages, tuple(messages))
        for message in self.log().messages:
            check(message)
        self.assertEqual(self.log(count=2).messages, tuple(messages[1:]))
        self.assertEqual(self.log(OTHER), LogFound())

    def test_ours(self) -> None:
        """The last number that we have used is never forgotten."""
        message = signed(7)
        self.file.write([SaidRecord(LAB, 5, "7", "ben", (), message)])
        self.assertEqual((self.log().series, self.log().last), (SERIES, 7))
        self.file.write([ForgetRecord("lab", HERE)])
        self.assertEqual(self.log(), LogFound(series=SERIES, last=7))

    def late(self, numbers: Iterable[int]) -> None:
        """Hear these one after the other, each right before the next one that was heard."""
        there: list[int] = []
        for number in numbers:
            after = [one for one in there if one > number]
            self.file.write([hear(number, signed(min(after)) if after else None)])
            there.append(number)

    def test_several_texts(self) -> None:
        """Before which of several texts of one number something belongs is told by their
        signatures."""
        one, other = (
            SIGNER.sign(replace(signed(7), clock=clock, signature="")) for clock in (20, 40)
        )
        for message in (one, signed(30), other, signed(50)):
            record = HeardRecord(LAB, BEN.fingerprint, "ben", 5, message.text, signed=message)
            self.file.write([record])
        self.file.write([hear(39, other), hear(19, one)])
        self.assertEqual(self.lines(), ["19", "7", "30", "39", "7", "50"])

    def test_not_there(self) -> None:
        """What belongs before something that is not kept stands where that would stand."""
        self.file.write([hear(10), hear(20), hear(30)])
        self.file.write([hear(15, signed(16)), hear(40, signed(41))])
        self.assertEqual(self.lines(), ["10", "15", "20", "30", "40"])

    def test_ours_in_place(self) -> None:
        """What we say ourselves stands before what claims to be far ahead."""
        self.file.write([hear(10), hear(2_000_000)])
        owed = Owed("c" * 64, "carol", 5, 1, 0)
        ours = SaidRecord(LAB, 5, "11", "ben", (owed,), signed(11), signed(2_000_000))
        self.file.write([ours])
        self.assertEqual(self.lines(), ["10", "11", "2000000"])
        (line,) = self.file.read().owed
        self.assertEqual((line.text, line.signed), ("11", signed(11)))

    def test_in_place(self) -> None:
        """What comes late stands where it belongs, in whatever order it comes, and what was said
        without a signature stays where it was."""
        self.file.write([heard("first", 1)])
        for seed in range(3):
            with self.subTest(seed=seed):
                self.setUp()
                numbers = list(range(1, 200))
                random.Random(seed).shuffle(numbers)
                self.late(numbers)
                self.assertEqual(self.lines(), [str(number) for number in range(1, 200)])
        self.file.write([heard("last", 2)])
        self.assertEqual(self.lines()[-1], "last")

    def test_no_room(self) -> None:
        """Where there is no room between two lines, all are put apart, and all is as before."""
        self.patch(signed_words, "CLOSE_BY", 2**23)
        owed = heard("unsigned", 1)
        self.file.write([hear(100), owed, hear(101)])
        self.late_between(range(1, 100))
        expected = [*map(str, range(1, 101)), "unsigned", "101"]
        self.assertEqual(self.lines(), expected)
        self.assertEqual([one.text for one in self.log().messages], [*map(str, range(1, 102))])

    def late_between(self, numbers: Iterable[int]) -> None:
        """Each of these is right before the line of the number 100."""
        for number in numbers:
            self.file.write([hear(number, signed(100))])

    def test_missing(self) -> None:
        """How many messages of an author are missing before each is told, but before the first
        that is there."""
        self.file.write([hear(3), hear(4), hear(8)])
        found = self.reader.answer(HistoryQuery(LAB, 10))
        self.assertEqual([line.missing for line in found.lines], [0, 0, 3])
        self.file.write([hear(6, signed(8))])
        found = self.reader.answer(HistoryQuery(LAB, 10))
        self.assertEqual([line.missing for line in found.lines], [0, 0, 1, 1])

    def test_spans(self) -> None:
        """When each member was there is kept, as it was told last."""
        for spans in (((1, 9, ""),), ((1, 5, ""), (8, 2**53, "c" * 64))):
            self.file.write([SpansRecord(LAB, ORIGIN, "b" * 64, spans)])
            self.assertEqual(self.log().spans, {"b" * 64: spans})
        self.assertEqual(self.log(OTHER).spans, {})

    def test_removed(self) -> None:
        """Nothing is left of what is forgotten, or too old."""
        self.file.write([hear(1), SpansRecord(LAB, ORIGIN, "b" * 64, ((1, 2, ""),))])
        self.file.write([ForgetRecord("lab", HERE)])
        for table in ("rooms", "feeds", "signed", "spans"):
            ((count,),) = self.file.connection.execute(f"SELECT count(*) FROM {table}")
            self.assertEqual(count, 0, table)
        old = StoreFile(None, Retention(days=1), lambda: 10.0**9)
        old.write([hear(1)])
        self.assertEqual(old.tidy(), 1)
        ((count,),) = old.connection.execute("SELECT count(*) FROM signed")
        self.assertEqual(count, 0)
