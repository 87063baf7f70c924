"""Whom a peer speaks to, and what it calls them."""

from hypothesis import given
from twisted.trial.unittest import SynchronousTestCase

from tests.support.strategies import many, texts
from twisted_chat.addresses import Address
from twisted_chat.peer.acquaintances import MAX_PEERS, Acquaintances
from twisted_chat.peer.events.said import Unencrypted
from twisted_chat.terminal.wording.people import called, shown_name
from twisted_chat.terminal.wording.said import speaker

BOB, CAROL, DAVE = ("192.0.2.2", 2), ("192.0.2.3", 3), ("192.0.2.4", 4)


class Rosters(SynchronousTestCase):
    """Rosters that come entry by entry."""

    def setUp(self) -> None:
        self.people = Acquaintances()

    def roster(self, *members: tuple[str, int], keep: bool = False) -> object:
        """A whole roster. Returns who came and who went."""
        self.people.begin_roster()
        for member in members:
            self.people.add_member(member)
        return self.people.settle(keep=keep)

    def test_came_and_went(self) -> None:
        """Only the difference to the roster before is told."""
        self.assertEqual(self.roster(BOB, CAROL), ([BOB, CAROL], []))
        self.assertEqual(self.roster(CAROL, DAVE), ([DAVE], [BOB]))
        self.assertEqual(self.roster(CAROL, DAVE), ([], []))

    def test_spoken_to_in_between(self) -> None:
        """While a new roster comes in, those of the old one are still spoken to."""
        self.roster(BOB, CAROL)
        self.people.begin_roster()
        self.people.add_member(DAVE)
        self.assertEqual(set(self.people.everybody()), {BOB, CAROL, DAVE})
        self.people.settle()
        self.assertEqual(self.people.everybody(), [DAVE])
        self.assertNotIn(BOB, self.people)

    def test_kept(self) -> None:
        """Those who may still come have not gone, until they are kept no longer."""
        self.roster(BOB, CAROL)
        self.assertEqual(self.roster(BOB, keep=True), ([], []))
        self.assertIn(CAROL, self.people)
        self.assertEqual(self.roster(BOB), ([], [CAROL]))

    def test_once_each(self) -> None:
        """Who is in the roster and poked is spoken to once."""
        self.roster(BOB, BOB)
        self.people.poke(BOB)
        self.assertEqual(self.people.everybody(), [BOB])

    def test_leaving_keeps_the_poked(self) -> None:
        """Who leaves a room still speaks to those who were poked; kicked are all."""
        self.roster(BOB)
        self.people.poke(CAROL)
        self.people.leave_room()
        self.assertEqual(self.people.everybody(), [CAROL])
        self.people.stop()
        self.assertEqual(self.people.everybody(), [])

    def test_bounds(self) -> None:
        """No flood of entries, pokes or names makes it remember more than so many."""
        for number in range(MAX_PEERS + 10):
            address = (f"10.0.{number // 250}.{number % 250}", 1)
            self.people.add_member(address)
            self.people.poke((address[0], 2))
            self.people.learn(address, "bob")
        self.assertEqual(len(self.people.roster()), MAX_PEERS)
        self.assertEqual(len(self.people.everybody()), 2 * MAX_PEERS)
        self.assertFalse(self.people.knows(("10.0.0.0", 1)))
        self.assertTrue(self.people.knows(address))


class Names(SynchronousTestCase):
    """What people are called."""

    def setUp(self) -> None:
        self.people = Acquaintances()

    def _called(self, address: Address) -> str:
        return called(self.people.called(address))

    def _speaker(self, address: Address) -> str:
        who, claims = self.people.speaker(address)
        return speaker(who, Unencrypted("192.0.2.2:2", claims))

    def test_unknown(self) -> None:
        """Without a name there is an address."""
        self.assertEqual(self._called(BOB), "somebody at 192.0.2.2:2")
        self.assertEqual(self._called(("2001:db8::1", 2)), "somebody at [2001:db8::1]:2")

    def test_claim(self) -> None:
        """A claim is believed where the server says nothing, and never where it does."""
        self.people.hear(BOB, "bobby")
        self.assertEqual(self._called(BOB), "bobby")
        self.people.learn(BOB, "bob")
        self.assertEqual(self._called(BOB), "bob")

    def test_pretending(self) -> None:
        """Who speaks under a name other than its own is shown with both."""
        self.people.learn(BOB, "bob")
        self.people.hear(BOB, "alice")
        self.assertEqual(self._speaker(BOB), "alice (registered as bob)")
        self.people.hear(BOB, "Bob")
        self.assertEqual(self._speaker(BOB), "Bob")

    def test_no_name(self) -> None:
        """What is no name by our rule stands in quotes, cut and made visible."""
        self.assertEqual(shown_name("a b"), '"a b"')
        self.assertEqual(shown_name("\x1b[2J"), '"␛[2J"')
        self.assertEqual(shown_name("x" * 100), '"' + "x" * 32 + '"')
        self.assertEqual(shown_name("алиса"), "алиса")

    @many
    @given(texts)
    def test_safe(self, name: str) -> None:
        """Whatever the name, nothing in it is obeyed by a terminal."""
        self.assertNotRegex(shown_name(name), "[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
