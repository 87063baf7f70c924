"""Names that only look like others."""

from collections import OrderedDict
from collections.abc import Sequence

from twisted_chat.likeness import plain_forms, skeleton
from twisted_chat.names import folded
from twisted_chat.peer.contacts.contact import Contact
from twisted_chat.peer.contacts.contacts import MAX_INTRODUCED
from twisted_chat.peer.events.event import Someone
from twisted_chat.peer.events.keys import LooksLike
from twisted_chat.peer.events.talk import Doing
from twisted_chat.peer.gathering import Gathering
from twisted_chat.peer.gen2.known_keys import Trust

MAX_LIKES = 20_000
"""Names that others are compared with."""


class Lookalikes:
    """Tells once of a name that only looks like ours, or that of somebody known."""

    def __init__(self, trust: Trust, gathering: Gathering) -> None:
        self._trust = trust
        self._gathering = gathering
        self._own = self._own_casefolded = self._own_skeleton = ""
        self._likes: OrderedDict[str, str] = OrderedDict()
        """Casefolded names, by what is equal for those that look alike."""
        self._remembered: dict[str, str] | None = None
        """The same of those who are remembered and cannot be guessed from a name, once needed."""
        self._told: set[str] = set()
        self._expected: dict[str, Sequence[str]] = {}
        """Names of those who are met next, and which remembered ones each looks like."""

    def call_me(self, name: str) -> None:
        """This is our own name."""
        self._own, self._own_casefolded, self._own_skeleton = name, folded(name), skeleton(name)

    def expect(self, names: Sequence[str]) -> None:
        """Those of these names are met next: look up in one go whom they may look like."""
        forms = {form: folded(form) for name in names for form in plain_forms(name)}
        known = self._trust.remembered(list(forms.values()))
        self._expected = dict.fromkeys(names, ())
        for name in names if known else ():
            found = [form for form in plain_forms(name) if forms[form] in known]
            self._expected[name] = found

    def _remembered_like(self, name: str) -> Sequence[str]:
        """The remembered names that this one can be taken for."""
        expected = self._expected.get(name)
        if expected is not None:
            return expected
        return [form for form in plain_forms(name) if self._trust.was(form)]

    def met(self, contact: Contact, now: float) -> None:
        """There is somebody."""
        name, key = contact.name, contact.casefolded
        if self._remembered is None:
            self._remembered = {skeleton(one): one for one in self._trust.foreign_names()}
        bones = skeleton(name)
        known = self._likes.setdefault(bones, key)
        if len(self._likes) > MAX_LIKES:
            self._likes.popitem(last=False)
        if key in self._told:
            return
        others: Sequence[str] = [known] if known != key else []
        if self._own and bones == self._own_skeleton and key != self._own_casefolded:
            others = [self._own]
        if not others and self._remembered.get(bones, key) != key:
            others = [self._remembered[bones]]
        others = others or self._remembered_like(name)
        if others:
            if len(self._told) > MAX_INTRODUCED:
                self._told.clear()
            self._told.add(key)
            who = Someone(name)
            self._gathering.did(Doing.LIKENESS, LooksLike(who, others[0]), who, now)
