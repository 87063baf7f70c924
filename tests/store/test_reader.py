"""Reading again what was said."""

from twisted.trial.unittest import SynchronousTestCase

from tests.store.words import BOB, CAROL, EVE, HERE, LAB, WITH_BOB, heard, said
from twisted_chat.store.file import StoreFile
from twisted_chat.store.queries import (
    HistoryQuery,
    KeptLine,
    NamedQuery,
    PeopleFound,
    PeopleQuery,
    SearchQuery,
)
from twisted_chat.store.reader import StoreReader
from twisted_chat.store.records import TalkKey
from twisted_chat.store.signed_words import APART


class Reading(SynchronousTestCase):
    """A store in memory with some lines."""

    def setUp(self) -> None:
        self.file = StoreFile(None)
        self.addCleanup(self.file.close)
        self.file.write(
            [
                heard("The caf\u00e9 is open", 1),
                said("I go to the cafe", 1),
                heard("open the door", 2, WITH_BOB),
                heard('say "hello" * OR x', 3),
            ]
        )
        self.reader = StoreReader(self.file.connection)

    def search(self, words: str, *, everywhere: bool = True) -> list[str]:
        """The texts that are found."""
        query = SearchQuery(words, None if everywhere else LAB, 10)
        return [line.text for line in self.reader.answer(query).lines]

    def test_history(self) -> None:
        """The last lines, the oldest first, with who said them; and whether there are more."""
        found = self.reader.answer(HistoryQuery(LAB, 2))
        self.assertTrue(found.more)
        self.assertEqual(
            found.lines[0],
            KeptLine(2 * APART, "Lab", "", "alice", "", True, 2_000, "I go to the cafe"),
        )
        private = self.reader.answer(HistoryQuery(WITH_BOB, 2))
        self.assertFalse(private.more)
        self.assertEqual(private.lines[0].whom, "bob")
        self.assertEqual((private.lines[0].author, private.lines[0].fingerprint), ("bob", BOB))

    def test_until(self) -> None:
        """Lines of before a moment only."""
        found = self.reader.answer(HistoryQuery(LAB, 9, until=2 * APART))
        self.assertEqual([line.number for line in found.lines], [APART, 2 * APART])

    def test_search(self) -> None:
        """All words have to be there, in any order, whatever the case and the accents, or words
        that begin so; in one conversation or in all."""
        self.assertEqual(self.search("CAFE"), ["The caf\u00e9 is open", "I go to the cafe"])
        self.assertEqual(self.search("open caf"), ["The caf\u00e9 is open"])
        self.assertEqual(self.search("open"), ["The caf\u00e9 is open", "open the door"])
        self.assertEqual(self.search("open", everywhere=False), ["The caf\u00e9 is open"])
        self.assertEqual(self.search("zebra"), [])

    def test_no_language(self) -> None:
        """What means something to FTS5 is a word like others."""
        for words in (
            '"hello"',
            "*",
            'say "',
            "OR",
            "NEAR(",
            "text:",
            "-x",
            "x OR say",
            "(",
            "\0",
        ):
            self.search(words)
        self.assertEqual(self.search('"hello"'), ['say "hello" * OR x'])
        self.assertEqual(self.search("x OR say"), ['say "hello" * OR x'])

    def test_no_index(self) -> None:
        """Without FTS5 every line is read, and that is told."""
        self.file.connection.execute("DROP TABLE words")
        self.reader = StoreReader(self.file.connection)
        self.assertEqual(self.search("OPEN door"), ["open the door"])
        found = self.reader.answer(SearchQuery("open", LAB, 10))
        self.assertTrue(found.scanned)
        self.assertEqual(len(found.lines), 1)

    def test_named(self) -> None:
        """Conversations of a name, whatever its case."""
        self.assertEqual(len(self.reader.answer(NamedQuery("LAB", HERE)).lines), 1)
        self.assertEqual(len(self.reader.answer(NamedQuery("Bob", HERE)).lines), 1)
        self.assertEqual(self.reader.answer(NamedQuery("lab", "elsewhere:1")).lines, ())

    def test_people(self) -> None:
        """With whom something private was said last, the latest first, so many, and not those with
        whom that was too long ago, or who have no key."""
        for number, (key, time) in enumerate(((CAROL, 5_000), ("@old", 9_000), (EVE, 10)), 1):
            server = HERE if key == "@old" else ""
            self.file.write([said("hi", number + 10, TalkKey(server, "", key, key))])
            self.file.connection.execute(
                "UPDATE messages SET time = ? WHERE id = (SELECT max(id) FROM messages)", (time,)
            )
        self.file.write([heard("late", 20, WITH_BOB)])
        found = self.reader.any_answer(PeopleQuery(500, 9))
        self.assertEqual(found, PeopleFound((WITH_BOB, TalkKey("", "", CAROL, CAROL))))
        self.assertEqual(self.reader.people(PeopleQuery(500, 1)), PeopleFound((WITH_BOB,)))

    def test_bounded(self) -> None:
        """However many are asked for, no more than can be shown."""
        self.file.write([heard("many", number) for number in range(4, 2000)])
        found = self.reader.answer(HistoryQuery(LAB, 5000))
        self.assertEqual((len(found.lines), found.more), (1000, True))

    def test_every_line(self) -> None:
        """All of a conversation, in order."""
        lines = list(self.reader.all_lines(LAB))
        self.assertEqual([line.number for line in lines], [number * APART for number in (1, 2, 4)])
        self.assertEqual(self.reader.talks(), [LAB, WITH_BOB])
