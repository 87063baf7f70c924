"""The host that is called: a name or an address, in both families."""

import socket
from typing import Any

from twisted.internet.address import IPv6Address
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import HostnameEndpoint
from twisted.internet.interfaces import (
    IAddress,
    IHostnameResolver,
    IHostResolution,
    IProtocol,
    IProtocolFactory,
    IReactorPluggableNameResolver,
    IResolutionReceiver,
    IStreamClientEndpoint,
)
from zope.interface import implementer

from twisted_chat.addresses import unmapped


@implementer(IStreamClientEndpoint)
class CalledHost:
    """A port of a host. Each call looks its name up anew and tries all that is
    found, of both families, side by side (RFC 8305)."""

    def __init__(self, reactor: Any, host: str, port: int) -> None:
        self._noted = _Noted(reactor)
        self._endpoint = HostnameEndpoint(self._noted, host, port)

    def connect(self, protocolFactory: IProtocolFactory) -> "Deferred[IProtocol]":
        self._noted.begin()
        return self._endpoint.connect(protocolFactory)

    def is_at(self, host: str) -> bool:
        """Whether this address was found for the host that is called."""
        return unmapped(host) in self._noted.found


@implementer(IReactorPluggableNameResolver, IHostnameResolver)
class _Noted:
    """A reactor whose look-ups are noted; they keep the zone of a link-local address."""

    def __init__(self, reactor: Any) -> None:
        self._reactor = reactor
        self.nameResolver = self
        self.found: set[str] = set()
        self._looked_up: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reactor, name)

    def begin(self) -> None:
        """Look up anew. What was found before counts until something is found."""
        self._looked_up = set()

    def resolveHostName(
        self, resolutionReceiver: IResolutionReceiver, *words: Any, **named: Any
    ) -> IHostResolution:
        resolver: IHostnameResolver = self._reactor.nameResolver
        return resolver.resolveHostName(_Receiver(resolutionReceiver, self._note), *words, **named)

    def installNameResolver(self, resolver: IHostnameResolver) -> IHostnameResolver:
        installed: IHostnameResolver = self._reactor.installNameResolver(resolver)
        return installed

    def _note(self, address: Any) -> None:
        self._looked_up.add(unmapped(address.host))
        self.found = self._looked_up


@implementer(IResolutionReceiver)
class _Receiver:
    """Notes each address before it passes it on."""

    def __init__(self, receiver: IResolutionReceiver, note: Any) -> None:
        self._receiver = receiver
        self._note = note
        self.resolutionBegan = receiver.resolutionBegan
        self.resolutionComplete = receiver.resolutionComplete

    def addressResolved(self, address: IAddress) -> None:
        address = _zoned(address)
        self._note(address)
        self._receiver.addressResolved(address)


def _zoned(address: Any) -> Any:
    """With its zone as text (RFC 4007, 11), as what only takes the host forgets the number."""
    if not isinstance(address, IPv6Address) or not address.scopeID or "%" in address.host:
        return address
    try:
        zone = socket.if_indextoname(int(address.scopeID))
    except OSError:
        zone = str(address.scopeID)
    return IPv6Address(address.type, f"{address.host}%{zone}", address.port)
