"""What is remembered of keys, and that nothing of it gets lost."""

import sqlite3
from contextlib import closing
from stat import S_IMODE

from twisted.trial.unittest import SynchronousTestCase

from tests.identity import temporary
from twisted_chat.errors import ChatError
from twisted_chat.identity.known_file import AT_ONCE, FILE, SEEN_EVERY, VERSION, KnownFile
from twisted_chat.peer.gen2.known_keys import Memory
from twisted_chat.startup import CannotStart

KEY, OTHER = "a" * 64, "b" * 64
SERVER = ("192.0.2.1", 8090)
VERSION_1 = f"""
CREATE TABLE servers (
    host TEXT NOT NULL, port INTEGER NOT NULL, fingerprint TEXT NOT NULL,
    first_seen REAL NOT NULL, last_seen REAL NOT NULL,
    PRIMARY KEY (host, port));
CREATE TABLE names (
    name TEXT NOT NULL PRIMARY KEY, fingerprint TEXT NOT NULL,
    first_seen REAL NOT NULL, last_seen REAL NOT NULL, compared INTEGER NOT NULL);
INSERT INTO names VALUES ('alice', '{KEY}', 3.0, 4.0, 1);
INSERT INTO servers VALUES ('192.0.2.1', 8090, '{OTHER}', 1.0, 2.0);
PRAGMA user_version = 1;
"""


class KnownCase(SynchronousTestCase):
    """One file, and programs that use it."""

    def setUp(self) -> None:
        self.path = temporary(self) / FILE
        self.now = 0.0

    def open(self) -> KnownFile:
        known = KnownFile(self.path, lambda: self.now)
        self.addCleanup(known.close)
        return known


class Names(KnownCase):
    """The key behind each name."""

    def test_unknown(self) -> None:
        """Of somebody new nothing is known."""
        known: Memory = self.open()
        self.assertIsNone(known.name("alice"))
        self.assertIsNone(known.server(SERVER))

    def test_remembered(self) -> None:
        """Who was spoken with is known in the next program, for its owner alone."""
        self.now = 5.0
        self.open().remember("alice", KEY)
        found = self.open().name("alice")
        assert found is not None
        self.assertEqual((found.fingerprint, found.first_seen, found.last_seen), (KEY, 5.0, 5.0))
        self.assertFalse(found.compared)
        self.assertEqual(S_IMODE(self.path.stat().st_mode), 0o600)

    def test_seen_again(self) -> None:
        """When somebody was last seen is kept, and when first; a moment makes no difference."""
        known = self.open()
        for self.now in (5.0, 5.0 + SEEN_EVERY / 2, 5.0 + 2 * SEEN_EVERY):
            known.remember("alice", KEY)
        found = known.name("alice")
        assert found is not None
        self.assertEqual((found.first_seen, found.last_seen), (5.0, 5.0 + 2 * SEEN_EVERY))

    def test_not_replaced(self) -> None:
        """Another key does not take the place of a known one by itself."""
        known = self.open()
        self.now = 5.0
        known.remember("alice", KEY)
        self.now = 500.0
        known.remember("alice", OTHER)
        found = known.name("alice")
        assert found is not None
        self.assertEqual((found.fingerprint, found.last_seen), (KEY, 5.0))

    def test_trusted(self) -> None:
        """A person can accept another key, which nobody has compared yet."""
        known = self.open()
        self.now = 5.0
        known.verify("alice", KEY)
        self.now = 9.0
        known.trust("alice", OTHER)
        found = known.name("alice")
        assert found is not None
        self.assertEqual(
            (found.fingerprint, found.first_seen, found.compared), (OTHER, 9.0, False)
        )

    def test_verified(self) -> None:
        """A compared key stays compared, also when it is accepted once more."""
        known = self.open()
        self.now = 5.0
        known.remember("alice", KEY)
        self.now = 7.0
        known.verify("alice", KEY)
        self.now = 9.0
        known.trust("alice", KEY)
        found = known.name("alice")
        assert found is not None
        self.assertEqual((found.fingerprint, found.first_seen, found.compared), (KEY, 5.0, True))
        self.assertEqual(found.compared_at, 7.0)
        self.now = 11.0
        known.trust("alice", OTHER)
        found = known.name("alice")
        assert found is not None
        self.assertEqual((found.compared, found.compared_at), (False, 0.0))

    def test_ignored(self) -> None:
        """Those who are ignored are so in the next program, each by one key, until that ends."""
        known = self.open()
        for name, key in (("alice", KEY), ("bob", OTHER), ("alicia", KEY)):
            known.ignore(name, key)
        self.assertEqual(sorted(self.open().ignored()), [("alicia", KEY), ("bob", OTHER)])
        known.unignore(KEY)
        self.assertEqual(self.open().ignored(), [("bob", OTHER)])

    def test_doubted(self) -> None:
        """A comparison can be taken back; the key stays known. Of somebody new nothing is."""
        known = self.open()
        self.now = 5.0
        known.verify("alice", KEY)
        self.now = 7.0
        known.doubt("alice")
        self.now = 7.0
        known.doubt("bob")
        found = self.open().name("alice")
        assert found is not None
        self.assertEqual((found.fingerprint, found.first_seen, found.compared), (KEY, 5.0, False))
        self.assertIsNone(known.name("bob"))

    def test_many(self) -> None:
        """Very many are looked up in one go, and each is what it is alone; nobody is left out."""
        known = self.open()
        names = [f"user{number}" for number in range(2 * AT_ONCE + 1)]
        for name in names[::2]:
            known.verify(name, KEY)
        found = known.known_names(names)
        self.assertEqual(found, {name: known.name(name) for name in names[::2]})
        self.assertEqual(known.known_names(names[::2]), found)  # No more than there are.
        self.assertEqual(known.known_names([]), {})

    def test_two_programs(self) -> None:
        """What one program remembers another knows at once."""
        one, other = self.open(), self.open()
        for number in range(20):
            (one, other)[number % 2].remember(f"user{number}", KEY)
        for number in range(20):
            self.assertIsNotNone((other, one)[number % 2].name(f"user{number}"))


class Servers(KnownCase):
    """The keys of servers, by where they are."""

    def test_remembered(self) -> None:
        """The first key of a server stays until a person accepts another."""
        known = self.open()
        self.now = 5.0
        known.remember_server(SERVER, KEY)
        self.now = 6.0
        known.remember_server(SERVER, OTHER)
        found = known.server(SERVER)
        assert found is not None
        self.assertEqual((found.fingerprint, found.last_seen), (KEY, 5.0))
        self.now = 7.0
        known.trust_server(SERVER, OTHER)
        found = known.server(SERVER)
        assert found is not None
        self.assertEqual((found.fingerprint, found.first_seen), (OTHER, 7.0))
        self.assertIsNone(known.server(("192.0.2.1", 8091)))


class Refused(KnownCase):
    """Files that cannot be used."""

    def refusal(self) -> str:
        before = self.path.read_bytes()
        with self.assertRaises(CannotStart) as caught:
            self.open()
        self.assertEqual(self.path.read_bytes(), before)
        self.assertNotIn("\n", str(caught.exception))
        return str(caught.exception)

    def test_damaged(self) -> None:
        """A file that is no such file, or was damaged, is refused and left as it is."""
        self.path.parent.mkdir()
        self.path.write_bytes(b"no database" * 1000)
        self.assertIn("damaged", self.refusal())

    def test_empty(self) -> None:
        """A file with nothing in it has lost everybody whom it knew: it is refused as damaged."""
        self.open().close()
        for content in (b"", self.without_tables()):
            self.path.write_bytes(content)
            self.assertIn("damaged, there is nothing in it", self.refusal())

    def without_tables(self) -> bytes:
        """An SQLite database with nothing in it, which has a page all the same."""
        path = self.path.with_name("other")
        with closing(sqlite3.connect(path)) as file:
            file.executescript("CREATE TABLE one (a); DROP TABLE one;")
        return path.read_bytes()

    def test_whole(self) -> None:
        """The file is whole when it is there, and nothing else is left."""
        self.open().close()
        self.assertEqual(list(self.path.parent.iterdir()), [self.path])
        self.assertEqual(self.path.stat().st_mode & 0o777, 0o600)

    def test_torn(self) -> None:
        """A file that lacks its end is refused."""
        known = self.open()
        for number in range(500):
            known._do("INSERT INTO names VALUES (?, ?, 0, 0, 0, 0)", f"user{number}", KEY)
        known.close()
        whole = self.path.read_bytes()
        self.path.write_bytes(whole[: len(whole) // 2])
        self.assertIn("damaged", self.refusal())

    def test_older(self) -> None:
        """A file of the first version is brought up to this one, with all that is in it, also by
        two programs at once."""
        self.path.parent.mkdir(parents=True)
        with closing(sqlite3.connect(self.path)) as older:
            older.executescript(VERSION_1)
        first, second = self.open(), self.open()
        first.ignore("bob", OTHER)
        found = second.name("alice")
        assert found is not None
        seen = found.first_seen, found.last_seen
        self.assertEqual((found.fingerprint, *seen), (KEY, 3.0, 4.0))
        self.assertEqual((found.compared, found.compared_at), (True, 0.0))
        self.assertEqual(second.ignored(), [("bob", OTHER)])
        server = second.server(SERVER)
        assert server is not None
        self.assertEqual(server.fingerprint, OTHER)

    def test_newer(self) -> None:
        """The file of a newer program is refused and left as it is."""
        self.open().close()
        newer = sqlite3.connect(self.path)
        newer.execute(f"PRAGMA user_version = {VERSION + 1}")
        newer.close()
        self.assertIn("newer", self.refusal())

    def test_while_running(self) -> None:
        """What goes wrong later is a ChatError in one line."""
        known = self.open()
        known.close()
        with self.assertRaises(ChatError):
            known.name("alice")
