"""The room we are in: its numbered roster, who comes and who goes, getting back into it."""

from twisted_chat.moments import NEVER
from twisted_chat.names import folded
from twisted_chat.peer.acquaintances import MAX_PEERS
from twisted_chat.peer.commands import Command
from twisted_chat.peer.effects import Effects
from twisted_chat.peer.events import rooms
from twisted_chat.peer.events.event import Someone
from twisted_chat.peer.events.server import NoAnswer
from twisted_chat.peer.events.talk import Cause, HearNoMore
from twisted_chat.peer.gathering import Gathering
from twisted_chat.peer.gen2.registration import KeyedRegistration
from twisted_chat.peer.people import People
from twisted_chat.wire.common import Bare, CreateRoom, JoinRoom, LeaveRoom
from twisted_chat.wire.gen2.answers import (
    Answer,
    Came,
    PutOut,
    Refused,
    RosterBegins,
    RosterEnds,
    RosterMember,
    Went,
)
from twisted_chat.wire.gen2.contact import ContactInfo
from twisted_chat.wire.gen2.requests import AskRoster

GRACE = 30.0
"""Seconds for which those who were with us may return to a server that has forgotten us."""
OTHERS_CREATE, RETURN_EVERY = 10.0, 2.0
"""Seconds that we leave it to the one who created a room to create it again,
and between two looks whether that has happened."""


class Membership:
    """Being in one room at most. While `moving`, whom we speak to is about to
    change. `wake` is when `tick` is due."""

    def __init__(
        self, uplink: KeyedRegistration, people: People, effects: Effects, gathering: Gathering
    ) -> None:
        self._uplink = uplink
        self._people = people
        self._effects = effects
        self._gathering = gathering
        self.room = ""
        self.moving = False
        self._joining = ""
        self._asked_in = False
        """Whether it is the person who wants in, and not we who want back."""
        self._leaving = ""
        self._astray = ""
        """The room that the server has us in, where we do not want to be in that."""
        self._number = -1
        self._asked_again = False
        self._incoming: tuple[RosterBegins, dict[str, ContactInfo]] | None = None
        self._members: set[str] = set()
        self._missing: set[str] = set()
        """Those of them who have yet to return to a server that has forgotten us."""
        self._settle_at = self._return_at = self._create_at = NEVER
        self._own: set[str] = set()

    # --- What the person wants

    def join(self, room: str, now: float) -> None:
        self.moving = self._asked_in = True
        self._joining = room

        def close(answers: list[Answer] | None, now: float) -> None:
            self.moving, self._joining = False, ""
            if answers is None:
                self._effects.tell(NoAnswer(Command.ROOMJOIN, room))
            elif isinstance(answers[0], Bare):
                self._effects.tell(rooms.NoSuchRoom(room))
                self._leave_stray_room(now)

        self._uplink.link.ask(JoinRoom(room), close, now)

    def leave(self, now: float) -> None:
        if not self.room:
            self._effects.tell(rooms.InNoRoom())
            return
        left, self._leaving = self.room, self.room
        self.moving = True
        self._forget(now)

        def close(answers: list[Answer] | None, now: float) -> None:
            self.moving, self._leaving = False, ""
            still = tuple(self._people.hearing())
            self._effects.tell(rooms.LeftRoom(left, bool(answers), still))

        self._uplink.link.ask(LeaveRoom(), close, now)

    def emptied(self, now: float) -> None:
        """We have put everybody else out: they are gone, whatever else is still to be told."""
        for name in sorted(self._members):
            if self._people.called(name) is not None:
                self._go(name, now)

    # --- Getting back into it

    def created(self, room: str, *, ours: bool) -> None:
        """A room is ours to create again, or no longer."""
        (self._own.add if ours else self._own.discard)(folded(room))

    def returned(self, now: float) -> None:
        """The server knows us again, and perhaps nothing of our room."""
        self._return_at = NEVER
        if not self.room:
            return
        self._create_at = now if folded(self.room) in self._own else now + OTHERS_CREATE
        self._number, self._asked_again, self._incoming = -1, True, None
        self.moving = True

        def close(answers: list[Answer] | None, now: float) -> None:
            self.moving = False
            # The roster, if there is one, has shown already who is in our room.
            if self.room and answers and isinstance(answers[0], Refused):
                self._forgotten(now)

        self._uplink.link.ask(AskRoster(), close, now)

    def _forgotten(self, now: float) -> None:
        """The server does not know that we are in our room, and so perhaps nobody's room:
        nobody hears us before it names them again."""
        self._missing = set(self._members)
        for name in self._missing:
            self._people.await_return(name)
        self._settle_at = now + GRACE
        self._return(now)

    def _return(self, now: float) -> None:
        """Join again, and create the room where the server has forgotten it."""
        room = self.room
        self.moving, self._joining, self._asked_in = True, room, False

        def close(answers: list[Answer] | None, now: float) -> None:
            self.moving, self._joining = False, ""
            if not answers or not isinstance(answers[0], Bare):
                return
            if now < self._create_at:
                self._return_at = min(now + RETURN_EVERY, self._create_at)
            else:
                self._create_at = now + OTHERS_CREATE
                self.moving = True
                self._uplink.link.ask(CreateRoom(room), join, now)

        def join(answers: list[Answer] | None, now: float) -> None:
            self.moving = False
            if answers:
                self._return(now)

        self._uplink.link.ask(JoinRoom(room), close, now)

    # --- What the server says

    def told(self, message: Answer, now: float) -> bool:
        """Take what a message says of our room. False if it is about something else."""
        match message:
            case RosterBegins():
                self._incoming = (message, {})
            case RosterMember(contact):
                if self._incoming is not None and len(self._incoming[1]) < MAX_PEERS:
                    self._incoming[1][folded(contact.name)] = contact
            case RosterEnds():
                self._whole(now)
            case Came(number, contact):
                if self._follows(number):
                    self._enter(contact, now)
            case Went(number, name):
                if self._follows(number):
                    self._go(name, now)
            case PutOut(room):
                self._put_out(room, now)
            case _:
                return False
        return True

    def _follows(self, number: int) -> bool:
        """Whether a change is the next one. If one was missed the roster is asked for."""
        if not self.room or self._incoming is not None or number <= self._number:
            return False
        if number == self._number + 1 and not self._asked_again:
            self._number = number
            return True
        if not self._asked_again:
            self._asked_again = True
            self._uplink.link.tell(AskRoster())
        return False

    def _whole(self, now: float) -> None:
        if self._incoming is None:
            return
        (begins, members), self._incoming = self._incoming, None
        self._uplink.link.answered(RosterEnds(), now)
        joined = bool(self._joining) and folded(begins.room) == folded(self._joining)
        if not joined and folded(begins.room) != folded(self.room):
            self._elsewhere(begins.room, now)
            return
        again = bool(self.room) and folded(begins.room) == folded(self.room)
        if not again:
            self._forget(now)
            self.room = begins.room
        self._number, self._asked_again = begins.number, False
        if joined:
            self._joining = self._astray = ""
            self._uplink.link.answered(begins, now)
        if again:
            self._compare(members, now)
        else:
            self._members = set(members)
        if not again or (joined and self._asked_in):
            self._enter_room(members, now)

    def _elsewhere(self, room: str, now: float) -> None:
        """The server has us in a room of which we do not know: what we asked, or were
        answered, was lost with a link. So we are not in ours, and leave that one."""
        if self._leaving and folded(room) == folded(self._leaving):
            return  # As it does not know yet.
        if self.room:
            self._put_out(self.room, now)
        self._astray = room
        if not self._joining:  # Which takes us out of it too, unless it is refused.
            self._leave_stray_room(now)

    def _leave_stray_room(self, now: float) -> None:
        if not self._astray:
            return
        self._leaving, self._astray = self._astray, ""
        self.moving = True

        def close(answers: list[Answer] | None, now: float) -> None:
            self.moving, self._leaving = False, ""

        self._uplink.link.ask(LeaveRoom(), close, now)

    def _enter_room(self, members: dict[str, ContactInfo], now: float) -> None:
        """Speak to everybody who is in the room, and tell who that is."""
        present, ended = self._people.enter(list(members.values()), self._missing, now)
        heard_by = tuple(one.who for one in present if not one.ignored)
        ignored = tuple(one.who for one in present if one.ignored)
        self._effects.tell(rooms.RoomEntered(self.room, heard_by, ignored, True))
        if ended:
            self._effects.tell(HearNoMore(tuple(ended), Cause.JOINED, self.room))

    def _compare(self, members: dict[str, ContactInfo], now: float) -> None:
        """A newer roster of our room tells who came and who went in between."""
        gone = self._members - set(members) - self._missing
        for contact in members.values():
            self._enter(contact, now)
        for name in gone:
            self._go(name, now)

    def _enter(self, contact: ContactInfo, now: float) -> None:
        key = folded(contact.name)
        new = key not in self._members
        if new and len(self._members) >= MAX_PEERS:
            return
        self._members.add(key)
        self._missing.discard(key)
        person = self._people.came(contact, now)
        if new and person is not None and not person.ignored:
            self._gathering.came(person.who, now)

    def _go(self, name: str, now: float) -> None:
        key = folded(name)
        self._missing.discard(key)
        if key in self._members:
            self._members.discard(key)
            person = self._people.went(name, now)
            if person is not None and person.ignored:
                return
            self._gathering.left(person.who if person else Someone(name), now)

    def _put_out(self, room: str, now: float) -> None:
        if self._leaving and folded(room) in ("", folded(self._leaving)):
            self._uplink.link.answered(PutOut(room), now)
        elif self.room and folded(room) == folded(self.room):
            self._forget(now)
            still = tuple(self._people.hearing())
            self._effects.tell(
                rooms.LeftRoom(room, True, still)
                if folded(room) in self._own
                else rooms.PutOutOf(room, still)
            )

    def _forget(self, now: float) -> None:
        self.room, self._number, self._asked_again, self._incoming = "", -1, False, None
        self._members, self._missing = set(), set()
        self._people.leave_room(now)
        self._gathering.forget_moves()

    @property
    def wake(self) -> float:
        return min(self._settle_at, self._return_at)

    def tick(self, now: float) -> None:
        """Those who have not returned to the server by now have gone."""
        if self._settle_at <= now and not self._uplink.valid:
            self._settle_at = now + GRACE  # Gone again, so that nobody can return.
        elif self._settle_at <= now:
            self._settle_at = NEVER
            for name in sorted(self._missing):
                self._go(name, now)
        if self._return_at <= now:
            self._return_at = NEVER
            if self.room and not self.moving:
                self._return(now)
