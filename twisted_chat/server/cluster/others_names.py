"""What others say of names of which this server has nothing to say, in the shortest way, as nearly
all is that which is read in the beginning, perhaps a million."""

from collections.abc import Callable

from twisted_chat.server.cluster.entries import NAME, NameEntry, NoEntry, read_entry
from twisted_chat.server.cluster.follower import Follower
from twisted_chat.server.cluster.other_servers import OtherServers
from twisted_chat.server.cluster.replica import Logged, Replica
from twisted_chat.server.cluster.wanted import Wanted


class OthersNames:
    """Has `follower` carry out what is said; `damaged` is told of what is no entry."""

    def __init__(
        self,
        wanted: Wanted,
        replica: Replica,
        follower: Follower,
        others: OtherServers,
        damaged: Callable[[str], None],
    ) -> None:
        self._wanted = wanted
        self._replica = replica
        self._follower = follower
        self._others = others
        self._damaged = damaged

    def read(self, logged: Logged, now: float, wall: float) -> bool:
        """This is said of a name. False, and nothing has happened, if this server has written
        what stood there, is to write something, or somebody waits for it."""
        key, replica = logged.key, self._replica
        if self._wanted.concerns(key) or replica.concerns(key):
            return False
        if not replica.read(logged):
            return True
        what = key[1]
        try:
            entry = read_entry(NAME, logged.data)
            assert entry is None or isinstance(entry, NameEntry)
            if entry is not None and entry.server:
                self._others.named(entry.server, now)
            wants = self._follower.name(what, entry, None, wall, now)
        except (NoEntry, ValueError) as wrong:
            self._damaged(f"{NAME} {what}: {wrong}")
            return True
        if wants:
            replica.want(key)
        else:
            replica.content(key)
        return True
