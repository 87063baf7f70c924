"""Whom a peer speaks to, and what it knows of their names."""

from collections import OrderedDict
from dataclasses import dataclass

from twisted_chat.addresses import Address
from twisted_chat.names import folded
from twisted_chat.peer.audience import Audience, Standing
from twisted_chat.peer.events.event import Someone, at
from twisted_chat.peer.events.talk import Part, Present
from twisted_chat.peer.ignored import Ignored

MAX_PEERS = 10_000
"""Addresses in a roster, and addresses whose names are remembered."""


@dataclass(eq=False, slots=True)
class Acquaintance:
    """Whoever is at an address."""

    address: Address
    standing: Standing = Standing.NONE
    hears: bool = False


class Acquaintances:
    """The roster of the room, those who were poked, and names by address.

    A new roster begins with a clear and comes entry by entry; until it has
    `settled`, those of the old one are still spoken to, so that nothing said
    in between is lost.
    """

    def __init__(self) -> None:
        self.audience: Audience[Acquaintance] = Audience(lambda one: one.address)
        self.ignored = Ignored()
        self._met: dict[Address, Acquaintance] = {}
        self._roster: dict[Address, None] = {}
        self._former: dict[Address, None] = {}
        self._announced: dict[Address, None] = {}
        self._by_server: OrderedDict[Address, str] = OrderedDict()
        self._by_claim: OrderedDict[Address, str] = OrderedDict()

    # --- Whom we speak to

    def everybody(self) -> list[Address]:
        return [one.address for one in self.audience.listeners() if not self.ignores(one.address)]

    def ignores(self, address: Address, claim: str = "") -> bool:
        """Whether whoever is there, under the name that it claims, is ignored."""
        known = self._by_server.get(address) or self._by_claim.get(address) or claim
        return self.ignored.holds(address, folded(known), folded(claim))

    def roster(self) -> list[Address]:
        return list(self._roster)

    def __contains__(self, address: Address) -> bool:
        return address in self._met

    def at(self, address: Address) -> Acquaintance | None:
        """The one with a standing who is there."""
        return self._met.get(address)

    def poke(self, address: Address) -> list[Address]:
        """Speak to who is there. Returns those whom we do not speak to any more."""
        if address not in self._met and len(self.audience.outside()) >= MAX_PEERS:
            return []
        return [one.address for one in self.audience.poke(self._meet(address))]

    def knock(self, address: Address, *, free: bool) -> bool:
        """Somebody of no standing speaks to us. Returns whether we speak to them now."""
        one = self._meet(address)
        self.audience.knock(one, free=free)
        if not one.hears:
            self._drop(one)
        return one.hears

    def end_knocks(self) -> list[Address]:
        """Speak no more to those who only knocked. Returns who that was."""
        return self._forget(self.audience.end_knocks())

    def begin_roster(self) -> None:
        self._former.update(self._roster)
        self._roster = {}

    def add_member(self, address: Address) -> None:
        if len(self._roster) < MAX_PEERS:
            self._roster[address] = None
            self.audience.came(self._meet(address))

    def settle(self, *, keep: bool = False) -> tuple[list[Address], list[Address]]:
        """The roster is whole. Returns who came and who went since it last was.

        With `keep`, those who are missing may still come: they are spoken to
        as before, and have not gone.
        """
        if not keep:
            for address in self._former:
                if address not in self._roster and address in self._met:
                    self._drop(self._met[address])
            self._former = {}
        stay = {**self._roster, **self._former}
        came = [address for address in self._roster if address not in self._announced]
        went = [address for address in self._announced if address not in stay]
        self._announced = stay
        return came, went

    def announce(self) -> list[Address]:
        """Those who came and are spoken to, also while the roster is not whole."""
        came = [address for address in self._roster if address not in self._announced]
        self._announced |= dict.fromkeys(came)
        return came

    def enter(self) -> list[Address]:
        """The roster is that of a room that we have joined. Returns those outside it
        whom we do not speak to any more."""
        self.settle()
        return self._forget(self.audience.enter(map(self._meet, self._roster)))

    def leave_room(self) -> None:
        self._roster, self._former, self._announced = {}, {}, {}
        for one in self.audience.members():
            self._drop(one)

    def stop(self) -> list[Address]:
        """Speak to nobody any more. Returns the members of the room, who are still heard."""
        self._forget(self.audience.stop())
        return [one.address for one in self.audience.members()]

    def turn_away(self, address: Address) -> bool:
        """Speak no more to somebody outside the room. False if they are not there."""
        one = self._met.get(address)
        if one is None or one.standing is Standing.MEMBER:
            return False
        self.audience.turn_away(one)
        self._drop(one)
        return True

    def _meet(self, address: Address) -> Acquaintance:
        return self._met.setdefault(address, Acquaintance(address))

    def _drop(self, one: Acquaintance) -> None:
        self.audience.drop(one)
        self._met.pop(one.address, None)

    def _forget(self, ended: list[Acquaintance]) -> list[Address]:
        """Those whom we do not speak to are strangers in generation 1."""
        for one in ended:
            self._drop(one)
        return [one.address for one in ended]

    def who(self) -> list[Present]:
        """Everybody with a standing, as `$who` shows them."""
        return [
            Present(who.name, self._part(one), who.address, encrypted=False)
            for one in self._met.values()
            for who in (self.called(one.address),)
        ] + [Present(name, Part.IGNORED) for name in self.ignored.names()]

    def _part(self, one: Acquaintance) -> Part:
        if self.ignores(one.address):
            return Part.IGNORED
        return Part.HEARS if one.hears else Part.ONLY_HEARD

    def find(self, name: str) -> list[Address]:
        """Where those with a standing are who are called this."""
        return [one for one in self._met if self.called(one).name.lower() == name.lower()]

    # --- What they are called

    def learn(self, address: Address, name: str) -> None:
        """The server says that this is the name of who is there."""
        _remember(self._by_server, address, name)

    def hear(self, address: Address, name: str) -> None:
        """Who is there calls itself this."""
        _remember(self._by_claim, address, name)

    def knows(self, address: Address) -> bool:
        return address in self._by_server

    def called(self, address: Address) -> Someone:
        """How to speak of who is there: by the name that the server knows, or that they
        give themselves, or else by their address."""
        name = self._by_server.get(address) or self._by_claim.get(address)
        return Someone(name) if name else Someone(address=at(address))

    def speaker(self, address: Address) -> tuple[Someone, str]:
        """How to introduce what is said from there, and the claimed name where the
        one that the server knows is another."""
        claim, known = self._by_claim.get(address, ""), self._by_server.get(address)
        other = claim and known and claim.lower() != known.lower()
        if claim and not other:
            return Someone(claim), ""
        return self.called(address), claim

    def is_member(self, address: Address) -> bool:
        """Whether who is there is in our room."""
        one = self._met.get(address)
        return one is not None and one.standing is Standing.MEMBER


def _remember(names: OrderedDict[Address, str], address: Address, name: str) -> None:
    names[address] = name
    names.move_to_end(address)
    if len(names) > MAX_PEERS:
        names.popitem(last=False)
