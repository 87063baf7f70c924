"""What the other end of a link has the library do, beyond what a link needs.

A frame of nine bytes that asks whether a path is open (PATH_CHALLENGE) has an answer in a
datagram of its own, and one that replaces a connection id has another one used from then on:
a datagram holds over a hundred of the first and thirty of the second, and each costs the
library as much as a whole datagram. What is in a datagram only the library sees, so it is
judged by what it writes.
"""

from twisted_chat.addresses import Address
from twisted_chat.net.quic_bounds import (
    ELSEWHERE_FACTOR,
    LEAST_LONG_HEADER,
    MOST_IDS,
    SMALL,
    UNASKED,
)

Sent = list[tuple[bytes, Address]]


class Excess:
    """Counts, and says `why` a link is to end, once it is."""

    __slots__ = ("_came", "_elsewhere", "_id", "_id_bytes", "_ids", "why")

    def __init__(self) -> None:
        self.why: str | None = None
        self._came = 0  # Datagrams since something was written.
        self._elsewhere = 0  # Datagrams that may go to where the other end may be.
        self._id_bytes = 0  # Of the other end's first id.
        self._id = b""
        self._ids = 0

    def came(self, count: int, *, elsewhere: bool) -> None:
        """So many datagrams came from the other end, or from `elsewhere`, as its own."""
        self._came += count
        if elsewhere:
            self._elsewhere += ELSEWHERE_FACTOR * count

    def pass_on(self, written: Sent, current: Address) -> Sent:
        """Those of what the library has written that are to be sent to the other end, which
        is at its `current` address, or may be elsewhere."""
        small, most = 0, self._came + UNASKED
        self._came = 0
        sent = []
        for datagram, address in written:
            self._note_id(datagram)
            small += len(datagram) <= SMALL
            if small > most:
                self.why = "it has asked for too many answers"
                break
            if address != current:
                if not self._elsewhere:
                    continue
                self._elsewhere -= 1
            sent.append((datagram, address))
        return sent

    def _note_id(self, datagram: bytes) -> None:
        """See which connection id of the other end this is for (RFC 9000, 17.2 and 17.3)."""
        if datagram[0] >= LEAST_LONG_HEADER:
            self._id_bytes = datagram[5]
            return
        identifier = datagram[1 : 1 + self._id_bytes]
        if identifier != self._id:
            self._id = identifier
            self._ids += 1
            if self._ids > MOST_IDS:
                self.why = "it has changed its connection id too often"
