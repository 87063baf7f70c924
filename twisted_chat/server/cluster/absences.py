"""Names of those who are nowhere, as they stand one after the other in what NATS sends.

Nearly all that a new server reads of a log is that, and there may be a million of them. So each
such message is matched as a whole, and what was found is kept in columns, each of which is made
in one go.
"""

import re
from collections.abc import Iterable, Sequence

from msgspec import Struct

from twisted_chat.server.cluster.entries import NAME, read_token
from twisted_chat.server.cluster.replica import Logged

_MESSAGE = (
    rb"HMSG %b\.n\.([0-9A-Za-z_-]+) %d (%b([0-9]+)\.[^ ]+) ([0-9]+) ([0-9]+)\r\n"
    rb"(NATS/1\.0\r\n[^\r]*\r\n\r\n)"
    # As `NameEntry` encodes it; whatever looks otherwise is for `read_entry`.
    rb'(\{"k":"([0-9a-f]+)","w":"([0-9A-Za-z.:]*)","t":([0-9]+(?:\.[0-9]+)?)\})\r\n'
)


class Absences(Struct, frozen=True):
    """Entries of the log, in its order, that say of names that their holders are nowhere: the
    names, casefolded, the numbers of the entries, and what stands there; whose the names are, from
    which sites they went, and when (seconds since 1970)."""

    names: Sequence[str]
    sequences: Sequence[int]
    data: Sequence[bytes]
    fingerprints: Sequence[str]
    sites: Sequence[str]
    since: Sequence[float]

    def entries(self) -> Iterable[Logged]:
        """The same, one by one."""
        for name, sequence, data in zip(self.names, self.sequences, self.data, strict=True):
            yield Logged((NAME, name), sequence, data)


class AbsenceReader:
    """Of one subscription to a stream; `acknowledged` is how the address begins at which its
    entries are acknowledged, up to their numbers."""

    def __init__(self, stream: bytes, subscription: int, acknowledged: bytes) -> None:
        pattern = _MESSAGE % (re.escape(stream), subscription, re.escape(acknowledged))
        self._match = re.compile(pattern).match

    def read(self, came: bytes, at: int) -> tuple[Absences | None, bytes, int]:
        """Take what stands at that place. Returns it, or None, the address for the last one's
        acknowledgement, and the place behind it."""
        rows, begins, match = [], at, self._match
        while (found := match(came, at)) is not None:
            rows.append(found.groups())
            at = found.end()
        if not rows:
            return None, b"", begins
        tokens, replies, numbers, before, in_all, headers, data, keys, sites, since = zip(
            *rows, strict=True
        )
        lengths = list(map(len, headers))
        if list(map(int, before)) != lengths or list(map(int, in_all)) != [
            one + len(other) for one, other in zip(lengths, data, strict=True)
        ]:
            return None, b"", begins
        try:
            names = list(map(read_token, tokens))
        except ValueError:
            return None, b"", begins
        absences = Absences(
            names,
            list(map(int, numbers)),
            data,
            b" ".join(keys).decode("ascii").split(" "),
            b" ".join(sites).decode("ascii").split(" "),
            list(map(float, since)),
        )
        return absences, replies[-1], at
