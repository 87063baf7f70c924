"""Whom we are with: members of our room, those who were introduced, with a key and without."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import replace

from twisted_chat.addresses import Address, is_public
from twisted_chat.likeness import plain_forms, skeleton
from twisted_chat.names import folded
from twisted_chat.peer.audience import Audience, Standing
from twisted_chat.peer.commands import Command
from twisted_chat.peer.effects import Effects
from twisted_chat.peer.events import keys, talk
from twisted_chat.peer.events.event import Someone, at
from twisted_chat.peer.events.talk import Doing, Part, Present
from twisted_chat.peer.gathering import Gathering
from twisted_chat.peer.gen2.link import KeyedPeer
from twisted_chat.peer.gen2.mesh import Mesh
from twisted_chat.peer.gen2.trust import Trust, Verdict
from twisted_chat.peer.ignored import Ignored
from twisted_chat.peer.namesakes import Namesakes
from twisted_chat.peer.plain import PlainPeer, PlainPeers
from twisted_chat.rate import Rate
from twisted_chat.wire.gen1 import NamedText
from twisted_chat.wire.gen2.contact import ContactInfo

Person = KeyedPeer | PlainPeer

MAX_INTRODUCED = 1_000
"""Those who are known only because they have asked for us, and do not hear us."""
TELL_EVERY, TELL_BURST = 10.0, 5
"""Seconds between two notices of those to whom nothing goes, and how many may come at once."""
MAX_LIKES = 20_000
"""Names that others are compared with."""
MAX_MARKED = 100
"""Those of whose keys it is told whether they were compared."""
MAX_NAMESAKES = 16
"""Those who have had one name, one after the other, and are remembered."""


class People:
    """One company of those with a key and those without. `server_is_far` says whether the
    server may be anywhere on the internet, so that it cannot see who is near us."""

    def __init__(
        self,
        trust: Trust,
        keyed: Mesh,
        plain: PlainPeers,
        names: Namesakes[Person],
        effects: Effects,
        gathering: Gathering,
        server_is_far: Callable[[], bool],
    ) -> None:
        self._trust = trust
        self._keyed = keyed
        self._plain = plain
        self._names = names
        self._effects = effects
        self._gathering = gathering
        self._server_is_far = server_is_far
        self.audience: Audience[Person] = Audience(_identity)
        self._members: dict[str, Person] = {}
        """Those in our room, by the name in its roster."""
        self._roster_names: dict[Person, str] = {}
        self._keyed_inside: set[Person] = set()
        self._trusted_places: OrderedDict[tuple[str, Address], None] = OrderedDict()
        self._untold: dict[PlainPeer, None] = {}
        """Those to whom nothing goes, which the person has not been told."""
        self._telling = Rate(1 / TELL_EVERY, TELL_BURST)
        self._ignored = Ignored()
        self.name = ""
        """Our own."""
        self._likes: OrderedDict[str, str] = OrderedDict()
        """Names, as they are compared, by what is equal for those that look alike."""
        self._remembered: dict[str, str] | None = None
        """The same of those who are remembered and cannot be guessed from a name, once needed."""
        self._likened: set[str] = set()
        self._warned: set[tuple[str, str]] = set()
        self._compared: dict[str, str] = {}
        """The keys that were shown to be compared, by name."""

    @property
    def own(self) -> str:
        """Our own fingerprint."""
        return self._trust.own

    # --- Who there is

    def everybody(self) -> list[Person]:
        return [*self._keyed, *self._plain.all()]

    def listeners(self) -> tuple[list[KeyedPeer], list[PlainPeer]]:
        """Whom we speak to, over links and without."""
        heard_by = [one for one in self.audience.listeners() if one.listening]
        return (
            [one for one in heard_by if isinstance(one, KeyedPeer)],
            [one for one in heard_by if isinstance(one, PlainPeer)],
        )

    def absent(self) -> list[Someone]:
        """Members for whom nothing can wait until they have returned to the room."""
        return [
            one.who
            for one in self.audience.listeners()
            if isinstance(one, PlainPeer) and one.awaited and not one.barred
        ]

    def hearing(self) -> list[Someone]:
        """Those whom we speak to."""
        return [one.who for one in self.audience.listeners() if one.listening]

    def called(self, name: str) -> Person | None:
        """Who has this name: of several, who is in the room or was introduced last."""
        return self._names.called(name)

    # --- Coming and going

    def enter(
        self, contacts: list[ContactInfo], missing: set[str], now: float
    ) -> tuple[list[Person], list[Someone]]:
        """We have joined a room, in which those who are `missing` may still be. Returns
        who is in it, and those outside who do not hear us any more."""
        met = [self._meet(contact, now) for contact in contacts]
        present = [person for person in met if person is not None]
        inside = {*present, *(self._members[key] for key in missing & set(self._members))}
        for person in self.audience.members():
            if person not in inside:
                self._part(person, now)
        for person in present:
            self._enroll(person, now)
        return present, _heard_till_now(self.audience.enter(inside))

    def came(self, contact: ContactInfo, now: float) -> Person | None:
        """Somebody is in our room. None for what cannot be spoken to."""
        person = self._meet(contact, now)
        former = self._members.get(folded(contact.name))
        if former is not None and former is not person:
            self._part(former, now)
        if person is not None:
            self._enroll(person, now)
            self.audience.came(person)
        return person

    def await_return(self, name: str) -> None:
        """A member may return to the room, or not: until then they hear nothing."""
        if (person := self._members.get(folded(name))) is not None:
            person.awaited = True

    def _enroll(self, person: Person, now: float) -> None:
        self._members.pop(self._roster_names.get(person, ""), None)
        key = folded(person.contact.name)
        self._members[key], self._roster_names[person] = person, key
        if person.awaited:
            person.awaited = False
            if isinstance(person, KeyedPeer):
                self._keyed.returned(person, now)
        if isinstance(person, PlainPeer):
            if person.standing is not Standing.MEMBER:
                person.withheld = False
            if self._keyed_inside:
                self._withhold(person)
            return
        if not self._keyed_inside:
            for other in self._members.values():
                if isinstance(other, PlainPeer):
                    self._withhold(other)
        self._keyed_inside.add(person)

    def went(self, name: str, now: float) -> Person | None:
        """Somebody is not in our room any more, and does not hear us. None if they were not."""
        person = self._members.get(folded(name))
        if person is not None:
            self._part(person, now)
        return person

    def leave_room(self, now: float) -> None:
        """We are not in the room any more."""
        for person in self.audience.members():
            self._part(person, now)

    def poked(self, contact: ContactInfo, now: float) -> Person | None:
        """We wanted to talk to somebody, and know now where they are. None for what
        cannot be spoken to."""
        former = self._keyed.get(contact.fingerprint)
        if former is not None and former.awaited:
            self._part(former, now)  # What has waited was said to the room.
        person = self._meet(contact, now)
        if person is None:
            return None
        person.awaited = False
        self._gathering.undo(Doing.PART, person.who)
        self.audience.poke(person)
        self._withhold_outside(person)
        return person

    def introduced(self, contact: ContactInfo, now: float) -> Person | None:
        """Somebody wants to talk to us. They hear nothing before we want to talk to
        them, so that nobody can listen by knocking."""
        if self._ignored.holds(*_marks(contact)) and not self._is_member(contact):
            return None
        person = self._meet(contact, now)
        if person is not None:
            self.audience.knock(person, free=False)
            self._withhold_outside(person)
            if self.audience.callers > MAX_INTRODUCED:
                self._part(self.audience.oldest_caller(), now)
        return person

    def kick(self, now: float) -> list[Person]:
        """Speak to nobody any more. Returns the members of the room, who are still heard."""
        for person in self.audience.stop():
            self._part(person, now, tell=True)
        return self.audience.members()

    def kick_one(self, name: str, now: float) -> Person | None:
        """Speak to somebody outside the room no more. None if there is nobody of this name."""
        outside = [one for one in self.audience.outside() if _has_name(one, name)]
        for person in outside:
            self.audience.turn_away(person)
            self._part(person, now, tell=True)
        return outside[-1] if outside else None

    def parted(self, person: KeyedPeer, now: float) -> None:
        """Somebody does not hear us any more. Who is in our room hears us until it is left."""
        if person.standing in (Standing.POKED, Standing.KNOCKED):
            heard = person.listening
            self._part(person, now)
            if heard:
                gone = talk.PersonGone(person.who)
                self._gathering.did(Doing.PART, gone, person.who, now)

    def _part(self, person: Person, now: float, *, tell: bool = False) -> None:
        self._stand_down(person)
        if isinstance(person, KeyedPeer):
            if person.awaited:
                self._keyed.forget(person)  # With all that has waited.
            else:
                self._keyed.part(person, now, tell=tell)
        else:
            self._plain.forget(person)

    def _stand_down(self, person: Person) -> None:
        self.audience.drop(person)
        self._members.pop(self._roster_names.pop(person, ""), None)
        self._keyed_inside.discard(person)
        if isinstance(person, PlainPeer):
            self._untold.pop(person, None)

    # --- Those who cannot show that they are where the server says

    def _withhold_outside(self, person: Person) -> None:
        if isinstance(person, PlainPeer) and person.standing is not Standing.MEMBER:
            self._withhold(person)

    def _withhold(self, person: PlainPeer) -> None:
        """Say nothing to somebody without a key who has to do with those who have one,
        and whom anybody can have invented, until the person has decided."""
        place = (folded(person.contact.name), person.address)
        anywhere = is_public(person.contact.host) or self._server_is_far()
        if anywhere and place not in self._trusted_places:
            person.withheld = True
            self._untold[person] = None

    def tell(self, now: float) -> None:
        """Tell the person to whom nothing goes, all of them at once."""
        if not self._untold:
            return
        untold = [one for one in self._untold if one.standing is Standing.MEMBER or one.hears]
        if untold and self._telling.spend("", now):
            people = (replace(one.who, address=at(one.address)) for one in untold)
            self._effects.tell(keys.Withheld(tuple(people)))
            self._untold.clear()

    @property
    def dropped(self) -> int:
        """Messages of those whom the server has not named."""
        return self._plain.dropped

    def who(self) -> list[Present]:
        """Everybody with a standing, as `$who` shows them."""
        every = [one for one in self.everybody() if one.standing is not Standing.NONE]
        present = [self._present(one, marks=len(every) <= MAX_MARKED) for one in every]
        inside = {folded(one.name) for one in present if one.part is Part.IGNORED}
        away = [name for name in self._ignored.names() if name not in inside]
        return [*present, *(Present(name, Part.IGNORED) for name in away)]

    def _present(self, person: Person, *, marks: bool) -> Present:
        name, fingerprint = person.contact.name, person.fingerprint
        told = marks or not fingerprint
        compared = marks and bool(fingerprint) and self._trust.is_compared(name, fingerprint)
        asks = person.standing is Standing.KNOCKED and not person.hears
        if person.ignored:
            part = Part.IGNORED
        elif person.blocked:
            part = Part.NEW_KEY if fingerprint else Part.LOST_KEY
        elif person.barred:
            part = Part.WITHHELD
        elif person.hears and person.awaited:
            part = Part.AWAITED
        else:
            part = Part.HEARS if person.hears else Part.ONLY_HEARD
        return Present(name, part, "", bool(fingerprint) if told else None, compared, asks)

    # --- Whom we may speak to

    def _meet(self, contact: ContactInfo, now: float) -> Person | None:
        if contact.fingerprint == self._trust.own:
            return None
        former = None if contact.fingerprint else self._plain.at((contact.host, contact.port))
        blocked = self._trust.judge(contact) is Verdict.CHANGED
        unwanted = self._ignored.holds(*_marks(contact))
        if blocked and not unwanted:
            self._warn(contact, now)
        person: Person | None
        if contact.fingerprint:
            person = self._keyed.meet(contact, now, blocked=blocked)
        else:
            person = self._plain.meet(contact, blocked=blocked)
            if former is not None and former is not person:
                self._stand_down(former)  # Somebody else is there now.
        self._forget_namesakes(contact.name, person)
        if person is not None:
            person.ignored = unwanted
            if not unwanted:
                self._liken(contact.name, now)
        return person

    def _liken(self, name: str, now: float) -> None:
        """Tell once of a name that only looks like ours, or that of somebody known."""
        if self._remembered is None:
            self._remembered = {skeleton(one): one for one in self._trust.foreign_names()}
        key, bones = folded(name), skeleton(name)
        known = self._likes.setdefault(bones, key)
        if len(self._likes) > MAX_LIKES:
            self._likes.popitem(last=False)
        if key in self._likened:
            return
        others = [known] if known != key else []
        if self.name and key != folded(self.name) and bones == skeleton(self.name):
            others = [self.name]
        if not others and self._remembered.get(bones, key) != key:
            others = [self._remembered[bones]]
        others = others or [one for one in plain_forms(name) if self._trust.was(one)]
        if others:
            if len(self._likened) > MAX_INTRODUCED:
                self._likened.clear()
            self._likened.add(key)
            who = Someone(name)
            self._gathering.did(Doing.LIKENESS, keys.LooksLike(who, others[0]), who, now)

    def _is_member(self, contact: ContactInfo) -> bool:
        member = self._members.get(folded(contact.name))
        return member is not None and _marks(member.contact) == _marks(contact)

    # --- Whom the person ignores

    def ignore(self, name: str, now: float) -> None:
        """Show nothing of somebody, and say nothing to them."""
        person = self.called(name)
        if person is None:
            self._effects.tell(talk.NobodyHere(name, Command.IGNORE))
        elif not self._ignored.add(name, _marks(person.contact)):
            self._effects.tell(talk.TooManyIgnored())
        else:
            person.ignored = True
            self._gathering.forget(person.who)
            if person.standing is not Standing.MEMBER:
                self.audience.turn_away(person)
                self._part(person, now)
            self._effects.tell(talk.IgnoredNow(name))

    def unignore(self, name: str) -> None:
        """Take somebody for what they are again."""
        if not self._ignored.remove(name):
            self._effects.tell(talk.NotIgnored(name))
            return
        for person in self.everybody():
            person.ignored = self._ignored.holds(*_marks(person.contact))
        latest = self.called(name)
        hears = latest is not None and latest.listening
        self._effects.tell(talk.IgnoredNoMore(name, hears))

    def ignores(self, name: str) -> bool:
        """Whether somebody is ignored under this name."""
        return bool(self._ignored.marks(name))

    def _forget_namesakes(self, name: str, latest: Person | None) -> None:
        """Of a name that ever new people get not all are remembered."""
        others = [
            one
            for one in self._names.all(name)
            if one is not latest and one.standing is not Standing.MEMBER
        ]
        if len(others) >= MAX_NAMESAKES:
            self._stand_down(others[0])
            if isinstance(others[0], KeyedPeer):
                self._keyed.forget(others[0])
            else:
                self._plain.forget(others[0])

    def _warn(self, contact: ContactInfo, now: float) -> None:
        warning = (folded(contact.name), contact.fingerprint)
        if warning in self._warned:
            return
        if len(self._warned) > MAX_INTRODUCED:
            self._warned.clear()
        self._warned.add(warning)
        who = Someone(contact.name, contact.fingerprint)
        event = keys.KeyChanged(who, self._trust.was(contact.name), contact.fingerprint)
        self._gathering.did(Doing.NEW_KEY, event, who, now)

    def trust(self, name: str, now: float) -> None:
        """The person accepts whatever key this name has now."""
        person = self.called(name)
        if person is None:
            self._effects.tell(talk.NobodyHere(name, Command.TRUST))
        elif person.ignored:
            self._effects.tell(talk.IsIgnored(name))
        elif not person.barred:
            self._effects.tell(keys.NothingToAccept(name, bool(person.fingerprint)))
        else:
            self._trust.accept(person.contact)
            self._warned.discard((folded(person.contact.name), person.contact.fingerprint))
            if isinstance(person, KeyedPeer):
                self._effects.tell(keys.KeyAccepted(name, True))
                self._keyed.accepted(person, now)
            else:
                self._trusted_places[folded(name), person.address] = None
                if len(self._trusted_places) > MAX_INTRODUCED:
                    self._trusted_places.popitem(last=False)
                self._untold.pop(person, None)
                person.blocked = person.withheld = False
                self._effects.tell(keys.KeyAccepted(name, False))

    def verify(self, name: str, answer: str, now: float) -> None:
        """Show what two people compare, or take what came of it: `yes` or `no`."""
        person = self.called(name)
        fingerprint = person.contact.fingerprint if person else self._trust.was(name)
        if answer == "no":
            self._not_compared(name, now)
            return
        if not fingerprint:
            self._effects.tell(keys.HasNoKey(name) if person else keys.NoKeyKnown(name, True))
            return
        shown = self._compared.get(folded(name)) == fingerprint
        blocked = person is not None and person.blocked
        if answer and shown and not blocked:
            self._trust.compared(name, fingerprint)
            self._effects.tell(keys.KeyCompared(name))
            return
        if len(self._compared) > MAX_INTRODUCED:
            self._compared.clear()
        self._compared[folded(name)] = fingerprint
        compared = self._trust.is_compared(name, fingerprint)
        self._effects.tell(
            keys.KeysToCompare(name, self._trust.own, fingerprint, not blocked, compared)
        )

    def _not_compared(self, name: str, now: float) -> None:
        known = self._trust.was(name)
        if not known:
            self._effects.tell(keys.NoKeyKnown(name, False))
            return
        self._trust.doubted(name)
        self._effects.tell(keys.KeyNotCompared(name))

    # --- What those without a key say

    def heard(self, said: NamedText, source: tuple[str, int], now: float) -> None:
        self._plain.heard(said, source, now)


def _heard_till_now(ended: list[Person]) -> list[Someone]:
    return [one.who for one in ended if not one.barred]


def _marks(contact: ContactInfo) -> tuple[Hashable, ...]:
    """What somebody is known by: a key, or else an address and a name."""
    if contact.fingerprint:
        return (contact.fingerprint,)
    return (contact.host, contact.port), ("keyless", folded(contact.name))


def _has_name(person: Person, name: str) -> bool:
    return folded(person.contact.name) == folded(name)


def _identity(person: Person) -> str | Address:
    return person.fingerprint or (person.contact.host, person.contact.port)
