"""What the creator of a room may do, and what is told to whom."""

from twisted.trial.unittest import SynchronousTestCase

from tests.server.house import KEYS, House
from tests.server.test_core import BOB, CLEAR
from twisted_chat.directory.directory import RoomGone
from twisted_chat.wire.common import CreateRoom, JoinRoom, Leave, LeaveRoom, Register, RoomReady
from twisted_chat.wire.gen2.answers import Done, PutOut, Refused, RosterBegins, RosterEnds, Went
from twisted_chat.wire.gen2.requests import CloseRoom, Extra, GiveRoom, Kick


class OwnershipTests(SynchronousTestCase):
    """A room of anna's, with ben, carla, and bob who has no key."""

    def setUp(self) -> None:
        self.house = house = House()
        self.anna, self.ben, self.carla = (
            house.session(name, number, "lab")
            for number, name in enumerate(("anna", "ben", "carla"))
        )
        house.datagram(BOB, b"hi bob")
        house.datagram(BOB, b"rj lab")
        self.quiet()

    def quiet(self) -> None:
        """Let everybody take what there is."""
        for link in (self.anna, self.ben, self.carla):
            self.house.take(link)
        self.house.told(BOB)

    def test_kick_one(self) -> None:
        """A member who is put out is told so, and the others that it went; it may come again."""
        house = self.house
        answers = house.ask(self.anna, Kick("BEN"))
        self.assertEqual(answers, [Went(5, "ben"), Done(Extra.KICK)])
        self.assertEqual(house.take(self.ben), [PutOut("lab")])
        self.assertEqual(house.take(self.carla), [Went(3, "ben")])
        self.assertEqual(len(house.told(BOB)), 3)
        self.assertEqual(house.ask(self.ben, JoinRoom("lab"))[0], RosterBegins("lab", 3))

    def test_kick_the_first_generation(self) -> None:
        """A member without a key gets the clear."""
        self.house.ask(self.anna, Kick("bob"))
        self.assertEqual(self.house.told(BOB), [CLEAR])
        self.assertEqual(self.house.take(self.ben), [Went(4, "bob")])

    def test_kick_all(self) -> None:
        """Everybody else is put out, and is told that alone; the creator stays."""
        house = self.house
        answers = house.ask(self.anna, Kick())
        self.assertEqual(
            answers,
            [Done(Extra.KICK), RosterBegins("lab", 4), RosterEnds()],
        )
        self.assertEqual(house.take(self.ben) + house.take(self.carla), [PutOut("lab")] * 2)
        self.assertEqual(house.told(BOB), [CLEAR])
        self.assertEqual([one.user.name for one in house.room("lab").members], ["anna"])

    def test_refused(self) -> None:
        """What is somebody else's, or cannot be, is refused and changes nothing."""
        house = self.house
        before = [member.user.name for member in house.room("lab").members]
        for link, request, verb in (
            (self.ben, Kick("carla"), Extra.KICK),
            (self.ben, Kick(), Extra.KICK),
            (self.ben, CloseRoom(), Extra.CLOSE),
            (self.ben, GiveRoom("ben"), Extra.GIVE),
            (self.anna, Kick("nobody"), Extra.KICK),
            (self.anna, Kick("anna"), Extra.KICK),
            (self.anna, Kick("a b"), Extra.KICK),
            (self.anna, GiveRoom("bob"), Extra.GIVE),
            (self.anna, GiveRoom("nobody"), Extra.GIVE),
        ):
            self.assertEqual(house.ask(link, request), [Refused(verb)], request)
        self.assertEqual([member.user.name for member in house.room("lab").members], before)
        self.assertEqual(house.room("lab").creator, KEYS[0])

    def test_in_another_room(self) -> None:
        """A room can be ruled from inside only, and whoever is in another is safe."""
        house = self.house
        house.ask(self.ben, CreateRoom("den"))
        house.ask(self.ben, JoinRoom("den"))
        self.assertEqual(house.ask(self.anna, Kick("ben"))[-1], Refused(Extra.KICK))
        self.assertEqual(house.ask(self.anna, GiveRoom("ben")), [Refused(Extra.GIVE)])
        house.ask(self.anna, LeaveRoom())
        self.assertEqual(house.ask(self.anna, CloseRoom()), [Refused(Extra.CLOSE)])

    def test_close(self) -> None:
        """Everybody is put out, and there is no such room."""
        house = self.house
        self.assertEqual(house.ask(self.anna, CloseRoom()), [PutOut("lab"), Done(Extra.CLOSE)])
        self.assertEqual(house.take(self.ben) + house.take(self.carla), [PutOut("lab")] * 2)
        self.assertEqual(house.told(BOB), [CLEAR])
        self.assertEqual(house.changes[-1], RoomGone("lab"))
        self.assertEqual(house.ask(self.ben, CreateRoom("lab")), [RoomReady("lab")])

    def test_give(self) -> None:
        """Whoever is given a room rules it, and whoever gave it does not."""
        house = self.house
        self.assertEqual(house.ask(self.anna, GiveRoom("ben")), [Done(Extra.GIVE)])
        self.assertEqual(house.ask(self.anna, Kick("ben")), [Refused(Extra.KICK)])
        self.assertEqual(house.ask(self.ben, Kick("anna"))[-1], Done(Extra.KICK))

    def test_the_key_counts(self) -> None:
        """The creator is who has the key, also after having been away, and from elsewhere."""
        house = self.house
        house.ask(self.anna, Leave())
        back = house.link(0, ("203.0.113.99", 1))
        house.ask(back, Register("anna"))
        house.ask(back, JoinRoom("lab"))
        self.assertEqual(house.ask(back, Kick("ben"))[-1], Done(Extra.KICK))
