"""What is said over links: sent until it is acknowledged, shown once and in order.

The person is told of delivery only where there is none. A line that has
arrived at everybody within two seconds costs no word, as in any conversation;
one that has not costs a notice with the names of those who lack it, and
another when they have everything. One who lags is named once and not for every
line: what the notice is about is the person, not the text. `$status` shows it
at any time.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from twisted_chat.deadlines import Deadlines
from twisted_chat.moments import NEVER
from twisted_chat.peer.contacts.contact import Contact, Standing
from twisted_chat.peer.contacts.line import Line
from twisted_chat.peer.effects import Effects
from twisted_chat.peer.events import said
from twisted_chat.peer.events.event import Someone
from twisted_chat.peer.gen2.inbox import Inbox, Inboxes
from twisted_chat.peer.gen2.link import PeerLink
from twisted_chat.peer.gen2.outbox import CROWDED, MAX_OUTBOX, Outbox, Piece, pieces_of
from twisted_chat.rate import Rate
from twisted_chat.wire.gen2.speech import Acknowledgement, NumberedText

LATE = 2.0
"""Seconds after which it is worth a word that a line has not arrived."""
ACK_DELAY, ACK_EVERY = 0.02, 64
"""Seconds that an acknowledgement waits for more to acknowledge, and messages at most."""
HEAR_RATE, HEAR_BURST = 100.0, 300
"""Messages shown a second, and at once, of one peer; more wait, and their sender with them."""


@dataclass(eq=False, slots=True)
class PeerDelivery:
    """What is under way between us and one other peer, in both directions. Only Deliveries
    changes it."""

    contact: Contact
    peer: PeerLink
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
        self._peers: dict[Contact, PeerLink] = {}
        self._all: dict[Contact, PeerDelivery] = {}
        """Made when they are needed: a server can name many."""
        self._active: dict[PeerDelivery, None] = {}
        """Those in which something is under way."""
        self._deadlines: Deadlines[PeerDelivery] = Deadlines()
        self._crowded: dict[PeerDelivery, None] = {}
        """Those in whose outboxes there may be no room for a line that is not long."""
        self.last: Line | None = None
        """What the person said last."""

    def begin(self, peer: PeerLink) -> None:
        """There may be something to say to somebody, or to hear."""
        self._peers[peer.contact] = peer

    def _with(self, contact: Contact) -> PeerDelivery:
        """What is under way with somebody."""
        its = self._all.get(contact)
        if its is None:
            outbox, inbox = Outbox(self._next_epoch()), self._inboxes.of(contact.fingerprint)
            its = PeerDelivery(contact, self._peers[contact], outbox, inbox)
            self._all[contact] = its
        return its

    # --- Saying

    def say(self, line: Line, contacts: Sequence[Contact], now: float) -> Sequence[Contact]:
        """Accept a line for those who have room for it. To the members of the room that we are
        in it is said there, and to others in private. Returns those who have no room for it."""
        self.last = line
        line.time = int((now + self._since_1970) * 1000)
        to_room = pieces_of(line, line.room)
        private: list[Piece] | None = None
        size = to_room[0].size if len(to_room) == 1 else sum(piece.size for piece in to_room)
        late = now + LATE
        full: list[Contact] = []
        for contact in contacts:
            its = self._all.get(contact)
            if its is None:
                its = self._with(contact)
            pieces = to_room
            if contact.standing is not Standing.IN_ROOM:
                pieces = private = pieces_of(line, "") if private is None else private
            if not its.outbox.put(pieces, size):
                full.append(contact)
                continue
            if its.outbox.crowded:
                self._crowded[its] = None
            line.receivers += 1
            if late < its.watched_until:
                self._watch(its, late)
            self._send(its)
        return full

    def has_room(self, contacts: Sequence[Contact], size: int) -> bool:
        """Whether a text can be accepted for all of these to whom there is a link."""
        if not self._crowded and size <= MAX_OUTBOX - CROWDED:
            return True  # As nearly always: it is asked before each word.
        for its in [its for its in self._crowded if not its.outbox.crowded]:
            del self._crowded[its]
        every = (self._all.get(contact) for contact in contacts)
        return all(
            its is None or its.peer.link is None or its.outbox.has_room(size) for its in every
        )

    def flush(self, contact: Contact) -> None:
        """Send what may be sent."""
        self._send(self._with(contact))

    def _send(self, its: PeerDelivery) -> None:
        link = its.peer.link
        if link is not None and not its.contact.blocked and not its.contact.awaited:
            for message in its.outbox.to_send():
                self._effects.frame(message, link)

    def give_up(self, contact: Contact) -> None:
        """Forget what has not arrived, and tell the person."""
        del self._peers[contact]
        its = self._all.pop(contact, None)
        if its is None:
            return
        self._active.pop(its, None)
        self._crowded.pop(its, None)
        self._deadlines.discard(its)
        sent = its.outbox.ever_sent()
        never = [line for line in its.outbox.lines() if line not in sent]
        if sent:
            self._effects.tell(said.ArrivalUnknown(contact.who, len(sent), sent[0].text))
        if never:
            self._effects.tell(said.NeverArrived(contact.who, len(never), never[0].text))

    @property
    def unsettled(self) -> list[PeerDelivery]:
        """Those in which something has not arrived."""
        return [its for its in self._active if len(its.outbox)]

    # --- Hearing

    def linked(self, contact: Contact, now: float) -> None:
        """There is a new link, or the person has accepted the key."""
        its = self._with(contact)
        its.outbox.rewind()
        its.inbox.begin_anew()
        self._send(its)
        self._show(its, now)

    def received(
        self, contact: Contact, speech: NumberedText | Acknowledgement, now: float
    ) -> None:
        """Take what was said. Raises WireError."""
        its = self._with(contact)
        if isinstance(speech, Acknowledgement):
            its.outbox.heard(speech)
            self._send(its)
            if its.behind and not len(its.outbox):
                its.behind = False
                self._effects.tell(said.AllArrived(contact.who))
        elif not its.inbox.accept(speech):
            self._owe(its, speech, now)
        elif len(its.inbox) or contact.blocked or not self._may_show(its, now):
            its.inbox.hold(speech)
            self._show(its, now)
        else:
            self._show_one(its, speech, now)

    def _may_show(self, its: PeerDelivery, now: float) -> bool:
        """Whether one more may be shown now. If not, it is tried again later."""
        if self._hearing.spend(its.contact.fingerprint, now):
            return True
        its.show_at = now + self._pause
        self._watch(its, its.show_at)
        return False

    def _show(self, its: PeerDelivery, now: float) -> None:
        """Show what was held until now, as far as it may be."""
        if its.show_at <= now:
            its.show_at = NEVER
        while len(its.inbox) and not its.contact.blocked and its.show_at == NEVER:
            if self._may_show(its, now):
                self._show_one(its, its.inbox.next(), now)

    def _show_one(self, its: PeerDelivery, shown: NumberedText, now: float) -> None:
        its.inbox.show(shown)
        contact = its.contact
        if not contact.ignored:
            text = shown.text.removesuffix("\n").removesuffix("\r")
            self._effects.tell(said.Said(contact.who, text, contact.standing is Standing.IN_ROOM))
        self._owe(its, shown, now)

    def _owe(self, its: PeerDelivery, shown: NumberedText, now: float) -> None:
        if shown.epoch not in its.owed:
            its.owed |= {shown.epoch}
        its.unacknowledged += 1
        if its.unacknowledged >= ACK_EVERY:
            self._acknowledge(its)
        elif its.unacknowledged == 1:
            its.acknowledge_at = now + ACK_DELAY
            self._watch(its, its.acknowledge_at)

    def _acknowledge(self, its: PeerDelivery) -> None:
        link = its.peer.link
        if link is not None and not its.contact.blocked:
            for epoch in sorted(its.owed):
                if (heard := its.inbox.heard(epoch)) is not None:
                    self._effects.frame(heard.encode(), link)
        its.owed = frozenset()
        its.unacknowledged, its.acknowledge_at = 0, NEVER

    def acknowledge_all(self) -> None:
        """Acknowledge what was shown, without waiting for more."""
        for its in self._active:
            self._acknowledge(its)

    # --- What is due

    @property
    def wake(self) -> float:
        return self._deadlines.next

    def tick(self, now: float) -> None:
        late: dict[Line, list[Someone]] = {}
        for its in list(self._deadlines.due(now)):
            its.watched_until = NEVER
            if its.show_at <= now:
                self._show(its, now)
            if its.acknowledge_at <= now:
                self._acknowledge(its)
            oldest = its.outbox.oldest
            if oldest is not None and not its.behind and oldest.at + LATE <= now:
                its.behind = True
                late.setdefault(oldest, []).append(its.contact.who)
            if (due := its.due) < NEVER:
                self._watch(its, due)
            elif oldest is None:
                self._active.pop(its, None)
        for line, behind in late.items():
            self._effects.tell(
                said.NotArrived(line.text, tuple(behind), line.arrived, line.receivers)
            )

    def _watch(self, its: PeerDelivery, at: float) -> None:
        """Look at this moment at what is due with somebody. What has been put off since is found
        not to be due: words that arrive in time cost no deadline each."""
        if at < its.watched_until:
            its.watched_until = at
            self._deadlines.set(its, at)
            self._active[its] = None

    def status(self) -> said.Delivery:
        """How far what was said has come."""
        line = self.last
        if line is None:
            return said.Delivery(None, 0, 0, ())
        waiting = tuple(
            said.Waiting(its.contact.who, len(its.outbox.lines()), its.peer.link is not None)
            for its in self.unsettled
        )
        return said.Delivery(line.text, line.arrived, line.receivers, waiting)
