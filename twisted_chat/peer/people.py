"""Whom we are with: members of our room, those who were introduced, with a key and without."""

from collections import OrderedDict

from twisted_chat.frames import Contact
from twisted_chat.peer.acquaintances import shown_name
from twisted_chat.peer.effects import Effects
from twisted_chat.peer.namesakes import Namesakes
from twisted_chat.peer.neighbour import Neighbour
from twisted_chat.peer.neighbourhood import Neighbourhood
from twisted_chat.peer.plain import PlainPeer, PlainPeers
from twisted_chat.peer.trust import Trust, Verdict, name_key
from twisted_chat.wire import Said

Person = Neighbour | PlainPeer

MAX_INTRODUCED = 1_000
"""Those who are known only because they were introduced."""
MAX_NAMESAKES = 16
"""Those who have had one name, one after the other, and are remembered."""


class People:
    """One company of those with a key and those without."""

    def __init__(
        self,
        trust: Trust,
        keyed: Neighbourhood,
        plain: PlainPeers,
        names: Namesakes[Person],
        effects: Effects,
    ) -> None:
        self._trust = trust
        self._keyed = keyed
        self._plain = plain
        self._names = names
        self._effects = effects
        self._callers: OrderedDict[Person, None] = OrderedDict()
        self._warned: set[tuple[str, str]] = set()
        self._compared: dict[str, str] = {}
        """The keys that were shown to be compared, by name."""

    # --- Who there is

    def everybody(self) -> list[Person]:
        return [*self._keyed, *self._plain.all()]

    def listeners(self) -> tuple[list[Neighbour], list[PlainPeer]]:
        """Whom we speak to, over links and without."""
        return (
            [one for one in self._keyed if one.listening],
            [one for one in self._plain.all() if one.listening],
        )

    def called(self, name: str) -> Person | None:
        """Who has this name: of several, who is in the room or was introduced last."""
        return self._names.called(name)

    # --- Coming and going

    def came(self, contact: Contact, now: float) -> Person | None:
        """Somebody is in our room. None for what cannot be spoken to."""
        for other in self._names.all(contact.name):
            if other.in_room and not _is(other, contact):
                self._out_of_room(other, now)
        person = self._meet(contact, now)
        if person is not None and not person.in_room:
            person.in_room = person.spoken_to = True
        return person

    def went(self, name: str, now: float) -> Person | None:
        """Somebody is not in our room any more. None if they were not."""
        person = self.called(name)
        if person is None or not person.in_room:
            return None
        self._out_of_room(person, now)
        return person

    def leave_room(self, now: float) -> None:
        """We are not in the room any more."""
        for person in self.everybody():
            if person.in_room:
                self._out_of_room(person, now)

    def _out_of_room(self, person: Person, now: float) -> None:
        person.in_room = False
        if not person.introduced:
            self._part(person, now)

    def poked(self, contact: Contact, now: float) -> Person | None:
        """We wanted to talk to somebody, and know now where they are."""
        person = self._meet(contact, now)
        if person is not None:
            person.introduced = person.spoken_to = True
        return person

    def introduced(self, contact: Contact, now: float) -> Person | None:
        """Somebody wants to talk to us. They are spoken to if nobody else is, so
        that nobody can listen to a conversation by knocking."""
        alone = not any(one.listening for group in (self._keyed, self._plain) for one in group)
        person = self._meet(contact, now)
        if person is not None:
            person.introduced = True
            person.spoken_to = person.spoken_to or alone
            self._callers[person] = None
            if len(self._callers) > MAX_INTRODUCED:
                self._forget_caller(self._callers.popitem(last=False)[0], now)
        return person

    def _forget_caller(self, person: Person, now: float) -> None:
        if person.introduced and not person.spoken_to:
            person.introduced = False
            if not person.in_room:
                self._part(person, now)

    def kick(self, now: float) -> None:
        """Speak to nobody any more; members of the room are still heard."""
        for person in self.everybody():
            person.spoken_to = person.introduced = False
            if not person.in_room:
                self._part(person, now)

    def _part(self, person: Person, now: float) -> None:
        if isinstance(person, Neighbour):
            self._keyed.part(person, now)
        else:
            self._plain.forget(person)

    # --- Whom we may speak to

    def _meet(self, contact: Contact, now: float) -> Person | None:
        if contact.fingerprint == self._trust.own:
            return None
        blocked = self._trust.judge(contact) is Verdict.CHANGED
        if blocked:
            self._warn(contact)
        person: Person | None
        if contact.fingerprint:
            person = self._keyed.meet(contact, now, blocked=blocked)
        else:
            person = self._plain.meet(contact, blocked=blocked)
        self._forget_namesakes(contact.name, person)
        return person

    def _forget_namesakes(self, name: str, latest: Person | None) -> None:
        """Of a name that ever new people get not all are remembered."""
        others = [one for one in self._names.all(name) if one is not latest and not one.in_room]
        if len(others) >= MAX_NAMESAKES:
            if isinstance(others[0], Neighbour):
                self._keyed.forget(others[0])
            else:
                self._plain.forget(others[0])

    def _warn(self, contact: Contact) -> None:
        warning = (name_key(contact.name), contact.fingerprint)
        if warning in self._warned:
            return
        if len(self._warned) > MAX_INTRODUCED:
            self._warned.clear()
        self._warned.add(warning)
        name = shown_name(contact.name)
        self._effects.notice(f"THE KEY OF {name} IS NOT THE ONE YOU KNOW")
        self._effects.notice(f"  it was {self._trust.spoken(self._trust.was(contact.name))}")
        self._effects.notice(f"  it is  {self._trust.spoken(contact.fingerprint)}")
        self._effects.notice(
            f"  somebody else may have taken the name: nothing goes to {name}, and nothing from"
            f" {name} is shown, until you accept this with $trust {name}"
        )

    def trust(self, name: str, now: float) -> None:
        """The person accepts whatever key this name has now."""
        person = self.called(name)
        if person is None:
            self._effects.notice(f"there is nobody called {name} here; $poke {name} looks")
        elif not person.blocked:
            self._effects.notice(f"nothing is wrong with the key of {name}")
        else:
            self._trust.accept(person.contact)
            self._warned.discard((name_key(person.contact.name), person.contact.fingerprint))
            if isinstance(person, Neighbour):
                self._effects.notice(f"the new key of {name} is accepted and remembered")
                self._keyed.accepted(person, now)
            else:
                person.blocked = False
                self._effects.notice(f"{name} is spoken to without encryption now")

    def verify(self, name: str, answer: str, now: float) -> None:
        """Show what two people compare, or take what came of it: `yes` or `no`."""
        person = self.called(name)
        fingerprint = person.contact.fingerprint if person else self._trust.was(name)
        if answer == "no":
            self._not_compared(name, now)
            return
        if not fingerprint:
            self._effects.notice(
                f"{name} has no key: what you say to each other is not encrypted"
                if person
                else f"no key is known of {name}; $poke {name} looks for one"
            )
            return
        shown = self._compared.get(name_key(name)) == fingerprint
        blocked = person is not None and person.blocked
        if answer and shown and not blocked:
            self._trust.compared(name, fingerprint)
            self._effects.notice(f"{name} is marked as compared")
            return
        if len(self._compared) > MAX_INTRODUCED:
            self._compared.clear()
        self._compared[name_key(name)] = fingerprint
        self._effects.notice(f"your key: {self._trust.spoken(self._trust.own)}")
        self._effects.notice(f"{name}'s key: {self._trust.spoken(fingerprint)}")
        if blocked:
            self._effects.notice(f"it is not accepted yet; $trust {name} does that")
        elif self._trust.is_compared(name, fingerprint):
            self._effects.notice(f"{name} is marked as compared; $verify {name} no takes it back")
        else:
            self._effects.notice(
                f"read both to each other by voice: $verify {name} yes marks them as the same;"
                " if they differ, somebody is in between"
            )

    def _not_compared(self, name: str, now: float) -> None:
        known = self._trust.was(name)
        if not known:
            self._effects.notice(f"no key is known of {name}")
            return
        self._trust.doubted(name)
        self._effects.notice(
            f"{name} is not marked as compared; if the keys differ, somebody is in between:"
            f" trust no word of {name}"
        )

    # --- What those without a key say

    def heard(self, said: Said, source: tuple[str, int], now: float) -> None:
        named = self._names.all(said.name)
        keyed = any(one.contact.fingerprint for one in named) or bool(self._trust.was(said.name))
        self._plain.heard(said, source, keyed, now)


def _is(person: Person, contact: Contact) -> bool:
    if isinstance(person, PlainPeer):
        return not contact.fingerprint and person.address == (contact.host, contact.port)
    return person.fingerprint == contact.fingerprint
