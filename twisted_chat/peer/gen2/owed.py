"""What is owed to those who are not here: it goes on when they are met again, by the numbers
that it had."""

from collections.abc import Callable

from twisted_chat.moments import NEVER
from twisted_chat.peer.contacts.line import Line
from twisted_chat.peer.events.event import Someone
from twisted_chat.peer.events.kept import OwedTo
from twisted_chat.peer.gen2.outbox import Outbox, pieces_of
from twisted_chat.store.archive import Archive
from twisted_chat.store.records import OwedLine


class OwedWords:
    """Outboxes of those whom we do not know now, by fingerprint. What was owed when we were
    started comes from the archive."""

    def __init__(self, archive: Archive, next_epoch: Callable[[], int]) -> None:
        self._next_epoch = next_epoch
        self._kept: dict[str, list[OwedLine]] = {}
        for line in archive.kept.owed:
            self._kept.setdefault(line.fingerprint, []).append(line)
        self._outboxes: dict[str, tuple[Someone, Outbox]] = {}

    def keep(self, who: Someone, outbox: Outbox) -> None:
        """Somebody is not here any more."""
        outbox.rewind()
        if len(outbox):
            self._outboxes[who.fingerprint] = who, outbox

    def owed(self) -> list[OwedTo]:
        """What is owed to whom."""
        here = [owed_to(who, outbox.lines(), False) for who, outbox in self._outboxes.values()]
        for fingerprint, lines in self._kept.items():
            who = Someone(lines[0].name, fingerprint)
            here.append(OwedTo(who, len(lines), lines[0].time, False))
        return here

    def take(self, fingerprint: str) -> Outbox:
        """What is owed to somebody who is here."""
        if (gone := self._outboxes.pop(fingerprint, None)) is not None:
            return gone[1]
        if (lines := self._kept.pop(fingerprint, None)) is None:
            return Outbox(self._next_epoch())
        return _restored(lines)


def owed_to(who: Someone, lines: list[Line], linked: bool) -> OwedTo:
    """What of these is owed to somebody."""
    return OwedTo(who, len(lines), lines[0].time, linked)


def _restored(lines: list[OwedLine]) -> Outbox:
    """An outbox with these. That they are late is no news any more."""
    epoch = lines[-1].epoch  # There is one only: it is gone on with until nothing is owed.
    outbox = Outbox(epoch)
    for kept in lines:
        if kept.epoch != epoch:
            continue
        line = Line(kept.text, kept.speaker, kept.room, NEVER, 1, time=kept.time)
        pieces = pieces_of(line)
        for number, part in zip(kept.numbers, kept.parts, strict=True):
            if part < len(pieces):
                outbox.restore(number, pieces[part])
    return outbox
