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
from twisted_chat.peer.contacts.contact import Contact
from twisted_chat.peer.contacts.line import Line
from twisted_chat.peer.effects import Effects
from twisted_chat.peer.events import said
from twisted_chat.peer.events.event import Someone
from twisted_chat.peer.gen2.inbox import Inbox, Inboxes
from twisted_chat.peer.gen2.link import PeerLink
from twisted_chat.peer.gen2.outbox import CROWDED, MAX_OUTBOX, Outbox, pieces_of
from twisted_chat.peer.talks.talks import Hearing
from twisted_chat.rate import Rate
from twisted_chat.wire.gen2.speech import Acknowledgement, NumberedText

LATE = 2.0
"""Seconds after which it is worth a word that a line has not arrived."""
ACK_DELAY, ACK_EVERY = 0.02, 64
"""Seconds that an acknowledgement waits for more to acknowledge, and messages at most."""
ANNOUNCED, LOOK_AGAIN = 5.0, 0.1
"""Seconds for which words wait for the server to call those members who said them to a room, and
between two looks."""
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
    behind: frozenset[str] = frozenset()
    """Conversations, rooms or an empty name, of which the person was told that something has not
    arrived."""
    waits_for: str = ""
    """The room in which it is not known yet whether they are, and something was said."""
    waits_until: float = 0.0

    @property
    def untold(self) -> Line | None:
        """The first line that has not arrived of which the person was not told."""
        if not self.behind:
            return self.outbox.oldest
        return self.outbox.oldest_besides(self.behind)

    @property
    def due(self) -> float:
        """When there is something to do."""
        due = min(self.acknowledge_at, self.show_at)
        untold = self.untold
        return due if untold is None else min(due, untold.at + LATE)


class Deliveries:
    """All that is said over links. `hearing` says what is to become of the words of somebody in
    a room, `rates` how many are shown a second, and at once. `wake` is when `tick` is due;
    `since_1970` is how many seconds later than `now` the time of day is."""

    def __init__(
        self,
        effects: Effects,
        hearing: Callable[[str, Contact, float], Hearing],
        next_epoch: Callable[[], int],
        inboxes: Inboxes,
        rates: tuple[float, float],
        since_1970: float,
    ) -> None:
        hear_rate, hear_burst = rates
        self._heard_in = hearing
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
        self.dropped = 0
        """Words said to rooms in which we, or those who said them, are not."""
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
        """Accept a line for those who have room for it. Returns those who have none."""
        self.last = line
        line.time = int((now + self._since_1970) * 1000)
        pieces = pieces_of(line)
        size = pieces[0].size if len(pieces) == 1 else sum(piece.size for piece in pieces)
        late = now + LATE
        full: list[Contact] = []
        for contact in contacts:
            its = self._all.get(contact)
            if its is None:
                its = self._with(contact)
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

    def left(self, contact: Contact, room: str, *, waited: bool) -> None:
        """Somebody is not in a room any more. Where there is no link to them, or it has `waited`
        for their return, what was said there and not sent yet is not for them."""
        its = self._all.get(contact)
        if its is None or (its.peer.link is not None and not waited):
            return
        if lost := its.outbox.drop(room):
            self._effects.tell(said.NeverArrived(contact.who, len(lost), lost[0].text, room))
            its.behind &= its.outbox.conversations()

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
        for room, lines in _by_room(sent).items():
            unknown = said.ArrivalUnknown(contact.who, len(lines), lines[0].text, room)
            self._effects.tell(unknown)
        for room, lines in _by_room(never).items():
            self._effects.tell(said.NeverArrived(contact.who, len(lines), lines[0].text, room))

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
            if its.behind:
                for room in sorted(its.behind - its.outbox.conversations()):
                    its.behind -= {room}
                    self._effects.tell(said.AllArrived(contact.who, room))
        elif not its.inbox.accept(speech):
            self._owe(its, speech, now)
        elif len(its.inbox) or contact.blocked or not self._may_show(its, speech, now):
            its.inbox.hold(speech)
            self._show(its, now)
        else:
            self._show_one(its, speech, now)

    def _may_show(self, its: PeerDelivery, text: NumberedText, now: float) -> bool:
        """Whether one more may be shown now, or dropped. If not, it is tried again later."""
        if text.room and self._waits(its, text.room, now):
            its.show_at = now + LOOK_AGAIN
        elif self._hearing.spend(its.contact.fingerprint, now):
            return True
        else:
            its.show_at = now + self._pause
        self._watch(its, its.show_at)
        return False

    def _waits(self, its: PeerDelivery, room: str, now: float) -> bool:
        """Whether what was said to a room waits for the server to call its speaker a member of
        it, as it may be about to."""
        if self._heard_in(room, its.contact, now) is not Hearing.AWAITED:
            return False
        if room != its.waits_for or now >= its.waits_until + ANNOUNCED:
            its.waits_for, its.waits_until = room, now + ANNOUNCED
        return now < its.waits_until

    def _show(self, its: PeerDelivery, now: float) -> None:
        """Show what was held until now, as far as it may be."""
        if its.show_at <= now:
            its.show_at = NEVER
        while len(its.inbox) and not its.contact.blocked and its.show_at == NEVER:
            if self._may_show(its, its.inbox.first, now):
                self._show_one(its, its.inbox.next(), now)

    def _show_one(self, its: PeerDelivery, shown: NumberedText, now: float) -> None:
        its.inbox.show(shown)
        contact = its.contact
        room = shown.room
        if room and self._heard_in(room, contact, now) is not Hearing.SHOWN:
            self.dropped += 1
        elif not contact.ignored:
            text = shown.text.removesuffix("\n").removesuffix("\r")
            self._effects.tell(said.Said(contact.who, text, bool(room), None, room))
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
            while (line := its.untold) is not None and line.at + LATE <= now:
                its.behind |= {line.room}
                late.setdefault(line, []).append(its.contact.who)
            if (due := its.due) < NEVER:
                self._watch(its, due)
            elif its.outbox.oldest is None:
                self._active.pop(its, None)
        for line, behind in late.items():
            counts = line.arrived, line.receivers
            self._effects.tell(said.NotArrived(line.text, tuple(behind), *counts, line.room))

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


def _by_room(lines: list[Line]) -> dict[str, list[Line]]:
    """Lines by the room that they were said to, empty for private ones."""
    found: dict[str, list[Line]] = {}
    for line in lines:
        found.setdefault(line.room, []).append(line)
    return found
