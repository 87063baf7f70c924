"""What is on its way to the journal, and those who wait for it.

What somebody is told to be theirs is written first: a name or a room is claimed, and
comes into the address book when the journal has it. Until then it is nobody else's.
That something is given up is written too, and nobody waits for it.
"""

from collections import Counter
from collections.abc import Callable

from msgspec import Struct

from twisted_chat.pending import PendingWrites
from twisted_chat.server.journal.records import NameRecord, Record, RoomRecord

Close = Callable[[bool, float], None]
"""Told once whether it was written, and when: seconds on the clock of the decisions."""


class Claim(Struct, frozen=True):
    """A record that the one with this fingerprint waits for, or the one without a key at this
    address, as text."""

    record: NameRecord | RoomRecord
    fingerprint: str
    close: Close


class Ledger:
    """Records in the order in which they are to be written, and claims by their numbers.

    Where nothing is kept all that is claimed is had at once.
    """

    def __init__(self) -> None:
        self.keeps = False
        """Whether there is a journal."""
        self.is_shared = False
        """Whether other servers write into it too: then nobody has a name or a room that it
        does not say is theirs."""
        self._pending: PendingWrites[Record, Claim] = PendingWrites()
        self._names: set[str] = set()
        self._rooms: set[str] = set()
        self._names_at: Counter[str] = Counter()
        self._rooms_at: Counter[str] = Counter()
        self._waiting: Counter[str] = Counter()

    # --- What is asked of it

    def has_name(self, casefolded: str) -> bool:
        """Whether somebody waits for this name."""
        return casefolded in self._names

    def has_room(self, casefolded: str) -> bool:
        """Whether somebody waits for this room."""
        return casefolded in self._rooms

    def names_at(self, site: str) -> int:
        """How many at this site wait for a name."""
        return self._names_at[site]

    def rooms_at(self, site: str) -> int:
        """How many rooms those at this site wait for."""
        return self._rooms_at[site]

    @property
    def names(self) -> int:
        """How many names are waited for."""
        return len(self._names)

    @property
    def rooms(self) -> int:
        """How many rooms are waited for."""
        return len(self._rooms)

    def waits(self, fingerprint: str) -> bool:
        """Whether this key waits for something: what it says next has to wait too."""
        return fingerprint in self._waiting

    # --- What is written

    def note(self, record: Record) -> None:
        """Write this, for which nobody waits."""
        if self.keeps:
            self._pending.note(record)

    def claim(
        self, record: NameRecord | RoomRecord, fingerprint: str, now: float, close: Close
    ) -> None:
        """Write this, and then call `close`."""
        if not self.keeps:
            close(True, now)
            return
        self._pending.claim(record, Claim(record, fingerprint, close))
        taken, at = self._places(record)
        taken.add(record.casefolded)
        at[record.site] += 1
        self._waiting[fingerprint] += 1

    def take(self) -> list[tuple[int, Record]]:
        """What is to be written now, in order, with the numbers of claims; 0 for the rest."""
        return self._pending.take()

    def settle(self, number: int, written: bool, now: float) -> str:
        """The journal has or has not written what was claimed. Returns whose it is."""
        claim = self._pending.settle(number)
        record, fingerprint = claim.record, claim.fingerprint
        taken, at = self._places(record)
        taken.discard(record.casefolded)
        _less(at, record.site)
        _less(self._waiting, fingerprint)
        claim.close(written, now)
        return fingerprint

    def _places(self, record: NameRecord | RoomRecord) -> tuple[set[str], Counter[str]]:
        if isinstance(record, NameRecord):
            return self._names, self._names_at
        return self._rooms, self._rooms_at


def _less(counts: Counter[str], what: str) -> None:
    counts[what] -= 1
    if not counts[what]:
        del counts[what]
