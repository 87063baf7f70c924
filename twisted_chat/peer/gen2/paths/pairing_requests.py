"""Asking the server to introduce us to others: a few at a time, each until it answers."""

from collections import OrderedDict
from collections.abc import Callable

from twisted_chat.moments import NEVER

ANSWER_TIME = 10.0
"""Seconds that the server has to answer."""
ASKED_AT_ONCE = 8
"""Questions about introductions that are on their way at a time."""


class PairingRequests:
    """Those that are on their way, and those that wait for it, by fingerprint.

    `is_wanted` says whether there is still to be a link to somebody, `ask` whether the
    question could be sent. Those who have no answer in time, or could not be asked about, are
    given to `unanswered`.
    """

    def __init__(
        self,
        is_wanted: Callable[[str], bool],
        ask: Callable[[str], bool],
        unanswered: Callable[[str, float], None],
    ) -> None:
        self._is_wanted = is_wanted
        self._ask = ask
        self._unanswered = unanswered
        self._asked: OrderedDict[str, float] = OrderedDict()
        self._waiting: OrderedDict[str, None] = OrderedDict()

    @property
    def wake(self) -> float:
        return next(iter(self._asked.values()), NEVER) + ANSWER_TIME

    def add(self, fingerprint: str) -> None:
        """Ask about this one when it is its turn."""
        self._waiting[fingerprint] = None

    def drop(self, fingerprint: str) -> None:
        """There is no need to ask about this one."""
        self._waiting.pop(fingerprint, None)

    def lost(self) -> None:
        """The server that was asked is gone: nothing is on its way."""
        self._asked.clear()

    def answered(self, fingerprint: str, now: float) -> None:
        """The server has said something of this one."""
        self._waiting.pop(fingerprint, None)
        if self._asked.pop(fingerprint, None) is not None:
            self._ask_next(now)

    def tick(self, now: float) -> None:
        """Give up what has no answer, and ask about those whose turn it is."""
        while self._asked and self.wake <= now:
            fingerprint, _ = self._asked.popitem(last=False)
            self._unanswered(fingerprint, now)
        self._ask_next(now)

    def _ask_next(self, now: float) -> None:
        while self._waiting and len(self._asked) < ASKED_AT_ONCE:
            fingerprint, _ = self._waiting.popitem(last=False)
            if not self._is_wanted(fingerprint):
                continue
            if self._ask(fingerprint):
                self._asked[fingerprint] = now
            else:
                self._unanswered(fingerprint, now)
