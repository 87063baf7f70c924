"""A room that we are in: its name, who is in it, and what is told of that."""

from collections.abc import Callable, Hashable

from twisted_chat.peer.contacts.contact import Contact
from twisted_chat.peer.contacts.contacts import MAX_MEMBERS, Contacts
from twisted_chat.peer.effects import Effects
from twisted_chat.peer.events import rooms
from twisted_chat.peer.events.talk import Cause, HearNoMore
from twisted_chat.peer.gathering import Gathering


class JoinedRoom:
    """The room, or none where it has no name. Its roster says who is in it, and calls each
    of them something that no other is called: a name, or an address."""

    def __init__(self, contacts: Contacts, effects: Effects, gathering: Gathering) -> None:
        self._contacts = contacts
        self._effects = effects
        self._gathering = gathering
        self.name = ""
        self.returning = False
        """Whether it shows in a moment who is in it, as the server has come back."""
        self.asked = 0
        """Requests of the person under way that may change whom we speak to."""
        self.tell_first: Callable[[float], None] | None = None
        """Tells who hears what is said next, where that comes late."""
        self._listed: dict[Hashable, Contact] = {}
        self._listed_as: dict[Contact, Hashable] = {}
        self.keyed = 0
        """How many of its members have a key."""

    @property
    def moving(self) -> bool:
        """Whether whom we speak to is about to change."""
        return self.returning or self.asked > 0

    # --- Who is in it

    @property
    def full(self) -> bool:
        return len(self._listed) >= MAX_MEMBERS

    def member(self, listed_as: Hashable) -> Contact | None:
        """The one whom the roster calls this."""
        return self._listed.get(listed_as)

    def members(self) -> list[tuple[Hashable, Contact]]:
        """All of them, by what the roster calls them."""
        return list(self._listed.items())

    def enlist(self, listed_as: Hashable, contact: Contact, now: float) -> None:
        """The roster names somebody. Their standing is for Contacts to change."""
        former = self._listed.get(listed_as)
        if former is not None and former is not contact:
            self.part(former, now)
        self.unlist(contact)
        self._listed[listed_as], self._listed_as[contact] = contact, listed_as
        self.keyed += bool(contact.fingerprint)
        if contact.awaited:
            self._contacts.await_return(contact, awaited=False)
            contact.conversation.returned(contact, now)

    def unlist(self, contact: Contact) -> None:
        """The roster names somebody no more."""
        listed_as = self._listed_as.pop(contact, None)
        if listed_as is not None:
            del self._listed[listed_as]
            self.keyed -= bool(contact.fingerprint)

    def part(self, contact: Contact, now: float) -> None:
        """Somebody is not in it any more, and does not hear us."""
        self.unlist(contact)
        self._contacts.part(contact, now)

    # --- Being in it

    def enter(self, name: str, *, encrypted: bool, now: float) -> Callable[[list[Contact]], None]:
        """We are in it, with those who are enlisted. Returns what tells that, given whom the
        roster names: where names have to be looked up first, it is told later."""
        self.name = name
        inside = dict.fromkeys(self._listed.values())
        for contact in self._contacts.members():
            if contact not in inside:
                self.part(contact, now)
        ended = self._contacts.over(self._contacts.enter(inside), now)

        def tell(members: list[Contact]) -> None:
            heard_by = tuple(one.who for one in members if not one.ignored)
            ignored = tuple(one.who for one in members if one.ignored)
            self._effects.tell(rooms.RoomEntered(name, heard_by, ignored, encrypted))
            if ended:
                self._effects.tell(HearNoMore(ended, Cause.JOINED, name))

        return tell

    def came(self, contact: Contact, now: float) -> None:
        """Somebody is in it who was not."""
        if not contact.ignored:
            self._gathering.came(contact.who, now)

    def went(self, contact: Contact, now: float) -> None:
        """Somebody is in it no longer."""
        self.part(contact, now)
        if not contact.ignored:
            self._gathering.left(contact.who, now)

    def leave(self, now: float) -> None:
        """We are not in it any more."""
        self.name = ""
        for _, contact in self.members():
            self.part(contact, now)
        self._gathering.forget_moves()

    def left(self, name: str, *, confirmed: bool) -> None:
        """Tell that we are out of it, as we wanted."""
        self._effects.tell(rooms.LeftRoom(name, confirmed, self._contacts.hearing()))

    def put_out(self, *, wanted: bool, now: float) -> None:
        """The server says that we are out of it, or that it is closed."""
        name = self.name
        self.leave(now)
        if wanted:
            self.left(name, confirmed=True)
        else:
            self._effects.tell(rooms.PutOutOf(name, self._contacts.hearing()))
