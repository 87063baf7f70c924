"""Those of generation 1: spoken to in datagrams, unencrypted, and shown as that."""

from dataclasses import dataclass, replace
from typing import Any

from twisted_chat.addresses import Address
from twisted_chat.names import folded
from twisted_chat.peer.acquaintances import MAX_PEERS
from twisted_chat.peer.audience import Standing
from twisted_chat.peer.effects import Effects
from twisted_chat.peer.events import said
from twisted_chat.peer.events.event import Someone, at
from twisted_chat.peer.namesakes import Namesakes
from twisted_chat.peer.speech import speak
from twisted_chat.rate import Rate
from twisted_chat.tally import Tally
from twisted_chat.wire.gen1 import NamedText
from twisted_chat.wire.gen2.contact import ContactInfo


@dataclass(eq=False, slots=True)
class PlainPeer:
    """Somebody without a key, known by nothing but an address."""

    contact: ContactInfo
    standing: Standing = Standing.NONE
    hears: bool = False
    blocked: bool = False
    ignored: bool = False
    withheld: bool = False
    """Whether it may be somebody who never asked for what is said."""
    awaited: bool = False
    """Whether it has yet to return to our room, and is not spoken to until then."""

    @property
    def who(self) -> Someone:
        """How to speak of it."""
        return Someone(self.contact.name, keyless=True)

    @property
    def fingerprint(self) -> str:
        return ""

    @property
    def address(self) -> Address:
        return self.contact.host, self.contact.port

    @property
    def barred(self) -> bool:
        """Whether nothing goes to it until the person says so."""
        return self.blocked or self.withheld or self.ignored

    @property
    def listening(self) -> bool:
        return self.hears and not self.barred and not self.awaited


class PlainPeers:
    """All of them, by address."""

    def __init__(self, effects: Effects, rate: float, burst: float, names: Namesakes[Any]) -> None:
        self._effects = effects
        self._names = names
        self._hearing = Rate(rate, burst)
        self._unheard = Tally()
        self.dropped = 0
        """Messages that came from where nobody is whom the server has named."""
        self._known: dict[Address, PlainPeer] = {}

    def at(self, address: Address) -> PlainPeer | None:
        """The one at an address."""
        return self._known.get(address)

    def all(self) -> list[PlainPeer]:
        return list(self._known.values())

    def meet(self, contact: ContactInfo, *, blocked: bool) -> PlainPeer | None:
        """Somebody is in our room, or introduced. None where there are too many."""
        address = (contact.host, contact.port)
        peer = self._known.get(address)
        if peer is None or folded(peer.contact.name) != folded(contact.name):
            if peer is None and len(self._known) >= MAX_PEERS:
                return None
            if peer is not None:
                self._names.discard(peer)
            peer = self._known[address] = PlainPeer(contact)
            self._names.add(peer)
        self._names.rename(peer, contact)
        peer.blocked = blocked
        return peer

    def forget(self, peer: PlainPeer) -> None:
        if self._known.get(peer.address) is peer:
            del self._known[peer.address]
            self._names.discard(peer)

    def say(self, name: str, text: str, listeners: list[PlainPeer]) -> None:
        for message in speak(name, text) if listeners else ():
            for peer in listeners:
                self._effects.send(message, peer.address)

    def heard(self, message: NamedText, source: Address, now: float) -> None:
        """Show a datagram of somebody whom the server has named, with what is certain
        of its sender: an address at most. All others are counted."""
        peer = self._known.get(source)
        if peer is None or peer.blocked or peer.standing is Standing.NONE:
            self.dropped += 1
            return
        if peer.ignored:
            return
        if not self._hearing.spend(source[0], now):
            if many := self._unheard.count("too many", now):
                last = replace(peer.who, address=at(source))
                self._effects.tell(said.TooManySaid(many, last))
            return
        text = message.text.removesuffix("\n").removesuffix("\r")
        same = folded(message.name) == folded(peer.contact.name)
        claims = "" if same else message.name
        in_room = peer.standing is Standing.MEMBER
        how = said.Unencrypted(at(source), claims, message.cut)
        self._effects.tell(said.Said(peer.who, text, in_room, how))
