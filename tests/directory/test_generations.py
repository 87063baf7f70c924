"""Users of both generations in one address book."""

from hypothesis import given
from twisted.trial.unittest import SynchronousTestCase

from tests.support.strategies import many, some, timed_changes_of_both
from twisted_chat.addresses import site
from twisted_chat.directory.directory import (
    Change,
    Departed,
    Directory,
    KeptName,
    KeyHolder,
    Moved,
    NameForgotten,
    Registered,
    RoomCreated,
    RoomGiven,
    RoomJoined,
    User,
)

Steps = list[tuple[float, Change]]
A, B = "a" * 64, "b" * 64
HERE, THERE = ("10.0.0.1", 1), ("10.0.0.2", 2)


def rooms_of(user: User) -> list[str]:
    """The rooms that a user is in."""
    return [room.casefolded for room in user.rooms]


def shown(directory: Directory) -> object:
    """Everything that a directory knows, but for the order of silence."""
    return (
        [
            (
                user.who,
                user.address,
                user.name,
                user.heard,
                rooms_of(user),
            )
            for user in directory.users.read()
        ],
        [
            (room.name, room.creator, [m.user.who for m in room.members])
            for room in directory.rooms
        ],
        sorted(
            (kept.casefolded, kept.fingerprint, kept.site, kept.since)
            for kept in directory.kept_names.read()
        ),
    )


class GenerationTests(SynchronousTestCase):
    """Single changes."""

    def setUp(self) -> None:
        self.directory = Directory()
        for change in (
            Registered(HERE, "anna", "anna", A),
            Registered(HERE, "bob", "bob"),
            RoomCreated("Lab", "lab", A),
            RoomJoined(A, "lab"),
        ):
            self.assertTrue(self.directory.apply(change, 1.0))

    def test_one_address(self) -> None:
        """A user with a key and one without may share an address, and only the latter is its."""
        bob = self.directory.user_at(HERE)
        self.assertEqual(bob and bob.name, "bob")
        self.assertTrue(self.directory.apply(Departed(HERE), 2.0))
        self.assertIsNone(self.directory.user_at(HERE))
        self.assertEqual(self.directory.users_at_site(HERE[0]), 1)
        self.assertTrue(self.directory.apply(Departed(A), 2.0))
        self.assertEqual(len(self.directory._sites), 0)

    def test_not_applied(self) -> None:
        """A change that does not apply says so, and changes nothing."""
        self.directory.apply(Registered(THERE, "carl", "carl", B), 2.0)
        self.directory.apply(Departed(B), 2.0)
        before = shown(self.directory)
        for change in (
            Registered(THERE, "carl", "carl"),
            Registered(THERE, "carl", "carl", "c" * 64),
            Registered(THERE, "bob", "bob", B),
            Registered(THERE, "annie", "annie", A),
            Moved(A, HERE),
            Moved(B, HERE),
            Departed(B),
            RoomGiven("lab", B),
            RoomGiven("nowhere", A),
            NameForgotten("anna"),
        ):
            self.assertFalse(self.directory.apply(change, 3.0), change)
            self.assertEqual(shown(self.directory), before, change)

    def test_moved(self) -> None:
        """Who moves is counted at the new place."""
        self.assertTrue(self.directory.apply(Moved(A, THERE), 2.0))
        counted = [self.directory.users_at_site(host) for host, _ in (HERE, THERE)]
        self.assertEqual(counted, [1, 1])

    def test_names(self) -> None:
        """A name is kept when its holder goes, and free when it returns or is forgotten."""
        self.directory.apply(Departed(A), 5.0)
        self.assertEqual([kept.since for kept in self.directory.kept_names.read()], [5.0])
        self.assertFalse(self.directory.is_free("anna", B))
        self.assertTrue(self.directory.apply(Registered(THERE, "anna", "anna", A), 6.0))
        self.assertEqual(len(self.directory.kept_names), 0)
        self.directory.apply(Departed(A), 7.0)
        self.assertTrue(self.directory.apply(NameForgotten("anna"), 8.0))
        self.assertTrue(self.directory.is_free("anna"))

    def names_at(self) -> list[int]:
        """How many names are kept at each of the two sites."""
        return [self.directory.names_at_site(host) for host, _ in (HERE, THERE)]

    def test_site_of_a_name(self) -> None:
        """A name is counted where its holder was last, and nowhere once the holder returns."""
        self.assertEqual(self.names_at(), [0, 0])
        self.directory.apply(Moved(A, THERE), 2.0)
        self.directory.apply(Departed(A), 3.0)
        self.assertEqual(self.names_at(), [0, 1])
        self.directory.apply(Registered(HERE, "anna", "anna", A), 4.0)
        self.assertEqual(self.names_at(), [0, 0])
        self.directory.apply(Departed(A), 5.0)
        self.assertEqual(self.names_at(), [1, 0])
        kept = self.directory.longest_absent_from(HERE[0])
        self.assertEqual(kept and kept.casefolded, "anna")
        self.assertIsNone(self.directory.longest_absent_from(THERE[0]))

    def test_site_of_many_addresses(self) -> None:
        """Names from one IPv6 /64 are those of one site, whichever address their holders had."""
        for number, key in enumerate(("b", "c", "d"), start=1):
            address = (f"2001:db8::{number}", 7000)
            self.directory.apply(Registered(address, key, key, key * 64), 2.0)
            self.directory.apply(Departed(key * 64), 3.0)
        self.assertEqual(self.directory.names_at_site("2001:db8::ffff"), 3)
        self.assertEqual(self.directory.names_at_site("2001:db8:0:1::1"), 0)


class Properties(SynchronousTestCase):
    """What holds after any changes."""

    @many
    @given(timed_changes_of_both)
    def test_consistent(self, steps: Steps) -> None:
        """All look-ups agree, and nothing is left over."""
        directory, now = Directory(), 1000.0
        for pause, change in steps:
            now += pause
            directory.apply(change, now)
        users = list(directory.users.read())
        sites: dict[str, int] = {}
        for user in users:
            self.assertIs(directory.user(user.who), user)
            self.assertIs(directory.users.get(user.casefolded), user)
            self.assertIsNone(directory.kept_names.get(user.casefolded))
            owner = site(user.address[0])
            sites[owner] = sites.get(owner, 0) + 1
        self.assertEqual(len(directory._sites), len(sites))
        for owner, count in sites.items():
            self.assertEqual(directory.users_at_site(owner), count)
        holders = [user for user in users if isinstance(user, KeyHolder)]
        self.assertEqual(len(directory.holders), len(holders))
        members = [(room, member.user) for room in directory.rooms for member in room.members]
        self.assertEqual(len(members), sum(len(user.rooms) for user in users))
        self.assertTrue(all(room in user.rooms for room, user in members))
        for room in directory.rooms:
            inside = [user for at, user in members if at is room]
            self.assertEqual(room.holders, sum(bool(user.fingerprint) for user in inside))
        self.assert_names_agree(directory)
        order = list[float]()
        while kept := directory.longest_absent():
            order.append(kept.since)
            self.assertTrue(directory.apply(NameForgotten(kept.casefolded), now))
        self.assertEqual((order, len(directory.kept_names)), (sorted(order), 0))
        self.assertEqual(len(directory.kept_names._sites), 0)
        silent = 0
        while found := directory.longest_silent():
            silent += directory.apply(Departed(found.who), now)
        self.assertEqual(silent, len(users) - len(holders))

    def assert_names_agree(self, directory: Directory) -> None:
        """Each site has the names of those who went from there, and there are no other sites."""
        sites: dict[str, list[KeptName]] = {}
        for kept in directory.kept_names.read():
            self.assertIs(directory.kept_names.get(kept.casefolded), kept)
            sites.setdefault(kept.site, []).append(kept)
        self.assertEqual(len(directory.kept_names._sites), len(sites))
        for owner, names in sites.items():
            self.assertEqual(directory.names_at_site(owner), len(names))
            first = directory.longest_absent_from(owner)
            self.assertEqual(first and first.since, min(kept.since for kept in names))

    @some
    @given(timed_changes_of_both)
    def test_deterministic(self, steps: Steps) -> None:
        """The same changes give the same directory, and so do those alone that applied."""
        one, again, applied, now = Directory(), Directory(), Directory(), 1000.0
        for pause, change in steps:
            now += pause
            took_effect = one.apply(change, now)
            self.assertEqual(again.apply(change, now), took_effect)
            if took_effect:
                self.assertTrue(applied.apply(change, now))
        self.assertEqual(shown(again), shown(one))
        self.assertEqual(shown(applied), shown(one))
