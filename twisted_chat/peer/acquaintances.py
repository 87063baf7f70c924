"""Whom a peer speaks to, and what it knows of their names."""

from collections import OrderedDict

from twisted_chat.addresses import Address, host_and_port
from twisted_chat.display import safe
from twisted_chat.errors import NameRefused
from twisted_chat.names import MAX_NAME, key

MAX_PEERS = 10_000
"""Addresses in a roster, and addresses whose names are remembered."""


def shown_name(name: str) -> str:
    """A name as it is safe to show. What is no name by our rule stands in quotes."""
    try:
        key(name)
    except NameRefused:
        return f'"{safe(name[:MAX_NAME])}"'
    return name


class Acquaintances:
    """The roster of the room, those who were poked, and names by address.

    A new roster begins with a clear and comes entry by entry; until it has
    `settled`, those of the old one are still spoken to, so that nothing said
    in between is lost.
    """

    def __init__(self) -> None:
        self._roster: dict[Address, None] = {}
        self._former: dict[Address, None] = {}
        self._poked: dict[Address, None] = {}
        self._announced: dict[Address, None] = {}
        self._by_server: OrderedDict[Address, str] = OrderedDict()
        self._by_claim: OrderedDict[Address, str] = OrderedDict()

    # --- Whom we speak to

    def everybody(self) -> list[Address]:
        return list({**self._roster, **self._former, **self._poked})

    def roster(self) -> list[Address]:
        return list(self._roster)

    def __contains__(self, address: Address) -> bool:
        return address in self._roster or address in self._former or address in self._poked

    def poke(self, address: Address) -> None:
        if len(self._poked) < MAX_PEERS:
            self._poked[address] = None

    def begin_roster(self) -> None:
        self._former.update(self._roster)
        self._roster = {}

    def add_member(self, address: Address) -> None:
        if len(self._roster) < MAX_PEERS:
            self._roster[address] = None

    def settle(self, *, keep: bool = False) -> tuple[list[Address], list[Address]]:
        """The roster is whole. Returns who came and who went since it last was.

        With `keep`, those who are missing may still come: they are spoken to
        as before, and have not gone.
        """
        if not keep:
            self._former = {}
        stay = {**self._roster, **self._former}
        came = [address for address in self._roster if address not in self._announced]
        went = [address for address in self._announced if address not in stay]
        self._announced = stay
        return came, went

    def leave_room(self) -> None:
        self._roster, self._former, self._announced = {}, {}, {}

    def drop_everybody(self) -> None:
        self.leave_room()
        self._poked = {}

    # --- What they are called

    def learn(self, address: Address, name: str) -> None:
        """The server says that this is the name of who is there."""
        _remember(self._by_server, address, name)

    def hear(self, address: Address, name: str) -> None:
        """Who is there calls itself this."""
        _remember(self._by_claim, address, name)

    def knows(self, address: Address) -> bool:
        return address in self._by_server

    def called(self, address: Address) -> str:
        """How to speak of who is there."""
        name = self._by_server.get(address) or self._by_claim.get(address)
        return shown_name(name) if name else f"somebody at {host_and_port(*address)}"

    def speaker(self, address: Address) -> str:
        """How to introduce what is said from there: by the claimed name, and
        by the one the server knows where that is another."""
        claim, known = self._by_claim.get(address, ""), self._by_server.get(address)
        name = shown_name(claim) if claim else self.called(address)
        if claim and known and claim.lower() != known.lower():
            name = f"{name} (registered as {shown_name(known)})"
        return name


def _remember(names: OrderedDict[Address, str], address: Address, name: str) -> None:
    names[address] = name
    names.move_to_end(address)
    if len(names) > MAX_PEERS:
        names.popitem(last=False)
