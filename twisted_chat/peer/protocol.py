"""A UDP peer between a face and a UDP port."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

from msgspec.structs import replace
from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IReactorTime
from twisted.internet.protocol import DatagramProtocol

from twisted_chat.addresses import Address
from twisted_chat.alarm import Alarm
from twisted_chat.errors import WireError
from twisted_chat.events import Event
from twisted_chat.links import (
    Abandon,
    AskAll,
    Carrier,
    CloseLink,
    Dial,
    Link,
    LinkEffect,
    RelayOver,
    SendFrames,
    Validate,
)
from twisted_chat.moments import NEVER
from twisted_chat.peer.commands import Typed
from twisted_chat.peer.effects import (
    AskStore,
    Effect,
    Finish,
    Resolve,
    Send,
    SendProbe,
    StoreOff,
    StoreRecords,
)
from twisted_chat.store.queries import StoreAnswer, StoreQuery
from twisted_chat.store.records import Kept
from twisted_chat.store.state import StoreState
from twisted_chat.wire.gen1 import MAX_DATAGRAM, NamedText, cut, parse_answer
from twisted_chat.wire.gen2.datagrams import ProbeKind
from twisted_chat.wire.gen2.signs import OF_A_SERVER

OF_PEERS = (*(kind.value for kind in ProbeKind), *OF_A_SERVER)
"""The first bytes of the datagrams beside QUIC and text that a peer takes."""

LookUp = Callable[[Address], "Deferred[list[Address]]"]


class Face(Protocol):
    """Where a person, or a program, learns what happens, and says what it wants."""

    def show(self, event: Event) -> None:
        """Tell of an event."""

    def listen(self, wanted: bool) -> None:
        """Read what is typed, or let it wait."""

    def close(self) -> None:
        """Show what is still to be shown, and close."""


class StoreKeeper(Protocol):
    """Keeps what is said, and looks it up."""

    def write(self, records: list[tuple[int, Kept]]) -> None:
        """Keep these; `stored` is told the numbers of those that have one."""

    def ask(self, number: int, query: StoreQuery) -> None:
        """Look this up; `found` is told by the number."""

    def into_memory(self) -> None:
        """Go on without the disk."""


def _to_nobody(event: Event) -> None:
    """What there is to tell while nobody is there is told to nobody."""


def _nowhere(place: Address) -> "Deferred[list[Address]]":
    return succeed([])


class Peer(DatagramProtocol):
    """Carries out what its session decides, which is made for a UDP port. `look_up` finds the
    addresses of a place, later. `finished` fires with the exit status."""

    transport: Any
    noisy = False

    def __init__(
        self,
        make_session: Callable[[int], Any],
        clock: IReactorTime,
        look_up: LookUp = _nowhere,
    ) -> None:
        self._make_session = make_session
        self._clock = clock
        self._look_up = look_up
        self._looking_up = False
        self.first: list[Typed] = []
        """What the person wants before anything that is typed."""
        self._face: Face | None = None
        self._tell: Callable[[Event], object] = _to_nobody
        self._alarm = Alarm(clock, self._tick)
        self._settling = Alarm(clock, self._settle)
        self._ways: dict[type[Effect], Callable[[Any], object]] = {
            Send: self._send,
            Finish: self._finish,
            Resolve: self._resolve,
            StoreRecords: self._store,
            AskStore: self._ask_store,
            StoreOff: self._store_off,
        }
        self.keeper: StoreKeeper | None = None
        """Keeps what is said; None where nothing is kept."""
        self._status: int | None = None
        self.over: Deferred[None] = Deferred()
        """Fires when everything is decided; what was sent last may still be on its way out."""
        self.finished: Deferred[int] = Deferred()

    # --- The network

    def startProtocol(self) -> None:
        self._session: Any = self._make_session(self.transport.getHost().port)

    def stopProtocol(self) -> None:
        self._alarm.stop()
        self._settling.stop()

    def datagramReceived(self, datagram: bytes, addr: Address) -> None:
        try:
            message = parse_answer(datagram if len(datagram) <= MAX_DATAGRAM else cut(datagram))
        except WireError:
            return
        if len(datagram) > MAX_DATAGRAM:
            if not isinstance(message, NamedText):
                return
            message = replace(message, cut=True)
        self._carry_out(self._session.heard(message, addr, self._clock.seconds()))

    @property
    def port(self) -> int:
        """Our own, while we listen."""
        port: int = self.transport.getHost().port
        return port

    def network_changed(self, hosts: Sequence[str]) -> None:
        """This machine's addresses, which are these now, or its ways to others, have changed."""
        own = tuple((host, self.port) for host in hosts)
        self._carry_out(self._session.network_changed(own, self._clock.seconds()))

    def mapped(self, outside: Address | None) -> None:
        """Our own router leads this address to us now, or none."""
        self._carry_out(self._session.mapped(outside, self._clock.seconds()))

    # --- The person

    def attached(self, face: Face) -> None:
        self._face, self._tell = face, face.show
        self._carry_out(self._session.start(self._clock.seconds()))
        self.typed(self.first)

    def typed(self, todos: Sequence[Typed]) -> None:
        """The person has typed this, one after the other."""
        self._carry_out(self._session.typed(todos, self._clock.seconds()))

    def ended(self) -> None:
        self._carry_out(self._session.ended(self._clock.seconds()))

    def detached(self) -> None:
        self._face, self._tell = None, _to_nobody
        if self._status is None:
            self.interrupt()
        elif not self.finished.called:
            self.finished.callback(self._status)

    @property
    def session(self) -> Any:
        """The one whose decisions are carried out, to look at."""
        return self._session

    def interrupt(self) -> None:
        """The process is being ended: `over` fires soon."""
        self._carry_out(self._session.interrupted(self._clock.seconds()))

    # --- Effects

    def _carry_out(self, effects: list[Effect]) -> None:
        for effect in effects:
            self._ways.get(type(effect), self._tell)(effect)
        if self._settling.due == NEVER:
            self._settling.set_in(0)

    def _settle(self) -> None:
        """See what is due next, once a turn, however much has happened in it."""
        if self._face is not None:
            self._face.listen(self._session.wants_input)
        self._alarm.set(self._session.wake)

    def _send(self, effect: Send) -> None:
        self.transport.write(effect.message.encode(), effect.to)

    def _finish(self, effect: Finish) -> None:
        if self._status is None:
            self._status = effect.status
            self.over.callback(None)
            if self._face is not None:
                self._face.close()  # Which is over when everything is shown.
            else:
                self.finished.callback(effect.status)

    def _resolve(self, effect: Resolve) -> None:
        if not self._looking_up:
            self._looking_up = True
            self._look_up(effect.place).addCallback(self._resolved)

    def _resolved(self, addresses: list[Address]) -> None:
        self._looking_up = False
        self._session.resolved(addresses)

    # --- The store

    def stored(self, numbers: list[int]) -> None:
        """These are kept."""
        self._carry_out(self._session.stored(numbers, self._clock.seconds()))

    def found(self, number: int, found: StoreAnswer | str) -> None:
        """This was looked up, or cannot be, for this reason."""
        self._carry_out(self._session.found(number, found, self._clock.seconds()))

    def store_is(self, state: StoreState, why: str) -> None:
        """It is so with the store."""
        self._carry_out(self._session.store_is(state, why, self._clock.seconds()))

    def _store(self, effect: StoreRecords) -> None:
        if self.keeper is not None:
            self.keeper.write(effect.records)

    def _ask_store(self, effect: AskStore) -> None:
        if self.keeper is not None:
            self.keeper.ask(effect.number, effect.query)

    def _store_off(self, effect: StoreOff) -> None:
        if self.keeper is not None:
            self.keeper.into_memory()

    def _tick(self) -> None:
        self._carry_out(self._session.tick(self._clock.seconds()))


class LinkedPeer(Peer):
    """A peer that has links. `carrier` is who carries them."""

    carrier: Carrier

    def __init__(
        self,
        make_session: Callable[[int], Any],
        clock: IReactorTime,
        look_up: LookUp = _nowhere,
    ) -> None:
        super().__init__(make_session, clock, look_up)
        links = (SendFrames, CloseLink, Dial, Abandon, RelayOver, Validate, AskAll)
        self._ways |= {**dict.fromkeys(links, self._perform), SendProbe: self._send_probe}

    def opened(self, link: Link) -> None:
        self._carry_out(self._session.opened(link, self._clock.seconds()))

    def received(self, link: Link, messages: Iterable[bytes]) -> None:
        self._carry_out(self._session.received(link, messages, self._clock.seconds()))

    def taken(self, link: Link) -> None:
        """Nothing: what is said waits for its acknowledgement, not for the link."""

    def moved(self, link: Link) -> None:
        self._carry_out(self._session.moved(link, self._clock.seconds()))

    def doubted(self, link: Link) -> None:
        self._carry_out(self._session.doubted(link, self._clock.seconds()))

    def lost(self, link: Link, why: str) -> None:
        self._carry_out(self._session.lost(link, why, self._clock.seconds()))

    def dial_failed(self, address: Address, fingerprint: str, why: str, found: str) -> None:
        now = self._clock.seconds()
        self._carry_out(self._session.dial_failed(address, fingerprint, why, found, now))

    def probed(self, datagram: bytes, source: Address) -> None:
        """A probe, or an answer to one, or what a server sends so, came from an address."""
        self._carry_out(self._session.probed(datagram, source, self._clock.seconds()))

    def _send_probe(self, effect: SendProbe) -> None:
        write = self.transport.write_near if effect.opens else self.transport.write
        write(effect.datagram, effect.to)

    def _perform(self, effect: LinkEffect) -> None:
        self.carrier.perform(effect)
