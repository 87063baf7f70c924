"""A room: who is in it, and what is told of that."""

from twisted.trial.unittest import SynchronousTestCase

from tests.support.contacts import FakeConversations, contact_of
from twisted_chat.events import Event
from twisted_chat.peer.contacts.contact import Contact, Standing
from twisted_chat.peer.contacts.contacts import Contacts
from twisted_chat.peer.effects import Effects
from twisted_chat.peer.events import rooms
from twisted_chat.peer.events.talk import Cause, HearNoMore
from twisted_chat.peer.gathering import Gathering
from twisted_chat.peer.room import JoinedRoom

NOW = 1.0


class RoomCase(SynchronousTestCase):
    """A room and its contacts."""

    def setUp(self) -> None:
        self.contacts = Contacts()
        self.talk = FakeConversations(self.contacts, acknowledged=True)
        self.effects = Effects()
        self.room = JoinedRoom(self.contacts, self.effects, Gathering(self.effects.tell))

    def meet(self, name: str, key: str = "") -> Contact:
        """Somebody who is known."""
        number = len(self.contacts.everybody())
        contact = contact_of(name, key, (f"192.0.2.{number}", 5000), self.talk)
        self.contacts.add(contact)
        return contact

    def enter(self, *members: Contact, room: str = "lab") -> None:
        """We are in it, and they are."""
        for one in members:
            self.room.enlist(one.name, one, NOW)
        self.room.enter(room, encrypted=True, now=NOW)(list(members))

    def told(self) -> list[Event]:
        """What was told since this was asked last."""
        return [one for one in self.effects.take() if isinstance(one, Event)]


class Inside(RoomCase):
    """Members."""

    def test_enter(self) -> None:
        """Those in it hear us, those outside do not, and both are told of."""
        bob, carol, dave = self.meet("bob"), self.meet("carol"), self.meet("dave")
        self.contacts.poke(dave)
        self.contacts.ignore("carol", [carol])
        self.enter(bob, carol)
        self.assertEqual([bob.standing, bob.hears], [Standing.IN_ROOM, True])
        self.assertEqual([dave.standing, dave.hears], [Standing.INTRODUCED, False])
        self.assertEqual(
            self.told(),
            [
                rooms.RoomEntered("lab", (bob.who,), (carol.who,), True),
                HearNoMore((dave.who,), Cause.JOINED, "lab"),
            ],
        )

    def test_another(self) -> None:
        """Those of the room before who are not in this one have nothing to do with us."""
        bob, carol = self.meet("bob"), self.meet("carol")
        self.enter(bob, carol)
        self.room.unlist(bob)
        self.enter(carol, room="attic")
        self.assertEqual(bob.standing, Standing.UNKNOWN)
        self.assertEqual(self.contacts.members(), [carol])

    def test_keys(self) -> None:
        """It is counted who has a key, whoever comes, goes or takes the place of another."""
        bob, rob, carol = (
            self.meet("bob", "a" * 64),
            self.meet("rob", "b" * 64),
            self.meet("carol"),
        )
        self.enter(bob, carol)
        self.assertEqual(self.room.keyed, 1)
        self.room.enlist("rob", rob, NOW)
        self.room.enlist("rob", rob, NOW)
        self.assertEqual(self.room.keyed, 2)
        self.room.enlist("bob", rob, NOW)
        self.assertEqual((self.room.keyed, bob.standing), (1, Standing.UNKNOWN))
        self.assertIs(self.room.member("bob"), rob)
        self.assertIsNone(self.room.member("rob"))
        self.room.leave(NOW)
        self.assertEqual((self.room.keyed, self.room.members()), (0, []))

    def test_returned(self) -> None:
        """For one who is named again, words that have waited go on their way."""
        bob = self.meet("bob")
        self.enter(bob)
        self.contacts.await_return(bob, awaited=True)
        self.room.enlist("bob", bob, NOW)
        self.assertFalse(bob.awaited)
        self.assertEqual(self.talk.done, [("returned", "bob")])

    def test_moves(self) -> None:
        """Who comes and who goes is told, but of those who are ignored."""
        bob, eve = self.meet("bob"), self.meet("eve")
        self.contacts.ignore("eve", [eve])
        self.enter()
        self.told()
        for one in (bob, eve):
            self.room.enlist(one.name, one, NOW)
            self.contacts.came(one)
            self.room.came(one, NOW)
        for one in (bob, eve):
            self.room.went(one, NOW)
        whom = ((bob.who,), 0)
        self.assertEqual(self.told(), [rooms.PeopleCame(*whom), rooms.PeopleLeft(*whom)])
        self.assertEqual(self.contacts.members(), [])


class Leaving(RoomCase):
    """The end of it."""

    def test_put_out(self) -> None:
        """One who is put out is told so, and one who wanted it that they have left."""
        dave = self.meet("dave")
        for wanted in (False, True):
            self.enter(self.meet("bob"))
            self.contacts.poke(dave)
            self.told()
            self.room.put_out(wanted=wanted, now=NOW)
            self.assertEqual(self.room.name, "")
            still = (dave.who,)
            left = rooms.LeftRoom("lab", True, still)
            self.assertEqual(self.told(), [left if wanted else rooms.PutOutOf("lab", still)])
            self.assertEqual(self.contacts.outside(), [dave])

    def test_moving(self) -> None:
        """It is about to change while the person has asked for that, or the server is back."""
        self.assertFalse(self.room.moving)
        self.room.asked = 2
        self.assertTrue(self.room.moving)
        self.room.asked, self.room.returning = 0, True
        self.assertTrue(self.room.moving)
