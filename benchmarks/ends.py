"""Ways to talk, each as one end of a conversation: what benchmarks.talkers talks through.

An end says a text to everybody it is connected to, and hands what it hears to
`heard`, with who said it. Only peers of generation 2 acknowledge by themselves;
for all others `benchmarks.talkers` does, with texts.
"""

import tempfile
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

from twisted.internet import reactor as installed
from twisted.internet import ssl
from twisted.internet.protocol import ClientFactory, DatagramProtocol, Factory
from twisted.internet.threads import deferToThreadPool
from twisted.protocols.basic import LineReceiver

from benchmarks.processes import HOST
from twisted_chat.addresses import Address
from twisted_chat.identity.keys import Identity
from twisted_chat.identity.known_file import KnownFile
from twisted_chat.identity.room_messages import Signer
from twisted_chat.links import Dial, Link, SendFrames
from twisted_chat.net.batched import datagram_port
from twisted_chat.net.quic_bounds import LARGEST_DATAGRAM
from twisted_chat.net.quic_port import QuicPort
from twisted_chat.peer.gen2.credentials import Credentials
from twisted_chat.peer.gen2.outbox import WINDOW
from twisted_chat.peer.gen2.paths.probe_limits import ProbeRates
from twisted_chat.peer.negotiation import Negotiation
from twisted_chat.peer.protocol import LinkedPeer, Peer
from twisted_chat.peer.service import BATCH
from twisted_chat.peer.session import Session
from twisted_chat.peer.whereabouts import Whereabouts
from twisted_chat.rate import Rate
from twisted_chat.store.archive import Archive
from twisted_chat.store.file import StoreFile
from twisted_chat.store.keeper import Keeper
from twisted_chat.terminal.face import TerminalFace
from twisted_chat.terminal.wording.line import LineWording
from twisted_chat.wire.gen2.datagrams import ProbeKind

reactor: Any = installed
QUEUED = 2 * WINDOW
"""Lines that are typed ahead of what has arrived."""


class End:
    """One end. `connected` is called with nothing when there is somebody more to talk to."""

    acknowledges = False

    def __init__(self) -> None:
        self.heard: Callable[[Any, str], None] = lambda who, text: None
        self.connected: Callable[[], None] = lambda: None

    def where(self) -> Any:
        """What another end needs to connect to this one."""
        raise NotImplementedError

    def connect(self, where: Any) -> None:
        """Be connected to another end, some time."""
        raise NotImplementedError

    def say(self, text: str) -> None:
        """Say it to everybody."""
        raise NotImplementedError

    def say_all(self, texts: list[str]) -> None:
        """Say these, one after the other."""
        for text in texts:
            self.say(text)

    @property
    def unacknowledged(self) -> int:
        """Of who has acknowledged least, where the end itself acknowledges."""
        raise NotImplementedError


class Links(End):
    """Links alone: a QuicPort, and frames as texts."""

    def __init__(self, name: str, server: Address) -> None:
        super().__init__()
        self.key = Identity.generate()
        self.links: list[Link] = []
        self.carrier = QuicPort(
            self.key, self, reactor, time_of_day=time.time, new_links=Rate(0, 0)
        )
        self.port = datagram_port(
            0, self.carrier, reactor, interface=HOST, longest=LARGEST_DATAGRAM
        )
        self.port.startListening()

    def where(self) -> Any:
        return [self.port.getHost().port, self.key.fingerprint]

    def connect(self, where: Any) -> None:
        self.carrier.dial(Dial((HOST, where[0]), where[1]))

    def say(self, text: str) -> None:
        for link in self.links:
            self.carrier.send(SendFrames(link, [text.encode()]))

    def opened(self, link: Link) -> None:
        self.links.append(link)
        self.connected()

    def received(self, link: Link, messages: Iterable[bytes]) -> None:
        for message in messages:
            self.heard(link, message.decode())

    def lost(self, link: Link, why: str) -> None:
        self.links.remove(link)

    def taken(self, link: Link) -> None: ...

    def moved(self, link: Link) -> None: ...

    def doubted(self, link: Link) -> None: ...

    def dial_failed(self, address: Address, fingerprint: str, why: str, found: str) -> None:
        raise AssertionError(why)


class Datagrams(End, DatagramProtocol):
    """Datagrams alone: the port of generation 1, and datagrams as texts."""

    noisy = False

    def __init__(self, name: str, server: Address) -> None:
        super().__init__()
        self.others: list[Address] = []
        self.port = datagram_port(0, self, reactor, interface=HOST, longest=1024)
        self.port.startListening()

    def where(self) -> Any:
        return self.port.getHost().port

    def connect(self, where: Any) -> None:
        self.others.append((HOST, where))
        self.connected()

    def say(self, text: str) -> None:
        for other in self.others:
            self.port.write(text.encode(), other)

    def datagramReceived(self, datagram: bytes, addr: Address) -> None:
        if not self.others:
            self.others.append(addr)  # As a peer of generation 1 does.
        self.heard(addr, datagram.decode())


class _Lines(LineReceiver):
    transport: Any
    delimiter = b"\n"

    def __init__(self, end: "Tls") -> None:
        self.end = end

    def connectionMade(self) -> None:
        self.transport.setTcpNoDelay(True)
        self.end.lines.append(self)
        self.end.connected()

    def lineReceived(self, line: bytes) -> None:
        self.end.heard(self, line.decode())

    def connectionLost(self, reason: Any = None) -> None:
        self.end.lines.remove(self)


class Tls(End):
    """TLS on TCP: Twisted's LineReceiver, with a certificate of its own."""

    def __init__(self, name: str, server: Address) -> None:
        super().__init__()
        self.lines: list[_Lines] = []
        pem = Identity.generate().pem
        self._server = ssl.PrivateCertificate.loadPEM(pem)
        factory = Factory.forProtocol(lambda: _Lines(self))
        self.port = reactor.listenSSL(0, factory, self._server.options(), interface=HOST)

    def where(self) -> Any:
        return [self.port.getHost().port, self._server.dumpPEM().decode()]

    def connect(self, where: Any) -> None:
        trusted = ssl.trustRootFromCertificates([ssl.Certificate.loadPEM(where[1])])
        options = ssl.CertificateOptions(trustRoot=trusted)
        factory = ClientFactory()
        factory.protocol = lambda: _Lines(self)
        reactor.connectSSL(HOST, where[0], factory, options)

    def say(self, text: str) -> None:
        for one in self.lines:
            one.sendLine(text.encode())


class _Peers(End):
    """A whole peer, whose terminal is this end. Others are poked at one room server."""

    clogged = False

    def __init__(self, name: str, server: Address) -> None:
        super().__init__()
        self.name = name
        self.server = server
        self.names: set[str] = set()
        self.answered: set[str] = set()
        self.peer: Any = self.make_peer()
        self.port = datagram_port(
            0,
            getattr(self.peer, "carrier", self.peer),
            reactor,
            interface=HOST,
            longest=LARGEST_DATAGRAM,
            batch=BATCH,
        )
        self.port.startListening()
        self.face: Any = TerminalFace(self.peer, LineWording())
        self.face.attached(self)  # type: ignore[arg-type]

    def make_peer(self) -> Peer:
        raise NotImplementedError

    def where(self) -> Any:
        return self.name

    def connect(self, where: Any) -> None:
        self.face.typed(self, [f"$poke {where}"])

    def say(self, text: str) -> None:
        self.face.typed(self, [text])

    def say_all(self, texts: list[str]) -> None:
        self.face.typed(self, texts)  # As they come from a pipe: several in one go.

    def show(self, line: str) -> None:
        who, _, text = line.rpartition(": ")
        if line.startswith("< "):
            self.heard(who, text)
        elif line.endswith(" answers"):
            name = line.removesuffix(" answers").rpartition(" ")[2]
            self.answered.add(name)
            self.connect(name)
        elif line.startswith("> you talk to"):
            if line.split()[4] not in self.answered:
                self.connected()
        elif line.startswith("> you are"):
            self.connected()

    def listen(self, wanted: bool) -> None: ...

    def close(self) -> None: ...


class PlainPeers(_Peers):
    """Peers of generation 1, without their limits."""

    def make_peer(self) -> Peer:
        def make(port: int) -> Session:
            negotiation = Negotiation(Whereabouts(self.server), port, None, patient=True)
            session = Session(negotiation, self.name, patient=True, speak_rate=0)
            session._generation.datagrams._hearing = Rate(0, 1)  # type: ignore[attr-defined]
            return session

        return Peer(make, reactor)


class _EveryProbe(ProbeRates):
    """No bound: all are at one host here, where otherwise few are."""

    def reserve(self, host: str, now: float) -> float | None:
        return 0.0

    def answer(self, host: str, now: float) -> bool:
        return True


class KeyedPeers(_Peers):
    """Peers of generation 2, without their limits."""

    acknowledges = True

    def make_peer(self) -> Peer:
        end, key = self, Identity.generate()

        class Listened(LinkedPeer):
            def received(self, link: Link, messages: Iterable[bytes]) -> None:
                heard = list(messages)
                super().received(link, heard)
                if any(one.startswith(b"ok") for one in heard):
                    end.heard(None, "")

        known = KnownFile(Path(tempfile.mkdtemp(prefix="twisted-chat-bench-")) / "known")

        server, store = Whereabouts(self.server), self.store()
        archive = None
        if store is not None:
            since_1970 = time.time() - reactor.seconds()
            archive = Archive(str(server), store.read(), since_1970)

        def make(port: int) -> Session:
            credentials = Credentials(
                key.fingerprint,
                known,
                epoch=time.time_ns(),
                since_1970=time.time() - reactor.seconds(),
                hear_rate=0,
                relays=False,
                signer=self.signer(key),
            )
            negotiation = Negotiation(server, port, credentials, patient=True)
            self.session = session = Session(
                negotiation, self.name, patient=True, speak_rate=0, archive=archive
            )
            session._generation._mesh._ways._finder._rates = _EveryProbe()  # type: ignore[attr-defined]
            return session

        peer = Listened(make, reactor)
        if store is not None:
            run = partial(deferToThreadPool, reactor, reactor.getThreadPool())
            peer.keeper = Keeper(store, reactor, run, peer)
        peer.carrier = QuicPort(
            key,
            peer,
            reactor,
            time_of_day=time.time,
            text=peer,
            others={kind.value: peer.probed for kind in ProbeKind},
        )
        return peer

    def store(self) -> StoreFile | None:
        """Where what is said is kept."""
        return None

    def signer(self, key: Identity) -> Signer | None:
        """Who signs what is said in rooms."""
        return None

    def join(self, room: str) -> None:
        """Be in a room, some time, which is made where it is not there."""
        self.say(f"$roomcreate {room}")
        self.say(f"$roomjoin {room}")

    @property
    def company(self) -> int:
        """To how many it talks and has a link."""
        known: Any = self.session._generation
        links = known._mesh._known.values()
        return sum(one.contact.listening and one.link is not None for one in links)

    @property
    def unacknowledged(self) -> int:
        known: Any = self.session._generation
        return max((len(its.outbox) for its in known._deliveries._all.values()), default=0)


class StoredPeers(KeyedPeers):
    """The same, who keep what is said, as all do: a word goes when it is in the file of its
    author, and is acknowledged when it is in the other's."""

    def store(self) -> StoreFile | None:
        return StoreFile(Path(tempfile.mkdtemp(prefix="twisted-chat-bench-")) / "store.sqlite")


class SignedPeers(StoredPeers):
    """The same in a room, where all is signed."""

    def signer(self, key: Identity) -> Signer | None:
        return Signer.of(key)

    @property
    def handed(self) -> int:
        """How many lines of its room it has."""
        histories: Any = self.session._generation._histories  # type: ignore[attr-defined]
        return max((state.log.size for state in histories._rooms.values()), default=0)


ENDS: dict[str, type[Any]] = {
    "links": Links,
    "datagrams": Datagrams,
    "tls": Tls,
    "plain": PlainPeers,
    "keyed": KeyedPeers,
    "stored": StoredPeers,
    "signed": SignedPeers,
}
