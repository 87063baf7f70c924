"""Rooms that are run: private ones, invitations, bans, ops and topics."""

from msgspec.structs import replace
from twisted.trial.unittest import SynchronousTestCase

from tests.support.datagram_server import BOB, CLEAR
from tests.support.mixed_server import KEYS, PLACES, MixedServer
from twisted_chat.directory import rules
from twisted_chat.directory.rules import ALL, FOR_NEW, PUBLIC, origin_of
from twisted_chat.links import Link
from twisted_chat.server.gen2 import moderation
from twisted_chat.server.gen2.introductions import PairSecrets
from twisted_chat.server.journal.records import KeptRecords, RoomRecord
from twisted_chat.wire.common import (
    Bare,
    CreateRoom,
    JoinRoom,
    Leave,
    ListRooms,
    RoomReady,
    Verb,
)
from twisted_chat.wire.gen2.answers import Done, Leaving, PutOut, Refused
from twisted_chat.wire.gen2.for_new import SetHistory
from twisted_chat.wire.gen2.grounds import Ground
from twisted_chat.wire.gen2.growth import HISTORY, Can
from twisted_chat.wire.gen2.listing import Listed
from twisted_chat.wire.gen2.requests import (
    AskRoster,
    CloseRoom,
    CreatePrivateRoom,
    GiveRoom,
    Kick,
    RegisterKey,
    RoomRequest,
    RoomVerb,
    RunRoom,
    SetTopic,
    verb_of,
)
from twisted_chat.wire.gen2.room_news import (
    LONGEST_TOPIC,
    HistoryRules,
    Muting,
    RoomNews,
    Topic,
)
from twisted_chat.wire.gen2.roster import RosterBegins, RosterEnds

INVITE, BAN, UNBAN = RoomVerb.INVITE, RoomVerb.BAN, RoomVerb.UNBAN
OP, DEOP = RoomVerb.OP, RoomVerb.DEOP
MUTE, UNMUTE = RoomVerb.MUTE, RoomVerb.UNMUTE


def no(request: RoomRequest, ground: Ground) -> list[Refused]:
    """It is refused, for this reason."""
    return [Refused(verb_of(request), request.room, ground)]


class RunTests(SynchronousTestCase):
    """anna's room, with ben and carla in it; dora and bob, who has no key, are elsewhere."""

    def setUp(self) -> None:
        self.server = server = MixedServer()
        self.anna, self.ben, self.carla = (
            server.session(name, number, "lab")
            for number, name in enumerate(("anna", "ben", "carla"))
        )
        self.dora = server.session("dora", 3)
        server.datagram(BOB, b"hi bob")
        self.quiet()

    def quiet(self) -> None:
        for link in (self.anna, self.ben, self.carla, self.dora):
            self.server.take(link)
        self.server.told(BOB)

    def done(self, link: Link, request: RoomRequest) -> None:
        """This is asked, and done."""
        answers = self.server.ask(link, request)
        self.assertEqual(answers[-1], Done(verb_of(request), request.room))

    def refused(self, link: Link, request: RoomRequest, ground: Ground) -> None:
        """This is asked, and refused for this reason."""
        self.assertEqual(self.server.ask(link, request), no(request, ground), request)

    def members(self, room: str = "lab") -> list[str]:
        return [one.user.name for one in self.server.room(room).members]

    def test_private(self) -> None:
        """A private room is in no list, and only those come in who are invited."""
        server = self.server
        ready = [RoomReady("den")]
        self.assertEqual(server.ask(self.anna, CreatePrivateRoom("den")), ready)
        self.assertEqual(server.ask(self.anna, CreatePrivateRoom("den")), ready)
        self.refused(self.anna, CreateRoom("den"), Ground.TAKEN)
        listed = [Listed(Verb.RL, ("lab",)), Bare(Verb.RL)]
        self.assertEqual(server.ask(self.anna, ListRooms()), listed)
        self.assertEqual(server.datagram(BOB, b"rl"), [b"rl lab"])
        self.done(self.anna, CloseRoom("lab"))
        server.take(self.ben)
        self.assertEqual(server.datagram(BOB, b"rl"), [b"rl"])
        self.refused(self.ben, JoinRoom("den"), Ground.PRIVATE)
        self.assertEqual(server.datagram(BOB, b"rj den"), [b"rj"])
        begins = RosterBegins("den", 1, private=True)
        self.assertEqual(server.ask(self.anna, JoinRoom("den"))[0], begins)
        self.done(self.anna, RunRoom(INVITE, "den", "Ben"))
        self.assertEqual(server.take(self.ben), [RoomNews(INVITE, "den", "anna")])
        self.assertEqual(server.ask(self.ben, JoinRoom("den"))[0], begins)
        self.refused(self.ben, RunRoom(INVITE, "den", "carla"), Ground.NOT_OP)
        self.refused(self.anna, RunRoom(INVITE, "den", "bob"), Ground.NO_KEY)
        self.refused(self.anna, RunRoom(INVITE, "den", "nobody"), Ground.NOBODY)
        self.refused(self.anna, RunRoom(INVITE, "den", "anna"), Ground.NOBODY)
        self.refused(self.anna, RunRoom(INVITE, "attic", "ben"), Ground.NO_ROOM)
        self.done(self.anna, Kick("den", "ben"))
        self.assertEqual(server.ask(self.ben, JoinRoom("den"))[0], begins)

    def test_ban(self) -> None:
        """One who is banned is put out, comes back under no name, and when it is taken back."""
        server = self.server
        self.done(self.anna, RunRoom(BAN, "lab", "ben"))
        out = [RoomNews(BAN, "lab", "anna"), PutOut("lab", Leaving.BANNED)]
        self.assertEqual(server.take(self.ben), out)
        self.refused(self.ben, JoinRoom("lab"), Ground.BANNED)
        server.ask(self.ben, RegisterKey("bennie"))
        self.refused(self.ben, JoinRoom("lab"), Ground.BANNED)
        self.refused(self.anna, RunRoom(INVITE, "lab", "bennie"), Ground.BANNED)
        self.refused(self.anna, RunRoom(OP, "lab", "bennie"), Ground.BANNED)
        self.refused(self.anna, RunRoom(BAN, "lab", "bob"), Ground.NO_KEY)
        self.refused(self.anna, RunRoom(UNBAN, "lab", "carla"), Ground.NOBODY)
        self.done(self.anna, RunRoom(UNBAN, "lab", "BEN"))
        self.assertEqual(server.take(self.ben), [RoomNews(UNBAN, "lab", "anna")])
        self.assertEqual(server.ask(self.ben, JoinRoom("lab"))[0], RosterBegins("lab", 1))

    def test_mute(self) -> None:
        """All members are told whose words they are not to show, and each with the roster."""
        server = self.server
        self.refused(self.ben, RunRoom(MUTE, "lab", "carla"), Ground.NOT_OP)
        self.refused(self.anna, RunRoom(MUTE, "lab", "bob"), Ground.NO_KEY)
        self.refused(self.anna, RunRoom(UNMUTE, "lab", "ben"), Ground.NOBODY)
        self.done(self.anna, RunRoom(OP, "lab", "carla"))
        self.refused(self.carla, RunRoom(MUTE, "lab", "anna"), Ground.NOBODY)
        self.quiet()
        muting = Muting("lab", KEYS[1], True)
        answers = [muting, Done(MUTE, "lab")]
        self.assertEqual(server.ask(self.carla, RunRoom(MUTE, "lab", "Ben")), answers)
        for link in (self.anna, self.ben):
            self.assertEqual(server.take(link), [muting])
        self.assertEqual(server.ask(self.anna, RunRoom(MUTE, "lab", "ben")), answers[1:])
        roster = server.ask(self.dora, JoinRoom("lab"))
        self.assertEqual(roster[-2:], [muting, RosterEnds("lab")])
        self.quiet()
        server.ask(self.ben, RegisterKey("bennie"))
        self.quiet()
        unmuting = Muting("lab", KEYS[1], False)
        answers = [unmuting, Done(UNMUTE, "lab")]
        self.assertEqual(server.ask(self.anna, RunRoom(UNMUTE, "lab", "bennie")), answers)
        self.assertEqual(server.take(self.dora), [unmuting])
        self.done(self.anna, RunRoom(MUTE, "lab", "carla"))
        self.done(self.anna, RunRoom(OP, "lab", "dora"))
        self.refused(self.carla, RunRoom(MUTE, "lab", "dora"), Ground.NOT_YOURS)

    def test_many_muted(self) -> None:
        """So many are muted in a room, and no more."""
        self.patch(moderation, "MOST_MUTED", 1)
        self.done(self.anna, RunRoom(MUTE, "lab", "ben"))
        self.refused(self.anna, RunRoom(MUTE, "lab", "carla"), Ground.MANY)

    def test_ban_of_the_absent(self) -> None:
        """One who has gone is banned by the key that its name is kept for, and by its name of
        now it is found again."""
        server = self.server
        server.ask(self.ben, Leave())
        self.done(self.anna, RunRoom(BAN, "lab", "ben"))
        server.ask(self.ben, RegisterKey("bennie"))
        self.refused(self.ben, JoinRoom("lab"), Ground.BANNED)
        self.done(self.anna, RunRoom(UNBAN, "lab", "bennie"))

    def test_ops(self) -> None:
        """Ops invite, put out, ban and set the topic; they make no ops, and do nothing to each
        other and to the owner."""
        server = self.server
        self.refused(self.ben, RunRoom(OP, "lab", "carla"), Ground.NOT_YOURS)
        for request in (RunRoom(BAN, "lab", "carla"), Kick("lab", "carla"), SetTopic("lab", "x")):
            self.refused(self.ben, request, Ground.NOT_OP)
        for name, link in (("ben", self.ben), ("dora", self.dora)):
            self.done(self.anna, RunRoom(OP, "lab", name))
            self.assertEqual(server.take(link), [RoomNews(OP, "lab", "anna")])
        self.done(self.ben, RunRoom(INVITE, "lab", "carla"))
        self.done(self.ben, Kick("lab", "carla"))
        self.done(self.ben, RunRoom(BAN, "lab", "carla"))
        self.done(self.dora, SetTopic("lab", "frogs"))
        refused: list[tuple[RoomRequest, Ground]] = [
            (RunRoom(BAN, "lab", "dora"), Ground.NOT_YOURS),
            (RunRoom(BAN, "lab", "anna"), Ground.NOBODY),
            (RunRoom(OP, "lab", "carla"), Ground.NOT_YOURS),
            (RunRoom(DEOP, "lab", "dora"), Ground.NOT_YOURS),
            (GiveRoom("lab", "ben"), Ground.NOT_YOURS),
            (Kick("lab", "anna"), Ground.NOT_YOURS),
            (Kick("lab"), Ground.NOT_YOURS),
        ]
        for one, ground in refused:
            self.refused(self.ben, one, ground)
        self.done(self.anna, RunRoom(DEOP, "lab", "ben"))
        self.assertEqual(server.take(self.ben)[-1], RoomNews(DEOP, "lab", "anna"))
        self.refused(self.ben, SetTopic("lab", "x"), Ground.NOT_OP)
        self.refused(self.anna, RunRoom(DEOP, "lab", "ben"), Ground.NOBODY)
        self.done(self.anna, RunRoom(BAN, "lab", "dora"))
        self.assertEqual(self.members(), ["anna", "ben"])

    def test_topic(self) -> None:
        """The topic is told to all members, and to those who come."""
        server = self.server
        self.done(self.anna, SetTopic("lab", "frogs,  and toads"))
        told = [Topic("lab", "frogs,  and toads")]
        self.assertEqual((server.take(self.ben), server.take(self.carla)), (told, told))
        self.assertEqual(server.take(self.dora), [])
        joined = server.ask(self.dora, JoinRoom("lab"))
        self.assertEqual(joined[-2:], [RosterEnds("lab"), *told])
        self.refused(self.anna, SetTopic("lab", "x" * (LONGEST_TOPIC + 1)), Ground.TOO_LONG)
        self.done(self.anna, SetTopic("lab", ""))
        self.assertEqual(server.take(self.ben)[-1], Topic("lab", ""))

    def test_history(self) -> None:
        """What tells the room from others of its name, and what newcomers are given there, is
        told to members whose programs know of it, and is the owner's to say."""
        server = self.server
        server.say(self.ben, Can((HISTORY,)).encode())
        told = HistoryRules("lab", origin_of("lab", PUBLIC), FOR_NEW)
        self.assertIn(told, server.ask(self.ben, AskRoster("lab")))
        self.assertNotIn(told, server.ask(self.carla, AskRoster("lab")))
        self.refused(self.ben, SetHistory("lab", 3), Ground.NOT_YOURS)
        for count in (3, ALL, 0):
            self.done(self.anna, SetHistory("lab", count))
            self.assertEqual(server.take(self.ben), [replace(told, for_new=count)])
            self.assertEqual(server.take(self.carla), [])
        self.done(self.anna, SetHistory("lab", 0))
        self.assertEqual(server.take(self.ben), [])

    def test_origins(self) -> None:
        """Of two rooms of one name, one after the other, each has an origin of its own."""
        drawn = iter((b"a" * 16, b"b" * 16))
        server = MixedServer(secrets=PairSecrets(b"k" * 32, lambda count: next(drawn)))
        anna = server.session("anna", 0)
        server.say(anna, Can((HISTORY,)).encode())
        for origin in (b"a", b"b"):
            server.ask(anna, CreateRoom("lab"))
            told = server.ask(anna, JoinRoom("lab"))
            self.assertIn(HistoryRules("lab", (origin * 16).hex(), FOR_NEW), told)
            server.ask(anna, CloseRoom("lab"))

    def test_bounds(self) -> None:
        """There are only so many bans, invitations and ops of one room."""
        for most in ("MOST_BANNED", "MOST_INVITED", "MOST_OPS"):
            self.patch(moderation, most, 1)
            self.assertGreater(getattr(rules, most), 1)
        for verb in (INVITE, OP, BAN):
            self.done(self.anna, RunRoom(verb, "lab", "ben"))
            self.refused(self.anna, RunRoom(verb, "lab", "carla"), Ground.MANY)

    def test_first_generation(self) -> None:
        """A member without a key is put out by an op, and cannot be banned."""
        server = self.server
        server.datagram(BOB, b"rj lab")
        self.done(self.anna, RunRoom(OP, "lab", "ben"))
        server.told(BOB)
        self.done(self.ben, Kick("lab", "bob"))
        self.assertEqual(server.told(BOB), [CLEAR])

    def test_kept(self) -> None:
        """How a room is run outlives the server: it is private for those who come next."""
        server = MixedServer()
        server.core.keep(KeptRecords(), server.now)
        anna = server.session("anna", 0)

        def written() -> list[object]:
            taken = server.core.ledger.take()
            server.core.settled([(number, True) for number, _ in taken if number], server.now)
            server.note(server.core.gen2.effects(server.now))
            return [record for _, record in taken]

        written()
        server.say(anna, CreatePrivateRoom("den").encode())
        (record,) = written()
        assert isinstance(record, RoomRecord)
        server.ask(anna, SetTopic("den", "frogs"))
        server.session("ben", 1), written()
        server.ask(anna, RunRoom(INVITE, "den", "ben"))
        *_, last = written()
        assert isinstance(last, RoomRecord)
        again = MixedServer()
        again.core.keep(KeptRecords((), (last,)), again.now)
        room = again.room("den")
        self.assertEqual((room.rules.private, room.rules.topic), (True, "frogs"))
        self.assertEqual(room.rules.invited, frozenset({KEYS[1]}))
        self.assertEqual((room.creator, record.rules != ""), (KEYS[0], True))
        self.assertEqual(PLACES[0][0], room.site)
