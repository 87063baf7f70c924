"""The numbered roster of our room, as the server tells it, and getting back into the room."""

from collections.abc import Callable
from functools import partial

from twisted_chat.moments import NEVER
from twisted_chat.names import folded
from twisted_chat.peer.contacts.contact import Contact
from twisted_chat.peer.contacts.contacts import MAX_MEMBERS
from twisted_chat.peer.gen2.contacts import IntroducedContacts
from twisted_chat.peer.gen2.requests import ServerRequests
from twisted_chat.peer.gen2.trust import Verdict
from twisted_chat.peer.generation import Shared
from twisted_chat.peer.server import Close, Outcome
from twisted_chat.wire.common import CreateRoom, JoinRoom
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
from twisted_chat.wire.gen2.requests import AskRoster, QuitRoom

GRACE = 30.0
"""Seconds for which those who were with us may return to a server that has forgotten us."""
OTHERS_CREATE, RETURN_EVERY = 10.0, 2.0
"""Seconds that we leave it to the one who created a room to create it again,
and between two looks whether that has happened."""


class NumberedRoster:
    """Those in our room; each change has the number after the one before. `wake` is when
    `tick` is due."""

    def __init__(
        self,
        shared: Shared,
        requests: ServerRequests,
        registered: Callable[[], bool],
        introduced: IntroducedContacts,
    ) -> None:
        self._requests = requests
        self._registered = registered
        self._room = shared.room
        self._contacts = shared.contacts
        self._introduced = introduced
        self._joining = ""
        self._asked_in = False
        """Whether it is the person who wants in, and not we who want back."""
        self._leaving = ""
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
            refused = answers is not None and isinstance(answers[0], Refused)
            close(Outcome.UNANSWERED if answers is None else Outcome.of(not refused), now)

        self._requests.ask(JoinRoom(room), answered, now)

    def leave(self, room: str, close: Close, now: float) -> None:
        """Tell the server that we are out of our room."""
        self._leaving = room
        self.forget()

        def answered(answers: list[Answer] | None, now: float) -> None:
            self._leaving = ""
            close(Outcome.UNANSWERED if answers is None else Outcome.DONE, now)

        self._requests.ask(QuitRoom(room), answered, now)

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

        self._requests.ask(AskRoster(self._room.name), close, now)

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
            if not answers or not isinstance(answers[0], Refused):
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
            case RosterMember(room, info):
                incoming = self._incoming_of(room)
                if incoming is not None and len(incoming) < MAX_MEMBERS:
                    incoming[folded(info.name)] = info
            case RosterEnds(room):
                if self._incoming_of(room) is not None:
                    self._whole(now)
            case Came(room, number, info):
                if self._follows(room, number):
                    self._came(info, None, now=now)
            case Went(room, number, name):
                if self._follows(room, number):
                    self._went(name, now)
            case PutOut():
                self._put_out(message, now)
            case _:
                return False
        return True

    def _is_ours(self, room: str) -> bool:
        """Whether this is the room that we are in."""
        return bool(self._room.name) and folded(room) == folded(self._room.name)

    def _incoming_of(self, room: str) -> dict[str, ContactInfo] | None:
        """The members of this room of which a roster is coming in, if it is."""
        if self._incoming is None or folded(self._incoming[0].room) != folded(room):
            return None
        return self._incoming[1]

    def _follows(self, room: str, number: int) -> bool:
        """Whether a change is the next one of our room. If one was missed the roster is
        asked for."""
        if not self._is_ours(room) or self._incoming is not None or number <= self._number:
            return False
        if number == self._number + 1 and not self._asked_again:
            self._number = number
            return True
        if not self._asked_again:
            self._asked_again = True
            self._requests.tell(AskRoster(self._room.name))
        return False

    def _whole(self, now: float) -> None:
        if self._incoming is None:
            return
        (begins, members), self._incoming = self._incoming, None
        self._requests.answer(RosterEnds(begins.room), now)
        joined = bool(self._joining) and folded(begins.room) == folded(self._joining)
        again = self._is_ours(begins.room)
        if not joined and not again:
            self._elsewhere(begins.room)
            return
        self._number, self._asked_again = begins.number, False
        if not again:
            if self._room.name:
                self._requests.tell(QuitRoom(self._room.name))
            self._room.leave(now)
            self._room.name = begins.room
        if joined:
            self._joining = ""
            self._requests.answer(begins, now)
        present = self._compare(members, now) if again else self._enlisted(members, now)
        if not again or (joined and self._asked_in):
            self._room.enter(self._room.name, encrypted=True, now=now)(present)

    def _elsewhere(self, room: str) -> None:
        """The server has us in a room of which we do not know: what we asked, or were
        answered, was lost with a link. So we leave that one."""
        if not self._leaving or folded(room) != folded(self._leaving):
            self._requests.tell(QuitRoom(room))

    def _enlisted(self, members: dict[str, ContactInfo], now: float) -> list[Contact]:
        enlist = partial(self._introduced.enlisted, now=now)
        return self._introduced.all_enlisted(list(members.values()), enlist)

    def _compare(self, members: dict[str, ContactInfo], now: float) -> list[Contact]:
        """A newer roster of our room tells who came and who went in between."""
        gone = [
            contact
            for name, contact in self._room.members()
            if name not in members and not contact.awaited
        ]
        came = partial(self._came, now=now)
        present = self._introduced.all_enlisted(list(members.values()), came)
        for contact in gone:
            self._room.went(contact, now)
        return present

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

    def _put_out(self, message: PutOut, now: float) -> None:
        room = folded(message.room)
        if self._leaving and room == folded(self._leaving):
            self._requests.answer(message, now)
        elif self._is_ours(room):
            self.forget()
            self._room.put_out(wanted=room in self._own, now=now)

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
