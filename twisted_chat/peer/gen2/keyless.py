"""Those without a key among people who have one: they cannot show that they are where the
server says."""

from collections import OrderedDict
from collections.abc import Callable

from msgspec.structs import replace

from twisted_chat.addresses import Address, is_public
from twisted_chat.names import folded
from twisted_chat.peer.contacts.contact import Contact
from twisted_chat.peer.contacts.contacts import MAX_INTRODUCED
from twisted_chat.peer.events.event import at
from twisted_chat.peer.events.keys import Withheld
from twisted_chat.peer.generation import Shared
from twisted_chat.peer.talks.room import JoinedRoom
from twisted_chat.rate import Rate

TELL_EVERY, TELL_BURST = 10.0, 5
"""Seconds between two notices of those to whom nothing goes, and how many may come at once."""


class Keyless:
    """Keeps words from those whom anybody can have invented, until the person has decided.
    `server_is_far` says whether the server may be anywhere on the internet, so that it
    cannot see who is near us."""

    def __init__(self, shared: Shared, server_is_far: Callable[[], bool]) -> None:
        self._contacts = shared.contacts
        self._effects = shared.effects
        self._server_is_far = server_is_far
        self._trusted: OrderedDict[tuple[str, Address], None] = OrderedDict()
        self._untold: dict[Contact, None] = {}
        """Those to whom nothing goes, which the person has not been told."""
        self._telling = Rate(1 / TELL_EVERY, TELL_BURST)

    def enlisted(
        self, contact: Contact, room: JoinedRoom, *, first_key: bool, first_room: bool
    ) -> None:
        """Somebody is in a room, with the first key there or not, which is the first that they
        share with us or not."""
        if contact.fingerprint:
            if first_key:
                for other in room.people():
                    self._withhold(other)
            return
        if first_room:
            self._contacts.withhold(contact, withheld=False)
        if room.keyed:
            self._withhold(contact)

    def asked_for(self, contact: Contact) -> None:
        """Somebody is talked to, or wants to be."""
        if not contact.rooms:
            self._withhold(contact)

    def _withhold(self, contact: Contact) -> None:
        """Say nothing to somebody without a key who has to do with those who have one."""
        if contact.fingerprint:
            return
        anywhere = is_public(contact.address[0]) or self._server_is_far()
        if anywhere and _place(contact) not in self._trusted:
            self._contacts.withhold(contact, withheld=True)
            self._untold[contact] = None

    def trust(self, contact: Contact) -> None:
        """The person takes somebody for who they seem to be."""
        self._trusted[_place(contact)] = None
        if len(self._trusted) > MAX_INTRODUCED:
            self._trusted.popitem(last=False)
        self._untold.pop(contact, None)

    def tell(self, now: float) -> None:
        """Tell the person to whom nothing goes, all of them at once."""
        if not self._untold:
            return
        untold = [one for one in self._untold if one.rooms or one.talking]
        if untold and self._telling.spend("", now):
            people = (replace(one.who, address=at(one.address)) for one in untold)
            self._effects.tell(Withheld(tuple(people)))
            self._untold.clear()


def _place(contact: Contact) -> tuple[str, Address]:
    return folded(contact.name), contact.address
