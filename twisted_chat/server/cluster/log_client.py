"""A client of NATS that hands entries of the log on as it reads them.

The library makes an object of each message, puts it into a queue and wakes a task for it, which
takes longer than all that a server does with an entry. Where a million of them are to be
read, that is half of the time. So those are taken out of what comes before it sees them.
"""

import re
from collections.abc import Callable

from nats.aio.client import Client
from nats.protocol.parser import AWAITING_CONTROL_LINE, Parser

Entries = Callable[[str, str, bytes], None]
"""Given the subject of an entry, the address for its acknowledgement, and what it says."""
_CRLF = 2
_STATUS = b"NATS/1.0 "
"""How the headers begin of what is a word of the stream itself, and no entry."""


class LogClient(Client):
    """`entries` is called for each message to the subscription with the number `taken`, which is
    no word of the stream itself, in order, and at once. All else is as in the library."""

    def __init__(self, entries: Entries) -> None:
        super().__init__()
        self.entries = entries
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
            self.entries(subject.decode(), reply.decode(), data)


class _EntryParser(Parser):
    """Takes whole entries at the beginning of what has come; the rest is for the library."""

    def __init__(self, client: LogClient) -> None:
        super().__init__(client)
        self._client = client
        self._entry: re.Pattern[bytes] | None = None

    def take(self, subscription: int) -> None:
        """Look for entries with this subscription's number."""
        # With headers or without (the protocol of NATS: HMSG and MSG).
        self._entry = re.compile(
            rb"H?MSG (\S+) %d (\$JS\.ACK\.\S+) (?:(\d+) )?(\d+)\r\n" % subscription
        )

    async def parse(self, data: bytes = b"") -> None:
        """Read what has come."""
        self.buf.extend(data)
        if self._entry is None or self.state != AWAITING_CONTROL_LINE:
            await super().parse()
            if self._entry is None or self.state != AWAITING_CONTROL_LINE:
                return
        while self.buf:
            used, is_split = self._entries(self._entry, bytes(self.buf))
            del self.buf[:used]
            if is_split or not self.buf:
                return
            before = len(self.buf)
            await super().parse()
            if self.state != AWAITING_CONTROL_LINE or len(self.buf) == before:
                return

    def _entries(self, pattern: re.Pattern[bytes], came: bytes) -> tuple[int, bool]:
        """Hand entries on. Returns how many bytes they were, and whether one has come in
        part."""
        match, entries, at, length = pattern.match, self._client.entries, 0, len(came)
        while (found := match(came, at)) is not None:
            subject, reply, headers, size = found.groups()
            begins = found.end()
            ends = begins + int(size)
            if ends + _CRLF > length:
                return at, True
            if headers is not None:
                if came.startswith(_STATUS, begins):
                    return at, False
                begins += int(headers)
            entries(subject.decode(), reply.decode(), came[begins:ends])
            at = ends + _CRLF
        return at, False
