"""Two and more QUIC ports over the network in memory."""

from collections.abc import Callable, Iterable
from typing import TextIO

from qh3.quic import events
from twisted.internet.protocol import DatagramProtocol
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from tests.support.network import FakeNetwork, FakePort
from twisted_chat.addresses import Address
from twisted_chat.identity.keys import Identity
from twisted_chat.identity.proof import statement
from twisted_chat.links import CloseLink, Dial, Link, SendFrames
from twisted_chat.net.quic_bounds import ALPN, MAX_STREAM_DATA
from twisted_chat.net.quic_library import Quic, configuration
from twisted_chat.net.quic_port import QuicPort
from twisted_chat.net.quic_retry import read_initial
from twisted_chat.wire.framing import Frames, frame

KEYS = [Identity.generate() for _ in range(4)]
CALLER: Address = ("10.0.0.1", 5001)
CALLED: Address = ("10.0.0.2", 8090)
THIRD: Address = ("10.0.0.3", 5003)


class Heard:
    """A listener that remembers what it is told."""

    def __init__(self) -> None:
        self.links: list[Link] = []
        self.messages: list[bytes] = []
        self.times_taken = self.doubts = 0
        self.told: list[str] = []
        self.failed: list[tuple[Address, str, str, str]] = []
        self.answers: Callable[[Link, bytes], None] = lambda link, message: None

    def opened(self, link: Link) -> None:
        self.links.append(link)
        self.told.append("opened")

    def received(self, link: Link, messages: Iterable[bytes]) -> None:
        for message in messages:
            self.messages.append(message)
            self.answers(link, message)

    def taken(self, link: Link) -> None:
        self.times_taken += 1

    def moved(self, link: Link) -> None:
        self.told.append(f"moved to {link.address[0]}")

    def doubted(self, link: Link) -> None:
        self.doubts += 1

    def lost(self, link: Link, why: str) -> None:
        self.told.append(f"lost: {why}")

    def dial_failed(self, address: Address, fingerprint: str, why: str, found: str) -> None:
        self.failed.append((address, fingerprint, why, found))


class Text(DatagramProtocol):
    """Generation 1, as the port sees it."""

    noisy = False

    def __init__(self) -> None:
        self.received: list[tuple[bytes, Address]] = []

    def datagramReceived(self, datagram: bytes, addr: Address) -> None:
        self.received.append((datagram, addr))


class End:
    """One port, who listens to it, and where it is. Its time of day is the time of
    the network's clock, and `ahead` seconds."""

    def __init__(
        self,
        network: FakeNetwork,
        key: Identity,
        address: Address,
        keylog: TextIO | None = None,
        window: int = MAX_STREAM_DATA,
    ) -> None:
        self.key = key
        self.address = address
        self.heard = Heard()
        self.text = Text()
        self.ahead = 0.0
        self.port = QuicPort(
            key,
            self.heard,
            network.clock,
            time_of_day=lambda: network.clock.seconds() + self.ahead,
            text=self.text,
            relays=True,
            keylog=keylog,
            window=window,
        )
        self.transport: FakePort = network.listen(self.port, address)

    @property
    def link(self) -> Link:
        return self.heard.links[-1]

    def dial(self, other: "End", fingerprint: str | None = None) -> None:
        expected = other.key.fingerprint if fingerprint is None else fingerprint
        self.port.dial(Dial(other.address, expected))

    def say(self, *messages: bytes) -> None:
        for message in messages:
            self.port.send(SendFrames(self.link, [message]))

    def hang_up(self, why: str = "enough") -> None:
        self.port.close(CloseLink(self.link, why))


class QuicCase(SynchronousTestCase):
    """A caller, somebody to be called, and a network between them."""

    seed = 1
    """Of what the network loses."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.network = FakeNetwork(self.clock, self.seed)
        self.caller = End(self.network, KEYS[0], CALLER)
        self.called = End(self.network, KEYS[1], CALLED)

    def later(self, seconds: float, until: Callable[[], bool] = lambda: False) -> None:
        """Let time pass as it does for a reactor: from one call to the next."""
        end = self.clock.seconds() + seconds
        while self.clock.calls and not until():
            due = self.clock.calls[0].getTime()
            if due > end:
                break
            self.clock.advance(max(0.0, due - self.clock.seconds()))
        if not until():
            self.clock.advance(max(0.0, end - self.clock.seconds()))

    def link(self) -> None:
        """Let there be a link."""
        self.caller.dial(self.called)
        self.later(5, lambda: bool(self.caller.heard.links))
        self.assertTrue(self.caller.heard.links, self.caller.heard.failed)
        self.later(0.1)


class Raw(DatagramProtocol):
    """Somebody with the library and no manners: one connection, whose events are kept.

    It says and leaves out what the test wants. With `accepts` it waits to be
    dialled, and validates no address. It is a program of before, which signs a nonce, unless it
    is `bound`.
    """

    noisy = False

    def __init__(
        self,
        network: FakeNetwork,
        key: Identity,
        address: Address,
        *,
        accepts: bool = False,
        bound: bool = False,
    ) -> None:
        self.key = key
        self.events: list[events.QuicEvent] = []
        self.deaf = False
        self.quic: Quic | None = None
        self.configuration = configuration(key, dialled=not accepts, keylog=None)
        if not bound:
            self.configuration.alpn_protocols = [ALPN]
        self._port = network.listen(self, address)
        self._clock = network.clock

    def dial(self, address: Address) -> None:
        self.quic = Quic(configuration=self.configuration)
        self.quic.connect(address, now=self._clock.seconds())
        self.flush()

    def datagramReceived(self, datagram: bytes, addr: Address) -> None:
        if self.deaf:
            return
        if self.quic is None:
            initial = read_initial(datagram)
            assert initial is not None
            self.quic = Quic(
                configuration=self.configuration,
                original_destination_connection_id=initial.destination,
            )
        self.quic.receive_datagram(datagram, addr, self._clock.seconds())
        while (event := self.quic.next_event()) is not None:
            self.events.append(event)
        self.flush()

    def flush(self) -> None:
        assert self.quic is not None
        for datagram, address in self.quic.datagrams_to_send(self._clock.seconds()):
            self._port.write(datagram, address)

    def write(self, data: bytes, *, stream: int = 0, end: bool = False) -> None:
        assert self.quic is not None
        self.quic.send_stream_data(stream, data, end)
        self.flush()

    def say(self, message: bytes) -> None:
        self.write(frame(message))

    def open(self, acceptor: Identity) -> None:
        """Prove the key, in answer to the nonce that has come by now."""
        self.say(self.sign(acceptor, self.nonce))

    def ignore_limits(self) -> None:
        """Send from now on more than the other end grants (RFC 9000, 4)."""
        assert self.quic is not None
        assert self.quic._core is not None
        no_end = 1 << 40
        self.quic._core.apply_peer_transport_parameters(
            no_end, no_end, no_end, no_end, 100, 100, 3, 0.025, 40.0, None
        )

    @property
    def ended(self) -> int | None:
        """The error with which the other end has closed it, if it has."""
        assert self.quic is not None
        closed = self.quic._close_event
        return None if closed is None else closed.error_code

    @property
    def read(self) -> list[bytes]:
        """The frames it was sent."""
        frames = Frames()
        return [
            message
            for event in self.events
            if isinstance(event, events.StreamDataReceived)
            for message in frames.feed(event.data)
        ]

    @property
    def nonce(self) -> bytes:
        """The nonce that it was sent last."""
        return self.read[-1].removeprefix(b"nonce ")

    @property
    def binding(self) -> bytes:
        """That of the channel."""
        assert self.quic is not None
        return self.quic.channel_binding

    def sign(self, acceptor: Identity, over: bytes, *, bound: bool = False) -> bytes:
        said = statement(self.key.fingerprint, acceptor.fingerprint, over, bound=bound)
        return b"proof " + self.key.sign(said)
