"""What there is a place for."""

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.directory.directory import Directory, Registered, RoomCreated
from twisted_chat.server.availability import Availability
from twisted_chat.server.bounds import Bounds
from twisted_chat.server.journal.ledger import Ledger
from twisted_chat.server.journal.records import NameRecord, RoomRecord

A, B = "a" * 64, "b" * 64
HERE, THERE = "203.0.113.1", "203.0.113.2"


class AvailabilityTests(SynchronousTestCase):
    """Names, users and rooms within their bounds, those that are waited for too."""

    def setUp(self) -> None:
        self.directory, self.ledger = Directory(), Ledger()
        self.ledger.keeps = True
        bounds = Bounds(users=6, users_per_host=4, rooms=4, rooms_per_host=3, rooms_per_user=2)
        self.available = Availability(self.directory, bounds, self.ledger)

    def register(self, name: str, host: str = HERE, fingerprint: str = "") -> None:
        """Let somebody be registered."""
        port = 7000 + len(self.directory.users)
        come = Registered((host, port), name, name, fingerprint)
        self.assertTrue(self.directory.apply(come, 0.0))

    def claim(self, record: NameRecord | RoomRecord) -> None:
        """Let somebody wait for this."""
        self.ledger.claim(record, record.casefolded, 0.0, lambda written, now: None)

    def test_names(self) -> None:
        """A name is free that nobody has, waits for or is drawn like."""
        self.register("anna")
        self.claim(NameRecord("ben", B, HERE))
        free = self.available.is_free
        names = ("anna", "ben", "\u0430nna", "carol")
        self.assertEqual([free(name, name) for name in names], [False, False, False, True])
        found = self.available.find("ANNA")
        self.assertEqual(found and found.name, "anna")
        self.assertIsNone(self.available.find("no name at all"))

    def test_site(self) -> None:
        """Those with a key have their share of a site; those who come count."""
        for name in "ab":
            self.register(name)
        self.assertFalse(self.available.is_full(HERE))
        self.claim(NameRecord("c", A, HERE))
        self.assertFalse(self.available.is_full(HERE))
        self.claim(NameRecord("d", B, HERE))
        self.assertTrue(self.available.is_full(HERE))
        self.assertFalse(self.available.is_full(THERE))

    def test_without_key(self) -> None:
        """Half of all places, and all of a site's, are for those without a key."""
        for number, name in enumerate("abc"):
            self.assertTrue(self.available.has_place_without_key())
            self.register(name, f"203.0.113.{number}")
        self.assertFalse(self.available.has_place_without_key())
        self.assertFalse(self.available.is_full_without_key(HERE))

    def test_rooms(self) -> None:
        """There are so many rooms for each, for a site, and in all, with those that come."""
        self.register("anna", HERE, A)
        self.register("ben", THERE)
        anna, ben = self.directory.users.get("anna"), self.directory.users.get("ben")
        assert anna is not None
        assert ben is not None
        self.directory.apply(RoomCreated("one", "one", A), 0.0)
        self.assertTrue(self.available.can_own(anna))
        self.claim(RoomRecord("two", "two", A, HERE))
        self.assertFalse(self.available.is_room_free("two", "two"))
        self.assertFalse(self.available.is_room_free("one", "one"))
        self.assertTrue(self.available.is_room_free("three", "three"))
        self.assertTrue(self.available.has_room_place(ben))
        self.claim(RoomRecord("three", "three", A, HERE))
        self.assertFalse(self.available.can_own(anna))
        self.claim(RoomRecord("four", "four", A, THERE))
        self.assertFalse(self.available.has_room_place(anna))
        self.directory.apply(RoomCreated("den", "den", ben.who), 0.0)
        self.directory.apply(RoomCreated("pub", "pub", ben.who), 0.0)
        self.assertFalse(self.available.can_own(ben))
