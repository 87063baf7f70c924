"""The room server for generation 1: which datagrams are within every bound, and are heard.

What is over a bound gets the refusal that the protocol has for it if its
source is registered, and silence if not. What is no message at all is dropped.
"""

from collections.abc import Callable

from twisted_chat.addresses import Address, Datagrams
from twisted_chat.directory.directory import Directory
from twisted_chat.errors import WireError
from twisted_chat.rate import Rate
from twisted_chat.server.bounds import Bounds
from twisted_chat.server.gen1.send_queue import DatagramQueue
from twisted_chat.wire.common import Request
from twisted_chat.wire.gen1 import parse_request, refusal_of


class DatagramServer:
    """The decisions about datagrams, without a socket. What is to be answered goes to
    `answer`; `wake` is when `tick` is due."""

    def __init__(
        self,
        directory: Directory,
        bounds: Bounds,
        queue: DatagramQueue,
        rate: Rate,
        answer: Callable[[Request, Address, float], None],
        dropped: Callable[[str, Address, float], None],
    ) -> None:
        self._directory = directory
        self._longest = bounds.datagram
        self._queue = queue
        self._rate = rate
        self._answer = answer
        self._dropped = dropped

    @property
    def wake(self) -> float:
        return self._queue.wake

    def receive(self, datagram: bytes, source: Address, now: float) -> None:
        """Read one datagram. What is to be sent then is for `flush` to say."""
        if not self._rate.spend(source[0], now):
            self._refuse(datagram, source, now, "over the rate")
        elif len(datagram) > self._longest:
            self._refuse(datagram, source, now, "too long")
        else:
            try:
                request = parse_request(datagram)
            except WireError:
                self._dropped("not in the language", source, now)
            else:
                self._answer(request, source, now)

    def flush(self, now: float) -> Datagrams:
        """What is to be sent, as `(datagram, address)`, after some datagrams were received."""
        return self._queue.flush(now)

    def tick(self, now: float) -> Datagrams:
        """Do what has become due. Returns what is to be sent."""
        return self._queue.turn(now) if now >= self._queue.wake else self._queue.flush(now)

    def _refuse(self, datagram: bytes, source: Address, now: float, category: str) -> None:
        self._dropped(category, source, now)
        if self._directory.user_at(source) and (refusal := refusal_of(datagram)):
            self._queue.send(source, refusal.encode(), now)
