"""Those who speak to us of whom the server has said nothing: in generation 1 anybody can."""

from collections.abc import Callable

from twisted_chat.addresses import Address
from twisted_chat.peer.contacts.contact import Contact, keyless, marks
from twisted_chat.peer.contacts.contacts import Contacts
from twisted_chat.peer.gen1.contacts import AddressContacts
from twisted_chat.peer.talks.talks import Talks


class Strangers:
    """They hear us where nobody else does. `registered` says whether we have a name."""

    def __init__(
        self,
        contacts: Contacts,
        talks: Talks,
        names: AddressContacts,
        registered: Callable[[], bool],
    ) -> None:
        self._contacts = contacts
        self._talks = talks
        self._registered = registered
        self.claimed = names.claimed
        self.called = names.called
        self._contact = names.contact

    def ignored(self, source: Address, claim: str) -> bool:
        """Whether the one who is there, under the name that they claim, is ignored."""
        known = self.called(source).name or claim
        return self._contacts.ignores_mark(*marks(known, "", source), keyless(claim))

    def knocked(self, source: Address) -> Contact | None:
        """Somebody speaks to us. Returns who that is if they hear us from now on."""
        contact = self._contact(source)
        if contact is None:
            return None
        busy = not self._registered() or bool(self._talks.rooms()) or self._talks.moving
        self._contacts.knock(contact, free=self._contacts.welcoming and not busy)
        if contact.talking:
            self._talks.answer(contact)
            return contact
        self._contacts.forget(contact)
        return None
