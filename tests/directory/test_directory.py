"""The address book."""

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.support.strategies import many
from twisted_chat.addresses import Address, site
from twisted_chat.directory import directory as d
from twisted_chat.directory.index import Index

ADDRESSES = st.tuples(st.sampled_from(["192.0.2.1", "192.0.2.2", "::1"]), st.integers(1, 3))
KEYS = st.sampled_from("abcd")
CHANGES = st.one_of(
    st.builds(lambda a, k: d.Registered(a, k.upper(), k), ADDRESSES, KEYS),
    st.builds(d.Heard, ADDRESSES),
    st.builds(d.Departed, ADDRESSES, st.booleans()),
    st.builds(lambda k, a: d.RoomCreated(k.upper(), k, a), KEYS, ADDRESSES),
    st.builds(d.RoomJoined, ADDRESSES, KEYS),
    st.builds(d.RoomLeft, ADDRESSES, KEYS),
    st.builds(d.RoomGone, KEYS),
)


class Book(SynchronousTestCase):
    """Directory.apply."""

    @many
    @given(st.lists(CHANGES, max_size=60))
    def test_consistent(self, changes: list[d.Change]) -> None:
        """Whatever happens, every index agrees with every other."""
        book = d.Directory()
        for now, change in enumerate(changes):
            book.apply(change, float(now))
            users = list(book.users.read())
            sites: dict[str, int] = {}
            for user in users:
                self.assertIs(book.user_at(user.address), user)
                owner = site(user.address[0])
                sites[owner] = sites.get(owner, 0) + 1
                for room in user.rooms:
                    self.assertIs(book.rooms.get(room.casefolded), room)
            self.assertEqual(len(book._sites), len(sites))
            for owner, there in sites.items():
                self.assertEqual(book.users_at_site(owner), there)
            self.assertEqual(len(book.users), len(users))
            members: list[Address] = [m.address for r in book.rooms for m in r.members]
            self.assertEqual(sorted(members), sorted(u.address for u in users for _ in u.rooms))
            empty = [room for room in book.rooms if len(room.members) == 0]
            self.assertEqual({r.casefolded for r in empty}, set(book._empty))
            if users:
                self.assertEqual(
                    getattr(book.longest_silent(), "heard", None), min(u.heard for u in users)
                )

    @many
    @given(st.lists(CHANGES, max_size=40))
    def test_refused_changes_nothing(self, changes: list[d.Change]) -> None:
        """Leaving out what did not apply gives the same directory."""
        one, other = d.Directory(), d.Directory()
        for now, change in enumerate(changes):
            if one.apply(change, float(now)):
                self.assertTrue(other.apply(change, float(now)))

        def shown(book: d.Directory) -> object:
            return [
                (u.address, u.name, u.heard, [room.casefolded for room in u.rooms])
                for u in book.users.read()
            ], [(r.name, r.creator, [m.address for m in r.members]) for r in book.rooms]

        self.assertEqual(shown(one), shown(other))


class Indexes(SynchronousTestCase):
    """Reading while it changes."""

    @many
    @given(st.lists(st.tuples(st.booleans(), st.integers(0, 60)), max_size=200))
    def test_read(self, steps: list[tuple[bool, int]]) -> None:
        """What is there from the first step to the last is given exactly once."""
        index: Index[int, list[int]] = Index(lambda entry: entry[0])
        for number in range(50):
            index.add([number])
        reader, stayed, given_ = index.read(), set(range(50)), []
        for add, number in steps:
            if add and number not in index:
                index.add([number])
            elif not add:
                index.discard(number)
                stayed.discard(number)
            if (entry := next(reader, None)) is not None:
                self.assertIn(entry[0], index)
                given_.append(entry[0])
        given_ += [entry[0] for entry in reader]
        for number in stayed:
            self.assertEqual(given_.count(number), 1)
