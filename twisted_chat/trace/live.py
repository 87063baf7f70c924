"""Packets as they come: a line for each at once, and what they say together at the end."""

from collections.abc import Callable, Iterable, Sequence
from typing import TextIO

from twisted_chat.trace.report import ConversationSummary, Finding, Row
from twisted_chat.trace.spool import Spool
from twisted_chat.trace.table import LIVE, Table

ADDRESS = 21
"""Columns of an address: nobody knows which ones will come; longer ones move the rest."""
LONGEST = 1_000
"""Columns of a text; only a terminal has fewer."""


class Live:
    """A sink that prints rows, and keeps on disk what is said of conversations."""

    def __init__(
        self,
        output: TextIO,
        spool: Spool,
        columns: Sequence[str],
        *,
        width: int | None,
        below: Callable[[Row], Iterable[str]] | None,
    ) -> None:
        self._output = output
        self._spool = spool
        self._below = below
        self._table = Table(columns or LIVE, address=ADDRESS, what=LONGEST, width=width)
        self._start: int | None = None

    def row(self, conversation: int, row: Row) -> None:
        """The next packet; its time counts from the first that is shown."""
        if self._start is None:
            self._start = row.at
            self._output.write(f"{self._table.heading()}\n")
        self._spool.begin(conversation, row.number)
        self._output.write(f"{self._table.row(row, self._start)}\n")
        if self._below is not None:
            self._output.writelines(f"{line}\n" for line in self._below(row))
        self._output.flush()

    def finding(self, conversation: int, finding: Finding) -> None:
        self._spool.finding(conversation, finding)

    def concluded(self, conversation: int, summary: ConversationSummary) -> None:
        self._spool.concluded(conversation, summary)

    def merged(self, conversation: int, into: int) -> None:
        self._spool.merged(conversation, into)
