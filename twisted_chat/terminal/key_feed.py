"""Bytes of a terminal in, keys out, also when nothing follows what may be the beginning of one."""

from collections.abc import Callable, Iterable

from twisted.internet.interfaces import IReactorTime

from twisted_chat.alarm import Alarm
from twisted_chat.terminal.editing.keys import KeyDecoder, KeyInput


class KeyFeed:
    """`take` is given one key after the other until it is stopped, and `taken` called after those
    that have come together."""

    def __init__(
        self,
        clock: IReactorTime,
        take: Callable[[KeyInput], None],
        taken: Callable[[], None],
    ) -> None:
        self._take = take
        self._taken = taken
        self._decoder = KeyDecoder()
        self._waiting = Alarm(clock, self._flush)
        self._stopped = False

    def feed(self, data: bytes) -> None:
        """The terminal sends this."""
        self._hand_on(self._decoder.feed(data))

    def stop(self) -> None:
        """Hand on no more keys."""
        self._stopped = True
        self._waiting.stop()

    def _flush(self) -> None:
        self._hand_on(self._decoder.flush())

    def _hand_on(self, keys: Iterable[KeyInput]) -> None:
        for key in keys:
            if self._stopped:
                break
            self._take(key)
        if not self._stopped and (patience := self._decoder.patience) is not None:
            self._waiting.set_in(patience)
        else:
            self._waiting.stop()
        self._taken()
