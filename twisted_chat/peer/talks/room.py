"""A room that we are in: its name, who is in it, and what is told of that."""

from collections.abc import Hashable, Iterable

from twisted_chat.names import folded
from twisted_chat.peer.contacts.contact import Contact
from twisted_chat.peer.contacts.contacts import MAX_MEMBERS, Contacts
from twisted_chat.peer.effects import Effects
from twisted_chat.peer.events import rooms
from twisted_chat.peer.gathering import Gathering

MAX_MUTED = 256
"""Those of whom nothing is to be shown."""
LINGER = 5.0
"""Seconds for which those who have gone are still heard, as what they said before comes late."""


class JoinedRoom:
    """The room. Its roster says who is in it, and calls each of them something that no other
    is called: a name, or an address."""

    def __init__(
        self, contacts: Contacts, effects: Effects, gathering: Gathering, name: str = ""
    ) -> None:
        self._contacts = contacts
        self._effects = effects
        self._gathering = gathering
        self.name = name
        self.topic = self._topic_told = ""
        """What it is about, as the server said last."""
        self._muted: frozenset[str] = frozenset()
        self._sent_away: dict[str, Contact | None] = {}
        """Those whom the person wants out of it, by casefolded names, as soon as they are gone."""
        self.returning = False
        """Whether it shows in a moment who is in it, as the server has come back."""
        self.for_new: int | None = None
        """How many lines of before newcomers are given there, where the server tells it."""
        self.opening = False
        """Whether it shows in a moment what was said in it before."""
        self._gone: dict[Contact, float] = {}
        """Until when those are heard who have just gone."""
        self._listed: dict[Hashable, Contact] = {}
        self._listed_as: dict[Contact, Hashable] = {}
        self.keyed = 0
        """How many of its members have a key."""

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

    def people(self) -> list[Contact]:
        """All of them."""
        return list(self._listed_as)

    def hears(self, contact: Contact, now: float) -> bool:
        """Whether what somebody says here is for us to hear: they are in it, or just were."""
        return contact in self._listed_as or self._gone.get(contact, 0.0) > now

    def enlist(self, listed_as: Hashable, contact: Contact, now: float) -> None:
        """The roster names somebody."""
        former = self._listed.get(listed_as)
        if former is not None and former is not contact:
            self.part(former, now)
        self._unlist(contact)
        self._listed[listed_as], self._listed_as[contact] = contact, listed_as
        self.keyed += bool(contact.fingerprint)
        self._contacts.came(contact, self)
        if self in contact.awaited:
            self._contacts.await_return(contact, self, awaited=False)
            contact.conversation.returned(contact, now)

    def _unlist(self, contact: Contact) -> None:
        listed_as = self._listed_as.pop(contact, None)
        if listed_as is not None:
            del self._listed[listed_as]
            self.keyed -= bool(contact.fingerprint)

    def replace(self, contact: Contact) -> None:
        """Somebody else is where this one was."""
        self._unlist(contact)
        self._contacts.went(contact, self)

    def part(self, contact: Contact, now: float, *, ours: bool = False) -> None:
        """Somebody is not in it any more, or as `ours` we are not, and they do not hear us."""
        self._unlist(contact)
        while self._gone and (first := next(iter(self._gone.items())))[1] <= now:
            del self._gone[first[0]]
        self._gone.pop(contact, None)
        self._gone[contact] = now + LINGER
        self._contacts.leave(contact, self, now, ours=ours)

    def mutes(self, fingerprint: str) -> bool:
        """Whether nothing is to be shown of what the one with this key says, or has said, here."""
        return fingerprint in self._muted

    # --- How it is run

    def begin_anew(self, muted: frozenset[str]) -> None:
        """The whole roster has come, with the keys of those who are muted. If it is about
        anything, that follows."""
        self._muted, self.topic = muted, ""

    def mute(self, fingerprint: str, *, muted: bool) -> bool:
        """The one with this key is muted, or no more. False if that was so already."""
        if (fingerprint in self._muted) is muted or (muted and len(self._muted) >= MAX_MUTED):
            return False
        self._muted ^= {fingerprint}
        return True

    def about(self, topic: str) -> bool:
        """It is about this now. False if that is what was told last."""
        self.topic, told = topic, self._topic_told
        self._topic_told = topic
        return topic != told

    # --- Being in it

    def tell_entered(
        self, members: list[Contact], *, encrypted: bool, remembered: bool = False
    ) -> None:
        """Tell that we are in it, with those whom the roster names, or who were in it last."""
        heard_by = tuple(one.who for one in members if not one.ignored)
        ignored = tuple(one.who for one in members if one.ignored)
        self._effects.tell(rooms.RoomEntered(self.name, heard_by, ignored, encrypted, remembered))

    def came(self, contact: Contact, now: float) -> None:
        """Somebody is in it who was not."""
        self._sent_away.pop(contact.casefolded, None)
        if not contact.ignored:
            self._gathering.came(contact.who, self.name, now)

    def went(self, contact: Contact, now: float) -> None:
        """Somebody is in it no longer."""
        self.part(contact, now)
        if contact.casefolded in self._sent_away:
            self._sent_away[contact.casefolded] = contact
        elif not contact.ignored:
            self._gathering.left(contact.who, self.name, now)

    def send_away(self, names: Iterable[str]) -> None:
        """The person wants these out of it: that they went is told by what comes of it."""
        self._sent_away |= dict.fromkeys(map(folded, names))

    def sent_away(self, names: Iterable[str], now: float, *, done: bool) -> None:
        """That was done, or not. Of those who are still to go it is told no more either."""
        for name in map(folded, names):
            gone = self._sent_away.pop(name, None)
            if done and gone is None and any(one.casefolded == name for one in self._listed_as):
                self._sent_away[name] = None
            elif gone is not None and not done and not gone.ignored:
                self._gathering.left(gone.who, self.name, now)

    def empty(self, now: float) -> None:
        """We are not in it any more."""
        for _, contact in self.members():
            self.part(contact, now, ours=True)
        self._gathering.forget_moves(self.name)

    def tell_left(self, *, confirmed: bool) -> None:
        """Tell that we are out of it, as we wanted."""
        self._effects.tell(rooms.LeftRoom(self.name, confirmed))

    def tell_put_out(self, how: str = "", by: str = "") -> None:
        """Tell that we are out of it, as somebody else wanted."""
        self._effects.tell(rooms.PutOutOf(self.name, how, by))
