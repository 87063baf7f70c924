"""What is said over links: sent until it is acknowledged, shown once and in order.

The person is told of delivery only where there is none. A line that has
arrived at everybody within two seconds costs no word, as in any conversation;
one that has not costs a notice with the names of those who lack it, and
another when they have everything. One who lags is named once and not for every
line: what the notice is about is the person, not the text. `$status` shows it
at any time.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from twisted_chat.deadlines import Deadlines
from twisted_chat.moments import NEVER
from twisted_chat.peer.contacts.audience import Standing
from twisted_chat.peer.contacts.contact import Contact
from twisted_chat.peer.contacts.line import Line
from twisted_chat.peer.effects import Effects
from twisted_chat.peer.events import said
from twisted_chat.peer.events.event import Someone
from twisted_chat.peer.gen2.inbox import Inbox, Inboxes
from twisted_chat.peer.gen2.link import KeyedPeer
from twisted_chat.peer.gen2.outbox import Outbox, pieces_of
from twisted_chat.rate import Rate
from twisted_chat.wire.gen2.speech import PRIVATE, Acknowledgement, NumberedText

LATE = 2.0
"""Seconds after which it is worth a word that a line has not arrived."""
ACK_DELAY, ACK_EVERY = 0.02, 64
"""Seconds that an acknowledgement waits for more to acknowledge, and messages at most."""
HEAR_RATE, HEAR_BURST = 100.0, 300
"""Messages shown a second, and at once, of one peer; more wait, and their sender with them."""


@dataclass(eq=False, slots=True)
class PeerDelivery:
    """What is under way between us and one other peer, in both directions."""

    outbox: Outbox
    inbox: Inbox
    owed: frozenset[int] = frozenset()
    """Epochs of which there is something to be acknowledged."""
    unacknowledged: int = 0
    """Messages that were shown since the last acknowledgement."""
    acknowledge_at: float = NEVER
    show_at: float = NEVER
    watched_until: float = NEVER
    """When it is looked at again."""
    behind: bool = False
    """Whether the person was told that something has not arrived."""

    @property
    def due(self) -> float:
        """When there is something to do."""
        due = min(self.acknowledge_at, self.show_at)
        oldest = self.outbox.oldest
        return due if oldest is None or self.behind else min(due, oldest.at + LATE)


class Deliveries:
    """All conversations over links. `wake` is when `tick` is due; `since_1970` is how many
    seconds later than `now` the time of day is."""

    def __init__(
        self,
        effects: Effects,
        next_epoch: Callable[[], int],
        inboxes: Inboxes,
        hear_rate: float,
        hear_burst: float,
        since_1970: float,
    ) -> None:
        self._since_1970 = since_1970
        self._effects = effects
        self._next_epoch = next_epoch
        self._inboxes = inboxes
        self._hearing = Rate(hear_rate, hear_burst)
        self._pause = 1 / hear_rate if hear_rate else 0.0
        self._peers: dict[Contact, KeyedPeer] = {}
        self._all: dict[KeyedPeer, PeerDelivery] = {}
        self._active: dict[KeyedPeer, None] = {}
        """Those with whom something is under way."""
        self._deadlines: Deadlines[KeyedPeer] = Deadlines()
        self.last: Line | None = None
        """What the person said last."""

    def _with(self, peer: KeyedPeer) -> PeerDelivery:
        """What is under way with somebody; made when it is needed, as a server can name many."""
        its = self._all.get(peer)
        if its is None:
            inbox = self._inboxes.of(peer.fingerprint)
            its = self._all[peer] = PeerDelivery(Outbox(self._next_epoch()), inbox)
        return its

    # --- Saying

    def begin(self, peer: KeyedPeer) -> None:
        """There may be something to say to somebody, or to hear."""
        self._peers[peer.contact] = peer

    def say(self, line: Line, contacts: Sequence[Contact], now: float) -> Sequence[Contact]:
        """Accept a line for those who have room for it. To the members of the room that we are
        in it is said there, and to others in private. Returns those who have no room for it."""
        self.last = line
        line.time = int((now + self._since_1970) * 1000)
        pieces = pieces_of(line, line.room)
        private = [replace(piece, where=PRIVATE) for piece in pieces]
        size = sum(piece.size for piece in pieces)
        full: list[Contact] = []
        for contact in contacts:
            peer = self._peers[contact]
            its = self._with(peer)
            outbox = its.outbox
            if not outbox.has_room(size):
                full.append(contact)
                continue
            line.receivers += 1
            if not len(outbox):
                self._watch(peer, its, now + LATE)
            for piece in pieces if contact.standing is Standing.MEMBER else private:
                outbox.put(piece)
            self._send(peer, its)
        return full

    def has_room(self, contacts: Sequence[Contact], size: int) -> bool:
        """Whether a text can be accepted for all of these to whom there is a link."""
        for contact in contacts:
            peer = self._peers[contact]
            if peer.link is not None and not self._with(peer).outbox.has_room(size):
                return False
        return True

    def flush(self, peer: KeyedPeer) -> None:
        """Send what may be sent."""
        self._send(peer, self._with(peer))

    def _send(self, peer: KeyedPeer, its: PeerDelivery) -> None:
        link = peer.link
        if link is not None and not peer.contact.blocked and not peer.contact.awaited:
            for message in its.outbox.to_send():
                self._effects.frame(message, link)

    def give_up(self, peer: KeyedPeer) -> None:
        """Forget what has not arrived, and tell the person."""
        its = self._all.pop(peer, None)
        del self._peers[peer.contact]
        self._active.pop(peer, None)
        self._deadlines.discard(peer)
        if its is None:
            return
        sent = its.outbox.ever_sent()
        never = [line for line in its.outbox.lines() if line not in sent]
        if sent:
            self._effects.tell(said.ArrivalUnknown(peer.contact.who, len(sent), sent[0].text))
        if never:
            self._effects.tell(said.NeverArrived(peer.contact.who, len(never), never[0].text))

    @property
    def unsettled(self) -> list[KeyedPeer]:
        """Those who lack something."""
        return [peer for peer in self._active if len(self._with(peer).outbox)]

    # --- Hearing

    def linked(self, peer: KeyedPeer, now: float) -> None:
        """There is a new link, or the person has accepted the key."""
        its = self._with(peer)
        its.outbox.rewind()
        its.inbox.begin_anew()
        self._send(peer, its)
        self._show(peer, its, now)

    def received(
        self, peer: KeyedPeer, speech: NumberedText | Acknowledgement, now: float
    ) -> None:
        """Take what was said. Raises WireError."""
        its = self._with(peer)
        if isinstance(speech, Acknowledgement):
            its.outbox.heard(speech)
            self._send(peer, its)
            if its.behind and not len(its.outbox):
                its.behind = False
                self._effects.tell(said.AllArrived(peer.contact.who))
        else:
            if not its.inbox.take(speech):
                self._owe(peer, its, speech, now)
            self._show(peer, its, now)

    def _show(self, peer: KeyedPeer, its: PeerDelivery, now: float) -> None:
        its.show_at = NEVER
        while len(its.inbox) and not peer.contact.blocked:
            if not self._hearing.spend(peer.fingerprint, now):
                its.show_at = now + self._pause
                self._watch(peer, its, its.show_at)
                break
            shown = its.inbox.show_next()
            if not peer.contact.ignored:
                text = shown.text.removesuffix("\n").removesuffix("\r")
                in_room = peer.contact.standing is Standing.MEMBER
                self._effects.tell(said.Said(peer.contact.who, text, in_room))
            self._owe(peer, its, shown, now)

    def _owe(self, peer: KeyedPeer, its: PeerDelivery, shown: NumberedText, now: float) -> None:
        if shown.epoch not in its.owed:
            its.owed |= {shown.epoch}
        its.unacknowledged += 1
        if its.unacknowledged >= ACK_EVERY:
            self._acknowledge(peer, its)
        elif its.unacknowledged == 1:
            its.acknowledge_at = now + ACK_DELAY
            self._watch(peer, its, its.acknowledge_at)

    def _acknowledge(self, peer: KeyedPeer, its: PeerDelivery) -> None:
        if peer.link is not None and not peer.contact.blocked:
            for epoch in sorted(its.owed):
                if heard := its.inbox.heard(epoch):
                    self._effects.frame(heard.encode(), peer.link)
        its.owed = frozenset()
        its.unacknowledged, its.acknowledge_at = 0, NEVER

    def acknowledge_all(self) -> None:
        """Acknowledge what was shown, without waiting for more."""
        for peer in self._active:
            self._acknowledge(peer, self._with(peer))

    # --- What is due

    @property
    def wake(self) -> float:
        return self._deadlines.next

    def tick(self, now: float) -> None:
        late: dict[Line, list[Someone]] = {}
        for peer in list(self._deadlines.due(now)):
            its = self._with(peer)
            its.watched_until = NEVER
            if its.show_at <= now:
                self._show(peer, its, now)
            if its.acknowledge_at <= now:
                self._acknowledge(peer, its)
            oldest = its.outbox.oldest
            if oldest is not None and not its.behind and oldest.at + LATE <= now:
                its.behind = True
                late.setdefault(oldest, []).append(peer.contact.who)
            if (due := its.due) < NEVER:
                self._watch(peer, its, due)
            elif oldest is None:
                self._active.pop(peer, None)
        for line, behind in late.items():
            self._effects.tell(
                said.NotArrived(line.text, tuple(behind), line.arrived, line.receivers)
            )

    def _watch(self, peer: KeyedPeer, its: PeerDelivery, at: float) -> None:
        """See at this moment what is due with somebody. What has been put off since is found
        not to be due: words that arrive in time cost no deadline each."""
        if at < its.watched_until:
            its.watched_until = at
            self._deadlines.set(peer, at)
            self._active[peer] = None

    def status(self) -> said.Delivery:
        """How far what was said has come."""
        line = self.last
        if line is None:
            return said.Delivery(None, 0, 0, ())
        waiting = tuple(
            said.Waiting(
                one.contact.who, len(self._with(one).outbox.lines()), one.link is not None
            )
            for one in self.unsettled
        )
        return said.Delivery(line.text, line.arrived, line.receivers, waiting)
