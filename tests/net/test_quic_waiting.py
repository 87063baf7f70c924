"""Who makes way when too many keys are not proven yet."""

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.net.quic_bounds import (
    HANDSHAKES,
    HANDSHAKES_OF_A_SITE,
    HANDSHAKES_OF_THE_PROVEN,
    PROVEN_SITES,
)
from twisted_chat.net.quic_waiting import WaitingRoom


class Room(SynchronousTestCase):
    """Numbers wait, of sites that are text."""

    def setUp(self) -> None:
        self.room: WaitingRoom[int] = WaitingRoom()

    def fill(self) -> None:
        """Let there be as many strangers as there may be, of a hundred sites."""
        for number in range(HANDSHAKES):
            self.assertIsNone(self.room.add(number, f"site {number % 100}"))

    def test_oldest(self) -> None:
        """The oldest goes for one more, and one that waits no longer is not the oldest."""
        self.fill()
        self.room.discard(0)
        self.assertIsNone(self.room.add(-1, "new"))
        self.assertEqual(self.room.add(-2, "new"), 1)
        self.assertEqual(self.room.add(-3, "new"), 2)
        self.assertEqual(len(self.room), HANDSHAKES)

    def test_site(self) -> None:
        """One site has so many, and room again when one of them goes."""
        for number in range(HANDSHAKES_OF_A_SITE):
            self.assertTrue(self.room.has_room("site"))
            self.room.add(number, "site")
        self.assertFalse(self.room.has_room("site"))
        self.assertTrue(self.room.has_room("other"))
        self.room.discard(3)
        self.assertTrue(self.room.has_room("site"))

    def test_proven(self) -> None:
        """A site that has proven a key has a share that strangers neither fill nor empty."""
        self.room.add(-1, "proven")
        self.room.prove(-1)
        self.assertIsNone(self.room.add(-2, "proven"))
        self.fill()
        for number in range(HANDSHAKES, 3 * HANDSHAKES):
            self.assertEqual(self.room.add(number, "new"), number - HANDSHAKES)
        self.assertIsNone(self.room.add(-3, "proven"))
        self.assertEqual(self.room.discard(-2), "proven")

    def test_proven_share(self) -> None:
        """Nor do they take more than their share."""
        for number in range(HANDSHAKES_OF_THE_PROVEN):
            self.room.add(-1, f"site {number}")
            self.room.prove(-1)
            self.room.add(number, f"site {number}")
        self.assertEqual(self.room.add(-2, "site 1"), 0)
        self.assertEqual(len(self.room), HANDSHAKES_OF_THE_PROVEN)

    def test_forgets(self) -> None:
        """So many proven sites are remembered, the latest."""
        for number in range(PROVEN_SITES + 5):
            self.room.add(number, f"site {number}")
            self.room.prove(number)
        self.assertEqual((len(self.room._proven), len(self.room._of)), (PROVEN_SITES, 0))
        self.assertNotIn("site 4", self.room._proven)

    def test_nobody(self) -> None:
        """Whoever did not wait is nobody's concern."""
        self.room.prove(7)
        self.assertIsNone(self.room.discard(7))
        self.assertEqual(len(self.room._proven), 0)
