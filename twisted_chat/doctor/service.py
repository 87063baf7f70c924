"""Assembly of the doctor: `udpchat doctor`."""

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from twisted.application.service import Service
from twisted.internet.defer import Deferred, gatherResults

from twisted_chat.addresses import Address, AddressKind, host_and_port, is_public, kind
from twisted_chat.doctor.examination import Port
from twisted_chat.doctor.findings import Diagnosis, Examined, PortMapper, prospect
from twisted_chat.doctor.protocol import Doctor, ExaminedAt, GatewayAsked
from twisted_chat.gateway.messages import Language
from twisted_chat.gateway.question import GatewayQuestion
from twisted_chat.identity.keys import Identity
from twisted_chat.net.batched import datagram_port
from twisted_chat.net.gateway_host import gateway_host
from twisted_chat.net.own_network import own_hosts
from twisted_chat.net.port import BoundedPort, WholePort
from twisted_chat.net.quic_bounds import LARGEST_DATAGRAM
from twisted_chat.net.quic_port import QuicPort
from twisted_chat.net.resolve import everywhere
from twisted_chat.net.service import DatagramService
from twisted_chat.startup import source_host
from twisted_chat.wire.gen2.checkup import EchoKind

_MAPPERS: dict[Language | None, PortMapper] = {
    None: PortMapper.SILENT,
    **{one: PortMapper(one.value) for one in Language},
}


class DoctorService(Service):
    """Asks the server at `place`, which has these addresses, and our own router; `done` is called
    with a Diagnosis. It has a key of its own for each time. `port` is our own port for links;
    0: any."""

    def __init__(
        self,
        place: Address,
        addresses: Sequence[Address],
        server_key: str,
        reactor: Any,
        done: Callable[[Diagnosis], object],
        port: int,
    ) -> None:
        self._place = place
        self._reactor = reactor
        self._done = done
        self._reached: Deferred[tuple[Examined, ...]] = Deferred()
        self._asked: Deferred[GatewayQuestion | None] = Deferred()
        self._gateway = gateway_host()
        self._hosts = own_hosts()
        self._doctor = doctor = Doctor(
            addresses, server_key, self._here, reactor, self._reached.callback
        )
        links = QuicPort(
            Identity.generate(),
            doctor,
            reactor,
            time_of_day=time.time,
            accepts=False,
            others={EchoKind.BACK.value: doctor.echo},
        )
        doctor.carrier = links
        whole = ExaminedAt(doctor.echo)
        doctor.write = {
            Port.LINK: lambda datagram, address: links.transport.write(datagram, address),
            Port.WHOLE: lambda datagram, address: whole.transport.write(datagram, address),
        }

        def listen(kind: Callable[..., BoundedPort], port: int, protocol: Any, at: str) -> None:
            make = partial(kind, port, protocol, reactor, interface=at, longest=LARGEST_DATAGRAM)
            self._ports.append(DatagramService(make))

        self._ports: list[DatagramService] = []
        listen(datagram_port, port, links, everywhere())
        listen(WholePort, 0, whole, everywhere())
        self._far = any(kind(one[0]) is AddressKind.SOMEBODY for one in addresses)
        if self._gateway and self._far:
            own = source_host(self._gateway)
            asked = GatewayAsked(self._gateway, own, reactor, self._asked.callback)
            listen(datagram_port, 0, asked, own)
        else:
            self._asked.callback(None)

    def _here(self, host: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(filter(None, (source_host(host), *self._hosts))))

    def startService(self) -> None:
        super().startService()
        for port in self._ports:
            port.startService()
        self._doctor.begin()
        self._reached.addCallback(self._tell)

    def _tell(self, reached: tuple[Examined, ...]) -> None:
        self._asked.addCallback(lambda asked: self._diagnose(reached, asked))

    def _diagnose(self, reached: tuple[Examined, ...], asked: GatewayQuestion | None) -> None:
        if asked is not None:
            mapper = _MAPPERS[asked.language]
        else:
            mapper = PortMapper.NOT_ASKED if self._gateway else PortMapper.NO_GATEWAY
        six = any(":" in host and is_public(host) for host in self._hosts)
        four = self._gateway or any(":" not in host for host in self._hosts)
        families = (("IPv4",) if four else ()) + (("IPv6",) if six else ())
        outside = "" if asked is None else asked.outside
        server = host_and_port(*self._place)
        self._done(
            Diagnosis(server, reached, families, self._gateway, mapper, outside, prospect(reached))
        )

    def stopService(self) -> "Deferred[Any]":
        super().stopService()
        self._doctor.close()
        stopping = [port.stopService() for port in self._ports]
        return gatherResults([one for one in stopping if one is not None])
