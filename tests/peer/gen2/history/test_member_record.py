"""What one member costs."""

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.peer.gen2.history.member_record import GIVEN_WITHIN, MAX_LOOKED, MemberRecord


class Bounded(SynchronousTestCase):
    """In a minute."""

    def test_look(self) -> None:
        """So many messages may be looked at for one, and as many again a minute later."""
        record = MemberRecord(since=1.0)
        self.assertTrue(record.may_look(MAX_LOOKED, 2.0))
        self.assertFalse(record.may_look(1, 0.9 + GIVEN_WITHIN))
        self.assertTrue(record.may_look(1, 1.0 + GIVEN_WITHIN))

    def test_begin_anew(self) -> None:
        """What was given is counted anew then; what was wrong is not forgotten."""
        record = MemberRecord(wrong=3, strange=4, given=5, given_bytes=6, looked=7)
        record.begin_anew(GIVEN_WITHIN - 1)
        self.assertEqual((record.given, record.given_bytes, record.looked), (5, 6, 7))
        record.begin_anew(GIVEN_WITHIN)
        self.assertEqual((record.given, record.given_bytes, record.looked), (0, 0, 0))
        self.assertEqual((record.wrong, record.strange, record.since), (3, 4, GIVEN_WITHIN))
