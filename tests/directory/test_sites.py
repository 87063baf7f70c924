"""Where users are registered from, and who goes first where there are too many."""

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.support.strategies import many
from twisted_chat.directory.changes import Departed, Heard, Registered, RoomCreated, RoomGone
from twisted_chat.directory.directory import Directory
from twisted_chat.directory.entries import User

HOSTS = ["192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::2", "2001:db8:0:1::1"]
steps = st.lists(
    st.tuples(
        st.sampled_from(["come", "come", "go", "hear", "keyed", "away"]),
        st.sampled_from(HOSTS),
        st.integers(1, 4),
    ),
    max_size=60,
)


def owner(user: User) -> str:
    """The site of a user here."""
    host = user.address[0]
    return "one" if host in HOSTS[2:4] else host


class SiteTests(SynchronousTestCase):
    """Many at a site, and one at each of many."""

    @many
    @given(steps)
    def test_first_to_lose_its_place(self, steps: list[tuple[str, str, int]]) -> None:
        """It is always the longest silent of a largest site, of those without a key; all are
        counted; and in the end nothing is left of anybody."""
        directory = Directory()
        for now, (what, host, port) in enumerate(steps):
            address = (host, port)
            name, fingerprint = f"{host} {port}", f"{host} {port}" if what == "keyed" else ""
            if what == "go":
                directory.apply(Departed(address), now)
            elif what == "away":
                directory.apply(Departed(f"{host} {port}"), now)
            elif what == "hear":
                directory.apply(Heard(address), now)
            else:
                directory.apply(Registered(address, name, name + fingerprint, fingerprint), now)
            everybody = list(directory.users.read())
            plain = [user for user in everybody if not user.fingerprint]
            for user in everybody:
                there = [one for one in everybody if owner(one) == owner(user)]
                keyed = [one for one in there if one.fingerprint]
                counted = directory.users_at_site, directory.holders_at_site
                found_there = [count(user.address[0]) for count in counted]
                self.assertEqual(found_there, [len(there), len(keyed)])
                if user.fingerprint:
                    self.assertIsNot(directory.user_at(user.address), user)
            found = directory.first_to_lose_its_place()
            if not plain:
                self.assertIsNone(found)
                continue
            assert found is not None
            sites: dict[str, list[User]] = {}
            for user in plain:
                sites.setdefault(owner(user), []).append(user)
            largest = max(map(len, sites.values()))
            same = sites[owner(found)]
            self.assertEqual(len(same), largest)
            self.assertEqual(found.heard, min(user.heard for user in same))
            if largest == 1:
                self.assertEqual(found.heard, min(user.heard for user in plain))
            for user in plain:
                self.assertIs(directory.user_at(user.address), user)
        for user in list(directory.users.read()):
            directory.apply(Departed(user.who), 1000.0)
        self.assertEqual((len(directory._sites), directory._sites._sizes), (0, {}))

    def test_owners(self) -> None:
        """Rooms are counted for their users and sites, also when these have gone."""
        directory = Directory()
        here, there = ("192.0.2.1", 1), ("192.0.2.1", 2)
        for address in (here, there):
            directory.apply(Registered(address, str(address), str(address)), 0.0)
        for number, address in enumerate((here, here, there)):
            directory.apply(RoomCreated(f"r{number}", f"r{number}", address), 0.0)
        directory.apply(Departed(here), 0.0)
        owners = directory.room_counts
        counted = (owners.of(here), owners.of(there), owners.at("192.0.2.1"), owners.without_key)
        self.assertEqual(counted, (2, 1, 3, 3))
        for number in range(3):
            directory.apply(RoomGone(f"r{number}"), 0.0)
        self.assertEqual((owners._users, owners._sites, owners.without_key), ({}, {}, 0))
