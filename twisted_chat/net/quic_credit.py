"""How much may be sent to an address that is not proven (RFC 9000, 8.1)."""

from collections.abc import Sequence

from twisted_chat.addresses import Address
from twisted_chat.net.quic_bounds import UNPROVEN_FACTOR


class Credit:
    """So many times the bytes that came from there."""

    __slots__ = ("_left",)

    def __init__(self) -> None:
        self._left = 0

    def came(self, datagrams: Sequence[bytes]) -> None:
        """These came from there."""
        self._left += UNPROVEN_FACTOR * sum(map(len, datagrams))

    def affordable(self, written: list[tuple[bytes, Address]]) -> list[tuple[bytes, Address]]:
        """Those of these datagrams that may be sent, which are paid for then."""
        sent = []
        for one in written:
            if len(one[0]) <= self._left:
                self._left -= len(one[0])
                sent.append(one)
        return sent
