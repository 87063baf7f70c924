"""The numbered roster of one room, as the server tells it, and getting back into the room."""

from collections.abc import Callable
from functools import partial

from twisted_chat.moments import NEVER
from twisted_chat.names import folded
from twisted_chat.peer.contacts.contact import Contact
from twisted_chat.peer.contacts.contacts import MAX_MEMBERS
from twisted_chat.peer.events.event import Someone
from twisted_chat.peer.events.rooms import PersonMuted
from twisted_chat.peer.events.talk import Doing
from twisted_chat.peer.gen2.contacts import IntroducedContacts
from twisted_chat.peer.gen2.history.histories import Histories
from twisted_chat.peer.gen2.known_keys import Verdict
from twisted_chat.peer.gen2.requests import ServerRequests
from twisted_chat.peer.generation import Shared
from twisted_chat.peer.talks.room import MAX_MUTED, JoinedRoom
from twisted_chat.wire.common import CreateRoom, JoinRoom
from twisted_chat.wire.gen2.answers import Answer, Leaving, PutOut, Refused
from twisted_chat.wire.gen2.contact import ContactInfo
from twisted_chat.wire.gen2.grounds import Ground
from twisted_chat.wire.gen2.requests import AskRoster, CreatePrivateRoom
from twisted_chat.wire.gen2.room_news import HistoryRules, Muting
from twisted_chat.wire.gen2.roster import Came, RosterBegins, RosterEnds, RosterMember, Went

GRACE = 30.0
"""Seconds for which those who were with us may return to a server that has forgotten us."""
OTHERS_CREATE, RETURN_EVERY = 10.0, 2.0
"""Seconds that we leave it to the one who created a room to create it again,
and between two looks whether that has happened."""


class NumberedRoster:
    """Those in a room; each change has the number after the one before. `put_out` is called
    where we turn out to have been put out of it. `wake` is when `tick` is due."""

    def __init__(
        self,
        name: str,
        shared: Shared,
        requests: ServerRequests,
        registered: Callable[[], bool],
        introduced: IntroducedContacts,
        put_out: Callable[[PutOut, float], None],
        histories: Histories,
    ) -> None:
        self._put_out = put_out
        self._histories = histories
        self._history: HistoryRules | None = None
        self.room: JoinedRoom = shared.room(name)
        self._requests = requests
        self._registered = registered
        self._talks = shared.talks
        self._contacts = shared.contacts
        self._gathering = shared.gathering
        self._introduced = introduced
        self.joining = False
        """Whether it is asked that we be let in."""
        self.asked_in = False
        """Whether it is the person who wants in, and not we who want back."""
        self._private = False
        self._number = -1
        self._asked_again = False
        self._incoming: tuple[RosterBegins, dict[str, ContactInfo]] | None = None
        self._muted: set[str] = set()
        """Those who are muted, as far as the roster has come."""
        self._settle_at = self._return_at = self._create_at = NEVER

    @property
    def inside(self) -> bool:
        """Whether we are in the room."""
        return self._talks.room(self.room.name) is self.room

    # --- Getting back into it

    def remember(self, members: list[ContactInfo], now: float) -> None:
        """The server is away, and these were in the room with us last."""
        self._talks.enter(self.room)
        present = self._enlisted({folded(one.name): one for one in members}, now)
        self._talks.turn_to(self.room)
        self.room.tell_entered(present, encrypted=True, remembered=True)

    def returned(self, now: float, *, ours: bool, private: bool) -> None:
        """The server knows us again, and perhaps nothing of our room. If that is `ours`, it is
        for us to create it again, as a `private` one if it was."""
        self._private = self._private or private
        self._create_at = now if ours else now + OTHERS_CREATE
        self._return_at = NEVER
        self._number, self._asked_again, self._incoming = -1, True, None
        self.room.returning = True

        def close(answers: list[Answer] | None, now: float) -> None:
            self.room.returning = False
            # The roster, if there is one, has shown already who is in our room.
            if self.inside and answers and isinstance(answers[0], Refused):
                self._forgotten(now)

        self._requests.ask(AskRoster(self.room.name), close, now)

    def _forgotten(self, now: float) -> None:
        """The server does not know that we are in our room, and so perhaps nobody's room:
        nobody hears us before it names them again."""
        for contact in self.room.people():
            self._contacts.await_return(contact, self.room, awaited=True)
        self._settle_at = now + GRACE
        self._return(now)

    def _return(self, now: float) -> None:
        """Join again, and create the room where the server has forgotten it."""
        room = self.room.name
        self.room.returning, self.joining, self.asked_in = True, True, False

        def close(answers: list[Answer] | None, now: float) -> None:
            self.room.returning = self.joining = False
            if not self.inside or not answers or not isinstance(answers[0], Refused):
                return
            if answers[0].ground is Ground.BANNED:
                self._put_out(PutOut(room, Leaving.BANNED), now)
            elif answers[0].ground is Ground.PRIVATE:
                self._put_out(PutOut(room, Leaving.OTHER), now)  # It is another's now.
            elif now < self._create_at:
                self._return_at = min(now + RETURN_EVERY, self._create_at)
            else:
                self._create_at = now + OTHERS_CREATE
                self.room.returning = True
                create = CreatePrivateRoom(room) if self._private else CreateRoom(room)
                self._requests.ask(create, join, now)

        def join(answers: list[Answer] | None, now: float) -> None:
            self.room.returning = False
            if self.inside and answers:
                self._return(now)

        self._requests.ask(JoinRoom(room), close, now)

    # --- What the server says

    def told(self, message: Answer, now: float) -> None:
        """Take what a message says of the room."""
        match message:
            case RosterBegins():
                self._incoming = (message, {})
                self._muted = set()
            case RosterMember(_, info):
                if self._incoming is not None and len(self._incoming[1]) < MAX_MEMBERS:
                    self._incoming[1][folded(info.name)] = info
            case RosterEnds():
                self._whole(now)
            case HistoryRules():
                self._history = message
                if self.inside and self._incoming is None:
                    self._histories.opened(self.room, message, now)
            case Muting(_, fingerprint, muted) if self._incoming is not None:
                if len(self._muted) < MAX_MUTED:
                    (self._muted.add if muted else self._muted.discard)(fingerprint)
            case Muting(_, fingerprint, muted):
                self._mute(fingerprint, now, muted=muted)
            case Came(_, number, info):
                if self._follows(number):
                    self._came(info, None, now=now)
            case Went(_, number, name):
                if self._follows(number):
                    self._went(name, now)

    def _follows(self, number: int) -> bool:
        """Whether a change is the next one of the room. If one was missed the roster is
        asked for."""
        if not self.inside or self._incoming is not None or number <= self._number:
            return False
        if number == self._number + 1 and not self._asked_again:
            self._number = number
            return True
        if not self._asked_again:
            self._asked_again = True
            self._requests.tell(AskRoster(self.room.name))
        return False

    def _whole(self, now: float) -> None:
        if self._incoming is None:
            return
        (begins, members), self._incoming = self._incoming, None
        self._requests.answer(RosterEnds(begins.room), now)
        again, joined = self.inside, self.joining
        if not again and not joined:
            return
        self._number, self._asked_again = begins.number, False
        self._private = begins.private
        self.room.begin_anew(frozenset(self._muted))
        if not again:
            self.room.name = begins.room
            self._talks.enter(self.room)
        if joined:
            self.joining = False
            self._requests.answer(begins, now)
        present = self._compare(members, now) if again else self._enlisted(members, now)
        if self._history is not None:
            self._histories.opened(self.room, self._history, now)
        if joined and self.asked_in:
            self._talks.turn_to(self.room)
            self.room.tell_entered(present, encrypted=True)
            if self._introduced.own in self._muted:
                self._tell_muting(Someone(""), now, muted=True)

    def _mute(self, fingerprint: str, now: float, *, muted: bool) -> None:
        """Those who run the room want nothing to be shown of somebody, or want it again."""
        if not self.inside or not self.room.mute(fingerprint, muted=muted):
            return
        contact = self._contacts.get(fingerprint)
        if fingerprint == self._introduced.own:
            self._tell_muting(Someone(""), now, muted=muted)
        elif contact is not None and self.room in contact.rooms and not contact.ignored:
            self._tell_muting(contact.who, now, muted=muted)

    def _tell_muting(self, who: Someone, now: float, *, muted: bool) -> None:
        told = PersonMuted(who, self.room.name, muted)
        self._gathering.did(Doing.ROOM, told, who if who.name else Someone(self.room.name), now)

    def _enlisted(self, members: dict[str, ContactInfo], now: float) -> list[Contact]:
        enlist = partial(self._introduced.enlisted, room=self.room, now=now)
        return self._introduced.all_enlisted(list(members.values()), enlist)

    def _compare(self, members: dict[str, ContactInfo], now: float) -> list[Contact]:
        """A newer roster of our room tells who came and who went in between."""
        gone = [
            contact
            for name, contact in self.room.members()
            if name not in members and self.room not in contact.awaited
        ]
        came = partial(self._came, now=now)
        present = self._introduced.all_enlisted(list(members.values()), came)
        for contact in gone:
            self.room.went(contact, now)
        return present

    def _came(self, info: ContactInfo, verdict: Verdict | None, *, now: float) -> Contact | None:
        new = self.room.member(folded(info.name)) is None
        if new and self.room.full:
            return None
        contact = self._introduced.enlisted(info, verdict, self.room, now=now)
        if contact is not None and new:
            self.room.came(contact, now)
        return contact

    def _went(self, name: str, now: float) -> None:
        contact = self.room.member(folded(name))
        if contact is not None:
            self.room.went(contact, now)

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
            missing = [one for one in self.room.members() if self.room in one[1].awaited]
            for _, contact in sorted(missing, key=lambda one: str(one[0])):
                self.room.went(contact, now)
        if self._return_at <= now:
            self._return_at = NEVER
            if self._talks.asked:
                self._return_at = now + RETURN_EVERY  # What the person wants comes first.
            elif not self.room.returning:
                self._return(now)
