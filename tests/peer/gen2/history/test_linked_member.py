"""What a member says to have, and may be asked for."""

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.peer.gen2.history.linked_member import LinkedMember
from twisted_chat.wire.gen2.history import Have


class Resting(SynchronousTestCase):
    """Feeds of which there is nothing to be asked now."""

    def test_looked_at_anew(self) -> None:
        """They are looked at anew when that may be asked again which was not given, or when there
        is more."""
        member = LinkedMember(0.0)
        for feed in "abc":
            member.has_more(Have("lab", "0" * 32, feed, ((1, 9),), "0" * 32))
            member.refused.add((feed, 1, 9), 5.0)
            member.rest(feed)
        self.assertEqual((list(member.lacks), list(member.resting)), ([], ["a", "b", "c"]))
        member.look_at("a")
        member.has_more(Have("lab", "0" * 32, "b", ((1, 10),), "0" * 32))
        self.assertEqual((list(member.lacks), list(member.resting)), (["a", "b"], ["c"]))
        self.assertEqual((list(member.refused.of("b")), member.refused.size), ([], 2))
        member.look_at_all(4.0)
        self.assertEqual((list(member.lacks), member.refused.size), (["a", "b", "c"], 2))
        member.look_at_all(5.0)
        self.assertEqual((list(member.resting), member.refused.size), ([], 0))
