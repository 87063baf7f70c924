"""QUIC that belongs to no connection: what opens one, and what is left of one that is gone."""

from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from twisted_chat.addresses import Address
from twisted_chat.identity.keys import Identity
from twisted_chat.moments import NEVER
from twisted_chat.net import quic_bounds as bounds
from twisted_chat.net.quic_links import PortLinks
from twisted_chat.net.quic_retry import TOKENS, Retries, read_initial
from twisted_chat.net.quic_stateless import Resets, may_be_short, version_negotiation
from twisted_chat.rate import Rate

if TYPE_CHECKING:
    from twisted_chat.net.quic_connection import LinkConnection


class Newcomers:
    """Lets in those whose address is validated, by a token or before, and answers all others,
    without keeping anything of them. Where the port does not accept links nothing is answered."""

    def __init__(
        self,
        own: Identity,
        links: PortLinks,
        resets: Resets,
        write: Callable[[bytes, Address], object],
        time_of_day: Callable[[], float],
        *,
        accepts: bool,
    ) -> None:
        self._links = links
        self._write = write
        self._time_of_day = time_of_day
        self._accepts = accepts
        self._retries = Retries(own.secret(TOKENS))
        self._resets = resets
        self._validated: OrderedDict[Address, float] = OrderedDict()
        """Until when."""
        self._begun: WeakValueDictionary[tuple[Address, bytes], LinkConnection]
        self._begun = WeakValueDictionary()
        """Those that were opened without a Retry, to an id that the other end has chosen: it goes
        on by that until it knows ours. A text may begin like such an id, so that they are looked
        for by long headers alone."""
        self._retried: tuple[Address, bytes, float] | None = None
        """Who was sent the latest Retry, and when."""
        self._asked = Rate(bounds.RETRIES, bounds.RETRIES_AT_ONCE, bounds.SITES)
        self._answered = Rate(bounds.ANSWERS, bounds.ANSWERS_AT_ONCE, bounds.SITES)

    def validate(self, address: Address, now: float) -> None:
        """One link that is opened from this address needs no Retry."""
        self._validated[address] = now + bounds.VALID_FOR
        self._validated.move_to_end(address)
        if len(self._validated) > bounds.VALID:
            self._validated.popitem(last=False)

    def opens(self, datagram: bytes, source: Address, now: float) -> "LinkConnection | None":
        """The connection that a long header of our version opens, if it does."""
        initial = read_initial(datagram) if self._accepts else None
        if initial is None:
            self._links.count("QUIC for nobody here", source)
            return None
        if not initial.token:
            which = source, initial.destination
            if (begun := self._begun.get(which)) is not None:
                return begun
            if self._validated.pop(source, -NEVER) > now:
                taken = self._links.accept(source, initial.destination, None)
                if taken is not None:
                    self._begun[which] = taken
                return taken
            if self._retried == (*which, now):
                return None  # Its ClientHello takes several datagrams: one Retry is for all.
            self._retried = (*which, now)
            # As everybody begins: nothing to tell of.
            if not self._asked.spend(source[0], now):
                self._links.count("an address to be validated too often", source)
                return None
            self._links.tally.count("an address to be validated", now)
            self._write(self._retries.packet(initial, source, self._time_of_day()), source)
            return None
        original = self._retries.original(initial, source, self._time_of_day())
        if original is None:
            self._links.count("a token that is not good", source)
            return None
        return self._links.accept(source, original, initial.destination)

    def are_quic(self, datagram: bytes, source: Address, now: float) -> bool:
        """Whether this is QUIC though it belongs to no connection; then it is seen to."""
        if may_be_short(datagram):
            if dialled := self._links.dialled(source):
                for connection in list(dialled):  # Which know whether it is their reset.
                    self._links.receive(connection, [datagram], source, now)
            elif self._accepts:
                self._answer("a link that is gone", self._resets.packet(datagram), source, now)
            else:
                return False
            return True
        answer = version_negotiation(datagram) if self._accepts else None
        if answer is None:
            return False
        self._answer("another version of QUIC", answer, source, now)
        return True

    def _answer(self, category: str, answer: bytes, source: Address, now: float) -> None:
        self._links.tally.count(category, now)
        if self._answered.spend(source[0], now):
            self._write(answer, source)
