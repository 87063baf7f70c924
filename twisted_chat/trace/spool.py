"""What the analysis says, kept on disk until it is known which conversation it belongs to."""

import heapq
from array import array
from collections.abc import Iterator, Sequence

from twisted_chat.trace.pieces import Kept, Pieces
from twisted_chat.trace.report import ConversationSummary, Finding, Row
from twisted_chat.trace.rows import Rows

AT_ONCE = 5_000
"""Findings that gather before they go out, sorted by packet."""


class Spool:
    """A sink that can be read when the analysis is concluded, conversation by
    conversation. Without `with_bytes` its rows have neither frames nor headers.

    Every method raises NoRoom where the disk is full.
    """

    def __init__(self, *, with_bytes: bool) -> None:
        self._rows = Rows(with_bytes=with_bytes)
        self._findings = Findings()
        self._summaries = Pieces()
        self._concluded = array("q")
        self._absorbed: dict[int, list[int]] = {}
        self.row = self._rows.add
        self.begin = self._rows.begin
        self.finding = self._findings.add

    @property
    def found(self) -> int:
        """How many conversations there are."""
        return len(self._concluded)

    # --- As a sink

    def concluded(self, conversation: int, summary: ConversationSummary) -> None:
        self._concluded.append(conversation)
        about = (summary.kind, summary.hosts, summary.packets, summary.first, summary.last)
        self._summaries.write({conversation: [about]})

    def merged(self, conversation: int, into: int) -> None:
        gone = self._absorbed.pop(conversation, ())
        self._absorbed.setdefault(into, []).extend((conversation, *gone))

    # --- To be read

    def finish(self) -> None:
        """Everything has been said."""
        self._rows.flush()
        self._findings.flush()
        self._concluded = array("q", sorted(self._concluded, key=self._begins))

    def conversations(self) -> Iterator[tuple[int, ConversationSummary]]:
        """Those there are, the earliest first."""
        for number in self._concluded:
            (place,) = self._summaries.places(number)
            ((kind, hosts, packets, first, last),) = self._summaries.piece(place)
            yield number, ConversationSummary(kind, hosts, packets, first, last)

    def rows(self, conversation: int) -> Iterator[Row]:
        """Its packets in the order of the capture."""
        return self._rows.read(self._group(conversation))

    def longest(self, conversation: int) -> int:
        """Characters in the longest text about one of its packets."""
        return self._rows.longest(self._group(conversation))

    def findings(self, conversation: int) -> Iterator[Finding]:
        """What there is to say about it, by topic, and then by packet."""
        return self._findings.read(self._group(conversation))

    def close(self) -> None:
        """Forget everything."""
        for one in (self._rows, self._findings, self._summaries):
            one.close()

    def _group(self, conversation: int) -> Sequence[int]:
        """It and those that turned out to be parts of it."""
        return (conversation, *self._absorbed.get(conversation, ()))

    def _begins(self, conversation: int) -> int:
        return self._rows.first(self._group(conversation))


class Findings:
    """What is said of conversations. It is said late, so that it has to be sorted: each
    piece on disk is, and pieces are read together, each from when it is its turn."""

    def __init__(self) -> None:
        self._pieces = Pieces()
        self._waiting: dict[int, list[Kept]] = {}
        self._said = self._count = 0

    def add(self, conversation: int, finding: Finding) -> None:
        """One more, of whatever conversation."""
        self._said += 1
        packets = finding.packets
        number = packets[0] if packets else 0
        kept = number, self._said, finding.topic, finding.text, packets, finding.took
        self._waiting.setdefault(conversation, []).append(kept)
        self._count += 1
        if self._count >= AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Let go out what waits."""
        for waiting in self._waiting.values():
            waiting.sort()
        self._pieces.write(self._waiting)
        self._waiting.clear()
        self._count = 0

    def read(self, group: Sequence[int]) -> Iterator[Finding]:
        """Those of these conversations: topics in the order in which they came up, and
        in each those that name no packet first, then by packet."""
        begun: list[tuple[int, int]] = []
        topics: dict[str, int] = {}
        for one in group:
            for place in self._pieces.places(one):
                piece = self._pieces.piece(place)
                begun.append((piece[0][0], place))
                for _, said, topic, *_ in piece:
                    topics[topic] = min(said, topics.get(topic, said))
        begun.sort(reverse=True)
        for topic in sorted(topics, key=topics.__getitem__):
            for _, _, _, text, packets, took in self._of(topic, list(begun)):
                yield Finding(topic, text, packets, took)

    def _of(self, topic: str, to_come: list[tuple[int, int]]) -> Iterator[Kept]:
        going: list[tuple[Kept, Iterator[Kept]]] = []
        while going or to_come:
            while to_come and (not going or to_come[-1][0] <= going[0][0][0]):
                piece = iter(self._pieces.piece(to_come.pop()[1]))
                _onward(going, (one for one in piece if one[2] == topic))
            if going:
                kept, piece = heapq.heappop(going)
                yield kept
                _onward(going, piece)

    def close(self) -> None:
        """Forget everything."""
        self._pieces.close()


def _onward(going: list[tuple[Kept, Iterator[Kept]]], piece: Iterator[Kept]) -> None:
    following = next(piece, None)
    if following is not None:
        heapq.heappush(going, (following, piece))
