"""Whose key is whose: what is remembered of it, and what a person has to decide.

The first key that comes with a name, or from a server, is remembered. Another
one is never used until the person has accepted it.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from enum import Enum
from typing import Protocol

from twisted_chat.addresses import Address
from twisted_chat.errors import ChatError
from twisted_chat.names import folded
from twisted_chat.peer.events.keys import MemoryFailed, Remembering
from twisted_chat.wire.gen2.contact import ContactInfo


class KnownKey(Protocol):
    """A key that is remembered."""

    @property
    def fingerprint(self) -> str: ...


class KnownPerson(KnownKey, Protocol):
    """The key behind a name, and whether the person has compared it with its owner."""

    @property
    def compared(self) -> bool: ...

    @property
    def compared_at(self) -> float:
        """When that was, in seconds since 1970; 0 where that is not known."""

    @property
    def last_seen(self) -> float:
        """When there was a link to them last that we know of, in seconds since 1970."""


class Memory(Protocol):
    """What outlives the program. Names are given casefolded,
    fingerprints as 64 lower-case hexadecimal digits. It knows the time of day by
    itself. All of it raises ChatError where it cannot be."""

    def name(self, name: str) -> KnownPerson | None:
        """What is known of whoever has this name."""

    def known_names(self, names: Sequence[str]) -> Mapping[str, KnownPerson]:
        """The same of those who have these names, in one go. Names of nobody are left out."""

    def every_name(self) -> list[str]:
        """The names of which something is known, those seen last first."""

    def remember(self, name: str, fingerprint: str) -> None:
        """Somebody was spoken with. Changes no key that is known already."""

    def trust(self, name: str, fingerprint: str) -> None:
        """The person accepts that this name has this key now; it is not compared yet."""

    def verify(self, name: str, fingerprint: str) -> None:
        """The person has compared this fingerprint for this name."""

    def doubt(self, name: str) -> None:
        """The person has not compared the fingerprint of this name after all."""

    def ignored(self) -> Sequence[tuple[str, str]]:
        """Those whom the person ignores: the name of each, and the fingerprint."""

    def ignore(self, name: str, fingerprint: str) -> None:
        """The person ignores whoever has this key."""

    def unignore(self, fingerprint: str) -> None:
        """The person ignores them no more."""

    def server(self, address: Address) -> KnownKey | None:
        """What is known of the server at this address."""

    def remember_server(self, address: Address, fingerprint: str) -> None:
        """A server was met. Changes no key that is known already."""

    def trust_server(self, address: Address, fingerprint: str) -> None:
        """The person accepts that the server has this key now."""


class Verdict(Enum):
    """What is to be thought of a key that comes with a name."""

    NEW = "new"
    KNOWN = "known"
    CHANGED = "changed"


class Trust:
    """Which keys may be used. `own` is our own fingerprint; what the memory cannot
    do is told by `tell`."""

    def __init__(
        self,
        memory: Memory,
        own: str,
        tell: Callable[[MemoryFailed], None],
    ) -> None:
        self._memory = memory
        self.own = own
        self._tell = tell
        self._without_key: set[str] = set()

    # --- Names

    def judge(self, called: str, fingerprint: str) -> Verdict:
        """Compare the key of an introduction with the one that is remembered."""
        name = folded(called)
        try:
            known = self._memory.name(name)
        except ChatError as problem:
            self._tell(MemoryFailed(Remembering.PERSON, name, str(problem)))
            return Verdict.CHANGED
        return self._verdict(fingerprint, name, known)

    def judge_all(self, contacts: Sequence[ContactInfo]) -> list[Verdict]:
        """The same of many at once, each in its place."""
        names = [folded(contact.name) for contact in contacts]
        try:
            known = self._memory.known_names(names)
        except ChatError:  # Which is told of each.
            return [self.judge(contact.name, contact.fingerprint) for contact in contacts]
        judge = self._verdict
        return [
            judge(contact.fingerprint, name, known.get(name))
            for contact, name in zip(contacts, names, strict=True)
        ]

    def _verdict(self, fingerprint: str, name: str, known: KnownPerson | None) -> Verdict:
        if known is None or (not fingerprint and name in self._without_key):
            return Verdict.NEW
        return Verdict.KNOWN if known.fingerprint == fingerprint else Verdict.CHANGED

    def remember(self, name: str, fingerprint: str) -> None:
        """The key is proven, and there is none to contradict it."""
        self._keep(lambda: self._memory.remember(folded(name), fingerprint))

    def accept(self, called: str, fingerprint: str) -> None:
        """The person takes the new key for this name; for a name without a key
        only as long as the program runs, and the key stays remembered."""
        name = folded(called)
        if fingerprint:
            self._keep(lambda: self._memory.trust(name, fingerprint))
        else:
            self._without_key.add(name)

    def compared(self, name: str, fingerprint: str) -> None:
        """The person has compared this with what the other one reads, and it is the same."""
        self._keep(lambda: self._memory.verify(folded(name), fingerprint))

    def doubted(self, name: str) -> None:
        """The person takes back that the key of this name was compared."""
        self._keep(lambda: self._memory.doubt(folded(name)))

    def is_compared(self, name: str, fingerprint: str) -> bool:
        """Whether the person has compared this fingerprint for this name."""
        with suppress(ChatError):
            known = self._memory.name(folded(name))
            return known is not None and known.compared and known.fingerprint == fingerprint
        return False

    def known(self, name: str, fingerprint: str) -> KnownPerson | None:
        """What is remembered of the one with this name and this key."""
        with suppress(ChatError):
            known = self._memory.name(folded(name))
            return known if known is not None and known.fingerprint == fingerprint else None
        return None

    # --- Whom the person ignores

    def ignored(self) -> Sequence[tuple[str, str]]:
        """The names and fingerprints of those."""
        with suppress(ChatError):
            return self._memory.ignored()
        return ()

    def ignore(self, name: str, fingerprint: str) -> None:
        """The person ignores whoever has this key, also when the program is started again."""
        self._keep(lambda: self._memory.ignore(name, fingerprint))

    def unignore(self, fingerprint: str) -> None:
        """The person ignores them no more."""
        self._keep(lambda: self._memory.unignore(fingerprint))

    # --- Names once more

    def was(self, name: str) -> str:
        """The fingerprint remembered for a name, empty if there is none."""
        with suppress(ChatError):
            known = self._memory.name(folded(name))
            return known.fingerprint if known else ""
        return ""

    def remembered(self, names: Sequence[str]) -> set[str]:
        """Those of these casefolded names for which a key is remembered."""
        with suppress(ChatError):
            return set(self._memory.known_names(names))
        return set()

    def foreign_names(self) -> list[str]:
        """Remembered names that are not of ASCII: nobody can guess them from one that looks
        like them."""
        with suppress(ChatError):
            return [name for name in self._memory.every_name() if not name.isascii()]
        return []

    # --- Servers

    def server(self, address: Address) -> str:
        """The fingerprint remembered for a server, empty if there is none. Raises ChatError."""
        known = self._memory.server(address)
        return known.fingerprint if known else ""

    def remember_server(self, address: Address, fingerprint: str) -> None:
        """A server was met with the key that it should have, or for the first time."""
        self._keep(lambda: self._memory.remember_server(address, fingerprint))

    def accept_server(self, address: Address, fingerprint: str) -> None:
        """The person takes the new key of a server."""
        self._keep(lambda: self._memory.trust_server(address, fingerprint))

    def _keep(self, what: Callable[[], None]) -> None:
        try:
            what()
        except ChatError as problem:
            self._tell(MemoryFailed(Remembering.KEEPING, "", str(problem)))
