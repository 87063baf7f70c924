"""What is owed to those who are not here: it goes on when they are met again, by the numbers
that it had."""

from collections.abc import Callable

from twisted_chat.moments import NEVER
from twisted_chat.peer.contacts.line import Line
from twisted_chat.peer.events.event import Someone
from twisted_chat.peer.events.kept import OwedExpired, OwedTo
from twisted_chat.peer.gen2.outbox import Outbox, pieces_of, size_of_all
from twisted_chat.peer.gen2.outboxes import Outboxes
from twisted_chat.store.archive import Archive
from twisted_chat.store.records import Owed, OwedLine

KEPT_FOR = 30 * 86_400_000
"""Milliseconds from the last of them for which words are owed to somebody who does not come."""
MAX_PEOPLE = 1_000
"""Those to whom something is owed so. Of more, those go first to whom nothing private is owed, as
anybody can come into a room under many keys, and of these those to whom nothing was said for
longest."""
ALL = 2**62
"""A number above any that a message has."""


class OwedWords:
    """Outboxes of those whom we do not know now, by fingerprint. What was owed when we were
    started comes from the archive."""

    def __init__(self, archive: Archive, next_epoch: Callable[[], int]) -> None:
        self._archive = archive
        self._next_epoch = next_epoch
        self._kept: dict[str, list[OwedLine]] = {}
        for line in archive.kept.owed:
            self._kept.setdefault(line.fingerprint, []).append(line)
        # As it is asked with each who comes and goes, and there may be very many lines.
        every = self._kept.items()
        self._kept_last = {one: max(line.time for line in lines) for one, lines in every}
        self._kept_private = {line.fingerprint for line in archive.kept.owed if not line.room}
        self._outboxes: dict[str, tuple[Someone, Outboxes]] = {}
        self.changes = 1
        """How often something has begun, or ceased, to wait for somebody."""

    @property
    def until(self) -> int:
        """When the first of it is owed no more, in milliseconds since 1970: at once where it is
        owed to too many."""
        last = self._last()
        if len(last) > MAX_PEOPLE:
            return 0
        return min(last.values(), default=ALL) + KEPT_FOR

    def expire(self, time: int) -> list[OwedExpired]:
        """Owe no more what has waited for too long by then, or to too many."""
        last = self._last()
        oldest = sorted(last, key=last.__getitem__)
        over = {one for one in oldest if last[one] + KEPT_FOR <= time}
        if (too_many := len(last) - MAX_PEOPLE) > 0:
            over.update(sorted(oldest, key=self._is_private)[:too_many])
        return [self._give_up(one) for one in oldest if one in over]

    def _last(self) -> dict[str, int]:
        """When something was said last to each, by fingerprint."""
        found = {one: self._kept_last[one] for one in self._kept}
        found.update((one, outbox.latest) for one, (_, outbox) in self._outboxes.items())
        return found

    def _is_private(self, fingerprint: str) -> bool:
        """Whether something private is owed to somebody."""
        if (gone := self._outboxes.get(fingerprint)) is not None:
            return gone[1].private
        return fingerprint in self._kept_private

    def _give_up(self, fingerprint: str) -> OwedExpired:
        if (gone := self._outboxes.pop(fingerprint, None)) is not None:
            who, outbox = gone
            lines = outbox.lines()
            for line in lines:
                line.lost += 1
            for epoch in outbox.epochs:
                self._archive.arrived(fingerprint, epoch, ALL)
            return OwedExpired(who, len(lines), lines[0].text, lines[0].time)
        kept = self._kept.pop(fingerprint)
        for epoch in {line.epoch for line in kept}:
            self._archive.arrived(fingerprint, epoch, ALL)
        who = Someone(kept[0].name, fingerprint)
        return OwedExpired(who, len(kept), kept[0].text, kept[0].time)

    def keep(self, who: Someone, outbox: Outboxes) -> None:
        """Somebody is not here any more."""
        outbox.rewind()
        if len(outbox):
            self._outboxes[who.fingerprint] = who, outbox
            self.changes += 1

    def say(self, line: Line, who: Someone) -> None:
        """Accept a line for somebody who is not here, if there is room for it."""
        outbox, pieces = self.take(who.fingerprint), pieces_of(line)
        place = outbox.put(pieces, size_of_all(pieces))
        self.keep(who, outbox)
        if place is None:
            line.refused += 1
            return
        epoch, number = place
        for part in range(len(pieces)):
            line.owed.append(Owed(who.fingerprint, who.name, epoch, number + part, part))
        line.receivers += 1

    def private(self) -> list[Someone]:
        """Those to whom something is owed that is private, those to whom something was said last
        at the end."""
        every = self._kept.items()
        found = [Someone(lines[0].name, one) for one, lines in every if self._is_private(one)]
        found += [who for who, outbox in self._outboxes.values() if outbox.private]
        last = self._last()
        return sorted(found, key=lambda who: last[who.fingerprint])

    def gone(self) -> list[tuple[Someone, Outboxes]]:
        """Those to whom something was said since we were started, and who are not here."""
        return list(self._outboxes.values())

    def owed(self) -> list[OwedTo]:
        """What is owed to whom."""
        here = [owed_to(who, outbox.lines(), False) for who, outbox in self._outboxes.values()]
        for fingerprint, lines in self._kept.items():
            who = Someone(lines[0].name, fingerprint)
            here.append(OwedTo(who, len(lines), lines[0].time, False))
        return here

    def take(self, fingerprint: str) -> Outboxes:
        """What is owed to somebody who is here."""
        if (gone := self._outboxes.pop(fingerprint, None)) is not None:
            self.changes += 1
            return gone[1]
        outboxes = Outboxes(self._next_epoch)
        if (lines := self._kept.pop(fingerprint, None)) is not None:
            self.changes += 1
            outboxes.restore(_restored(lines))
        return outboxes


def owed_to(who: Someone, lines: list[Line], linked: bool) -> OwedTo:
    """What of these is owed to somebody."""
    return OwedTo(who, len(lines), lines[0].time, linked)


def _restored(lines: list[OwedLine]) -> list[Outbox]:
    """An outbox for each epoch of these. That they are late is no news any more."""
    boxes: dict[int, Outbox] = {}
    for kept in lines:
        line = Line(kept.text, kept.speaker, kept.room, NEVER, 1, time=kept.time)
        line.signed = kept.signed
        pieces = pieces_of(line)
        for number, part in zip(kept.numbers, kept.parts, strict=True):
            if part < len(pieces):
                boxes.setdefault(kept.epoch, Outbox(kept.epoch)).restore(number, pieces[part])
    return list(boxes.values())
