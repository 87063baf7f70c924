"""A room server in a process of its own, for those who measure what it uses."""

import os
import resource
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from twisted_chat.identity.keys import Identity
from twisted_chat.net.batched import datagram_port
from twisted_chat.net.quic_bounds import LARGEST_DATAGRAM
from twisted_chat.net.quic_port import QuicPort
from twisted_chat.server.bounds import LINK_WINDOW, Bounds
from twisted_chat.server.gen2.introductions import TAGS, PairSecrets
from twisted_chat.server.protocol import RoomServer
from twisted_chat.wire.gen2.signs import SIGN

LOOKS_EVERY = 0.05
"""Seconds from one look at whether something is asked to the next."""


def serve(
    port: int,
    identity: Identity,
    bounds: Bounds,
    told: Connection,
    begun: Callable[[RoomServer, float], Any],
) -> None:
    """Serve at this port of all addresses until None is told. What `begun` returns is sent first;
    whatever else is told is answered with the seconds of processor time used so far."""
    from twisted.internet import reactor as installed

    reactor: Any = installed
    secrets = PairSecrets(identity.secret(TAGS), os.urandom)
    server = RoomServer(bounds, reactor, secrets=secrets)
    server.carrier = links = QuicPort(
        identity,
        server,
        reactor,
        time_of_day=time.time,
        text=server,
        others={SIGN: server.sign},
        window=LINK_WINDOW,
    )
    listens = datagram_port(
        port, links, reactor, interface="0.0.0.0", longest=LARGEST_DATAGRAM, answers=True
    )
    listens.startListening()
    told.send(begun(server, reactor.seconds()))

    def answer() -> None:
        if told.poll():
            if told.recv() is None:
                reactor.stop()
                return
            used = resource.getrusage(resource.RUSAGE_SELF)
            told.send(used.ru_utime + used.ru_stime)
        reactor.callLater(LOOKS_EVERY, answer)

    answer()
    reactor.run()
