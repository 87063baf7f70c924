"""What each contact is, in every order in which people come, knock and go."""

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.support.contacts import FakeRoom, contact_of
from tests.support.strategies import many
from twisted_chat.peer.contacts.audience import MAX_TURNED_AWAY, Audience
from twisted_chat.peer.contacts.contact import Contact, Standing


def somebody(number: int) -> Contact:
    """Anybody."""
    return contact_of(f"user{number}", f"{number:064x}")


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["came", "went", "poke", "knock", "hang up", "kick", "drop"]),
        st.integers(0, 3),
        st.integers(0, 1),
    ),
    max_size=30,
)


class Listening(SynchronousTestCase):
    """The rule, whatever happens."""

    @many
    @given(STEPS)
    def test_nobody_else(self, steps: list[tuple[str, int, int]]) -> None:
        """We share a room with those whom its roster names; in private those hear who were
        poked, or who knocked when nobody else did, and neither has to do with the other."""
        audience = Audience()
        people, rooms = [somebody(number) for number in range(4)], [FakeRoom("a"), FakeRoom("b")]
        inside: set[tuple[Contact, FakeRoom]] = set()
        talking, turned_away = set[Contact](), set[Contact]()
        for what, number, which in steps:
            one, room = people[number], rooms[which]
            match what:
                case "came":
                    inside.add((one, room))
                    audience.came(one, room)
                case "went":
                    inside.discard((one, room))
                    audience.went(one, room)
                case "poke":
                    talking.add(one)
                    turned_away.discard(one)
                    audience.poke(one)
                case "knock":
                    if not talking and one not in turned_away and which:
                        talking.add(one)
                    audience.knock(one, free=bool(which))
                case "hang up":
                    talking.discard(one)
                    audience.hang_up(one)
                case "kick":
                    talking.discard(one)
                    turned_away.add(one)
                    audience.turn_away(one)
                case "drop":
                    talking.discard(one)
                    inside = {its for its in inside if its[0] is not one}
                    audience.drop(one)
            self.assertEqual(set(audience.talking()), talking)
            self.assertEqual({one for one in people if one.talking}, talking)
            self.assertEqual({(one, room) for one in people for room in one.rooms}, inside)
            self.assertEqual(
                {one for one in people if one.standing is not Standing.UNKNOWN},
                set(audience.outside()),
            )

    def setUp(self) -> None:
        self.audience = Audience()

    def test_two_knock(self) -> None:
        """Of two who knock the first is talked to."""
        eve, mallory = map(somebody, range(2))
        self.audience.knock(eve, free=True)
        self.audience.knock(mallory, free=True)
        self.assertEqual(self.audience.talking(), [eve])
        self.assertEqual(self.audience.callers, 1)
        self.assertIs(self.audience.oldest_caller(), mallory)

    def test_turned_away(self) -> None:
        """Who was kicked is not added by knocking again, and is by being poked; so many
        are remembered."""
        for number in range(MAX_TURNED_AWAY + 1):
            self.audience.turn_away(somebody(number))
        first, last = somebody(0), somebody(MAX_TURNED_AWAY)
        self.audience.knock(last, free=True)
        self.assertFalse(last.talking)
        self.audience.knock(first, free=True)
        self.assertTrue(first.talking)
        self.audience.poke(last)
        self.assertTrue(last.talking)

    def test_changes(self) -> None:
        """It shows that it has changed who hears something."""
        bob, room = somebody(1), FakeRoom("lab")
        for change in (
            lambda: self.audience.came(bob, room),
            lambda: self.audience.went(bob, room),
            lambda: self.audience.poke(bob),
            lambda: self.audience.hang_up(bob),
        ):
            before = self.audience.changes
            change()
            self.assertGreater(self.audience.changes, before)
