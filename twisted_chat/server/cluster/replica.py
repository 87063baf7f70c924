"""What this server wants to stand in the log, has sent to it, and has seen in it.

Whoever writes an entry says which one of its subject was the last that it saw, and is refused
where there is a later one. So nothing is ever written over that was not known; the one
who is refused waits until it has seen what stands there, and wants what it wants then.
One entry of a subject is on its way at a time.
"""

from collections.abc import Callable, Sequence
from enum import Enum
from typing import NamedTuple

from msgspec import Struct

from twisted_chat.directory.shards import Shards
from twisted_chat.server.cluster.entries import FREED, NAME, ROOM, SERVER, Key

GONE = 24 * 3600
"""Seconds that it stands in the log that there is no such name or room any more."""


class Publish(Struct, frozen=True):
    """Let this stand in the log, for so many seconds if these are not 0, if the last
    entry of its subject is the `expected` one; None: whatever it is. By its number those who
    say what has come of it say of which they do."""

    key: Key
    data: bytes
    expected: int | None
    ttl: int = 0
    number: int = 0


class Logged(NamedTuple):
    """An entry as it comes from the log, with its number there. A tuple, which is made in a third
    of the time, as there may be a million of them."""

    key: Key
    sequence: int
    data: bytes


class News(Enum):
    """What an entry from the log is to this server."""

    KNOWN = "known"
    OURS = "what was sent, and is not acknowledged yet"
    OTHERS = "somebody else's"


class Replica:
    """By keys; `wanted` says what is to stand there now, as data and seconds to live; None:
    what another server says."""

    def __init__(self, wanted: Callable[[Key, float, float], tuple[bytes, int] | None]) -> None:
        self._wanted = wanted
        self._seen: dict[str, Shards[str, int]] = {NAME: Shards(), ROOM: Shards()}
        # The last of a subject where that is ours, and somebody or something is there.
        self._own: dict[Key, bytes] = {}
        self._ready: dict[Key, None] = {}
        self._later: set[Key] = set()
        self._sent: dict[Key, Publish] = {}
        self._numbers = 0
        # By the number of the entry that has to be seen first.
        self._behind: dict[Key, int] = {}

    @property
    def owed(self) -> int:
        """How many entries are to be written, or on their way."""
        return len(self._ready) + len(self._later | self._sent.keys() | self._behind.keys())

    @property
    def has_news(self) -> bool:
        """Whether `take` has something."""
        return bool(self._ready)

    def sequence(self, key: Key) -> int:
        """The number of the last entry of a name or a room that is known; 0 if there is none."""
        return self._seen[key[0]].get(key[1]) or 0

    def number(self, key: Key) -> int:
        """The number of what is under way; 0 where nothing is."""
        sent = self._sent.get(key)
        return 0 if sent is None else sent.number

    def own(self, key: Key) -> bytes | None:
        """What stands there, if this server has written it and it is about what is here."""
        return self._own.get(key)

    def wants(self, key: Key) -> bool:
        """Whether something is to be written there, or on its way."""
        return key in self._ready or key in self._sent or key in self._behind

    def want(self, key: Key) -> None:
        """Something else is to stand there, perhaps."""
        if key in self._sent or key in self._behind:
            self._later.add(key)
        else:
            self._ready[key] = None

    def content(self, key: Key) -> None:
        """What stands there is what is wanted."""
        self._ready.pop(key, None)
        self._later.discard(key)

    def take(self, now: float, wall: float) -> list[Publish]:
        """What is to be written now."""
        taken = []
        ready, self._ready = self._ready, {}
        for key in ready:
            wanted = self._wanted(key, now, wall)
            if wanted is None or self._own.get(key) == wanted[0]:
                continue
            data, ttl = wanted
            seen = self._seen.get(key[0])
            expected = None if seen is None else seen.get(key[1]) or 0
            if expected == 0 and data == FREED:
                continue
            self._numbers += 1
            self._sent[key] = publish = Publish(key, data, expected, ttl, self._numbers)
            taken.append(publish)
        return taken

    def _take_off(self, key: Key, number: int) -> Publish | None:
        """This is not under way any more; None where it was not."""
        sent = self._sent.get(key)
        return self._sent.pop(key) if sent is not None and sent.number == number else None

    def acked(self, key: Key, number: int, sequence: int) -> bytes | None:
        """What was sent stands there. Returns it; None where it was not under way any more."""
        sent = self._take_off(key, number)
        if sent is None:
            return None
        self._stands(key, sequence, sent.data)
        self._again(key)
        return sent.data

    def refused(self, key: Key, number: int, last: int) -> None:
        """What was sent does not stand there, as the last entry has this number."""
        if self._take_off(key, number) is None:
            return
        seen = self._seen[key[0]]
        self._later.add(key)
        if last == 0:  # That there is none any more has gone too.
            seen.discard(key[1])
        elif last > (seen.get(key[1]) or 0):
            self._behind[key] = last
            return
        self._again(key)

    def failed(self, key: Key, number: int) -> None:
        """Nobody knows whether what was sent stands there."""
        if self._take_off(key, number) is not None:
            self._later.add(key)
            self._again(key)

    def cut_off(self) -> None:
        """Nothing that is under way will be acknowledged."""
        for key, sent in list(self._sent.items()):
            self.failed(key, sent.number)

    def concerns(self, key: Key) -> bool:
        """Whether this server has written what stands there, or is to write something."""
        return (
            key in self._own
            or key in self._sent
            or key in self._behind
            or key in self._ready
            or key in self._later
        )

    @property
    def is_idle(self) -> bool:
        """Whether `concerns` is false for everything."""
        return not (self._own or self._sent or self._behind or self._ready or self._later)

    def read(self, logged: Logged) -> bool:
        """This comes from the log, and is of no concern to this server. False where it is
        known."""
        kind, what = logged.key
        seen = self._seen.get(kind)
        if seen is not None:
            if logged.sequence <= (seen.get(what) or 0):
                return False
            seen.set(what, logged.sequence)
        return True

    def read_first(self, names: Sequence[str], sequences: Sequence[int]) -> bool:
        """The entries of these numbers are of no concern, and the first that are known of these
        names. False, and nothing is different, if one is not."""
        return self._seen[NAME].add_all(names, sequences)

    def unread(self, names: Sequence[str]) -> None:
        """Nothing is known of these names yet, in spite of `read_first`."""
        for name in names:
            self._seen[NAME].discard(name)

    def fed(self, logged: Logged) -> News:
        """This comes from the log, in its order."""
        key, sequence, data = logged.key, logged.sequence, logged.data
        seen = self._seen.get(key[0])
        if seen is not None and sequence <= (seen.get(key[1]) or 0):
            return News.KNOWN
        sent = self._sent.get(key)
        if seen is not None and sent is not None and sent.data == data:
            return News.OURS
        if seen is not None:
            seen.set(key[1], sequence)
        self._own.pop(key, None)
        if sequence >= self._behind.get(key, sequence + 1):
            del self._behind[key]
            self._again(key)
        return News.OTHERS

    def found(self, key: Key, data: bytes) -> None:
        """What was fed last is this server's own."""
        self._own[key] = data

    def _stands(self, key: Key, sequence: int, data: bytes) -> None:
        seen = self._seen.get(key[0])
        if seen is not None and sequence > (seen.get(key[1]) or 0):
            seen.set(key[1], sequence)
        if key[0] == SERVER or data == FREED:
            self._own.pop(key, None)
        else:
            self._own[key] = data

    def _again(self, key: Key) -> None:
        if key in self._later and key not in self._sent and key not in self._behind:
            self._later.discard(key)
            self._ready[key] = None
