"""What a listener is told of links."""

from collections.abc import Iterable
from typing import Any

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.links import Link
from twisted_chat.net.quic_notices import LinkNotices


class _Listener:
    """Raises at some messages, or before it has read any."""

    def __init__(self, *, reads: bool = True) -> None:
        self.heard: list[bytes] = []
        self.reads = reads

    def received(self, link: Link, messages: Iterable[bytes]) -> None:
        if not self.reads:
            raise ValueError("nothing is read")
        for message in messages:
            if message.startswith(b"bad"):
                raise ValueError(message)
            self.heard.append(message)


class _Connection:
    link = Link("", ("192.0.2.1", 1), dialled=True)


class Received(SynchronousTestCase):
    """Messages that came in one go."""

    def tell(self, listener: _Listener, *messages: bytes) -> int:
        """Returns how often something was not understood."""
        notices: Any = LinkNotices(listener, Clock())  # type: ignore[arg-type]
        notices.received(_Connection(), messages)
        self.flushLoggedErrors(ValueError)
        return sum(notices.tally.totals().values())

    def test_one_not_understood(self) -> None:
        """It costs none of the others."""
        listener = _Listener()
        told = self.tell(listener, b"a", b"bad 1", b"b", b"bad 2", b"bad 3", b"c", b"bad 4")
        self.assertEqual((listener.heard, told), ([b"a", b"b", b"c"], 4))

    def test_none_is_read(self) -> None:
        """One who reads nothing is told as often as there are messages, and no more."""
        self.assertEqual(self.tell(_Listener(reads=False), b"a", b"b", b"c"), 3)
