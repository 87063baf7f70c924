"""What is under way between us and each other peer, and when to look at it again."""

from collections.abc import Iterator
from dataclasses import dataclass

from twisted_chat.deadlines import Deadlines
from twisted_chat.moments import NEVER
from twisted_chat.names import folded
from twisted_chat.peer.contacts.contact import Contact
from twisted_chat.peer.contacts.line import Line
from twisted_chat.peer.gen2.inbox import Inbox
from twisted_chat.peer.gen2.link import PeerLink
from twisted_chat.peer.gen2.outboxes import Outboxes

LATE = 2.0
"""Seconds after which it is worth a word that a line has not arrived."""


@dataclass(eq=False, slots=True)
class PeerDelivery:
    """What is under way between us and one other peer, in both directions. Only Deliveries
    and its Reception change it."""

    contact: Contact
    peer: PeerLink
    outbox: Outboxes
    inbox: Inbox
    owed: frozenset[int] = frozenset()
    """Epochs of which there is something to be acknowledged."""
    unacknowledged: int = 0
    """Messages that were shown since the last acknowledgement."""
    acknowledge_at: float = NEVER
    show_at: float = NEVER
    silent_until: float = NEVER
    """When the other end should have said what it can."""
    watched_until: float = NEVER
    """When it is looked at again."""
    behind: frozenset[str] = frozenset()
    """Conversations, rooms or an empty name, of which the person was told that something has not
    arrived."""
    waits_for: str = ""
    """The room in which it is not known yet whether they are, and something was said."""
    waits_until: float = 0.0
    absent_from: frozenset[str] = frozenset()
    """Casefolded names of rooms to which something was said that they are to have, and in which
    they are not now: it goes when they are there again."""

    def held_back(self) -> frozenset[str]:
        """The rooms of which nothing goes to them now."""
        if self.absent_from:
            self.absent_from -= {folded(room.name) for room in self.contact.rooms}
        return self.absent_from

    @property
    def untold(self) -> Line | None:
        """The first line that has not arrived of which the person was not told."""
        if not self.behind:
            return self.outbox.oldest
        return self.outbox.oldest_besides(self.behind)

    @property
    def due(self) -> float:
        """When there is something to do."""
        due = min(self.acknowledge_at, self.show_at, self.silent_until)
        untold = self.untold
        return due if untold is None else min(due, untold.at + LATE)


class UnderWay:
    """Those with whom something is under way, and when each is looked at again."""

    def __init__(self) -> None:
        self._active: dict[PeerDelivery, None] = {}
        self._deadlines: Deadlines[PeerDelivery] = Deadlines()

    def __iter__(self) -> Iterator[PeerDelivery]:
        return iter(self._active)

    def watch(self, its: PeerDelivery, at: float) -> None:
        """Look at this moment at what is due with somebody. What has been put off since is found
        not to be due: words that arrive in time cost no deadline each."""
        if at < its.watched_until:
            its.watched_until = at
            self._deadlines.set(its, at)
            self._active[its] = None

    def settle(self, its: PeerDelivery) -> None:
        """There is nothing under way with somebody until they are watched again."""
        self._active.pop(its, None)
        self._deadlines.discard(its)

    @property
    def wake(self) -> float:
        return self._deadlines.next

    def due(self, now: float) -> Iterator[PeerDelivery]:
        """Those to look at now. Each is then watched no more, but is still under way."""
        for its in list(self._deadlines.due(now)):
            its.watched_until = NEVER
            yield its
