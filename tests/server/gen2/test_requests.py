"""What the creator of a room may do, and what is told to whom."""

from twisted.trial.unittest import SynchronousTestCase

from tests.support.datagram_server import BOB, CLEAR
from tests.support.mixed_server import KEYS, PLACES, MixedServer
from twisted_chat.directory.directory import RoomGone
from twisted_chat.wire.common import (
    Bare,
    CreateRoom,
    JoinRoom,
    Leave,
    LeaveRoom,
    ListRooms,
    ListUsers,
    Locate,
    Register,
    RoomReady,
    Verb,
)
from twisted_chat.wire.gen2.answers import (
    ContactLocated,
    Done,
    Introduced,
    Listed,
    PutOut,
    Refused,
    RosterBegins,
    RosterEnds,
    Went,
)
from twisted_chat.wire.gen2.contact import ContactInfo
from twisted_chat.wire.gen2.requests import AskRoster, CloseRoom, Extra, GiveRoom, Kick

HI, AR, RC, RJ = (Bare(verb) for verb in (Verb.HI, Verb.AR, Verb.RC, Verb.RJ))

ANNA = ContactInfo("anna", KEYS[0], *PLACES[0])


class OwnershipTests(SynchronousTestCase):
    """A room of anna's, with ben, carla, and bob who has no key."""

    def setUp(self) -> None:
        self.server = server = MixedServer()
        self.anna, self.ben, self.carla = (
            server.session(name, number, "lab")
            for number, name in enumerate(("anna", "ben", "carla"))
        )
        server.datagram(BOB, b"hi bob")
        server.datagram(BOB, b"rj lab")
        self.quiet()

    def quiet(self) -> None:
        """Let everybody take what there is."""
        for link in (self.anna, self.ben, self.carla):
            self.server.take(link)
        self.server.told(BOB)

    def test_kick_one(self) -> None:
        """A member who is put out is told so, and the others that it went; it may come again."""
        server = self.server
        answers = server.ask(self.anna, Kick("BEN"))
        self.assertEqual(answers, [Went(5, "ben"), Done(Extra.KICK)])
        self.assertEqual(server.take(self.ben), [PutOut("lab")])
        self.assertEqual(server.take(self.carla), [Went(3, "ben")])
        self.assertEqual(len(server.told(BOB)), 3)
        self.assertEqual(server.ask(self.ben, JoinRoom("lab"))[0], RosterBegins("lab", 3))

    def test_kick_the_first_generation(self) -> None:
        """A member without a key gets the clear."""
        self.server.ask(self.anna, Kick("bob"))
        self.assertEqual(self.server.told(BOB), [CLEAR])
        self.assertEqual(self.server.take(self.ben), [Went(4, "bob")])

    def test_kick_all(self) -> None:
        """Everybody else is put out, and is told that alone; the creator stays."""
        server = self.server
        answers = server.ask(self.anna, Kick())
        self.assertEqual(
            answers,
            [Done(Extra.KICK), RosterBegins("lab", 4), RosterEnds()],
        )
        self.assertEqual(server.take(self.ben) + server.take(self.carla), [PutOut("lab")] * 2)
        self.assertEqual(server.told(BOB), [CLEAR])
        self.assertEqual([one.user.name for one in server.room("lab").members], ["anna"])

    def test_refused(self) -> None:
        """What is somebody else's, or cannot be, is refused and changes nothing."""
        server = self.server
        before = [member.user.name for member in server.room("lab").members]
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
            self.assertEqual(server.ask(link, request), [Refused(verb)], request)
        self.assertEqual([member.user.name for member in server.room("lab").members], before)
        self.assertEqual(server.room("lab").creator, KEYS[0])

    def test_in_another_room(self) -> None:
        """A room can be ruled from inside only, and those who are in another are safe."""
        server = self.server
        server.ask(self.ben, CreateRoom("den"))
        server.ask(self.ben, JoinRoom("den"))
        self.assertEqual(server.ask(self.anna, Kick("ben"))[-1], Refused(Extra.KICK))
        self.assertEqual(server.ask(self.anna, GiveRoom("ben")), [Refused(Extra.GIVE)])
        server.ask(self.anna, LeaveRoom())
        self.assertEqual(server.ask(self.anna, CloseRoom()), [Refused(Extra.CLOSE)])

    def test_close(self) -> None:
        """Everybody is put out, and there is no such room."""
        server = self.server
        self.assertEqual(server.ask(self.anna, CloseRoom()), [PutOut("lab"), Done(Extra.CLOSE)])
        self.assertEqual(server.take(self.ben) + server.take(self.carla), [PutOut("lab")] * 2)
        self.assertEqual(server.told(BOB), [CLEAR])
        self.assertEqual(server.changes[-1], RoomGone("lab"))
        self.assertEqual(server.ask(self.ben, CreateRoom("lab")), [RoomReady("lab")])

    def test_give(self) -> None:
        """The user who is given a room rules it, and the one who gave it does not."""
        server = self.server
        self.assertEqual(server.ask(self.anna, GiveRoom("ben")), [Done(Extra.GIVE)])
        self.assertEqual(server.ask(self.anna, Kick("ben")), [Refused(Extra.KICK)])
        self.assertEqual(server.ask(self.ben, Kick("anna"))[-1], Done(Extra.KICK))

    def test_the_key_counts(self) -> None:
        """The creator is known by its key, also after having been away, and from elsewhere."""
        server = self.server
        server.ask(self.anna, Leave())
        back = server.link(0, ("203.0.113.99", 1))
        server.ask(back, Register("anna"))
        server.ask(back, JoinRoom("lab"))
        self.assertEqual(server.ask(back, Kick("ben"))[-1], Done(Extra.KICK))


class VerbTests(SynchronousTestCase):
    """What anybody who is registered may ask."""

    def test_locate(self) -> None:
        """Both sides of a poke are introduced, whichever of them has a key."""
        server = MixedServer()
        anna, ben = server.session("anna", 0), server.session("ben", 1)
        server.datagram(BOB, b"hi bob")
        self.assertEqual(server.ask(ben, Locate("Anna")), [ContactLocated(ANNA)])
        self.assertEqual(server.take(anna), [Introduced(ContactInfo("ben", KEYS[1], *PLACES[1]))])
        self.assertEqual(
            server.ask(anna, Locate("bob")), [ContactLocated(ContactInfo("bob", "", *BOB))]
        )
        self.assertEqual(server.ask(anna, Locate("anna")), [ContactLocated(ANNA)])
        self.assertEqual(server.ask(anna, Locate("nobody")), [AR])
        self.assertEqual(
            server.datagram(BOB, b"ar anna"), [b"ar %s %d" % (PLACES[0][0].encode(), 7000)]
        )
        self.assertEqual(server.take(anna) + server.take(ben), [])

    def test_lists(self) -> None:
        """Lists hold users of both generations and have an end."""
        server = MixedServer()
        anna = server.session("anna")
        server.datagram(BOB, b"hi bob")
        self.assertEqual(server.ask(anna, ListRooms()), [Bare(Verb.RL)])
        self.assertEqual(server.ask(anna, CreateRoom("lab")), [RoomReady("lab")])
        self.assertEqual(server.ask(anna, ListRooms()), [Listed(Verb.RL, ("lab",)), Bare(Verb.RL)])
        users, end = server.ask(anna, ListUsers())
        assert isinstance(users, Listed)
        self.assertEqual((sorted(users.names), end), (["anna", "bob"], Bare(Verb.UL)))
        self.assertEqual(sorted(server.datagram(BOB, b"ul")), [b"ul anna", b"ul bob"])

    def test_rooms(self) -> None:
        """A room is created once, joined if it is there, and left."""
        server = MixedServer(members=1)
        anna, ben = server.session("anna", 0), server.session("ben", 1)
        self.assertEqual(server.ask(anna, JoinRoom("lab")), [RJ])
        for _ in range(2):
            self.assertEqual(server.ask(anna, CreateRoom("lab")), [RoomReady("lab")])
        self.assertEqual(server.ask(ben, CreateRoom("LAB")), [RC])
        joined = [RosterBegins("lab", 1), RosterEnds()]
        self.assertEqual(server.ask(anna, JoinRoom("lab")), joined)
        self.assertEqual(server.ask(anna, JoinRoom("lab")), joined)
        self.assertEqual(server.ask(ben, JoinRoom("lab")), [RJ])
        self.assertEqual(server.ask(anna, LeaveRoom()), [PutOut("lab")])
        self.assertEqual(server.ask(anna, LeaveRoom()), [PutOut("")])
        self.assertEqual(server.ask(anna, AskRoster()), [Refused(Extra.ROSTER)])
