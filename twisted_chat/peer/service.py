"""Assembly of a UDP peer: `udpchat HOST PORT`."""

import os
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from msgspec import Struct
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IProtocol
from twisted.internet.protocol import DatagramProtocol
from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThreadPool

from twisted_chat.addresses import host_and_port
from twisted_chat.gateway.service import GatewayService
from twisted_chat.identity.keys import Identity
from twisted_chat.identity.room_messages import Signer
from twisted_chat.net.batched import datagram_port
from twisted_chat.net.keylog import keylog_file
from twisted_chat.net.own_network import OwnNetwork, own_hosts
from twisted_chat.net.port import BoundedPort
from twisted_chat.net.quic_bounds import LARGEST_DATAGRAM
from twisted_chat.net.quic_port import QuicPort
from twisted_chat.net.resolve import everywhere, look_up_later
from twisted_chat.net.service import DatagramService
from twisted_chat.peer.gen2.credentials import Credentials
from twisted_chat.peer.gen2.known_keys import Memory
from twisted_chat.peer.negotiation import Negotiation
from twisted_chat.peer.protocol import OF_PEERS, LinkedPeer, Peer
from twisted_chat.peer.session import Session
from twisted_chat.peer.whereabouts import Whereabouts
from twisted_chat.startup import source_host
from twisted_chat.store.archive import Archive
from twisted_chat.store.file import StoreFile
from twisted_chat.store.keeper import Keeper
from twisted_chat.terminal.face import for_people
from twisted_chat.terminal.line import LineTerminal
from twisted_chat.trace.recorder import Recorder
from twisted_chat.trace.taps import tap

LAST_CALL = 0.05
"""Seconds that what was typed before a signal has to be read and said."""
LAST_WORDS = 0.1
"""Seconds that the port stays open when everything is over."""
EPOCHS = 2**20
"""More epochs than are drawn in one session."""
BATCH = 4
"""Datagrams that a peer reads in one turn: so few that it acknowledges one batch
while the next is on its way, and neither side waits for the other."""


class Keys(Struct, frozen=True):
    """Our own key, what is known of those of others, and the fingerprint that
    the server must have, if that is known."""

    identity: Identity
    memory: Memory
    server: str = ""
    relays: bool = True
    """Whether we take what a server carries."""
    maps: bool = True
    """Whether our own router is asked to lead a port to us."""


class PeerService(DatagramService):
    """A peer with its port; the terminal is opened when the port is.

    `keys` is what it needs to speak generation 2; without, it speaks generation 1. `port`
    is its own; 0 lets the system choose one. What is said is kept in `store`.
    """

    def __init__(
        self,
        server: Whereabouts,
        name: str | None,
        reactor: Any,
        open_terminal: Callable[[IProtocol], object],
        *,
        keys: Keys | None,
        patient: bool,
        recorder: Recorder | None = None,
        terminal: Callable[[Peer], LineTerminal] = for_people,
        port: int = 0,
        store: StoreFile | None = None,
    ) -> None:
        archive = Archive() if store is None else _archive_of(store, server, reactor)
        if keys is None:

            def session(port: int) -> Session:
                negotiation = Negotiation(server, port, None, patient=patient)
                return Session(negotiation, name, patient=patient, archive=archive)

            self.peer = Peer(session, reactor, partial(look_up_later, reactor=reactor))
            on_port: DatagramProtocol = self.peer
        else:
            self.peer, on_port = _linked(
                server, name, reactor, keys, archive, store, patient=patient
            )

        def make_port() -> BoundedPort:
            return datagram_port(
                port,
                tap(on_port, recorder),
                reactor,
                interface=everywhere(),
                longest=LARGEST_DATAGRAM,
                batch=BATCH,
            )

        super().__init__(make_port)
        self._keeper: Keeper | None = None
        if store is not None:
            run = partial(deferToThreadPool, reactor, reactor.getThreadPool())
            self.peer.keeper = self._keeper = Keeper(store, reactor, run, self.peer)
        self._open_terminal = open_terminal
        self._terminal = terminal
        self._reactor = reactor
        self._network = OwnNetwork(reactor, self._network_changed)
        far = server.may_be_far if keys is not None and keys.maps else lambda: False
        self._gateway = GatewayService(reactor, far, self.peer.mapped)

    def startService(self) -> None:
        super().startService()
        self._network.start()
        self._network_changed()  # Into what it is now.
        self._open_terminal(self._terminal(self.peer))
        if self._keeper is not None:
            self._keeper.start()

    def _network_changed(self) -> None:
        if self.port is not None:
            self.port.network_changed()
            self.peer.network_changed(own_hosts())
            self._gateway.ask(self.peer.port)

    def stopService(self) -> "Deferred[Any]":
        """Leave the chat, if that has not been done, and close the port."""
        self._network.stop()
        self._gateway.stop()
        if not self.peer.over.called:
            self._reactor.callLater(LAST_CALL, self.peer.interrupt)
        # QUIC spaces out what it sends; the last words may still wait for their moment.
        self.peer.over.addCallback(
            lambda _: deferLater(self._reactor, LAST_WORDS, super(PeerService, self).stopService)
        )
        if (keeper := self._keeper) is not None:
            self.peer.over.addCallback(lambda _: keeper.stop())
        return self.peer.over


def _archive_of(store: StoreFile, server: Whereabouts, reactor: Any) -> Archive:
    """What a session sees of a store."""
    since_1970 = time.time() - reactor.seconds()
    return Archive(host_and_port(*server.place), store.read(), since_1970)


def _linked(
    server: Whereabouts,
    name: str | None,
    reactor: Any,
    keys: Keys,
    archive: Archive,
    store: StoreFile | None,
    *,
    patient: bool,
) -> tuple[Peer, QuicPort]:
    """A peer that has a key, and who carries its links."""

    def make_session(port: int) -> Session:
        epoch = max(time.time_ns(), archive.kept.epoch)
        if store is not None:
            store.note_epoch(epoch + EPOCHS)
        credentials = Credentials(
            keys.identity.fingerprint,
            keys.memory,
            instance=keys.identity.instance,
            epoch=epoch,
            since_1970=time.time() - reactor.seconds(),
            server_key=keys.server,
            here=(source_host(server.current[0]), port),
            relays=keys.relays,
            signer=Signer.of(keys.identity),
        )
        negotiation = Negotiation(server, port, credentials, patient=patient)
        return Session(negotiation, name, patient=patient, archive=archive)

    peer = LinkedPeer(make_session, reactor, partial(look_up_later, reactor=reactor))
    links = QuicPort(
        keys.identity,
        peer,
        reactor,
        time_of_day=time.time,
        text=peer,
        keylog=keylog_file(os.environ),
        others=dict.fromkeys(OF_PEERS, peer.probed),
        relays=keys.relays,
    )
    peer.carrier = links
    return peer, links
