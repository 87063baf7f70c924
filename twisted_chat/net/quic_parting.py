"""The end of a connection: what was said before it goes out first, if that does not take long."""

from qh3.quic.connection import QuicConnection
from qh3.quic.events import ConnectionTerminated

from twisted_chat.display import safe
from twisted_chat.moments import NEVER
from twisted_chat.net.quic_bounds import PARTING, REASON


class Parting:
    """Closes a connection of the library's in time. `error` is one of QUIC's own, if there
    is one; `deadline` is when it is closed at the latest, once it has begun."""

    __slots__ = ("_by", "_why", "error")

    def __init__(self) -> None:
        self.error = 0
        self._by = 0.0
        self._why: str | None = None

    @property
    def deadline(self) -> float:
        return NEVER if self._why is None else self._by

    def begin(self, why: str) -> None:
        """It is to be closed, and the other end told why."""
        self._why = why[:REASON]

    def let_arrive(self) -> None:
        """What was said before goes out first."""
        self._by = NEVER

    def close(self, quic: QuicConnection, stream: int, now: float) -> bool:
        """Close it, if it is time. Whether it was."""
        if self._why is None:
            return False
        self._by = min(self._by, now + PARTING)
        if quic.get_send_buffer_size(stream) and now < self._by:
            return False
        # Only now, as whatever waits to be sent is forgotten with this.
        # An error of QUIC's own names a frame; without, it is one of the application's.
        quic.close(self.error, 0 if self.error else None, self._why)
        self._why = None
        return True


def reason_of(event: ConnectionTerminated) -> str:
    """Why the other side has ended it, as far as it says."""
    return safe(event.reason_phrase[:REASON]) or "the other side has ended it"
