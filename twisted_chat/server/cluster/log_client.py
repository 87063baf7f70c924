"""A client of NATS that hands entries of the log on as it reads them.

The library makes an object of each message, puts it into a queue and wakes a task for it, which
takes longer than all that a server does with an entry. Where a million of them are to be
read, that is half of the time. So those are taken out of what comes before it sees them.
"""

from collections.abc import Callable

from nats.aio.client import Client
from nats.protocol.parser import AWAITING_CONTROL_LINE, Parser

from twisted_chat.server.cluster.absences import AbsenceReader, Absences
from twisted_chat.server.cluster.nats_stream import before_sequence

Entries = Callable[[list[tuple[bytes, bytes, bytes]]], None]
"""Given, of each entry, its subject, the address for its acknowledgement, and what it says."""
Absent = Callable[[Absences, bytes], None]
"""Given names of those who are nowhere, and that address of the last."""
_CRLF = b"\r\n"
_VERBS = b"MSG ", b"HMSG "
"""How what comes for a subscription begins (the protocol of NATS). Then follow its subject, the
number of the subscription, where it is answered, the length of the headers, only in the
second, and that of all of it."""
_FIELDS = 5
"""So many there are without headers."""
_ACKNOWLEDGED_AT = b"$JS.ACK."
"""How the address begins at which an entry is answered: what has none, or another, is none."""
_STATUS = b"NATS/1.0 "
"""How the headers begin of what is a word of the stream itself, and no entry."""


class LogClient(Client):
    """`entries` is given each message to the subscription with the number `taken`, which is
    no word of the stream itself, in order, those that come together at once; `absent` is given
    those that say of names of `stream` that their holders are nowhere. All else is as in the
    library."""

    def __init__(self, stream: str, entries: Entries, absent: Absent) -> None:
        super().__init__()
        self.stream = stream.encode()
        self.entries = entries
        self.absent = absent
        self.taken = 0
        self._ps = self._entries = _EntryParser(self)

    def take(self, subscription: int) -> None:
        """Hand on from now on what comes for the subscription with this number."""
        self.taken = subscription
        self._entries.take(subscription)

    async def _process_msg(
        self, sid: int, subject: bytes, reply: bytes, data: bytes, headers: bytes
    ) -> None:
        if sid != self.taken or (headers and headers.startswith(_STATUS)):
            await super()._process_msg(sid, subject, reply, data, headers)
        else:
            self.entries([(subject, reply, data)])


class _EntryParser(Parser):
    """Takes whole entries at the beginning of what has come; the rest is for the library."""

    def __init__(self, client: LogClient) -> None:
        super().__init__(client)
        self._client = client
        self._subscription: bytes | None = None
        self._absences: AbsenceReader | None = None

    def take(self, subscription: int) -> None:
        """Look for entries with this subscription's number."""
        self._subscription = b"%d" % subscription
        self._absences = None

    async def parse(self, data: bytes = b"") -> None:
        """Read what has come."""
        self.buf.extend(data)
        if self._subscription is None or self.state != AWAITING_CONTROL_LINE:
            await super().parse()
            if self._subscription is None or self.state != AWAITING_CONTROL_LINE:
                return
        while self.buf:
            used, is_split = self._take(self._subscription, bytes(self.buf))
            del self.buf[:used]
            if is_split or not self.buf:
                return
            before = len(self.buf)
            await super().parse()
            if self.state != AWAITING_CONTROL_LINE or len(self.buf) == before:
                return

    def _take(self, subscription: bytes, came: bytes) -> tuple[int, bool]:
        """Hand entries on. Returns how many bytes they were, and whether one has come in
        part."""
        client, at = self._client, 0
        taken: list[tuple[bytes, bytes, bytes]] = []
        while True:
            if self._absences is not None:
                absences, last, at = self._absences.read(came, at)
                if absences is not None:
                    if taken:
                        client.entries(taken)
                        taken = []
                    client.absent(absences, last)
            entry, at, is_split = _entry(subscription, came, at)
            if entry is None:
                break
            taken.append(entry)
            if self._absences is None:
                first = before_sequence(entry[1])
                self._absences = AbsenceReader(client.stream, int(subscription), first)
        if taken:
            client.entries(taken)
        return at, is_split


def _entry(
    subscription: bytes, came: bytes, at: int
) -> tuple[tuple[bytes, bytes, bytes] | None, int, bool]:
    """The entry that stands at that place, if there is a whole one, the place behind it, and
    whether it has come in part."""
    # Split, and not matched with a pattern, which takes twice as long.
    begins = came.find(b"\n", at) + 1
    if not begins or not came.startswith(_VERBS, at):
        return None, at, False
    fields = came[at : begins - len(_CRLF)].split(b" ")
    if len(fields) < _FIELDS or fields[2] != subscription or not fields[-1].isdigit():
        return None, at, False
    if not fields[3].startswith(_ACKNOWLEDGED_AT):
        return None, at, False
    ends = begins + int(fields[-1])
    if ends + len(_CRLF) > len(came):
        return None, at, True
    if len(fields) > _FIELDS:  # With headers.
        if came.startswith(_STATUS, begins):
            return None, at, False
        begins += int(fields[4])
    return (fields[1], fields[3], came[begins:ends]), ends + len(_CRLF), False
