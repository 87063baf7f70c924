"""Rooms that somebody asks to be theirs, where a journal has to write it first."""

from tests.server.gen2.test_registration import Kept, site
from tests.support.mixed_server import KEYS, PLACES
from twisted_chat.directory.directory import Room
from twisted_chat.links import Link
from twisted_chat.server.journal.records import RoomFreed, RoomRecord
from twisted_chat.wire.common import Bare, CreateRoom, JoinRoom, Locate, RoomReady, Verb
from twisted_chat.wire.gen2.answers import Done, Refused
from twisted_chat.wire.gen2.grounds import Ground
from twisted_chat.wire.gen2.requests import CloseRoom, GiveRoom, RegisterKey, RoomVerb

AR = Bare(Verb.AR)


def no_room(ground: Ground) -> Refused:
    """A room that cannot be created."""
    return Refused(RoomVerb.CREATE, "lab", ground)


class ClaimTests(Kept):
    """A room is somebody's when it is written."""

    def setUp(self) -> None:
        super().setUp()
        self.anna, self.ben = (self.come(number) for number in range(2))

    def come(self, number: int) -> Link:
        """Let the one with this key be registered."""
        link = self.server.link(number)
        self.server.ask(link, RegisterKey("user" + "abcdef"[number]))
        self.write()
        self.server.take(link)
        return link

    def test_written_first(self) -> None:
        """A room is there when it is written, and while it is not it is nobody else's."""
        self.assertEqual(self.server.ask(self.anna, CreateRoom("Lab")), [])
        self.assertEqual(self.server.ask(self.ben, CreateRoom("lab")), [no_room(Ground.TAKEN)])
        self.assertNotIn("lab", self.server.directory.rooms)
        self.assertEqual(self.write(), [RoomRecord("lab", "Lab", KEYS[0], site(0))])
        self.assertEqual(self.server.take(self.anna), [RoomReady("Lab")])
        self.assertEqual(self.server.room("lab").creator, KEYS[0])

    def test_not_written(self) -> None:
        """A room that cannot be written is refused, and may be created later."""
        for works, answer in ((False, no_room(Ground.OTHER)), (True, RoomReady("lab"))):
            self.server.ask(self.ben, CreateRoom("lab"))
            self.write(works=works)
            self.assertEqual(self.server.take(self.ben), [answer])

    def test_without_key(self) -> None:
        """A room of somebody without a key is there at once, and in no journal."""
        self.server.datagram(PLACES[3], b"hi eve")
        self.assertEqual(self.server.datagram(PLACES[3], b"rc lab"), [b"rc lab"])
        self.server.wait(3601)
        self.assertEqual((self.write(), len(self.server.directory.rooms)), ([], 0))

    def test_creator_gone(self) -> None:
        """The room of one who is gone meanwhile is its own all the same."""
        self.server.ask(self.anna, CreateRoom("lab"))
        self.server.lose(self.anna)
        self.server.wait(60)
        self.write()
        room = self.server.room("lab")
        self.assertEqual((room.creator, room.site), (KEYS[0], site(0)))

    def test_given(self) -> None:
        """A room is given away when that is written."""
        room = self.fill("lab")
        self.assertEqual(self.server.ask(self.anna, GiveRoom("lab", "userb")), [])
        self.assertEqual(room.creator, KEYS[0])
        given = RoomRecord("lab", "lab", KEYS[1], site(1), giver=KEYS[0])
        self.assertEqual(self.write(), [given])
        self.assertEqual(room.creator, KEYS[1])
        self.assertEqual(self.server.take(self.anna), [Done(RoomVerb.GIVE, "lab")])

    def test_heir_gone(self) -> None:
        """A room whose heir is gone before it is written stays with its owner, in the
        journal too."""
        room = self.fill("lab")
        self.server.ask(self.anna, GiveRoom("lab", "userb"))
        self.server.lose(self.ben)
        self.server.wait(60)
        self.write()
        self.assertEqual(room.creator, KEYS[0])
        self.assertEqual(
            self.server.take(self.anna)[-1], Refused(RoomVerb.GIVE, "lab", Ground.OTHER)
        )
        self.assertEqual(self.write()[-1], RoomRecord("lab", "lab", KEYS[0], site(0)))

    def test_closed(self) -> None:
        """A room that is closed, or has expired, is freed in the journal."""
        self.fill("lab")
        self.server.ask(self.anna, CloseRoom("lab"))
        self.assertEqual(self.write(), [RoomFreed("lab")])
        self.server.ask(self.ben, CreateRoom("den"))
        self.write()
        self.server.wait(3601)
        self.assertIn(RoomFreed("den"), self.write())

    def test_waits_for_its_own(self) -> None:
        """What the creator says next waits, and what others say does not."""
        self.server.ask(self.anna, CreateRoom("lab"))
        self.assertEqual(self.server.ask(self.anna, Locate("nobody")), [])
        self.assertEqual(self.server.ask(self.ben, Locate("nobody")), [AR])
        self.write()
        self.server.wait(1)
        self.assertEqual(self.server.take(self.anna), [RoomReady("lab"), AR])

    def fill(self, name: str) -> Room:
        """A room of the first with both in it."""
        self.server.ask(self.anna, CreateRoom(name))
        self.write()
        for link in (self.anna, self.ben):
            self.server.wait(1)
            self.server.ask(link, JoinRoom(name))
        self.server.take(self.anna)
        return self.server.room(name)
