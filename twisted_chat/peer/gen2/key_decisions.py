"""Keys that the person decides on: those that have changed, `$trust`, `$verify`."""

from collections.abc import Callable, Sequence

from twisted_chat.names import folded
from twisted_chat.peer.commands import Command
from twisted_chat.peer.contacts.contact import Contact
from twisted_chat.peer.contacts.contacts import MAX_CONTACTS, MAX_INTRODUCED
from twisted_chat.peer.events import ignoring, keys, talk
from twisted_chat.peer.events.event import Someone
from twisted_chat.peer.gen2.keyless import Keyless
from twisted_chat.peer.gen2.known_keys import Trust, Verdict
from twisted_chat.peer.generation import Acquaintance, Shared
from twisted_chat.wire.gen2.contact import ContactInfo


class KeyDecisions:
    """What the person is told of keys, and what they decide. `accepted` is called for those who
    have a key, when the person has accepted it; `since_1970` is how many seconds later than
    `now` the time of day is."""

    def __init__(
        self,
        shared: Shared,
        trust: Trust,
        keyless: Keyless,
        accepted: Callable[[Contact, float], None],
        since_1970: float,
    ) -> None:
        self._since_1970 = since_1970
        self._contacts = shared.contacts
        self._effects = shared.effects
        self._gathering = shared.gathering
        self._trust = trust
        self._keyless = keyless
        self._on_accepted = accepted
        self._warned: set[tuple[str, str]] = set()
        self._new: set[tuple[str, str]] = set()
        """Those who were met for the first time, by casefolded name and key."""
        self._shown: dict[str, str] = {}
        """The keys that were shown to be compared, by casefolded name."""

    def judge_all(self, infos: Sequence[ContactInfo]) -> list[Verdict]:
        """What is to be thought of the keys of many."""
        return self._trust.judge_all(infos)

    def judge(self, contact: Contact, verdict: Verdict | None, now: float) -> None:
        """See whether somebody has the key that is known, if that was not seen before. If not,
        nothing goes to them."""
        if verdict is None:
            verdict = self._trust.judge(contact.name, contact.fingerprint)
        if verdict is Verdict.NEW and contact.fingerprint and len(self._new) < MAX_CONTACTS:
            self._new.add((contact.casefolded, contact.fingerprint))
        blocked = verdict is Verdict.CHANGED
        self._contacts.block(contact, blocked=blocked)
        if blocked and not contact.ignored:
            self._warn(contact, now)

    def _warn(self, contact: Contact, now: float) -> None:
        warning = (folded(contact.name), contact.fingerprint)
        if warning in self._warned:
            return
        if len(self._warned) > MAX_INTRODUCED:
            self._warned.clear()
        self._warned.add(warning)
        who = Someone(contact.name, contact.fingerprint)
        event = keys.KeyChanged(who, self._trust.was(contact.name), contact.fingerprint)
        self._gathering.did(talk.Doing.NEW_KEY, event, who, now)

    def trust(self, name: str, now: float) -> None:
        """The person accepts whatever key this name has now."""
        contact = self._contacts.called(name)
        if contact is None:
            self._effects.tell(talk.NobodyHere(name, Command.TRUST))
        elif contact.ignored:
            self._effects.tell(ignoring.IsIgnored(name))
        elif not contact.barred:
            self._effects.tell(keys.NothingToAccept(name, bool(contact.fingerprint)))
        else:
            self._trust.accept(contact.name, contact.fingerprint)
            self._warned.discard((folded(contact.name), contact.fingerprint))
            self._contacts.accept(contact)
            self._effects.tell(keys.KeyAccepted(name, bool(contact.fingerprint)))
            if contact.fingerprint:
                self._on_accepted(contact, now)
            else:
                self._keyless.trust(contact)

    def is_new(self, contact: Contact) -> bool:
        """Whether the key of a contact was seen first since we have started."""
        return (contact.casefolded, contact.fingerprint) in self._new

    def compared(self, contact: Contact) -> bool:
        """Whether the person has compared the key of a contact."""
        return self._trust.is_compared(contact.name, contact.fingerprint)

    def acquaintance(self, contact: Contact) -> Acquaintance:
        """Since when a contact is known."""
        known = self._trust.known(contact.name, contact.fingerprint)
        compared_at = heard_at = 0.0
        if known is not None:
            compared_at, heard_at = known.compared_at, known.last_seen
        if contact.heard is not None:
            heard_at = contact.heard + self._since_1970
        return Acquaintance(compared_at, heard_at)

    def verify(self, name: str, answer: str) -> None:
        """Show what two people compare, or take what came of it: `yes` or `no`."""
        contact = self._contacts.called(name)
        fingerprint = self._trust.was(name) if contact is None else contact.fingerprint
        if answer == "no":
            self._not_compared(name)
            return
        if not fingerprint:
            unknown = keys.NoKeyKnown(name, True)
            self._effects.tell(unknown if contact is None else keys.HasNoKey(name))
            return
        shown = self._shown.get(folded(name)) == fingerprint
        blocked = contact is not None and contact.blocked
        if answer and shown and not blocked:
            self._trust.compared(name, fingerprint)
            self._effects.tell(keys.KeyCompared(name))
            return
        if len(self._shown) > MAX_INTRODUCED:
            self._shown.clear()
        self._shown[folded(name)] = fingerprint
        compared = self._trust.is_compared(name, fingerprint)
        self._effects.tell(
            keys.KeysToCompare(name, self._trust.own, fingerprint, not blocked, compared)
        )

    def _not_compared(self, name: str) -> None:
        if not self._trust.was(name):
            self._effects.tell(keys.NoKeyKnown(name, False))
            return
        self._trust.doubted(name)
        self._effects.tell(keys.KeyNotCompared(name))
