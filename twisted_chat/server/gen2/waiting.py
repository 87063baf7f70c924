"""Those who wait for others, who are not here, and are told when these come."""

from collections import OrderedDict
from collections.abc import Mapping
from typing import Literal, Protocol

from twisted_chat.directory.directory import KeyHolder
from twisted_chat.server.gen2.send_queue import LinkQueue
from twisted_chat.server.gen2.sessions import LinkSession
from twisted_chat.wire.gen2.waiting import UserHere

AWAITED_BY_ONE = 64
"""Those for whom one user waits, the latest."""
WAITING = 100_000
"""Waits in all: with more, the one who has not asked for longest waits for one less."""


class Holders(Protocol):
    """Users that have a key, by fingerprint."""

    def get(self, key: str, /) -> KeyHolder | None: ...


class WaitingUsers:
    """Each wait ends when the other one has come, and with the one who waits. `registered` are
    the sessions of users, and `holders` the users, by fingerprint."""

    def __init__(
        self,
        registered: Mapping[str, LinkSession],
        holders: Holders,
        queue: LinkQueue,
    ) -> None:
        self._registered = registered
        self._holders = holders
        self._queue = queue
        self._awaited: OrderedDict[str, OrderedDict[str, None]] = OrderedDict()
        """For whom each waits."""
        self._waiting: dict[str, dict[str, None]] = {}
        """Who waits for each."""
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __bool__(self) -> Literal[True]:
        return True

    def wait(self, asker: str, awaited: str) -> None:
        """One wants to know when another is here, by their fingerprints."""
        if asker == awaited:
            return
        self._drop(asker, awaited)
        theirs = self._awaited.setdefault(asker, OrderedDict())
        theirs[awaited] = None
        self._awaited.move_to_end(asker)
        self._waiting.setdefault(awaited, {})[asker] = None
        self._count += 1
        if len(theirs) > AWAITED_BY_ONE:
            self._drop(asker, next(iter(theirs)))
        if self._count > WAITING:
            oldest = next(iter(self._awaited))
            self._drop(oldest, next(iter(self._awaited[oldest])))
        self.came(awaited)

    def came(self, fingerprint: str) -> None:
        """Somebody may be here now: those who wait for them are told, if so."""
        if fingerprint not in self._waiting:
            return
        user = self._holders.get(fingerprint)
        if user is None or not (user.server or fingerprint in self._registered):
            return
        here = UserHere(user.name, fingerprint).encode()
        for asker in list(self._waiting[fingerprint]):
            self._drop(asker, fingerprint)
            if (session := self._registered.get(asker)) is not None:
                self._queue.send(session, here)

    def left(self, fingerprint: str) -> None:
        """Somebody is gone, and waits for nobody any more."""
        for awaited in list(self._awaited.get(fingerprint, ())):
            self._drop(fingerprint, awaited)

    def _drop(self, asker: str, awaited: str) -> None:
        theirs = self._awaited.get(asker)
        if theirs is None or awaited not in theirs:
            return
        self._count -= 1
        del theirs[awaited], self._waiting[awaited][asker]
        if not theirs:
            del self._awaited[asker]
        if not self._waiting[awaited]:
            del self._waiting[awaited]
