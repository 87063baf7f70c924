"""Noticing a peer that is gone without a word.

While nothing is said the kernel probes the other side (TCP keepalive, RFC 9293,
3.8.4). While something is on its way it does not, and would repeat that for a
quarter of an hour. A bound on this (TCP_USER_TIMEOUT, RFC 5482) would also end
the connection with somebody who is there and has only stopped reading. Linux
tells the two apart: one who is there acknowledges what fits into its window.
"""

import socket
import struct
import sys
from collections.abc import Callable
from typing import Any

from twisted.internet.interfaces import IReactorTime

from twisted_chat.alarm import Alarm

KEEPALIVE_IDLE, KEEPALIVE_EVERY, KEEPALIVE_TRIES = 60, 10, 5
"""Seconds of silence, seconds between probes, probes: 110 seconds to notice a dead peer."""
UNACKNOWLEDGED = 110.0
"""Seconds without an acknowledgement, of a probe or of what is on its way."""
LOOK = 5.0
"""Seconds between two looks at what is on its way."""

_INFO = struct.Struct("=3xB20xI28xI")
"""Of Linux's tcp_info: tcpi_probes, tcpi_unacked (segments), tcpi_last_ack_recv (milliseconds)."""
UNANSWERED_PROBES = 2
"""So many are not just on their way. Somebody who does not read answers each of them."""


class Liveness:
    """Watches one connection, and calls `dead` once if its peer is."""

    def __init__(self, transport: Any, clock: IReactorTime, dead: Callable[[], None]) -> None:
        connection = transport
        while (inner := getattr(connection, "transport", None)) is not None:
            connection = inner  # What TLS, or a recorder, runs over.
        self._handle = connection.getHandle()
        self._dead = dead
        self._looking = Alarm(clock, self._look)
        if getattr(self._handle, "family", None) in (socket.AF_INET, socket.AF_INET6):
            self._keep_alive()
            if sys.platform == "linux":
                self._looking.set_in(LOOK)

    def stop(self) -> None:
        """Watch no more: the connection is gone."""
        self._looking.stop()

    def _keep_alive(self) -> None:
        self._handle.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option, value in (
            ("TCP_KEEPIDLE", KEEPALIVE_IDLE),
            ("TCP_KEEPALIVE", KEEPALIVE_IDLE),  # The name of the same on macOS.
            ("TCP_KEEPINTVL", KEEPALIVE_EVERY),
            ("TCP_KEEPCNT", KEEPALIVE_TRIES),
        ):
            if hasattr(socket, option):
                self._handle.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)

    def _look(self) -> None:
        if _unanswered(self._handle) < UNACKNOWLEDGED:
            self._looking.set_in(LOOK)
        else:
            self._dead()


def _unanswered(handle: Any) -> float:
    """Seconds for which neither what was sent nor a probe has been acknowledged."""
    info = handle.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _INFO.size)
    probes, unacknowledged, silence = _INFO.unpack(info)
    return silence / 1000 if unacknowledged or probes >= UNANSWERED_PROBES else 0.0
