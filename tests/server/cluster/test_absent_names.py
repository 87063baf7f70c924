"""Names of those who are nowhere, as a new server reads them."""

from twisted.trial.unittest import SynchronousTestCase

from tests.support.cluster import WALL, ClusterOfServers, together
from tests.support.mixed_server import KEYS, PLACES
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
        self.give(Logged((NAME, "anna"), sequence, data))

    def give(self, *logged: Logged) -> None:
        """Some entries that come together."""
        entries = together(list(logged))
        self.all.cluster(0).fed(entries, self.all.now, WALL + 50)

    def gone(self, name: str, key: str, sequence: int) -> Logged:
        """An entry that says that this key had this name."""
        data = NameEntry("", key, site="192.0.2.9", since=WALL).encode()
        return Logged((NAME, name), sequence, data)

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

    def test_together(self) -> None:
        """Of those that come together each is taken in, though one is known, or there twice, or is
        that of somebody who is here."""
        self.all.enter(0, 1, "zoe")
        self.feed(900, KEYS[1])
        self.give(
            self.gone("ben", KEYS[1], 901),
            self.gone("anna", KEYS[2], 902),
            self.gone("carl", KEYS[1], 903),
        )
        self.give(self.gone("ben", KEYS[2], 904), self.gone("ben", KEYS[3], 905))
        self.give(self.gone("dora", KEYS[3], 906), self.gone("zoe", KEYS[3], 907))
        kept = {one.casefolded: one.fingerprint for one in self.directory.kept_names.read()}
        self.assertEqual(kept.pop("zoe", KEYS[3]), KEYS[3])
        self.assertEqual(kept, {"anna": KEYS[2], "ben": KEYS[3], "carl": KEYS[1], "dora": KEYS[3]})
        self.assertEqual(self.all.damaged, [])

    def test_waited_for(self) -> None:
        """What is said of a name that somebody waits for is not passed over."""
        self.all.cut(0)
        server = self.all.servers[0]
        server.say(server.link(1, PLACES[1]), b"hi anna")
        self.all.send(0)
        self.give(self.gone("ben", KEYS[2], 900), self.gone("anna", KEYS[2], 901))
        kept = self.directory.kept_names
        self.assertEqual([kept.get(name) is None for name in ("anna", "ben")], [False, False])
        self.all.settle()
        self.assertNotIn("anna", self.all.names(0))

    def test_here(self) -> None:
        """Somebody who is here keeps the name, which is said again."""
        self.all.enter(0, 1, "anna")
        self.all.settle()
        self.feed(900, KEYS[1])
        self.assertEqual((self.kept(), self.all.names(0)["anna"][0]), (None, KEYS[1]))
        self.assertTrue(self.all.cluster(0).has_news)
