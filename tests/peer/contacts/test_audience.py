"""Who hears the person, in every order in which people come, knock and go."""

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.support.contacts import contact_of
from tests.support.strategies import many
from twisted_chat.peer.contacts.audience import MAX_TURNED_AWAY, Audience
from twisted_chat.peer.contacts.contact import Contact, Standing


def somebody(number: int) -> Contact:
    """Anybody."""
    return contact_of(f"user{number}", f"{number:064x}")


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["join", "leave", "came", "went", "poke", "knock", "refused", "kick"]),
        st.integers(0, 3),
    ),
    max_size=30,
)


class Listening(SynchronousTestCase):
    """The rule, whatever happens."""

    @many
    @given(STEPS)
    def test_nobody_else(self, steps: list[tuple[str, int]]) -> None:
        """Whoever hears a room is named by its roster, or was poked since it was joined;
        outside a room, was poked, or knocked when nobody else heard and nothing began since."""
        audience = Audience()
        people = [somebody(number) for number in range(4)]
        room, roster = False, set[Contact]()
        poked, knocked = set[Contact](), set[Contact]()
        turned_away = set[Contact]()
        for what, number in steps:
            one = people[number]
            match what:
                case "join":
                    room, roster = True, set(people[:number])
                    poked, knocked = set(), set()
                    audience.enter(roster)
                case "leave":
                    for member in audience.members():
                        audience.drop(member)
                    room, roster = False, set()
                case "came" if room:
                    roster.add(one)
                    poked -= {one}
                    knocked -= {one}
                    audience.came(one)
                case "went" if one in roster:
                    roster -= {one}
                    audience.drop(one)
                case "poke":
                    poked |= {one} - roster
                    turned_away -= {one}
                    knocked = set()
                    audience.poke(one)
                case "knock":
                    if not room and not roster | poked | knocked and one not in turned_away:
                        knocked.add(one)
                    audience.knock(one, free=not room)
                case "refused":
                    knocked = set()
                    audience.end_knocks()
                case "kick":
                    poked, knocked = set(), set()
                    turned_away |= set(audience.stop())
            allowed = roster | poked | knocked
            self.assertLessEqual(set(audience.listeners()), allowed)
            self.assertEqual({one for one in people if one.hears}, set(audience.listeners()))
            self.assertEqual(
                {one for one in people if one.standing is Standing.IN_ROOM},
                set(audience.members()),
            )

    def setUp(self) -> None:
        self.audience = Audience()

    def test_two_knock(self) -> None:
        """Of two who knock the first hears, until somebody is poked."""
        eve, mallory, bob = map(somebody, range(3))
        self.audience.knock(eve, free=True)
        self.audience.knock(mallory, free=True)
        self.assertEqual(self.audience.listeners(), [eve])
        self.assertEqual(self.audience.poke(bob), [eve])
        self.assertEqual(self.audience.listeners(), [bob])
        self.assertEqual(self.audience.callers, 2)

    def test_turned_away(self) -> None:
        """Who was kicked is not added by knocking again, and is by being poked; so many
        are remembered."""
        for number in range(MAX_TURNED_AWAY + 1):
            self.audience.turn_away(somebody(number))
        first, last = somebody(0), somebody(MAX_TURNED_AWAY)
        self.audience.knock(last, free=True)
        self.assertFalse(last.hears)
        self.audience.knock(first, free=True)
        self.assertTrue(first.hears)
        self.audience.poke(last)
        self.assertTrue(last.hears)

    def test_kicked_members(self) -> None:
        """Members do not hear after a kick, whoever else comes, until the room is joined again."""
        bob, carol = somebody(1), somebody(2)
        self.audience.enter([bob])
        self.assertEqual(self.audience.stop(), [])
        self.audience.came(bob)
        self.audience.came(carol)
        self.assertEqual(self.audience.listeners(), [carol])
        self.audience.enter([bob, carol])
        self.assertEqual(set(self.audience.listeners()), {bob, carol})
