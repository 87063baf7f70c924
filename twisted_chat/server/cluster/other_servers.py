"""Which other servers of a cluster there are, and how users of one that is gone are let go."""

from collections.abc import Callable, Iterator

from twisted_chat.addresses import Address
from twisted_chat.directory.directory import Directory, ServedBy, User
from twisted_chat.moments import NEVER
from twisted_chat.server.cluster.entries import ClusterServer
from twisted_chat.server.registry import Registry

ABSENCE = 20.0
"""Seconds that users of a server that is gone have to come back at another, until they are
let go: as long as peers look for a server that they know."""
SWEPT_AT_ONCE = 500
"""Users who are looked at in one go, when those of a server are let go."""
PAUSE = 0.001
"""Seconds until the next go."""


class OtherServers:
    """`there` are those that there are, by their numbers, and `me` is this one's. `wake` is
    when `tick` is due, as long as the log is reached."""

    def __init__(self, me: str, directory: Directory, registry: Registry) -> None:
        self._me = me
        self._directory = directory
        self._registry = registry
        self.there: dict[str, ClusterServer] = {}
        self.changed: Callable[[float], None] = lambda now: None
        """Is told that there are others than before, or that one is to be taken out."""
        self._gone: dict[str, float] = {}
        self._sweep: Iterator[User] | None = None
        self._swept: set[str] = set()
        self._next = NEVER

    @property
    def wake(self) -> float:
        if self._sweep is not None:
            return self._next
        return min(self._gone.values(), default=NEVER) + ABSENCE

    def said(self, server: str, entry: ClusterServer | None, now: float) -> None:
        """A server says that it is there, or has not for too long."""
        if server == self._me:
            return
        before = self.there.get(server)
        if entry is None:
            self.there.pop(server, None)
            self.named(server, now)
        else:
            self.there[server] = entry
            self._gone.pop(server, None)
            self._swept.discard(server)
        if entry != before:
            self.changed(now)

    def at(self, server: str) -> Address | None:
        """Where this one is, as long as it is there."""
        found = self.there.get(server)
        return None if found is None else found.address

    @property
    def addresses(self) -> tuple[Address, ...]:
        """Where those are that take in users."""
        return tuple(one.address for one in self.there.values() if not one.draining)

    def named(self, server: str, now: float) -> None:
        """Somebody is said to be at this server."""
        if server != self._me and server not in self.there:
            self._gone.setdefault(server, now)

    def begin_anew(self, now: float) -> None:
        """Nothing was known of them for a while."""
        self._gone = dict.fromkeys(self._gone, now)
        self._sweep = None

    def tick(self, now: float) -> None:
        """Let some of those go whose server is gone, and who have not come back."""
        if self._sweep is None:
            self._swept = {one for one, since in self._gone.items() if since + ABSENCE <= now}
            if not self._swept:
                return
            self._sweep = self._directory.users.read()
        for _ in range(SWEPT_AT_ONCE):
            user = next(self._sweep, None)
            if user is None:
                self._sweep = None
                for server in self._swept:
                    del self._gone[server]
                return
            if user.server in self._swept:
                self._registry.apply(ServedBy(user.who, ""), user.name, now)
                self._registry.depart(user, now)
        self._next = now + PAUSE
