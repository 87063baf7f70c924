"""What is owed to those who are not here: it goes on when they are met again, by the numbers
that it had."""

from collections.abc import Callable

from twisted_chat.moments import NEVER
from twisted_chat.peer.contacts.line import Line
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
        self._outboxes: dict[str, Outbox] = {}

    def keep(self, fingerprint: str, outbox: Outbox) -> None:
        """Somebody is not here any more."""
        outbox.rewind()
        if len(outbox):
            self._outboxes[fingerprint] = outbox

    def take(self, fingerprint: str) -> Outbox:
        """What is owed to somebody who is here."""
        outbox = self._outboxes.pop(fingerprint, None)
        if outbox is not None:
            return outbox
        if (lines := self._kept.pop(fingerprint, None)) is None:
            return Outbox(self._next_epoch())
        return _restored(lines)


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
