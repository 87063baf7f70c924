"""The ways that are known of, and introductions that come early."""

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.peer.gen2.paths.known_paths import UNKNOWN, KnownPaths
from twisted_chat.wire.gen2.contact import ContactInfo
from twisted_chat.wire.gen2.pairing import Pairing


def key(number: int) -> str:
    """A fingerprint."""
    return f"{number:064x}"


def pairing(number: int) -> Pairing:
    """An introduction of the one with this number."""
    contact = ContactInfo(f"user{number}", key(number), "203.0.113.1", 4000)
    return Pairing(contact, bytes(8), bytes(32), True)


class Known(SynchronousTestCase):
    """Who is met, and who has gone."""

    def setUp(self) -> None:
        self.known = KnownPaths(key(5))

    def test_early(self) -> None:
        """An introduction that came before anything else is given once, to whom it is about."""
        self.known.hold(pairing(7))
        self.assertEqual(self.known.meet(key(7))[1], pairing(7))
        self.assertIsNone(self.known.meet(key(7))[1])
        self.assertIsNone(self.known.meet(key(8))[1])

    def test_who_dials(self) -> None:
        """We dial those whose fingerprint is the larger one."""
        self.assertTrue(self.known.meet(key(6))[0].ours_to_dial)
        self.assertFalse(self.known.meet(key(4))[0].ours_to_dial)

    def test_ourselves(self) -> None:
        """An introduction to ourselves is not kept."""
        self.known.hold(pairing(5))
        self.assertIsNone(self.known.meet(key(5))[1])

    def test_forgotten(self) -> None:
        """Of those who have gone so many are known, the latest; who has come back is not one."""
        paths = [self.known.meet(key(10 + number))[0] for number in range(UNKNOWN + 2)]
        self.assertTrue(all(self.known.part(path) is None for path in paths[:UNKNOWN]))
        self.known.meet(paths[0].fingerprint)
        self.assertIsNone(self.known.part(paths[UNKNOWN]))
        self.assertIs(self.known.part(paths[UNKNOWN + 1]), paths[1])
        self.assertIsNone(self.known.get(paths[1].fingerprint))
        self.assertIs(self.known.get(paths[0].fingerprint), paths[0])
