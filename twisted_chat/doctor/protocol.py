"""The doctor on the ports of a machine: links, datagrams, and the question to the gateway."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from twisted.internet.interfaces import IReactorTime
from twisted.internet.protocol import DatagramProtocol

from twisted_chat.addresses import Address
from twisted_chat.alarm import Alarm
from twisted_chat.doctor.examination import Examination, Port
from twisted_chat.doctor.findings import Examined
from twisted_chat.errors import WireError
from twisted_chat.gateway import messages
from twisted_chat.gateway.question import GatewayQuestion
from twisted_chat.links import Carrier, CloseLink, Dial, Link, SendFrames


class ExaminedAt(DatagramProtocol):
    """One of our ports: hands datagrams to whoever waits for them."""

    transport: Any
    noisy = False

    def __init__(self, receive: Callable[[bytes, Address], object]) -> None:
        self.receive = receive

    def datagramReceived(self, datagram: bytes, addr: Address) -> None:
        self.receive(datagram, addr)


class _Visit:
    """One examination, and what is done for it."""

    def __init__(self, doctor: "Doctor", address: Address, here: tuple[str, ...]) -> None:
        self._doctor = doctor
        self.link: Link | None = None
        self.examination = Examination(address, here, self, doctor.one_is_over)

    def dial(self, address: Address) -> None:
        self._doctor.carrier.perform(Dial(address, self._doctor.server_key))

    def say(self, message: bytes) -> None:
        if self.link is not None:
            self._doctor.carrier.perform(SendFrames(self.link, (message,)))

    def send(self, port: Port, datagram: bytes, address: Address) -> None:
        self._doctor.write[port](datagram, address)


class Doctor:
    """Asks a server at all its `addresses`; `server_key` is the fingerprint that it must have,
    or empty. `here` says from which addresses of ours one is written to. `done` is called once,
    with what was found. `carrier` carries the links, `write` sends a datagram from a port."""

    carrier: Carrier
    write: Mapping[Port, Callable[[bytes, Address], object]]

    def __init__(
        self,
        addresses: Sequence[Address],
        server_key: str,
        here: Callable[[str], tuple[str, ...]],
        clock: IReactorTime,
        done: Callable[[tuple[Examined, ...]], object],
    ) -> None:
        self.server_key = server_key
        self._clock = clock
        self._done = done
        self._visits = [_Visit(self, one, here(one[0])) for one in addresses]
        self._alarm = Alarm(clock, self._tick)

    def begin(self) -> None:
        """Begin with all of them."""
        for visit in self._visits:
            visit.examination.begin(self._clock.seconds())

    def one_is_over(self) -> None:
        """One has found what there is to be found."""
        if all(visit.examination.is_over for visit in self._visits):
            self._alarm.stop()
            self._done(tuple(visit.examination.findings() for visit in self._visits))

    def echo(self, datagram: bytes, source: Address) -> None:
        """A datagram came to one of our ports."""
        now = self._clock.seconds()
        for visit in self._visits:
            visit.examination.received_datagram(datagram, source, now)
        self._arrange()

    # --- What happens on links

    def opened(self, link: Link) -> None:
        for visit in self._visits:
            if visit.examination.address == link.address and visit.link is None:
                visit.link = link
                visit.examination.opened(self._clock.seconds())
        self._arrange()

    def received(self, link: Link, messages: Iterable[bytes]) -> None:
        for message in messages:
            for visit in self._visits:
                if visit.link is link:
                    visit.examination.received(message, self._clock.seconds())
        self._arrange()

    def dial_failed(self, address: Address, fingerprint: str, why: str, found: str) -> None:
        other = bool(found) and not found.startswith(fingerprint)
        for visit in self._visits:
            if visit.examination.address == address:
                visit.examination.failed(other_key=other)

    def lost(self, link: Link, why: str) -> None:
        """What is known until now has to do."""

    def taken(self, link: Link) -> None:
        pass

    def moved(self, link: Link) -> None:
        pass

    def doubted(self, link: Link) -> None:
        pass

    def close(self) -> None:
        """Part from the server."""
        for visit in self._visits:
            if visit.link is not None:
                self.carrier.perform(CloseLink(visit.link, "the doctor is done"))

    # --- What is due

    def _tick(self) -> None:
        for visit in self._visits:
            visit.examination.tick(self._clock.seconds())
        self._arrange()

    def _arrange(self) -> None:
        self._alarm.set(min(visit.examination.wake for visit in self._visits))


class GatewayAsked(DatagramProtocol):
    """Asks a gateway whether it leads ports to us; `done` is called once."""

    transport: Any
    noisy = False

    def __init__(
        self, host: str, own: str, clock: IReactorTime, done: Callable[[GatewayQuestion], object]
    ) -> None:
        self._host = host
        self._own = own
        self._clock = clock
        self._done: Callable[[GatewayQuestion], object] | None = done
        self._alarm = Alarm(clock, self._tick)

    def startProtocol(self) -> None:
        self._question = GatewayQuestion(self._own, self._clock.seconds())
        self._tick()

    def datagramReceived(self, datagram: bytes, addr: Address) -> None:
        if addr != (self._host, messages.PORT):
            return
        try:
            self._question.received(datagram)
        except WireError:
            return
        self._tick()

    def _tick(self) -> None:
        now = self._clock.seconds()
        for datagram in self._question.due(now):
            self.transport.write(datagram, (self._host, messages.PORT))
        if not self._question.over(now):
            self._alarm.set(self._question.wake)
        elif (done := self._done) is not None:
            self._done = None
            self._alarm.stop()
            done(self._question)
