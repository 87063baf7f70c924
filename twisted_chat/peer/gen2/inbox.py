"""What one sender has said: each message once and in order, until it is shown.

After each new link a sender begins again with the first message that is not
acknowledged, so a number is the next one, or one seen before; anything else is
not in the language.
"""

from collections import OrderedDict, deque
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from twisted_chat.errors import WireError
from twisted_chat.peer.contacts.line import size_of
from twisted_chat.peer.gen2.outbox import WINDOW, WINDOW_BYTES
from twisted_chat.wire.gen2.speech import Acknowledgement, NumberedText

MAX_HELD, MAX_HELD_BYTES = 2 * WINDOW, 2 * WINDOW_BYTES
"""What there is of one sender that is not shown yet, or not in the store: two windows, for those
who have restarted."""
MAX_EPOCHS = 32
"""Epochs remembered of one sender, who has one for each of several conversations: the latest."""
MAX_SENDERS = 20_000
"""Senders of whom it is remembered what they have said: twice as many as are known at a time."""


class Inbox:
    """What one sender has said: each message once, in order, to be shown when it may be."""

    __slots__ = ("_anew", "_bytes", "_latest", "_shown", "_taken", "_waiting", "held")

    def __init__(self, kept: Mapping[int, int] = MappingProxyType({})) -> None:
        # The last number of each epoch, the latest epoch last.
        self._taken: dict[int, int] = dict(kept)
        self._shown: dict[int, int] = dict(kept)
        self._latest = next(reversed(self._taken), None)
        self.held: deque[NumberedText] = deque()
        """What was accepted and waits until it may be shown."""
        self._waiting = self._bytes = 0  # Of what is accepted and not shown, or not kept, yet.
        self._anew: set[int] = set()  # Epochs of which nothing came over the link that there is.

    def __len__(self) -> int:
        return len(self.held)

    def __bool__(self) -> Literal[True]:
        return True

    def begin_anew(self) -> None:
        """There is another link, over which the sender begins with what is not acknowledged."""
        self._anew = set(self._taken)

    def accept(self, said: NumberedText) -> bool:
        """See whether a message is one to be shown, or held until it may be. False if it was
        there before. Raises WireError, also where there would be too many to hold, or to write.

        The first number of an unknown epoch, and the first of each over a link, may be any:
        those before it were acknowledged by who we were before, or by another program
        that has our key.
        """
        epoch, number = said.epoch, said.number
        last = self._taken.get(epoch)
        if number - 1 == last and epoch == self._latest and not (self._anew or self._waiting):
            self._taken[epoch] = number  # As nearly always.
            return True
        anew = bool(self._anew) and epoch in self._anew
        if anew:
            self._anew.discard(epoch)
        if number == 0 or not (last is None or anew or number <= last + 1):
            raise WireError("a number that is not the next")
        if last is not None and number <= last:
            return False
        if self._waiting and (
            self._waiting >= MAX_HELD or self._bytes + size_of(said.text) > MAX_HELD_BYTES
        ):
            raise WireError("more at once than may be on the way")
        if epoch != self._latest:
            self._taken.pop(epoch, None)  # To be the last of them.
            self._latest = epoch
        self._taken[epoch] = number
        if len(self._taken) > MAX_EPOCHS:
            first = next(iter(self._taken))
            del self._taken[first]
            self._shown.pop(first, None)
        return True

    def hold(self, said: NumberedText) -> None:
        """Keep what was accepted until it may be shown."""
        self.held.append(said)
        self.wait(said)

    def wait(self, said: NumberedText) -> None:
        """What was accepted is not done with yet, until it is `ready`."""
        self._waiting += 1
        self._bytes += size_of(said.text)

    def ready(self, said: NumberedText) -> None:
        """What has waited does so no longer."""
        self._waiting -= 1
        self._bytes -= size_of(said.text)

    @property
    def first(self) -> NumberedText:
        """The first of what is held."""
        return self.held[0]

    def next(self) -> NumberedText:
        """The first of what is held, which is held no longer."""
        said = self.held.popleft()
        self.ready(said)
        return said

    def show(self, said: NumberedText) -> None:
        """This is shown, and kept, and may be acknowledged from now on."""
        if said.epoch in self._taken:
            self._shown[said.epoch] = said.number

    def heard(self, epoch: int) -> Acknowledgement | None:
        """What can be acknowledged of an epoch."""
        shown = self._shown.get(epoch)
        return None if shown is None else Acknowledgement(epoch, shown)


class Inboxes:
    """What each sender has said, also of those from whom we have parted: one who
    was stopped for a while sends again what was shown before. `kept` is what a store has: the
    last number of each epoch."""

    def __init__(
        self,
        most: int = MAX_SENDERS,
        kept: Mapping[str, Mapping[int, int]] = MappingProxyType({}),
    ) -> None:
        self._most = most
        self._kept = kept
        self._inboxes: OrderedDict[str, Inbox] = OrderedDict()

    def of(self, fingerprint: str) -> Inbox:
        inbox = self._inboxes.get(fingerprint)
        if inbox is None:
            inbox = self._inboxes[fingerprint] = Inbox(self._kept.get(fingerprint, {}))
            if len(self._inboxes) > self._most:
                self._inboxes.popitem(last=False)
        self._inboxes.move_to_end(fingerprint)
        return inbox
