"""What the creator of a room may do, and what is told to whom."""

from twisted.trial.unittest import SynchronousTestCase

from tests.support.datagram_server import BOB, CLEAR
from tests.support.mixed_server import KEYS, PLACES, MixedServer
from twisted_chat.directory.directory import RoomGone
from twisted_chat.links import Link
from twisted_chat.wire.common import (
    Bare,
    CreateRoom,
    Goodbye,
    JoinRoom,
    Leave,
    ListRooms,
    ListUsers,
    Locate,
    RoomReady,
    Verb,
)
from twisted_chat.wire.gen2.answers import (
    ContactLocated,
    Done,
    Introduced,
    Leaving,
    PutOut,
    Refused,
)
from twisted_chat.wire.gen2.contact import ContactInfo
from twisted_chat.wire.gen2.grounds import Ground
from twisted_chat.wire.gen2.listing import Listed
from twisted_chat.wire.gen2.requests import (
    ABOUT_ROOMS,
    AskRoster,
    CloseRoom,
    GiveRoom,
    Kick,
    QuitRoom,
    RegisterKey,
    RoomRequest,
    RoomVerb,
)
from twisted_chat.wire.gen2.room_news import RoomNews
from twisted_chat.wire.gen2.roster import Came, RosterBegins, RosterEnds, Went

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
        answers = server.ask(self.anna, Kick("Lab", "BEN"))
        self.assertEqual(answers, [Went("lab", 5, "ben"), Done(RoomVerb.KICK, "Lab")])
        self.assertEqual(server.take(self.ben), [PutOut("lab", Leaving.KICKED)])
        self.assertEqual(server.take(self.carla), [Went("lab", 3, "ben")])
        self.assertEqual(len(server.told(BOB)), 3)
        self.assertEqual(server.ask(self.ben, JoinRoom("lab"))[0], RosterBegins("lab", 1))

    def test_kick_the_first_generation(self) -> None:
        """A member without a key gets the clear."""
        self.server.ask(self.anna, Kick("lab", "bob"))
        self.assertEqual(self.server.told(BOB), [CLEAR])
        self.assertEqual(self.server.take(self.ben), [Went("lab", 4, "bob")])

    def test_kick_all(self) -> None:
        """Everybody else is put out, and is told that alone; the creator stays."""
        server = self.server
        answers = server.ask(self.anna, Kick("lab"))
        self.assertEqual(
            answers,
            [Done(RoomVerb.KICK, "lab"), RosterBegins("lab", 4), RosterEnds("lab")],
        )
        out = [PutOut("lab", Leaving.KICKED)]
        self.assertEqual((server.take(self.ben), server.take(self.carla)), (out, out))
        self.assertEqual(server.told(BOB), [CLEAR])
        self.assertEqual([one.user.name for one in server.room("lab").members], ["anna"])

    def test_refused(self) -> None:
        """What is another's, or cannot be, is refused with the ground, and changes nothing."""
        server = self.server
        before = [member.user.name for member in server.room("lab").members]
        asked: list[tuple[Link, RoomRequest, Ground]] = [
            (self.ben, Kick("lab", "carla"), Ground.NOT_OP),
            (self.ben, Kick("lab"), Ground.NOT_YOURS),
            (self.ben, CloseRoom("lab"), Ground.NOT_YOURS),
            (self.ben, GiveRoom("lab", "ben"), Ground.NOT_YOURS),
            (self.anna, Kick("lab", "nobody"), Ground.NOBODY),
            (self.anna, Kick("lab", "anna"), Ground.NOBODY),
            (self.anna, Kick("lab", "x" * 33), Ground.NOBODY),
            (self.anna, GiveRoom("lab", "bob"), Ground.NO_KEY),
            (self.anna, GiveRoom("lab", "nobody"), Ground.NOBODY),
            (self.anna, CloseRoom("den"), Ground.NO_ROOM),
            (self.anna, Kick("__clear_peers__"), Ground.NO_ROOM),
            (self.anna, CreateRoom("__clear_peers__"), Ground.NO_NAME),
            (self.ben, CreateRoom("LAB"), Ground.TAKEN),
            (self.ben, JoinRoom("den"), Ground.NO_ROOM),
            (self.ben, QuitRoom("den"), Ground.NO_ROOM),
        ]
        for link, request, ground in asked:
            refused = Refused(ABOUT_ROOMS[type(request)], request.room, ground)
            self.assertEqual(server.ask(link, request), [refused], request)
        self.assertEqual([member.user.name for member in server.room("lab").members], before)
        self.assertEqual(server.room("lab").creator, KEYS[0])

    def test_in_another_room(self) -> None:
        """Those who are elsewhere can be neither put out nor given the room."""
        server = self.server
        server.ask(self.ben, QuitRoom("lab"))
        server.ask(self.ben, CreateRoom("den"))
        server.ask(self.ben, JoinRoom("den"))
        for request in (Kick("lab", "ben"), GiveRoom("lab", "ben")):
            refused = Refused(ABOUT_ROOMS[type(request)], "lab", Ground.NOBODY)
            self.assertEqual(server.ask(self.anna, request)[-1], refused)

    def test_from_outside(self) -> None:
        """The one whose room it is rules it from outside too, and is not let in by that."""
        server = self.server
        server.ask(self.anna, QuitRoom("lab"))
        self.assertEqual(server.ask(self.anna, Kick("lab")), [Done(RoomVerb.KICK, "lab")])
        self.assertEqual([*server.room("lab").members], [])

    def test_close(self) -> None:
        """Everybody is put out, and there is no such room."""
        server = self.server
        out = [PutOut("lab", Leaving.CLOSED)]
        answers = server.ask(self.anna, CloseRoom("lab"))
        self.assertEqual(answers, [*out, Done(RoomVerb.CLOSE, "lab")])
        self.assertEqual((server.take(self.ben), server.take(self.carla)), (out, out))
        self.assertEqual(server.told(BOB), [CLEAR])
        self.assertEqual(server.changes[-1], RoomGone("lab"))
        self.assertEqual(server.ask(self.ben, CreateRoom("lab")), [RoomReady("lab")])

    def test_give(self) -> None:
        """The user who is given a room rules it, and the one who gave it does not."""
        server = self.server
        gives, kicks = Done(RoomVerb.GIVE, "lab"), Done(RoomVerb.KICK, "lab")
        self.assertEqual(server.ask(self.anna, GiveRoom("lab", "ben")), [gives])
        self.assertEqual(server.take(self.ben), [RoomNews(RoomVerb.GIVE, "lab", "anna")])
        refused = Refused(RoomVerb.KICK, "lab", Ground.NOT_OP)
        self.assertEqual(server.ask(self.anna, Kick("lab", "ben")), [refused])
        self.assertEqual(server.ask(self.ben, Kick("lab", "anna"))[-1], kicks)

    def test_the_key_counts(self) -> None:
        """The creator is known by its key, also after having been away, and from elsewhere."""
        server = self.server
        server.ask(self.anna, Leave())
        back = server.link(0, ("203.0.113.99", 1))
        server.ask(back, RegisterKey("anna"))
        server.ask(back, JoinRoom("lab"))
        answers = server.ask(back, Kick("lab", "ben"))
        self.assertEqual(answers[-1], Done(RoomVerb.KICK, "lab"))


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
        none = Refused(RoomVerb.JOIN, "lab", Ground.NO_ROOM)
        self.assertEqual(server.ask(anna, JoinRoom("lab")), [none])
        for _ in range(2):
            self.assertEqual(server.ask(anna, CreateRoom("lab")), [RoomReady("lab")])
        taken = Refused(RoomVerb.CREATE, "LAB", Ground.TAKEN)
        self.assertEqual(server.ask(ben, CreateRoom("LAB")), [taken])
        joined = [RosterBegins("lab", 1), RosterEnds("lab")]
        self.assertEqual(server.ask(anna, JoinRoom("lab")), joined)
        self.assertEqual(server.ask(anna, JoinRoom("LAB")), joined)
        full = Refused(RoomVerb.JOIN, "lab", Ground.FULL)
        self.assertEqual(server.ask(ben, JoinRoom("lab")), [full])
        self.assertEqual(server.ask(anna, QuitRoom("Lab")), [PutOut("lab", Leaving.LEFT)])
        for request in (QuitRoom("Lab"), AskRoster("Lab")):
            outside = Refused(ABOUT_ROOMS[type(request)], "Lab", Ground.OUTSIDE)
            self.assertEqual(server.ask(anna, request), [outside])

    def test_several_rooms(self) -> None:
        """A user with a key is in so many rooms at once, and told about each; one without is
        in the one that it joined last."""
        server = MixedServer(rooms_joined=2)
        anna, ben = server.session("anna", 0, "lab"), server.session("ben", 1, "lab")
        for room in ("den", "pub"):
            server.ask(ben, CreateRoom(room))
        self.assertEqual(server.ask(anna, JoinRoom("den"))[0], RosterBegins("den", 1))
        many = Refused(RoomVerb.JOIN, "pub", Ground.MANY)
        self.assertEqual(server.ask(anna, JoinRoom("pub")), [many])
        server.datagram(BOB, b"hi bob")
        bob = ContactInfo("bob", "", *BOB)
        for room, number in (("lab", 3), ("den", 2)):
            server.datagram(BOB, b"rj " + room.encode())
            self.assertEqual(server.take(anna)[-1], Came(room, number, bob))
        self.assertEqual([one.user.name for one in server.room("lab").members], ["anna", "ben"])
        server.datagram(BOB, b"rj lab")
        self.assertEqual(server.take(anna)[0], Went("den", 3, "bob"))
        left = server.ask(anna, QuitRoom("den"))
        self.assertEqual(left, [PutOut("den", Leaving.LEFT)])
        server.datagram(BOB, b"by")
        self.assertEqual(server.take(anna), [Went("lab", 6, "bob")])
        self.assertEqual(server.ask(anna, JoinRoom("pub"))[0], RosterBegins("pub", 1))
        gone = [PutOut(room, Leaving.LEFT) for room in ("lab", "pub")]
        self.assertEqual(server.ask(anna, Leave()), [*gone, Goodbye()])
        self.assertEqual(server.take(ben)[-1], Went("lab", 6, "anna"))
