"""A conversation as a ladder: a line for each host, an arrow for each packet, time downwards."""

from collections.abc import Iterable, Iterator

from twisted_chat.addresses import Address
from twisted_chat.trace.report import ConversationSummary, Row, at
from twisted_chat.trace.table import cells, fit, seconds

LINES = 6
"""Hosts that get a line of their own; all others share one."""
NARROWEST, WIDEST = 28, 64
"""Columns between two lines."""
_AXIS = 22
"""Columns of the numbers of packets and of the times."""


class Ladder:
    """How a conversation is drawn on so many columns of a terminal."""

    def __init__(self, conversation: ConversationSummary, width: int) -> None:
        hosts = list(conversation.hosts)
        self._lines: dict[Address, int] = {
            address: min(index, LINES) for index, (address, _) in enumerate(hosts)
        }
        heads = [(at(address), name) for address, name in hosts[:LINES]]
        if len(hosts) > LINES:
            heads.append((f"{len(hosts) - LINES:,} others", ""))
        self._heads = heads
        gap = (width - _AXIS - 16) // max(1, len(heads) - 1)
        self._gap = min(max(gap, NARROWEST), WIDEST)

    def draw(self, rows: Iterable[Row], start: int) -> Iterator[str]:
        """The heads, and an arrow for each packet; times from `start`."""
        for part in (0, 1):
            words = [head[part] for head in self._heads]
            if any(words):
                axis = f"{'no':>6}{'time, s':>{_AXIS - 8}}" if part == 0 else ""
                yield self._head(axis, words)
        for row in rows:
            yield self._arrow(row, start)

    def _head(self, axis: str, words: list[str]) -> str:
        shown = "".join(fit(word, self._gap) for word in words[:-1]) + words[-1]
        return f"{axis:{_AXIS}}{shown}".rstrip()

    def _arrow(self, row: Row, start: int) -> str:
        source, destination = self._line(row.source), self._line(row.destination)
        text = row.verdict.whole
        if source == destination:
            body = self._bars(0, source + 1) + f"○ {text}"
            return self._axis(row, start) + body
        left, right = sorted((source, destination))
        room = (right - left) * self._gap - 1
        if cells(text) > room - 6:
            text = row.verdict.what
        label = f" {text} "
        label = label if cells(label) <= room - 4 else fit(label, room - 5) + " "
        shaft = label.join(_halves(room - 1 - cells(label)))
        arrow = f"{shaft}>" if source < destination else f"<{shaft}"
        lines = self._bars(0, left) + "│" + arrow + "│"
        rest = "".join(" " * (self._gap - 1) + "│" for _ in range(len(self._heads) - right - 1))
        return self._axis(row, start) + lines + rest

    def _axis(self, row: Row, start: int) -> str:
        return f"{row.number:>6}{seconds(row.at - start):>{_AXIS - 8}}  "

    def _bars(self, first: int, last: int) -> str:
        return ("│" + " " * (self._gap - 1)) * (last - first)

    def _line(self, address: Address) -> int:
        """Its line; a host that speaks ICMP stands where its chat does."""
        if address in self._lines:
            return self._lines[address]
        same = (line for (host, _), line in self._lines.items() if host == address[0])
        return next(same, len(self._heads) - 1)


def _halves(number: int) -> tuple[str, str]:
    return "─" * (number // 2), "─" * (number - number // 2)
