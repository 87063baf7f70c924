"""Names of those who are nowhere, as a new server reads them."""

from twisted.trial.unittest import SynchronousTestCase

from tests.support.cluster import WALL, ClusterOfServers
from tests.support.mixed_server import KEYS
from twisted_chat.server.cluster.entries import NAME, NameEntry
from twisted_chat.server.cluster.replica import Logged


class AbsentNamesTests(SynchronousTestCase):
    """One server, which is given entries."""

    def setUp(self) -> None:
        self.all = ClusterOfServers(1)
        self.directory = self.all.servers[0].core.directory

    def feed(self, sequence: int, key: str, at: str = "192.0.2.9", since: float = WALL) -> None:
        """This key is said to have had the name anna, and to have gone then."""
        data = NameEntry("", key, site=at, since=since).encode()
        self.all.cluster(0).fed([Logged((NAME, "anna"), sequence, data)], self.all.now, WALL + 50)

    def kept(self) -> tuple[str, str, float] | None:
        """For whom the name anna is kept."""
        found = self.directory.kept_names.get("anna")
        return None if found is None else (found.fingerprint, found.site, found.since)

    def test_first_and_later(self) -> None:
        """The first is kept since its holder went; a later one takes its place, no earlier one."""
        self.feed(900, KEYS[1])
        self.assertEqual(self.kept(), (KEYS[1], "192.0.2.9", self.all.now - 50))
        self.feed(902, KEYS[2], "2001:db8::")
        self.assertEqual(self.kept(), (KEYS[2], "2001:db8::", self.all.now - 50))
        self.feed(901, KEYS[1])
        self.assertEqual(self.kept(), (KEYS[2], "2001:db8::", self.all.now - 50))

    def test_unusual(self) -> None:
        """What is written otherwise is read as it is meant."""
        self.feed(900, KEYS[1], 'a"\\é', WALL + 99)
        self.assertEqual(self.kept(), (KEYS[1], 'a"\\é', self.all.now))

    def test_here(self) -> None:
        """Somebody who is here keeps the name, which is said again."""
        self.all.enter(0, 1, "anna")
        self.all.settle()
        self.feed(900, KEYS[1])
        self.assertEqual((self.kept(), self.all.names(0)["anna"][0]), (None, KEYS[1]))
        self.assertTrue(self.all.cluster(0).has_news)
