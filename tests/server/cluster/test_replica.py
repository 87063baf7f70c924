"""What is written into the log, and never over what was not seen."""

from msgspec.structs import replace
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.server.cluster.entries import FREED, NAME, SERVER, Key
from twisted_chat.server.cluster.replica import Logged, News, Publish, Replica

ANNA: Key = (NAME, "anna")


class ReplicaTests(SynchronousTestCase):
    """One server that wants something to stand there."""

    def setUp(self) -> None:
        self.wanted: dict[Key, tuple[bytes, int] | None] = {ANNA: (b"1", 0)}
        self.replica = Replica(lambda key, now, wall: self.wanted[key])

    def take(self) -> list[Publish]:
        """What is to be written, each without its number, the last of which is kept."""
        taken = self.replica.take(0.0, 0.0)
        for one in taken:
            self.number = one.number
        return [replace(one, number=0) for one in taken]

    def test_one_at_a_time(self) -> None:
        """What is wanted while something is under way is written after that, once, and after
        the entry that this is."""
        self.replica.want(ANNA)
        self.assertEqual(self.take(), [Publish(ANNA, b"1", 0)])
        self.wanted[ANNA] = b"2", 0
        self.replica.want(ANNA)
        self.replica.want(ANNA)
        self.assertEqual((self.take(), self.replica.has_news), ([], False))
        self.assertEqual(self.replica.acked(ANNA, self.number, 5), b"1")
        self.assertEqual(self.take(), [Publish(ANNA, b"2", 5)])
        self.replica.acked(ANNA, self.number, 6)
        self.replica.want(ANNA)
        self.assertEqual((self.take(), self.replica.owed), ([], 0))

    def test_refused(self) -> None:
        """Who is refused waits until it has seen what stands there."""
        self.replica.want(ANNA)
        self.take()
        self.replica.refused(ANNA, self.number, 7)
        self.assertEqual((self.take(), self.replica.owed), ([], 1))
        self.assertIs(self.replica.fed(Logged(ANNA, 6, b"x")), News.OTHERS)
        self.assertEqual(self.take(), [])
        self.assertIs(self.replica.fed(Logged(ANNA, 7, b"y")), News.OTHERS)
        self.assertEqual(self.take(), [Publish(ANNA, b"1", 7)])

    def test_refused_for_what_is_seen(self) -> None:
        """Where it has been seen meanwhile, or is gone for good, it is written at once."""
        self.replica.want(ANNA)
        self.take()
        self.replica.fed(Logged(ANNA, 7, b"y"))
        self.replica.refused(ANNA, self.number, 7)
        self.assertEqual(self.take(), [Publish(ANNA, b"1", 7)])
        self.replica.refused(ANNA, self.number, 0)
        self.assertEqual(self.take(), [Publish(ANNA, b"1", 0)])

    def test_lost_acknowledgement(self) -> None:
        """What was sent and comes from the log is there, and its acknowledgement no news; what
        has failed is written again."""
        self.replica.want(ANNA)
        self.take()
        self.assertIs(self.replica.fed(Logged(ANNA, 3, b"1")), News.OURS)
        self.assertEqual(self.replica.acked(ANNA, self.number, 3), b"1")
        self.assertIsNone(self.replica.acked(ANNA, self.number, 3))
        self.assertIs(self.replica.fed(Logged(ANNA, 3, b"1")), News.KNOWN)
        self.wanted[ANNA] = b"2", 0
        self.replica.want(ANNA)
        self.take()
        self.replica.cut_off()
        self.assertEqual(self.take(), [Publish(ANNA, b"2", 3)])

    def test_late_acknowledgement(self) -> None:
        """What is said of one that is not under way any more is not taken for what is."""
        self.replica.want(ANNA)
        self.take()
        first = self.number
        self.replica.fed(Logged(ANNA, 3, b"1"))
        self.replica.acked(ANNA, first, 3)
        self.wanted[ANNA] = b"2", 0
        self.replica.want(ANNA)
        self.take()
        self.assertIsNone(self.replica.acked(ANNA, first, 3))
        self.replica.refused(ANNA, first, 9)
        self.replica.failed(ANNA, first)
        self.assertEqual(self.replica.acked(ANNA, self.number, 4), b"2")

    def test_nothing(self) -> None:
        """What was never there is not freed, what others say is left to them, and a server says
        again what it said."""
        self.wanted[ANNA] = FREED, 9
        self.replica.want(ANNA)
        self.assertEqual(self.take(), [])
        self.replica.fed(Logged(ANNA, 3, b"1"))
        self.replica.want(ANNA)
        self.assertEqual(self.take(), [Publish(ANNA, FREED, 3, 9)])
        self.wanted[ANNA] = None
        self.replica.acked(ANNA, self.number, 4)
        self.replica.want(ANNA)
        self.assertEqual(self.take(), [])
        here: Key = (SERVER, "me")
        self.wanted[here] = b"here", 10
        for number in (8, 9):
            self.replica.want(here)
            self.assertEqual(self.take(), [Publish(here, b"here", None, 10)])
            self.replica.acked(here, self.number, number)
