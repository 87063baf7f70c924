"""The addresses of the dialling end of a link, as they are told to the library.

The library follows an end to an address that it has not seen on this connection,
and to no other: one who comes back to where it was before would not be answered
there. So an address that is left and returned to is given another name, that of
one in the discard prefix (RFC 6666), for which the library validates the path anew.
"""

from typing import Any

from twisted_chat.addresses import Address, is_relayed
from twisted_chat.net.quic_bounds import RETURNED
from twisted_chat.net.quic_library import narrow, wide

_PREFIX = "100::"


class Paths:
    """`current` is where the other end is, `moves` how often it has moved."""

    __slots__ = ("_aliases", "_heard", "_left", "_name", "_names", "current", "moves")

    def __init__(self, first: Address, now: float) -> None:
        self.current = first
        self.moves = 0
        self._name = wide(first)
        self._names: dict[Address, Any] = {}  # Where it is not the address itself.
        self._left: tuple[Address, ...] = ()
        self._aliases: dict[str, Address] = {}
        if is_relayed(first):
            self._aliases[self._name[0]] = first
        self._heard = now

    def name(self, source: Address, now: float) -> Any:
        """What the library calls the address that a datagram came from."""
        if source == self.current:
            self._heard = now
            return self._name
        if source in self._left and now >= self._heard + RETURNED:
            # What was on its way from there when it left has arrived by now.
            self._left = tuple(one for one in self._left if one != source)
            alias = f"{_PREFIX}{len(self._aliases) + 1:x}"
            self._aliases[alias] = source
            self._names[source] = (alias, source[1], 0, 0)
        return self._names[source] if source in self._names else wide(source)

    def address(self, name: Any) -> Address:
        """Where something for this name of the library's is to be sent."""
        if name[0] in self._aliases:
            return self._aliases[name[0]]
        return narrow(name)

    def move(self, to: Address, now: float) -> None:
        """The other end is there now."""
        self._left += (self.current,)
        self._name = self.name(to, self._heard)
        self.current, self._heard = to, now
        self.moves += 1
