"""How a room is run."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from twisted.trial.unittest import SynchronousTestCase

from tests.support.strategies import fingerprints, many, texts
from twisted_chat.directory.directory import Directory, RoomCreated, RoomRuled
from twisted_chat.directory.rules import ALL, PUBLIC, RoomRules, origin_of, read_rules

A, B, C = (letter * 64 for letter in "abc")
KEYS = st.frozensets(fingerprints)
RULES = st.builds(
    RoomRules,
    st.booleans(),
    texts,
    KEYS,
    KEYS,
    st.lists(st.tuples(fingerprints, texts), max_size=3).map(tuple),
    origin=st.sampled_from(["", "0f" * 16]),
    for_new=st.integers(ALL, 1000),
)


class Rules(SynchronousTestCase):
    """Who may come in, and what is kept of it."""

    @many
    @given(RULES)
    def test_kept(self, rules: RoomRules) -> None:
        """What is kept is read as the same; a room with no rules costs nothing."""
        self.assertEqual(read_rules(rules.encode()), rules)
        self.assertEqual(PUBLIC.encode(), "")

    def test_origin(self) -> None:
        """A room has one origin for as long as there is it, also one for which none was drawn;
        what two have changed at a time is both in what comes of it."""
        self.assertEqual(origin_of("lab", RoomRules(origin="0f" * 16)), "0f" * 16)
        self.assertEqual(origin_of("lab", PUBLIC), origin_of("lab", RoomRules(topic="frogs")))
        self.assertNotEqual(origin_of("lab", PUBLIC), origin_of("den", PUBLIC))
        before = RoomRules(origin="0f" * 16)
        mine, theirs = replace(before, topic="frogs"), replace(before, for_new=3)
        self.assertEqual(mine.merge(before, theirs), replace(mine, for_new=3))

    def test_admits(self) -> None:
        """A private room lets in those who are invited, or help; a ban is above both."""
        self.assertTrue(PUBLIC.admits(A) and PUBLIC.admits(""))
        private = RoomRules(private=True, ops=frozenset({A}), invited=frozenset({B}))
        self.assertEqual(
            [private.admits(key) for key in (A, B, C, "")], [True, True, False, False]
        )
        banned = private.ban(A, "anna").ban(B, "ben")
        self.assertEqual([banned.admits(key) for key in (A, B)], [False, False])
        self.assertEqual((banned.ops, banned.invited), (frozenset(), frozenset()))
        self.assertEqual(banned.ban(A, "other").banned, ((B, "ben"), (A, "other")))
        self.assertTrue(PUBLIC.ban(A, "anna").unban(frozenset({A})).admits(A))

    def test_change(self) -> None:
        """Rules are one change of the address book, which applies where it changes something."""
        directory, rules = Directory(), RoomRules(topic="frogs")
        self.assertFalse(directory.apply(RoomRuled("lab", rules), 1.0))
        directory.apply(RoomCreated("Lab", "lab", A), 1.0)
        self.assertTrue(directory.apply(RoomRuled("lab", rules), 2.0))
        self.assertFalse(directory.apply(RoomRuled("lab", rules), 3.0))
        room = directory.rooms.get("lab")
        self.assertEqual(room and room.rules, rules)
