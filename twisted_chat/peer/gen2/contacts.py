"""Those whom the server names: in the roster of our room, as an answer, or as asking for us."""

from collections.abc import Callable, Sequence

from twisted_chat.addresses import Address
from twisted_chat.names import folded
from twisted_chat.peer.contacts.contact import Contact, Standing, marks
from twisted_chat.peer.contacts.contacts import MAX_INTRODUCED
from twisted_chat.peer.contacts.conversation import Conversations
from twisted_chat.peer.events.event import Someone
from twisted_chat.peer.events.talk import Doing, Knocking, PersonGone, WantsToTalk
from twisted_chat.peer.gen2.key_decisions import KeyDecisions
from twisted_chat.peer.gen2.keyless import Keyless
from twisted_chat.peer.gen2.known_keys import Verdict
from twisted_chat.peer.gen2.lookalikes import Lookalikes
from twisted_chat.peer.generation import Shared
from twisted_chat.peer.talks.room import JoinedRoom
from twisted_chat.wire.gen2.contact import ContactInfo


class IntroducedContacts:
    """Makes contacts of them. `own` is our own fingerprint; those with a key are talked to by
    `links`, those without in `datagrams`, where one may `allow` that."""

    def __init__(
        self,
        shared: Shared,
        own: str,
        links: Conversations[Contact],
        datagrams: Conversations[Contact],
        keys: KeyDecisions,
        keyless: Keyless,
        lookalikes: Lookalikes,
        allow: Callable[[Address], bool],
    ) -> None:
        self.own = own
        self._allow = allow
        self._contacts = shared.contacts
        self._talks = shared.talks
        self._gathering = shared.gathering
        self._links = links
        self._datagrams = datagrams
        self._keys = keys
        self._keyless = keyless
        self._lookalikes = lookalikes

    def all_enlisted(
        self,
        infos: Sequence[ContactInfo],
        enlist: Callable[[ContactInfo, Verdict], Contact | None],
    ) -> list[Contact]:
        """The roster names many: what is known of them is looked up in one go, and each is
        enlisted by `enlist`."""
        self._lookalikes.expect([info.name for info in infos])
        verdicts = self._keys.judge_all(infos)
        found = [enlist(*one) for one in zip(infos, verdicts, strict=True)]
        self._lookalikes.expect(())
        return [contact for contact in found if contact is not None]

    def enlisted(
        self, info: ContactInfo, verdict: Verdict | None, room: JoinedRoom, *, now: float
    ) -> Contact | None:
        """The roster of a room names somebody, who may have been judged. None for what cannot
        be spoken to."""
        contact = self._met(info, now, verdict)
        if contact is not None:
            first_key, first_room = not room.keyed, not contact.rooms
            room.enlist(contact.casefolded, contact, now)
            contact.conversation.entered(contact, room.name, now)
            self._keyless.enlisted(contact, room, first_key=first_key, first_room=first_room)
        return contact

    def located(self, info: ContactInfo, now: float) -> Contact | None:
        """We wanted to talk to somebody. None for what cannot be spoken to."""
        former = self._contacts.get(info.fingerprint)
        for room in self._talks.rooms() if former is not None and former.awaited else ():
            if former is not None and room in former.awaited:
                room.part(former, now)  # What has waited was said to the room.
        contact = self._met(info, now)
        if contact is not None:
            self._keyless.asked_for(contact)
        return contact

    def asked(self, info: ContactInfo, now: float) -> None:
        """Somebody wants to talk to us. They hear nothing before we want to talk to
        them, so that nobody can listen by knocking."""
        known_by = marks(info.name, info.fingerprint, (info.host, info.port))
        former = self._contacts.get(_identity(info))
        member = former is not None and former.rooms
        if self._contacts.ignores_mark(*known_by) and not member:
            return
        contact = self._met(info, now)
        if contact is None:
            return
        self._contacts.knock(contact, free=False)
        self._keyless.asked_for(contact)
        if self._contacts.callers > MAX_INTRODUCED:
            oldest = self._contacts.oldest_caller()
            self._contacts.hang_up(oldest)
            self._contacts.settle(oldest, now)
        if contact.blocked or contact.ignored:
            return
        if not contact.talking:
            doing, asking = Doing.KNOCK, Knocking.CALLS
        elif contact.barred:
            doing, asking = Doing.KNOCK, Knocking.BARRED
        elif contact is self._talks.current:
            doing, asking = Doing.TALK, Knocking.ANSWERS
        else:
            doing, asking = Doing.TALK, Knocking.HEARS
        self._gathering.did(doing, WantsToTalk(contact.who, asking), contact.who, now)

    def parted(self, contact: Contact, now: float) -> None:
        """Somebody does not talk to us in private any more. One in a room with us hears us
        there until we leave it."""
        if contact.standing is not Standing.UNKNOWN:
            heard = contact.talking and contact.listening
            self._contacts.hang_up(contact)
            self._contacts.settle(contact, now)
            if heard:
                gone = PersonGone(contact.who)
                self._gathering.did(Doing.PART, gone, contact.who, now)

    def _met(
        self, info: ContactInfo, now: float, verdict: Verdict | None = None
    ) -> Contact | None:
        if info.fingerprint == self.own:
            return None
        if not info.fingerprint and not self._allow((info.host, info.port)):
            return None  # Anything may listen there, on our own machine.
        contact = self._contacts.get(_identity(info))
        if (
            contact is not None
            and not info.fingerprint
            and contact.casefolded != folded(info.name)
        ):
            for room in self._talks.rooms():
                room.replace(contact)  # Somebody else is there now.
            self._contacts.forget(contact)
            contact = None
        if contact is None:
            contact = self._new(info)
            if contact is None:
                return None
        else:
            if contact.name != info.name:
                self._contacts.rename(contact, _who(info))
            self._contacts.move(contact, (info.host, info.port))
        if (other := self._contacts.crowded_out(contact)) is not None:
            other.conversation.forget(other)
        self._keys.judge(contact, verdict, now)
        contact.conversation.meet(contact, now)
        if not contact.ignored:
            self._lookalikes.met(contact, now)
        return contact

    def _new(self, info: ContactInfo) -> Contact | None:
        conversation = self._links if info.fingerprint else self._datagrams
        address = info.host, info.port
        contact = Contact(info.name, info.fingerprint, address, _who(info), conversation)
        return contact if self._contacts.add(contact) else None


def _identity(info: ContactInfo) -> str | tuple[str, int]:
    return info.fingerprint or (info.host, info.port)


def _who(info: ContactInfo) -> Someone:
    if info.fingerprint:
        return Someone(info.name, info.fingerprint)
    return Someone(info.name, keyless=True)
