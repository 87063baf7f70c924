"""The conversations that the person is in, and which is the current one."""

from twisted.trial.unittest import SynchronousTestCase

from tests.support.contacts import FakeConversations, contact_of
from tests.support.fake_generation import FakeGeneration
from twisted_chat.peer.contacts.contact import Contact
from twisted_chat.peer.events.event import Someone, Talk
from twisted_chat.peer.events.talk import TalkEnded, TalkingTo
from twisted_chat.peer.talks.room import LINGER
from twisted_chat.peer.talks.talks import MAX_ROOMS, Hearing

NOW = 1.0


class TalksCase(SynchronousTestCase):
    """Contacts, rooms, and what is current."""

    def setUp(self) -> None:
        self.generation = FakeGeneration()
        self.talks = self.generation.shared.talks
        self.contacts = self.generation.shared.contacts
        self.links = FakeConversations(self.contacts)

    def meet(self, name: str) -> Contact:
        """Somebody who is known."""
        number = len(self.contacts.everybody())
        contact = contact_of(name, "", (f"192.0.2.{number}", 5000), self.links)
        self.contacts.add(contact)
        return contact

    def hearing(self) -> list[str]:
        """Those who get what is said now."""
        listeners = self.talks.listeners(self.talks.current)
        return [one.name for _, some in listeners.by_conversation for one in some]


class Current(TalksCase):
    """Where what is typed goes."""

    def test_each_has_its_own(self) -> None:
        """The members hear what is said in a room, and nobody else; in private one hears."""
        alice, bob, carol = map(self.meet, ("alice", "bob", "carol"))
        self.assertEqual(self.hearing(), [])
        lab = self.generation.enter("lab", alice, bob)
        self.assertEqual(self.hearing(), ["alice", "bob"])
        den = self.generation.enter("den", bob, carol)
        self.assertEqual(self.hearing(), ["bob", "carol"])
        self.contacts.poke(alice)
        self.assertEqual(self.hearing(), ["bob", "carol"])
        self.talks.turn_to(alice)
        self.assertEqual(self.hearing(), ["alice"])
        self.assertEqual(self.talks.others(), (Talk("lab"), Talk("den")))
        self.talks.turn_to(lab)
        self.assertEqual(self.talks.others(), (Talk("den"), Talk(who=alice.who)))
        den.went(bob, NOW)
        self.assertEqual(self.hearing(), ["alice", "bob"])

    def test_made_once(self) -> None:
        """Who hears is looked up again only when that may have changed."""
        lab = self.generation.enter("lab", self.meet("alice"))
        listeners = self.talks.listeners(self.talks.current)
        self.assertIs(self.talks.listeners(self.talks.current), listeners)
        lab.enlist("bob", self.meet("bob"), NOW)
        self.assertEqual(self.hearing(), ["alice", "bob"])

    def test_ended(self) -> None:
        """When the current one ends there is none, and no other takes its place."""
        alice, bob = self.meet("alice"), self.meet("bob")
        den, lab = self.generation.enter("den", bob), self.generation.enter("lab", alice)
        self.talks.leave(lab, NOW)
        self.assertIsNone(self.talks.current)
        self.assertEqual(self.hearing(), [])
        self.assertEqual(self.generation.told(), [TalkingTo(Talk(), False)])
        for end in (
            self.contacts.hang_up,
            self.contacts.turn_away,
            self.contacts.drop,
            self.contacts.forget,
        ):
            self.contacts.poke(bob)
            self.talks.turn_to(bob)
            end(bob)
            self.assertIsNone(self.talks.current, end)
        self.assertEqual(self.talks.rooms(), [den])

    def test_answered(self) -> None:
        """What one who spoke to us began is over when the person turns elsewhere."""
        eve = self.meet("eve")
        self.contacts.knock(eve, free=True)
        self.talks.answer(eve)
        self.assertIs(self.talks.current, eve)
        self.generation.shared.talks.turn_to(None)
        self.assertFalse(eve.talking)
        self.assertIn(TalkEnded(eve.who), self.generation.told())
        self.contacts.add(eve)
        self.contacts.poke(eve)
        self.talks.answer(eve)
        self.contacts.poke(eve)
        self.talks.turn_to(eve)
        self.talks.end_knock()
        self.assertFalse(eve.talking)


class Rooms(TalksCase):
    """Those that we are in."""

    def test_named(self) -> None:
        """A room is found by its name, in any case of letters, and so many there are."""
        lab = self.generation.enter("Lab")
        self.assertIs(self.talks.room("lAB"), lab)
        self.assertIsNone(self.talks.room("den"))
        self.assertFalse(self.talks.full)
        for number in range(MAX_ROOMS - 1):
            self.generation.enter(f"r{number}")
        self.assertTrue(self.talks.full)

    def test_people(self) -> None:
        """Who is in a conversation: of one that has not begun, or is over, the other one, if they
        are in a room with us or want to talk, and nobody who has neither."""
        bob, alice = (
            self.meet("bob"),
            contact_of("alice", "a" * 64, ("192.0.2.9", 5000), self.links),
        )
        self.contacts.add(alice)
        private = Talk(who=alice.who)
        self.assertEqual((self.talks.people(private), self.talks.people(Talk("lab"))), ([], []))
        lab = self.generation.enter("lab", bob)
        self.assertEqual(self.talks.people(Talk("lab")), [bob])
        self.contacts.knock(alice, free=False)
        self.assertEqual(self.talks.people(private), [alice])
        self.contacts.poke(alice)
        self.assertEqual(self.talks.people(private), [alice])
        lab.enlist(alice.identity, alice, NOW)
        self.contacts.hang_up(alice)
        self.assertEqual(self.talks.people(private), [alice])
        stranger = Talk(who=Someone("eve", "e" * 64))
        self.assertEqual((self.talks.people(stranger), self.talks.people(Talk())), ([], []))

    def test_is_current(self) -> None:
        """A room that is over is not the current one, nor is anybody, where there is none."""
        wanted = None, Talk(), Talk("lab"), Talk("den")
        self.assertEqual(
            [self.talks.is_current(one) for one in wanted], [True, True, False, False]
        )
        for room in ("lab", "den"):
            self.generation.enter(room)
        self.assertEqual(
            [self.talks.is_current(one) for one in wanted], [True, False, False, True]
        )

    def test_moving(self) -> None:
        """What is typed waits for a room into which we go back."""
        lab = self.generation.enter("lab")
        self.assertFalse(self.talks.moving)
        lab.returning = True
        self.assertTrue(self.talks.moving)
        self.talks.leave(lab, NOW)
        self.assertFalse(self.talks.moving)
        self.talks.asked = 1
        self.assertTrue(self.talks.moving)

    def test_hearing(self) -> None:
        """What was said to a room is shown if both are in it, waits if they may be, and is
        dropped if we are not."""
        bob = self.meet("bob")
        self.assertIs(self.talks.hearing("lab", bob, NOW), Hearing.DROPPED)
        self.talks.joining.add("lab")
        self.assertIs(self.talks.hearing("LAB", bob, NOW), Hearing.AWAITED)
        lab = self.generation.enter("lab", bob)
        self.assertIs(self.talks.hearing("LAB", bob, NOW), Hearing.SHOWN)
        lab.part(bob, NOW)
        self.assertIs(self.talks.hearing("lab", bob, NOW), Hearing.SHOWN)
        self.assertIs(self.talks.hearing("lab", bob, NOW + LINGER), Hearing.AWAITED)
