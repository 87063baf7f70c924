"""A room: who is in it, and what is told of that."""

from twisted.trial.unittest import SynchronousTestCase

from tests.support.contacts import FakeConversations, contact_of
from twisted_chat.events import Event
from twisted_chat.peer.contacts.contact import Contact
from twisted_chat.peer.contacts.contacts import Contacts
from twisted_chat.peer.effects import Effects
from twisted_chat.peer.events import moves, rooms
from twisted_chat.peer.gathering import Gathering
from twisted_chat.peer.talks.room import LINGER, JoinedRoom

NOW = 1.0


class RoomCase(SynchronousTestCase):
    """A room and its contacts."""

    def setUp(self) -> None:
        self.contacts = Contacts()
        self.talk = FakeConversations(self.contacts, acknowledged=True)
        self.effects = Effects()
        self.gathering = Gathering(self.effects.tell)
        self.room = self.make("lab")

    def make(self, name: str) -> JoinedRoom:
        """A room more."""
        return JoinedRoom(self.contacts, self.effects, self.gathering, name)

    def meet(self, name: str, key: str = "") -> Contact:
        """Somebody who is known."""
        number = len(self.contacts.everybody())
        contact = contact_of(name, key, (f"192.0.2.{number}", 5000), self.talk)
        self.contacts.add(contact)
        return contact

    def enlist(self, *members: Contact) -> None:
        """They are in it."""
        for one in members:
            self.room.enlist(one.name, one, NOW)

    def told(self) -> list[Event]:
        """What was told since this was asked last."""
        return [one for one in self.effects.take() if isinstance(one, Event)]


class Inside(RoomCase):
    """Members."""

    def test_entered(self) -> None:
        """Those in it are told of, and those who are ignored as that."""
        bob, carol = self.meet("bob"), self.meet("carol")
        self.contacts.ignore("carol", [carol])
        self.enlist(bob, carol)
        self.assertEqual((bob.rooms, self.room.people()), ((self.room,), [bob, carol]))
        self.room.tell_entered([bob, carol], encrypted=True)
        entered = rooms.RoomEntered("lab", (bob.who,), (carol.who,), True)
        self.assertEqual(self.told(), [entered])

    def test_two(self) -> None:
        """One who is in two rooms is in the other when they have left the one, and when they
        have left both they are nobody to us."""
        bob, den = self.meet("bob"), self.make("den")
        self.enlist(bob)
        den.enlist("bob", bob, NOW)
        self.room.empty(NOW)
        self.assertEqual((bob.rooms, self.room.people(), den.people()), ((den,), [], [bob]))
        den.went(bob, NOW)
        self.assertEqual(self.contacts.everybody(), [])
        self.assertEqual(self.told(), [moves.PeopleLeft((bob.who,), 0, "den")])

    def test_keys(self) -> None:
        """It is counted who has a key, whoever comes, goes or takes the place of another."""
        bob, rob, carol = (
            self.meet("bob", "a" * 64),
            self.meet("rob", "b" * 64),
            self.meet("carol"),
        )
        self.enlist(bob, carol)
        self.assertEqual(self.room.keyed, 1)
        self.enlist(rob, rob)
        self.assertEqual(self.room.keyed, 2)
        self.room.enlist("bob", rob, NOW)
        self.assertEqual((self.room.keyed, bob.rooms), (1, ()))
        self.assertIs(self.room.member("bob"), rob)
        self.assertIsNone(self.room.member("rob"))
        self.room.empty(NOW)
        self.assertEqual((self.room.keyed, self.room.members()), (0, []))

    def test_returned(self) -> None:
        """For one who is named again, words that have waited go on their way."""
        bob = self.meet("bob")
        self.enlist(bob)
        self.talk.done.clear()
        self.contacts.await_return(bob, self.room, awaited=True)
        self.enlist(bob)
        self.assertFalse(bob.awaited)
        self.assertEqual(self.talk.done, [("returned", "bob")])

    def test_heard(self) -> None:
        """One who is in it is heard, and for a moment one who was."""
        bob, eve = self.meet("bob"), self.meet("eve")
        self.enlist(bob)
        self.assertTrue(self.room.hears(bob, NOW))
        self.assertFalse(self.room.hears(eve, NOW))
        self.room.part(bob, NOW)
        self.assertTrue(self.room.hears(bob, NOW + LINGER - 0.1))
        self.assertFalse(self.room.hears(bob, NOW + LINGER))

    def test_moves(self) -> None:
        """Who comes and who goes is told, but of those who are ignored."""
        bob, eve = self.meet("bob"), self.meet("eve")
        self.contacts.ignore("eve", [eve])
        for one in (bob, eve):
            self.enlist(one)
            self.room.came(one, NOW)
        for one in (bob, eve):
            self.room.went(one, NOW)
        whom = ((bob.who,), 0, "lab")
        self.assertEqual(self.told(), [moves.PeopleCame(*whom), moves.PeopleLeft(*whom)])
        self.assertEqual(self.contacts.everybody(), [])


class Leaving(RoomCase):
    """The end of it."""

    def test_told(self) -> None:
        """One who is put out is told so, and one who wanted it that they have left."""
        self.room.tell_put_out()
        self.room.tell_left(confirmed=True)
        self.assertEqual(self.told(), [rooms.PutOutOf("lab"), rooms.LeftRoom("lab", True)])

    def test_moves_forgotten(self) -> None:
        """What has happened in it is no news any more, and what happened elsewhere is."""
        den = self.make("den")
        people = [self.meet(f"user{number}") for number in range(9)]
        for one in people:
            self.room.came(one, NOW)
            den.came(one, NOW)
        self.told()
        self.room.empty(NOW)
        self.gathering.tell_moves()
        self.assertEqual({getattr(one, "room", "") for one in self.told()}, {"den"})
