"""Any sequence of changes, with the time that passes between them."""

from hypothesis import given
from twisted.trial.unittest import SynchronousTestCase

from tests.support.strategies import many, some, timed_changes
from twisted_chat.addresses import Address, site
from twisted_chat.directory.directory import (
    Change,
    Departed,
    Directory,
    Heard,
    Registered,
    RoomCreated,
    RoomGone,
    RoomJoined,
    RoomLeft,
    User,
    Who,
)

Steps = list[tuple[float, Change]]
ALICE, BOB = ("10.0.0.1", 1), ("10.0.0.2", 2)


def rooms_of(user: User) -> list[str]:
    """The rooms that a user is in."""
    return [room.casefolded for room in user.rooms]


def shown(directory: Directory) -> object:
    """Everything that a directory knows, but for the order of silence."""
    return [
        (
            user.address,
            user.name,
            user.casefolded,
            user.heard,
            rooms_of(user),
        )
        for user in directory.users.read()
    ], [
        (room.name, room.casefolded, room.creator, room.emptied, [m.address for m in room.members])
        for room in directory.rooms
    ]


def emptied(directory: Directory) -> tuple[list[Address], list[str]]:
    """Take everybody and then every room away, those first who have been silent longest."""
    users, rooms = list[Address](), list[str]()
    while user := directory.longest_silent():
        users.append(user.address)
        assert directory.apply(Departed(user.address), 1e9)
    while room := directory.longest_empty():
        rooms.append(room.casefolded)
        assert directory.apply(RoomGone(room.casefolded), 1e9)
    return users, rooms


class ChangeTests(SynchronousTestCase):
    """What each change does, and when it does not apply."""

    def setUp(self) -> None:
        self.directory = Directory()
        for change in (
            Registered(ALICE, "Alice", "alice"),
            Registered(BOB, "bob", "bob"),
            RoomCreated("Lab", "lab", ALICE),
            RoomCreated("den", "den", BOB),
            RoomJoined(ALICE, "lab"),
        ):
            self.assertTrue(self.directory.apply(change, 1.0))

    def test_not_applied(self) -> None:
        """A change that does not apply says so, and changes nothing."""
        nobody, before = ("10.0.0.3", 3), shown(self.directory)
        for change in (
            Registered(ALICE, "carol", "carol"),
            Registered(nobody, "ALICE", "alice"),
            Heard(nobody),
            Departed(nobody),
            RoomCreated("LAB", "lab", BOB),
            RoomJoined(nobody, "lab"),
            RoomJoined(ALICE, "lab"),
            RoomJoined(ALICE, "nowhere"),
            RoomLeft(BOB, "lab"),
            RoomLeft(nobody, "lab"),
            RoomGone("lab"),
            RoomGone("nowhere"),
        ):
            self.assertFalse(self.directory.apply(change, 2.0), change)
            self.assertEqual(shown(self.directory), before, change)

    def test_several_rooms(self) -> None:
        """A user may be in several rooms, and leave each; one is empty since the last has gone."""
        self.assertTrue(self.directory.apply(RoomJoined(ALICE, "den"), 4.0))
        alice = self.directory.user(ALICE)
        assert alice is not None
        self.assertEqual(rooms_of(alice), ["lab", "den"])
        self.assertFalse(self.directory.apply(RoomJoined(ALICE, "den"), 5.0))
        self.assertTrue(self.directory.apply(RoomLeft(ALICE, "lab"), 5.0))
        self.assertFalse(self.directory.apply(RoomLeft(ALICE, "lab"), 6.0))
        self.assertEqual(rooms_of(alice), ["den"])
        lab, den = self.directory.rooms.get("lab"), self.directory.rooms.get("den")
        assert lab is not None
        assert den is not None
        self.assertEqual((len(lab.members), lab.emptied, len(den.members)), (0, 5.0, 1))
        self.assertIs(self.directory.longest_empty(), lab)

    def test_sites(self) -> None:
        """Users are counted by where they are from, while they are there."""
        self.directory.apply(Registered(("10.0.0.1", 9), "carol", "carol"), 2.0)
        self.assertEqual(self.directory.users_at_site("10.0.0.1"), 2)
        self.directory.apply(Departed(ALICE), 3.0)
        self.assertEqual(self.directory.users_at_site("10.0.0.1"), 1)
        self.assertEqual(self.directory.users_at_site("10.0.0.9"), 0)


class Properties(SynchronousTestCase):
    """What holds after any changes."""

    @many
    @given(timed_changes)
    def test_consistent(self, steps: Steps) -> None:
        """Every member is a user, once in a room; all look-ups agree, and nothing is left over."""
        directory, now = Directory(), 1000.0
        for pause, change in steps:
            now += pause
            directory.apply(change, now)
        users, rooms = list(directory.users.read()), list(directory.rooms)
        members = [(room, member.user) for room in rooms for member in room.members]
        at = {(room.casefolded, user.address) for room, user in members}
        self.assertEqual(len(at), len(members))
        for room, user in members:
            self.assertIn(room, user.rooms)
            self.assertIs(directory.user_at(user.address), user)
        self.assertEqual(len(members), sum(len(user.rooms) for user in users))
        self.assertEqual(len(directory.users), len(users))
        for user in users:
            self.assertIs(directory.user_at(user.address), user)
            self.assertIs(directory.users.get(user.casefolded), user)
            owner = site(user.address[0])
            self.assertEqual(
                directory.users_at_site(user.address[0]),
                sum(site(other.address[0]) == owner for other in users),
            )
        for room in rooms:
            self.assertIs(directory.rooms.get(room.casefolded), room)
        self.assertEqual(len(directory._sites), len({site(user.address[0]) for user in users}))

    @many
    @given(timed_changes)
    def test_order_of_silence(self, steps: Steps) -> None:
        """Users go in the order in which they were last heard, empty rooms as they became so."""
        directory, now = Directory(), 1000.0
        heard: dict[Who, None] = {}
        for pause, change in steps:
            now += pause
            applied = directory.apply(change, now)
            if applied and isinstance(change, Registered | Heard | Departed):
                heard.pop(change.who, None)
                if not isinstance(change, Departed):
                    heard[change.who] = None
        empty = [room for room in directory.rooms if len(room.members) == 0]
        known = {room.casefolded: room.emptied for room in empty}
        longest, known_rooms = directory.longest_empty(), len(directory.rooms)
        self.assertEqual(longest and longest.emptied, min(known.values(), default=None))
        users, rooms = emptied(directory)
        self.assertEqual(users, list(heard))
        self.assertEqual(len(rooms), known_rooms)
        times = [known[key] for key in rooms[: len(empty)]]
        self.assertEqual(times, sorted(times))

    @some
    @given(timed_changes)
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
        self.assertEqual(emptied(again), emptied(one))
