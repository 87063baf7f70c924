"""A small room server of generation 2, for tests of those who talk to one."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from twisted_chat.addresses import Address
from twisted_chat.directory.rules import FOR_NEW
from twisted_chat.errors import WireError
from twisted_chat.links import Link, SendFrames
from twisted_chat.moments import NEVER
from twisted_chat.peer.effects import Effect
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
    Welcome,
)
from twisted_chat.wire.gen2.answers import (
    Answer,
    ContactLocated,
    Done,
    Introduced,
    Leaving,
    PutOut,
    Refused,
)
from twisted_chat.wire.gen2.contact import ContactInfo
from twisted_chat.wire.gen2.for_new import SetHistory
from twisted_chat.wire.gen2.grounds import Ground
from twisted_chat.wire.gen2.growth import HISTORY, WAIT, Can
from twisted_chat.wire.gen2.listing import pack
from twisted_chat.wire.gen2.requests import (
    ABOUT_ROOMS,
    AskRoster,
    CloseRoom,
    GiveRoom,
    Kick,
    QuitRoom,
    RegisterKey,
    Request,
    RoomVerb,
    parse_request,
)
from twisted_chat.wire.gen2.room_news import HistoryRules, RoomNews
from twisted_chat.wire.gen2.roster import Came, RosterBegins, RosterEnds, RosterMember, Went
from twisted_chat.wire.gen2.waiting import AwaitUser, UserHere


@dataclass
class _Room:
    owner: str
    number: int = 0
    members: list[str] = field(default_factory=list)
    origin: str = ""
    for_new: int = FOR_NEW


class FakeServer:
    """Those who are here, by name, and in which rooms. `tamper` changes contacts on
    their way; `forgets` changes of rosters that are never told. Those who are away
    without having left stay users and members."""

    wake = NEVER

    def __init__(self) -> None:
        self.users: dict[str, ContactInfo] = {}
        self.links: dict[str, Link] = {}
        self.rooms: dict[str, _Room] = {}
        self.forgets = self._made = 0
        self.keeps_out: set[tuple[str, str]] = set()
        """Names, each with a room that they do not get into."""
        self.banned: set[tuple[str, str]] = set()
        """The same, of those who are told that they are banned."""
        self.asked: list[Request] = []
        self.awaited: dict[tuple[str, str], None] = {}
        """Names of those who wait for somebody, each with the fingerprint of whom."""
        self._effects: list[Effect] = []

    def tamper(self, contact: ContactInfo) -> ContactInfo:
        return contact

    def add_plain(self, name: str, address: Address, room: str) -> None:
        """Somebody of generation 1 is in a room. Not told to who is there."""
        self.users[name] = ContactInfo(name, "", *address)
        self.rooms[room].members.append(name)

    # --- What happens on links

    def opened(self, link: Link, now: float) -> list[Effect]:
        return [SendFrames(link, [Can((WAIT, HISTORY)).encode()])]

    def received(self, link: Link, messages: Iterable[bytes], now: float) -> list[Effect]:
        return [effect for message in messages for effect in self._received(link, message)]

    def _received(self, link: Link, message: bytes) -> list[Effect]:
        try:
            request = parse_request(message)
        except WireError as broken:
            raise AssertionError(f"a peer sent {message!r}") from broken
        if isinstance(request, Can):
            link.learn(request.known)
            return []
        self.asked.append(request)
        self._answer(link, request)
        return self._take()

    def lost(self, link: Link, why: str, now: float) -> list[Effect]:
        self.links = {name: its for name, its in self.links.items() if its is not link}
        return self._take()

    def dial_failed(
        self, address: Address, fingerprint: str, why: str, found: str, now: float
    ) -> list[Effect]:
        return []

    def tick(self, now: float) -> list[Effect]:
        return []

    def resolved(self, addresses: list[Address]) -> None:
        """Never: this looks nobody up."""

    def push(self, name: str, message: Answer) -> list[Effect]:
        """Say something to a user, unasked."""
        self._tell(name, message)
        return self._take()

    def go(self, name: str) -> list[Effect]:
        """Let somebody leave their rooms."""
        for room in self._rooms_of(name):
            self._leave(name, room)
        return self._take()

    def _take(self) -> list[Effect]:
        effects, self._effects = self._effects, []
        return effects

    def _tell(self, name: str, message: Answer) -> None:
        if name in self.links:
            self._effects.append(SendFrames(self.links[name], [message.encode()]))

    # --- Answers

    def _answer(self, link: Link, request: Request) -> None:
        name = next((name for name, its in self.links.items() if its is link), "")
        if isinstance(request, RegisterKey):
            self._register(link, request.name)
            return
        if not name:
            self._effects.append(SendFrames(link, [Bare(Verb.HI).encode()]))
            return
        match request:
            case Leave():
                self._tell(name, Goodbye())
                self._depart(name)
            case AwaitUser(awaited):
                self.awaited[name, awaited] = None
                self._tell_awaited()
            case Locate(wanted):
                self._locate(name, wanted)
            case ListUsers():
                self._list(name, Verb.UL, sorted(self.users))
            case ListRooms():
                self._list(name, Verb.RL, sorted(self.rooms))
            case CreateRoom(room):
                there = room in self.rooms
                self.rooms.setdefault(room, self._new_room(name))
                taken = Refused(RoomVerb.CREATE, room, Ground.TAKEN)
                self._tell(name, taken if there else RoomReady(room))
            case JoinRoom(room):
                self._join(name, room)
            case QuitRoom(room):
                self._leave(name, room)
            case AskRoster(room):
                self._roster(name, room)
            case SetHistory(room, for_new):
                its = self.rooms[room]
                its.for_new = for_new
                for member in its.members:
                    self._tell(member, HistoryRules(room, its.origin, for_new))
                self._tell(name, Done(RoomVerb.HISTORY, room))
            case Kick() | CloseRoom() | GiveRoom():
                self._govern(name, request)

    def _register(self, link: Link, name: str) -> None:
        holder = self.users.get(name)
        if holder is not None and holder.fingerprint != link.fingerprint:
            self._effects.append(SendFrames(link, [Bare(Verb.HI).encode()]))
            return
        self.links[name] = link
        contact = self.users[name] = ContactInfo(name, link.fingerprint, *link.address)
        self._tell(name, Welcome(name))
        for room in self._rooms_of(name) if holder != contact else ():
            self.rooms[room].number += 1
            came = Came(room, self.rooms[room].number, self.tamper(contact))
            self._change(room, name, came)
        for room in self._rooms_of(name):
            self._roster(name, room)
        self._tell_awaited()

    def _tell_awaited(self) -> None:
        names = {its.fingerprint: name for name, its in self.users.items() if name in self.links}
        for asker, awaited in [one for one in self.awaited if one[1] in names]:
            del self.awaited[asker, awaited]
            self._tell(asker, UserHere(names[awaited], awaited))

    def _new_room(self, owner: str) -> _Room:
        self._made += 1
        return _Room(self.users[owner].fingerprint, origin=f"{self._made:032x}")

    def _locate(self, name: str, wanted: str) -> None:
        if wanted not in self.users:
            self._tell(name, Bare(Verb.AR))
            return
        self._tell(name, ContactLocated(self.tamper(self.users[wanted])))
        self._tell(wanted, Introduced(self.tamper(self.users[name])))

    def _list(self, name: str, verb: Verb, entries: list[str]) -> None:
        for part in pack(verb, entries):
            self._tell(name, part)
        self._tell(name, Bare(verb))

    # --- Rooms

    def _rooms_of(self, name: str) -> list[str]:
        return [room for room, its in self.rooms.items() if name in its.members]

    def _join(self, name: str, room: str) -> None:
        its = self.rooms.get(room)
        if (name, room) in self.banned:
            self._tell(name, Refused(RoomVerb.JOIN, room, Ground.BANNED))
            return
        if its is None or (name, room) in self.keeps_out:
            self._tell(name, Refused(RoomVerb.JOIN, room, Ground.NO_ROOM))
            return
        if name not in its.members:
            its.number += 1
            its.members.append(name)
            self._change(room, name, Came(room, its.number, self.tamper(self.users[name])))
        self._roster(name, room)

    def _roster(self, name: str, room: str) -> None:
        if room not in self.rooms or name not in self.rooms[room].members:
            self._tell(name, Refused(RoomVerb.ROSTER, room, Ground.OUTSIDE))
            return
        its = self.rooms[room]
        self._tell(name, RosterBegins(room, its.number))
        if self.links[name].has(HISTORY) and its.origin:
            self._tell(name, HistoryRules(room, its.origin, its.for_new))
        for member in self.rooms[room].members:
            if member != name:
                self._tell(name, RosterMember(room, self.tamper(self.users[member])))
        self._tell(name, RosterEnds(room))

    def _leave(self, name: str, room: str, how: Leaving | None = Leaving.LEFT) -> None:
        its = self.rooms.get(room)
        if its is None or name not in its.members:
            self._tell(name, Refused(RoomVerb.LEAVE, room, Ground.OUTSIDE))
            return
        its.number += 1
        its.members.remove(name)
        self._change(room, name, Went(room, its.number, name))
        if how is not None:
            self._tell(name, PutOut(room, how))

    def _change(self, room: str, name: str, change: Answer) -> None:
        if self.forgets:
            self.forgets -= 1
            return
        for member in self.rooms[room].members:
            if member != name:
                self._tell(member, change)

    def _depart(self, name: str) -> None:
        for room in self._rooms_of(name):
            self._leave(name, room, None)
        self.links.pop(name, None)
        self.users.pop(name, None)

    def _govern(self, name: str, request: Kick | CloseRoom | GiveRoom) -> None:
        verb, called = ABOUT_ROOMS[type(request)], request.room
        room = self.rooms.get(called)
        if room is None or room.owner != self.users[name].fingerprint:
            self._tell(name, Refused(verb, called, Ground.NOT_YOURS))
            return
        others = [member for member in room.members if member != name]
        match request:
            case Kick(_, who) if who and who not in others:
                self._tell(name, Refused(verb, called, Ground.NOBODY))
                return
            case Kick(_, who):
                for member in [who] if who else others:
                    self._leave(member, called, Leaving.KICKED)
            case CloseRoom():
                for member in [*others, name]:
                    self._leave(member, called, Leaving.CLOSED)
                del self.rooms[called]
            case GiveRoom(_, who):
                room.owner = self.users[who].fingerprint
                self._tell(who, RoomNews(RoomVerb.GIVE, called, name))
        self._tell(name, Done(verb, called))
