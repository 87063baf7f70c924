"""What was said in rooms that had the name of one of ours before, as far as it still comes: each
line of it is shown once too, and handed on to nobody."""

from collections import OrderedDict
from functools import partial

from twisted_chat.peer.gen2.history.log import RoomLog
from twisted_chat.peer.gen2.log_sizes import MAX_HELD
from twisted_chat.store.archive import Archive
from twisted_chat.store.queries import LogFound, LogQuery, StoreAnswer
from twisted_chat.wire.gen2.history import RoomMessage

MOST = 8
"""Logs that are held, those of which something came last."""

_Which = tuple[str, str]
"""A casefolded name, and an origin."""


class FormerLogs:
    """Read from the archive when something of one comes."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._logs: OrderedDict[_Which, RoomLog] = OrderedDict()
        self._reading: set[_Which] = set()

    def hold(self, log: RoomLog) -> None:
        """This is that of a room that there is no longer."""
        self._logs[log.room, log.origin] = log
        while len(self._logs) > MOST:
            self._logs.popitem(last=False)

    def awaits(self, message: RoomMessage) -> bool:
        """Whether it shows in a moment what there is of the room of a message."""
        which = message.room, message.origin
        if which in self._logs or not self._archive.keeps:
            return False
        if which not in self._reading and len(self._reading) < MOST:
            self._reading.add(which)
            query = LogQuery(self._archive.room(message.room), message.origin, MAX_HELD)
            self._archive.ask(query, partial(self._read, which))
        return which in self._reading

    def _read(self, which: _Which, found: StoreAnswer | str, now: float) -> None:
        self._reading.discard(which)
        log = RoomLog(*which)
        if isinstance(found, LogFound):
            log.load(found.messages, found.before)
        self.hold(log)

    def log(self, message: RoomMessage) -> RoomLog:
        """That of the room of a message."""
        which = message.room, message.origin
        if which not in self._logs:
            self.hold(RoomLog(*which))
        self._logs.move_to_end(which)
        return self._logs[which]
