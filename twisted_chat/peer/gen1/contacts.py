"""What those are called who are known by an address."""

from collections import OrderedDict

from twisted_chat.addresses import Address
from twisted_chat.names import folded
from twisted_chat.peer.contacts.contact import Contact
from twisted_chat.peer.contacts.contacts import Contacts
from twisted_chat.peer.contacts.conversation import Conversations
from twisted_chat.peer.events.event import Someone, at

MAX_NAMES = 10_000
"""Addresses whose names are remembered, of each kind."""


class AddressContacts:
    """Names by address, as the server says and as they themselves say, and contacts of those
    who are there."""

    def __init__(self, contacts: Contacts, conversation: Conversations[Contact]) -> None:
        self._contacts = contacts
        self._conversation = conversation
        self._by_server: OrderedDict[Address, str] = OrderedDict()
        self._by_claim: OrderedDict[Address, str] = OrderedDict()

    def contact(self, address: Address) -> Contact | None:
        """The one who is there. None where there are too many."""
        found = self._contacts.get(address)
        if found is None:
            who = self.called(address)
            found = Contact(who.name, "", address, who, self._conversation)
            if not self._contacts.add(found):
                return None
        return found

    def learn(self, address: Address, name: str) -> None:
        """The server says that this is the name of the one who is there."""
        self._remember(self._by_server, address, name)

    def claimed(self, contact: Contact, name: str) -> Someone:
        """Somebody calls themselves this. Returns how to introduce what they say: by that
        name, if it does not contradict the server."""
        self._remember(self._by_claim, contact.address, name)
        known = contact.name
        return Someone(name) if known != name and folded(known) == folded(name) else contact.who

    def knows(self, address: Address) -> bool:
        """Whether the server has said who is there."""
        return address in self._by_server

    def called(self, address: Address) -> Someone:
        """How to speak of the one who is there: by the name that the server knows, or that
        they give themselves, or else by their address."""
        name = self._by_server.get(address) or self._by_claim.get(address)
        return Someone(name) if name else Someone(address=at(address))

    def _remember(self, names: OrderedDict[Address, str], address: Address, name: str) -> None:
        names[address] = name
        names.move_to_end(address)
        if len(names) > MAX_NAMES:
            names.popitem(last=False)
        contact = self._contacts.get(address)
        if contact is not None and contact.who != (who := self.called(address)):
            self._contacts.rename(contact, who)
