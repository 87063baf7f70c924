"""The numbered roster of our room, as the server tells it, and getting back into the room."""

from collections.abc import Callable
from functools import partial

from twisted_chat.moments import NEVER
from twisted_chat.names import folded
from twisted_chat.peer.contacts.contact import Contact
from twisted_chat.peer.contacts.contacts import MAX_MEMBERS, Contacts
from twisted_chat.peer.gen2.contacts import IntroducedContacts
from twisted_chat.peer.gen2.requests import ServerRequests
from twisted_chat.peer.gen2.trust import Verdict
from twisted_chat.peer.room import JoinedRoom
from twisted_chat.peer.server import Close, Outcome
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


class NumberedRoster:
    """Who is in our room; each change has the number after the one before. `wake` is when
    `tick` is due."""

    def __init__(
        self,
        requests: ServerRequests,
        registered: Callable[[], bool],
        room: JoinedRoom,
        contacts: Contacts,
        met: IntroducedContacts,
    ) -> None:
        self._requests = requests
        self._registered = registered
        self._room = room
        self._contacts = contacts
        self._introduced = met
        self._joining = ""
        self._asked_in = False
        """Whether it is the person who wants in, and not we who want back."""
        self._leaving = ""
        self._astray = ""
        """The room that the server has us in, where we do not want to be in that."""
        self._number = -1
        self._asked_again = False
        self._incoming: tuple[RosterBegins, dict[str, ContactInfo]] | None = None
        self._settle_at = self._return_at = self._create_at = NEVER
        self._own: set[str] = set()

    # --- What the person wants

    def join(self, room: str, close: Close, now: float) -> None:
        """Ask to be let in. When that is done, the roster has come."""
        self._joining, self._asked_in = room, True

        def answered(answers: list[Answer] | None, now: float) -> None:
            self._joining = ""
            refused = answers is not None and isinstance(answers[0], Bare)
            close(Outcome.UNANSWERED if answers is None else Outcome.of(not refused), now)
            if refused:
                self._leave_stray_room(now)

        self._requests.ask(JoinRoom(room), answered, now)

    def leave(self, room: str, close: Close, now: float) -> None:
        """Tell the server that we are out of our room."""
        self._leaving = room
        self.forget()

        def answered(answers: list[Answer] | None, now: float) -> None:
            self._leaving = ""
            close(Outcome.UNANSWERED if answers is None else Outcome.DONE, now)

        self._requests.ask(LeaveRoom(), answered, now)

    def forget(self) -> None:
        """We are in no room any more."""
        self._number, self._asked_again, self._incoming = -1, False, None

    def emptied(self, now: float) -> None:
        """We have put everybody else out: they are gone, whatever else is still to be told."""
        for _, contact in sorted(self._room.members(), key=lambda one: str(one[0])):
            self._room.went(contact, now)

    # --- Getting back into it

    def created(self, room: str, *, ours: bool) -> None:
        """A room is ours to create again, or no longer."""
        (self._own.add if ours else self._own.discard)(folded(room))

    def returned(self, now: float) -> None:
        """The server knows us again, and perhaps nothing of our room."""
        self._return_at = NEVER
        if not self._room.name:
            return
        self._create_at = now if folded(self._room.name) in self._own else now + OTHERS_CREATE
        self._number, self._asked_again, self._incoming = -1, True, None
        self._room.returning = True

        def close(answers: list[Answer] | None, now: float) -> None:
            self._room.returning = False
            # The roster, if there is one, has shown already who is in our room.
            if self._room.name and answers and isinstance(answers[0], Refused):
                self._forgotten(now)

        self._requests.ask(AskRoster(), close, now)

    def _forgotten(self, now: float) -> None:
        """The server does not know that we are in our room, and so perhaps nobody's room:
        nobody hears us before it names them again."""
        for _, contact in self._room.members():
            self._contacts.await_return(contact, awaited=True)
        self._settle_at = now + GRACE
        self._return(now)

    def _return(self, now: float) -> None:
        """Join again, and create the room where the server has forgotten it."""
        room = self._room.name
        self._room.returning, self._joining, self._asked_in = True, room, False

        def close(answers: list[Answer] | None, now: float) -> None:
            self._room.returning, self._joining = False, ""
            if not answers or not isinstance(answers[0], Bare):
                return
            if now < self._create_at:
                self._return_at = min(now + RETURN_EVERY, self._create_at)
            else:
                self._create_at = now + OTHERS_CREATE
                self._room.returning = True
                self._requests.ask(CreateRoom(room), join, now)

        def join(answers: list[Answer] | None, now: float) -> None:
            self._room.returning = False
            if answers:
                self._return(now)

        self._requests.ask(JoinRoom(room), close, now)

    # --- What the server says

    def told(self, message: Answer, now: float) -> bool:
        """Take what a message says of our room. False if it is about something else."""
        match message:
            case RosterBegins():
                self._incoming = (message, {})
            case RosterMember(info):
                if self._incoming is not None and len(self._incoming[1]) < MAX_MEMBERS:
                    self._incoming[1][folded(info.name)] = info
            case RosterEnds():
                self._whole(now)
            case Came(number, info):
                if self._follows(number):
                    self._came(info, None, now=now)
            case Went(number, name):
                if self._follows(number):
                    self._went(name, now)
            case PutOut(room):
                self._put_out(room, now)
            case _:
                return False
        return True

    def _follows(self, number: int) -> bool:
        """Whether a change is the next one. If one was missed the roster is asked for."""
        if not self._room.name or self._incoming is not None or number <= self._number:
            return False
        if number == self._number + 1 and not self._asked_again:
            self._number = number
            return True
        if not self._asked_again:
            self._asked_again = True
            self._requests.tell(AskRoster())
        return False

    def _whole(self, now: float) -> None:
        if self._incoming is None:
            return
        (begins, members), self._incoming = self._incoming, None
        self._requests.answer(RosterEnds(), now)
        room = folded(begins.room)
        joined = bool(self._joining) and room == folded(self._joining)
        again = bool(self._room.name) and room == folded(self._room.name)
        if not joined and not again:
            self._elsewhere(begins.room, now)
            return
        self._number, self._asked_again = begins.number, False
        if not again:
            self._room.leave(now)
            self._room.name = begins.room
        if joined:
            self._joining = self._astray = ""
            self._requests.answer(begins, now)
        present = self._compare(members, now) if again else self._enlisted(members, now)
        if not again or (joined and self._asked_in):
            self._room.enter(self._room.name, encrypted=True, now=now)(present)

    def _elsewhere(self, room: str, now: float) -> None:
        """The server has us in a room of which we do not know: what we asked, or were
        answered, was lost with a link. So we are not in ours, and leave that one."""
        if self._leaving and folded(room) == folded(self._leaving):
            return  # As it does not know yet.
        if self._room.name:
            self._put_out(self._room.name, now)
        self._astray = room
        if not self._joining:  # Which takes us out of it too, unless it is refused.
            self._leave_stray_room(now)

    def _leave_stray_room(self, now: float) -> None:
        if not self._astray:
            return
        self._leaving, self._astray = self._astray, ""
        self._room.returning = True

        def close(answers: list[Answer] | None, now: float) -> None:
            self._room.returning, self._leaving = False, ""

        self._requests.ask(LeaveRoom(), close, now)

    def _enlisted(self, members: dict[str, ContactInfo], now: float) -> list[Contact]:
        infos = list(members.values())
        verdicts = self._introduced.judge(infos)
        found = map(partial(self._introduced.enlisted, now=now), infos, verdicts)
        return [contact for contact in found if contact is not None]

    def _compare(self, members: dict[str, ContactInfo], now: float) -> list[Contact]:
        """A newer roster of our room tells who came and who went in between."""
        gone = [
            contact
            for name, contact in self._room.members()
            if name not in members and not contact.awaited
        ]
        infos = list(members.values())
        found = list(map(partial(self._came, now=now), infos, self._introduced.judge(infos)))
        for contact in gone:
            self._room.went(contact, now)
        return [contact for contact in found if contact is not None]

    def _came(self, info: ContactInfo, verdict: Verdict | None, *, now: float) -> Contact | None:
        new = self._room.member(folded(info.name)) is None
        if new and self._room.full:
            return None
        contact = self._introduced.enlisted(info, verdict, now=now)
        if contact is not None:
            self._contacts.came(contact)
            if new:
                self._room.came(contact, now)
        return contact

    def _went(self, name: str, now: float) -> None:
        contact = self._room.member(folded(name))
        if contact is not None:
            self._room.went(contact, now)

    def _put_out(self, room: str, now: float) -> None:
        if self._leaving and folded(room) in ("", folded(self._leaving)):
            self._requests.answer(PutOut(room), now)
        elif self._room.name and folded(room) == folded(self._room.name):
            self.forget()
            self._room.put_out(wanted=folded(room) in self._own, now=now)

    # --- What is due

    @property
    def wake(self) -> float:
        return min(self._settle_at, self._return_at)

    def tick(self, now: float) -> None:
        """Those who have not returned to the server by now have gone."""
        if self._settle_at <= now and not self._registered():
            self._settle_at = now + GRACE  # Gone again, so that nobody can return.
        elif self._settle_at <= now:
            self._settle_at = NEVER
            missing = [one for one in self._room.members() if one[1].awaited]
            for _, contact in sorted(missing, key=lambda one: str(one[0])):
                self._room.went(contact, now)
        if self._return_at <= now:
            self._return_at = NEVER
            if self._room.name and not self._room.moving:
                self._return(now)
