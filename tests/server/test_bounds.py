"""How much the room server takes on."""

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.server.bounds import Bounds


class ShareTests(SynchronousTestCase):
    """The share of all places that those without a key cannot take."""

    def test_without_key(self) -> None:
        """They can take the rest, and what is no whole place is theirs."""
        for share, places, theirs in (
            (0.5, 10, 5),
            (0.5, 11, 6),
            (0.0, 10, 10),
            (1.0, 10, 0),
            (0.75, 64, 16),
            (0.5, 1, 1),
        ):
            self.assertEqual(Bounds(keyed_share=share).without_key(places), theirs)
