"""Assembly of the room server: `twistd udpchat`."""

import os
import socket
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from twisted.application.service import IService, MultiService
from twisted.internet.defer import gatherResults
from twisted.internet.interfaces import IReactorTime
from twisted.internet.threads import deferToThreadPool
from twisted.logger import Logger

from twisted_chat.addresses import Address
from twisted_chat.identity.fingerprints import spoken
from twisted_chat.identity.key_file import SERVER, data_directory, load_or_make
from twisted_chat.launch import daemon
from twisted_chat.launch.activation import handed_over
from twisted_chat.launch.clock import installed_reactor
from twisted_chat.launch.supervisor import supervised
from twisted_chat.net.batched import datagram_port
from twisted_chat.net.keylog import keylog_file
from twisted_chat.net.port import BoundedPort
from twisted_chat.net.quic_bounds import (
    ASK_BACK,
    LARGEST_DATAGRAM,
    NEW_LINKS,
    NEW_LINKS_AT_ONCE,
    SITES,
)
from twisted_chat.net.quic_port import QuicPort
from twisted_chat.net.service import DatagramService
from twisted_chat.rate import Rate
from twisted_chat.server.bounds import LINK_WINDOW
from twisted_chat.server.cluster.location import LogLocation
from twisted_chat.server.daemon_options import RoomServerOptions, read_again
from twisted_chat.server.garbage import Collector
from twisted_chat.server.gen2.introductions import TAGS, PairSecrets
from twisted_chat.server.gen2.sessions import SPARE
from twisted_chat.server.journal.file import JournalFile
from twisted_chat.server.journal.writer import JournalWriter
from twisted_chat.server.operators.control import ControlService
from twisted_chat.server.options import ServerOptions
from twisted_chat.server.protocol import Journal, RoomServer
from twisted_chat.server.second_port import SecondPort
from twisted_chat.startup import CannotStart
from twisted_chat.trace.options import recorder_from
from twisted_chat.trace.taps import tap
from twisted_chat.wire.gen2.beats import BEAT
from twisted_chat.wire.gen2.between_servers import BETWEEN_SERVERS
from twisted_chat.wire.gen2.checkup import EchoKind
from twisted_chat.wire.gen2.datagrams import RELAY
from twisted_chat.wire.gen2.signs import SIGN

log = Logger()

RELOAD = "reload"
"""The order at which a server reads its file again."""

Options = RoomServerOptions
"""By this name twistd looks for them."""


class RoomService(DatagramService):
    """The room server as a service, which is not held up by looks for garbage."""

    log = Logger()

    def __init__(
        self,
        make_port: Callable[[], BoundedPort],
        fingerprint: str,
        clock: IReactorTime,
        open_journal: Callable[[], Journal] | None = None,
    ) -> None:
        super().__init__(make_port)
        self.parts = MultiService()
        """What operators use, which runs while the server does."""
        self._open_journal = open_journal
        self._journal: Journal | None = None
        self.fingerprint = fingerprint
        self._collector = Collector(clock)
        self.read_again: Callable[[], dict[str, Any]] | None = None
        """Reads the file with the options again; None where there is none."""

    def privilegedStartService(self) -> None:
        begun = self.port is not None
        super().privilegedStartService()
        if not begun:
            self.parts.privilegedStartService()

    def startService(self) -> None:
        super().startService()
        self.parts.startService()
        self.log.info("my key is {fingerprint}", fingerprint=spoken(self.fingerprint))
        self._collector.start()

    def stopService(self) -> Any:
        self._collector.stop()
        stopping = [super().stopService(), self.parts.stopService()]
        journal, self._journal = self._journal, None
        stopped = gatherResults([one for one in stopping if one is not None])
        return stopped if journal is None else stopped.addBoth(lambda _: journal.stop())

    def _listen(self) -> None:
        super()._listen()
        # Only now, as of two servers on a port it is the port that is to be spoken of.
        if self._open_journal is not None and self._journal is None:
            self._journal = self._open_journal()


def makeService(options: ServerOptions) -> RoomService:
    """Build the room server from `--port`, `--interface` and the bounds, or on the socket that
    the service manager hands over. Raises CannotStart."""
    adopted = handed_over()
    if adopted is not None:
        options["interface"], options["port"] = adopted.getsockname()[:2]
    service = server_service(options, installed_reactor(), adopted)
    if service.read_again is not None:
        daemon.at_hangup(service.read_again)
    if (told := supervised(installed_reactor())) is not None:
        told.setServiceParent(service.parts)
    return service


def server_service(
    options: ServerOptions, reactor: Any, adopted: socket.socket | None = None
) -> RoomService:
    """Build the room server on this reactor, and on a socket that is there already, if any.
    Raises CannotStart where its key cannot be had."""
    bounds = options.bounds()
    recorder = recorder_from(options, reactor)
    key = Path(options["key"] or data_directory() / SERVER)
    identity = load_or_make(key)
    server: RoomServer

    def make_port() -> BoundedPort:
        nonlocal server
        server = RoomServer(
            bounds,
            reactor,
            generation=options["generation"],
            secrets=PairSecrets(identity.secret(TAGS), os.urandom),
        )
        # All users of a site may come back at once, as after a failure of its network.
        at_once = max(NEW_LINKS_AT_ONCE, SPARE * bounds.users_per_host)
        links = QuicPort(
            identity,
            server,
            reactor,
            time_of_day=time.time,
            text=server,
            new_links=Rate(NEW_LINKS, at_once, SITES),
            keylog=keylog_file(os.environ),
            others={
                RELAY: server.relayed,
                BETWEEN_SERVERS: server.relayed,
                EchoKind.THERE.value: server.echo,
                BEAT: server.beat,
                SIGN: server.sign,
            },
            ask_back=ASK_BACK,
            window=LINK_WINDOW,
        )
        server.carrier = links
        return datagram_port(
            options["port"],
            tap(links, recorder),
            reactor,
            interface=options["interface"],
            longest=max(bounds.datagram, LARGEST_DATAGRAM),
            batch=options["batch"],
            answers=True,
            adopted=adopted and adopted.dup(),
        )

    def make_second() -> BoundedPort:
        return datagram_port(
            options["second-port"],
            tap(SecondPort(lambda: server), recorder),
            reactor,
            interface=options["interface"],
            longest=LARGEST_DATAGRAM,
            batch=options["batch"],
            answers=True,
        )

    journal, shared = options.journal(key), options.shared()

    def open_journal() -> JournalWriter:
        assert journal is not None
        file = JournalFile(journal)
        if file.set_aside is not None:
            log.error(
                "{file} was damaged and is {aside} now: no names and rooms of before are kept",
                file=journal,
                aside=file.set_aside,
            )
        kept = file.read()
        log.info(
            "names and rooms outlive me in {file}: {names} names, {rooms} rooms",
            file=journal,
            names=len(kept.names),
            rooms=len(kept.rooms),
        )
        pool = reactor.getThreadPool()
        writer = JournalWriter(file, partial(deferToThreadPool, reactor, pool), server.settled)
        server.keep(writer, kept)
        return writer

    def join_cluster() -> Journal:
        assert shared is not None
        return joined(shared, server, reactor, options["reached-at"], service.port)

    opens = join_cluster if shared is not None else open_journal if journal is not None else None
    service = RoomService(make_port, identity.fingerprint, reactor, opens)
    if options["second-port"] is not None:
        DatagramService(make_second).setServiceParent(service.parts)
    if isinstance(options, RoomServerOptions) and options["config"] is not None:
        service.read_again = lambda: _read_again(options, server)

    def operate(order: dict[str, Any]) -> dict[str, Any]:
        if order.get("do") != RELOAD:
            return server.operate(order)
        if service.read_again is None:
            return {"ok": False, "why": "this server was started without a file (--config)"}
        return service.read_again()

    if (control := options.control()) is not None:
        wanted = options["control"] is not None
        ControlService(control, operate, reactor, wanted=wanted).setServiceParent(service.parts)
    if options["metrics"] is not None:
        metrics = _metrics()
        metrics(options["metrics"], lambda: server.figures(), reactor).setServiceParent(
            service.parts
        )
    return service


def _read_again(options: RoomServerOptions, server: RoomServer) -> dict[str, Any]:
    """Let a server run by what its file says now, and say so in the log."""
    right, lines = read_again(options)
    server.renew(options.bounds())
    for line in lines:
        log.info("{file}: {line}", file=options["config"], line=line)
    return {"ok": True, "lines": lines} if right else {"ok": False, "why": lines[0]}


def joined(
    location: LogLocation, server: RoomServer, reactor: Any, reached_at: Address | None, port: Any
) -> Journal:
    """Let a server be one of several. Raises CannotStart where the library is missing."""
    try:
        from twisted_chat.server.cluster.cluster_journal import ClusterJournal
    except ImportError as missing:
        raise CannotStart(
            f"a cluster needs the extra cluster, as in pip install '.[cluster]': {missing}"
        ) from None
    me = os.urandom(6).hex()
    cluster = server.join(me, reached_at or _reached_at(location, port))
    journal = ClusterJournal(cluster, location, me, reactor, server.settled, server.told)
    server.share(journal)
    journal.start()
    return journal


def _reached_at(location: LogLocation, port: Any) -> Address:
    """Where this machine is on its way to NATS, and the port that is listened on."""
    here = port.getHost()
    if here.host not in ("0.0.0.0", "::"):
        return here.host, here.port
    url = urlsplit(location.urls[0])
    try:
        where = socket.getaddrinfo(url.hostname, url.port or 4222, type=socket.SOCK_DGRAM)
        with socket.socket(where[0][0], socket.SOCK_DGRAM) as probe:
            probe.connect(where[0][4])
            return probe.getsockname()[0], here.port
    except OSError:
        return "127.0.0.1", here.port


def _metrics() -> Callable[[int, Callable[[], dict[str, Any]], Any], IService]:
    try:
        from twisted_chat.server.operators.metrics import metrics_service
    except ImportError as missing:
        raise CannotStart(
            f"--metrics needs the extra metrics, as in pip install '.[metrics]': {missing}"
        ) from None
    return metrics_service
