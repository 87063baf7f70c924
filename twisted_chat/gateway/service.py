"""Assembly of what has our own router lead a port to us, while we are behind one."""

from collections.abc import Callable
from functools import partial
from typing import Any

from twisted.internet.threads import deferToThreadPool

from twisted_chat.addresses import Address, is_public
from twisted_chat.gateway.messages import LARGEST
from twisted_chat.gateway.protocol import GatewayPort
from twisted_chat.gateway.upnp import Leads, UpnpPort
from twisted_chat.net.apart import apart
from twisted_chat.net.batched import datagram_port
from twisted_chat.net.gateway_host import gateway_host
from twisted_chat.net.igd import Igd, has_library
from twisted_chat.net.service import DatagramService
from twisted_chat.startup import CannotStart, source_host


def _igd(host: str, own: str, port: int) -> Leads | None:
    return Igd(host, own, port) if has_library() else None


class GatewayService:
    """Asks the gateway that there is, where `far` says that somebody may be beyond it. `changed`
    is told where others reach us, or None; `find` finds the gateway, `source` the address of
    ours that it sees; `upnp` is how it is asked where it does not answer otherwise, if it can
    be."""

    def __init__(
        self,
        reactor: Any,
        far: Callable[[], bool],
        changed: Callable[[Address | None], object],
        find: Callable[[], str] = gateway_host,
        source: Callable[[str], str] = source_host,
        upnp: Callable[[str, str, int], Leads | None] = _igd,
    ) -> None:
        self._reactor = reactor
        self._far = far
        self._changed = changed
        self._find = find
        self._source = source
        self._upnp = upnp
        self._asked: tuple[str, str, int] | None = None
        self._port: GatewayPort | None = None
        self._service: DatagramService | None = None
        self._in_upnp: UpnpPort | None = None

    def ask(self, port: int) -> None:
        """Have this port led to us, by the gateway that there is now."""
        host = self._find() if self._far() else ""
        own = self._source(host) if host else ""
        asked = (host, own, port) if own and not is_public(own) else None
        if asked == self._asked:
            return
        self.stop()
        if asked is None:
            return
        in_vain = partial(self._ask_in_upnp, asked)
        self._port = GatewayPort(host, own, port, self._reactor, self._led, in_vain)
        make = partial(datagram_port, 0, self._port, self._reactor, interface=own, longest=LARGEST)
        service = DatagramService(make)
        try:
            service.startService()
        except CannotStart:
            return  # The address is gone again: there will be another change.
        self._asked, self._service = asked, service

    def stop(self) -> None:
        """Give it back."""
        self._end_upnp()
        if self._port is not None and self._service is not None:
            self._port.end()
            self._service.stopService()
            self._changed(None)
        self._asked = self._port = self._service = None

    def _led(self, outside: Address | None) -> None:
        """What it answers in PCP or NAT-PMP counts more than what it does in UPnP."""
        self._end_upnp()
        self._changed(outside)

    def _ask_in_upnp(self, asked: tuple[str, str, int]) -> None:
        if self._in_upnp is None and (gateway := self._upnp(*asked)) is not None:
            surely = partial(deferToThreadPool, self._reactor, self._reactor.getThreadPool())
            self._in_upnp = UpnpPort(
                gateway, self._reactor, partial(apart, self._reactor), surely, self._changed
            )
        if self._in_upnp is not None:
            self._in_upnp.ask()

    def _end_upnp(self) -> None:
        if self._in_upnp is not None:
            self._in_upnp.end()
            self._in_upnp = None
