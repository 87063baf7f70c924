"""The conversations that the person is in, each a room or one other person, and which of them
is the current one: what is typed goes there, and nowhere else."""

from collections.abc import Callable
from enum import Enum

from twisted_chat.names import folded
from twisted_chat.peer.contacts.contact import Contact, Standing
from twisted_chat.peer.contacts.contacts import Contacts, Listeners
from twisted_chat.peer.contacts.present import Marks, present
from twisted_chat.peer.effects import Effects
from twisted_chat.peer.events.event import Someone, Talk
from twisted_chat.peer.events.talk import TalkEnded, TalkingTo, Unheard
from twisted_chat.peer.talks.room import JoinedRoom

MAX_ROOMS = 64
"""Rooms that we are in at a time."""


class Hearing(Enum):
    """What is to become of words that were said to us."""

    SHOWN = "shown"
    AWAITED = "awaited"
    """They wait: the one who said them may be about to be called a member, or to ask for us."""
    DROPPED = "dropped"
    """We are not in that room, or those who run it want nothing of theirs to be shown there."""


class Talks:
    """All of them."""

    def __init__(self, contacts: Contacts, effects: Effects) -> None:
        self._contacts = contacts
        self._effects = effects
        self._rooms: dict[str, JoinedRoom] = {}
        self._current: JoinedRoom | Contact | None = None
        self._listeners: tuple[JoinedRoom | Contact | None, int, Listeners, Talk] | None = None
        self._knocked: Contact | None = None
        """The current one, where it is they who began it."""
        self.joining: set[str] = set()
        """Casefolded names of rooms into which we are asking to be let."""
        self.asked = 0
        """Requests of the person under way that may change whom we speak to."""
        self.tell_first: Callable[[float], None] | None = None
        """Tells who hears what is said next, where that comes late."""

    @property
    def moving(self) -> bool:
        """Whether whom we speak to is about to change."""
        rooms = self._rooms
        return self.asked > 0 or (bool(rooms) and any(room.returning for room in rooms.values()))

    # --- Rooms

    def rooms(self) -> list[JoinedRoom]:
        """Those that we are in, the one joined last at the end."""
        return list(self._rooms.values())

    def room(self, name: str) -> JoinedRoom | None:
        """The room of this name, if we are in it."""
        return self._rooms.get(folded(name))

    @property
    def full(self) -> bool:
        """Whether we are in as many rooms as may be."""
        return len(self._rooms) >= MAX_ROOMS

    def enter(self, room: JoinedRoom) -> None:
        """We are in this room."""
        self._drop(room)
        self._rooms[folded(room.name)] = room
        self._listeners = None

    def leave(self, room: JoinedRoom, now: float) -> None:
        """We are not in this room any more."""
        self._drop(room)
        room.empty(now)
        if self._current is room:
            self.turn_to(None)

    def _drop(self, room: JoinedRoom) -> None:
        for name in [name for name, one in self._rooms.items() if one is room]:
            del self._rooms[name]

    # --- The current one

    @property
    def current(self) -> JoinedRoom | Contact | None:
        """Where what is typed goes. None if that is nowhere."""
        current = self._current
        if isinstance(current, Contact) and not current.talking:
            self.end_what_is_over()
        return self._current

    def end_what_is_over(self) -> None:
        """Where the other one has ended the current one, what is typed goes nowhere."""
        if isinstance(self._current, Contact) and not self._current.talking:
            self.turn_to(None)

    @property
    def current_room(self) -> JoinedRoom | None:
        """The current one, if it is a room."""
        return self._current if isinstance(self._current, JoinedRoom) else None

    def turn_to(self, conversation: JoinedRoom | Contact | None, *, asked: bool = False) -> None:
        """What is typed goes there from now on; it is told where the person `asked` for it."""
        if conversation is not self._current or asked:
            self._current = conversation
            self._effects.tell(TalkingTo(described(conversation), asked))
        if self._knocked is not conversation:
            self.end_knock()

    def answer(self, contact: Contact) -> None:
        """Somebody spoke to us who alone hears what is typed, until the person begins something
        else, or wants to in vain."""
        self.turn_to(contact)
        self._knocked = contact

    def end_knock(self) -> None:
        """What only somebody else began is over."""
        knocked, self._knocked = self._knocked, None
        if knocked is not None and knocked.talking:
            self._contacts.hang_up(knocked)
            if not knocked.known:
                knocked.conversation.forget(knocked)
            self._effects.tell(TalkEnded(knocked.who))

    def listeners(self, conversation: JoinedRoom | Contact | None) -> Listeners:
        """Those who get what is said in a conversation: the same object while nothing changes."""
        changes, found = self._contacts.changes, self._listeners
        if found is None or found[0] is not conversation or found[1] != changes:
            listening, talk = self._listening(conversation), described(conversation)
            found = self._listeners = conversation, changes, listening, talk
        return found[2]

    def described(self, conversation: JoinedRoom | Contact | None) -> Talk:
        """A conversation as events have it: that of the last `listeners` is at hand."""
        found = self._listeners
        if found is None or found[0] is not conversation or found[1] != self._contacts.changes:
            return described(conversation)
        return found[3]

    def _listening(self, conversation: JoinedRoom | Contact | None) -> Listeners:
        if conversation is None:
            among: list[Contact] = []
        elif isinstance(conversation, Contact):
            among = [conversation] if conversation.talking else []
        else:
            among = conversation.people()
        return self._contacts.listening(among)

    def every(self) -> list[JoinedRoom | Contact]:
        """All of them, rooms first."""
        return [*self._rooms.values(), *self._contacts.talking()]

    def others(self) -> tuple[Talk, ...]:
        """Those that are not current."""
        return tuple(described(one) for one in self.every() if one is not self._current)

    def unheard(self, where: JoinedRoom | Contact | None, marks: Marks) -> Unheard:
        """That what was said there was said to nobody."""
        if where is None:
            others = self.others()
            people = present(self._contacts.outside(), marks)
            return Unheard("", () if others else people, others)
        if isinstance(where, Contact):
            return Unheard("", present([where], marks))
        return Unheard(where.name, present(where.people(), marks))

    def find(self, talk: Talk) -> JoinedRoom | Contact | None:
        """The conversation that events have described so, if there is one."""
        if talk.who is None:
            return self.room(talk.room) if talk.room else None
        return next((one for one in self._contacts.talking() if same(one.who, talk.who)), None)

    def people(self, talk: Talk) -> list[Contact]:
        """Who is in it besides us; of what is private, also if it has not begun, or is over, the
        other one, where we have anything to do with them."""
        found = self.find(talk)
        if isinstance(found, JoinedRoom):
            return found.people()
        if found is None and talk.who is not None and talk.who.fingerprint:
            found = self._contacts.get(talk.who.fingerprint)
        return [found] if found is not None and found.known else []

    def is_current(self, talk: Talk | None) -> bool:
        """Whether what is typed goes to what events have described so, or to nobody where that is
        what they have; None is wherever it goes."""
        if talk is None or talk == Talk():
            return talk is None or self.current is None
        found = self.find(talk)
        return found is not None and found is self.current

    # --- Hearing

    def hearing(self, name: str, contact: Contact, now: float) -> Hearing:
        """What is to become of words that somebody has said to the room of this name, or
        without one in private."""
        if not name:
            if contact.standing is not Standing.UNKNOWN:
                return Hearing.SHOWN  # As nearly always.
            away = self._contacts.is_turned_away(contact)
            return Hearing.AWAITED if away else Hearing.SHOWN  # They may be about to ask again.
        room = self._rooms.get(folded(name))
        if room is not None and room.mutes(contact.fingerprint):
            return Hearing.DROPPED
        if room is not None:
            return Hearing.SHOWN if room.hears(contact, now) else Hearing.AWAITED
        return Hearing.AWAITED if folded(name) in self.joining else Hearing.DROPPED


def same(one: Someone, other: Someone) -> bool:
    """Whether these are one person: of one key, or without one of one name and address."""
    if one.fingerprint or other.fingerprint:
        return one.fingerprint == other.fingerprint
    return one == other


def described(conversation: JoinedRoom | Contact | None) -> Talk:
    """A conversation as events have it."""
    if conversation is None:
        return Talk()
    if isinstance(conversation, Contact):
        return Talk(who=conversation.who)
    return Talk(conversation.name)
