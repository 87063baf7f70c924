"""What stands in the log of a cluster is read as it was written, and nothing else is."""

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.support.strategies import many
from twisted_chat.server.cluster.entries import (
    BAN,
    FREED,
    KINDS,
    NAME,
    ROOM,
    SERVER,
    BanEntry,
    ClusterServer,
    Entry,
    NameEntry,
    NoEntry,
    RoomEntry,
    read_entry,
    read_subject,
    subject,
)

ENTRIES: list[tuple[str, Entry]] = [
    (NAME, NameEntry("Дима", "a" * 64, "s1", ("2001:db8::1", 7), ("lab", "ден"), how="kicked")),
    (NAME, NameEntry("anna", "", "s1", ("192.0.2.1", 7))),
    (NAME, NameEntry("", "a" * 64, site="192.0.2.1", since=1_800_000_000.25)),
    (ROOM, RoomEntry("Lab", "a" * 64, "192.0.2.1", "")),
    (ROOM, RoomEntry("Lab", ("192.0.2.1", 7), "192.0.2.1", "{}")),
    (BAN, BanEntry(None, "")),
    (BAN, BanEntry(1_800_000_000.5, "loud")),
    (SERVER, ClusterServer(("192.0.2.1", 8090), draining=True)),
]


class EntryTests(SynchronousTestCase):
    """Entries and subjects."""

    def test_same(self) -> None:
        """Each entry is read as what was written; an empty one says that there is none."""
        for kind, entry in ENTRIES:
            self.assertEqual(read_entry(kind, entry.encode()), entry)
            self.assertIsNone(read_entry(kind, FREED))

    @many
    @given(st.sampled_from(sorted(KINDS)), st.text(min_size=1))
    def test_subjects(self, kind: str, what: str) -> None:
        """Each key has a subject of two tokens that NATS takes, and is read from it."""
        try:
            what.encode()
        except UnicodeEncodeError:
            return
        found = subject((kind, what))
        self.assertRegex(found, r"\A[a-z]\.[A-Za-z0-9_-]+\Z")
        self.assertEqual(read_subject(found.encode()), (kind, what))

    def test_no_entries(self) -> None:
        """What is damaged, or of another program, is refused."""
        for kind in KINDS:
            for data in (b"{", b"[]", b"{}", b'"x"', b"7", b"\xff", b'{"k":1,"s":2,"a":[1]}'):
                self.assertRaises(NoEntry, read_entry, kind, data)
        for text in (b"", b"n", b"n.", b"x.YQ", b"n.!", b"n._w"):
            self.assertRaises(NoEntry, read_subject, text)
