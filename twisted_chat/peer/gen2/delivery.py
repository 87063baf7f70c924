"""What is said over links: sent until it is acknowledged, shown once and in order.

The person is told of delivery only where there is none. A line that has
arrived at everybody within two seconds costs no word, as in any conversation;
one that has not costs a notice with the names of those who lack it, and
another when they have everything. Whoever lags is named once and not for every
line: what the notice is about is the person, not the text. `$status` shows it
at any time.
"""

from twisted_chat.deadlines import Deadlines
from twisted_chat.moments import NEVER
from twisted_chat.peer.audience import Standing
from twisted_chat.peer.effects import Effects
from twisted_chat.peer.events import said
from twisted_chat.peer.events.event import Someone
from twisted_chat.peer.gen2.link import KeyedPeer
from twisted_chat.peer.gen2.outbox import MAX_TEXT, Line, size_of
from twisted_chat.peer.speech import split
from twisted_chat.rate import Rate
from twisted_chat.wire.gen2.speech import Acknowledgement, NumberedText

LATE = 2.0
"""Seconds after which it is worth a word that a line has not arrived."""
ACK_DELAY, ACK_EVERY = 0.02, 64
"""Seconds that an acknowledgement waits for more to acknowledge, and messages at most."""
HEAR_RATE, HEAR_BURST = 100.0, 300
"""Messages shown a second, and at once, of one peer; more wait, and their sender with them."""


class Deliveries:
    """All conversations over links. `wake` is when `tick` is due."""

    def __init__(self, effects: Effects, hear_rate: float, hear_burst: float) -> None:
        self._effects = effects
        self._hearing = Rate(hear_rate, hear_burst)
        self._pause = 1 / hear_rate if hear_rate else 0.0
        self._active: set[KeyedPeer] = set()
        self._deadlines: Deadlines[KeyedPeer] = Deadlines()
        self.last: Line | None = None
        """What the person said last."""
        self.lost = False
        """Whether anything was given up."""

    # --- Saying

    def say(self, text: str, listeners: list[KeyedPeer], now: float) -> Line:
        """Accept a line for those who have room for it, and tell who has not."""
        line = self.last = Line(text, now)
        parts = list(split(text, MAX_TEXT))
        size = sum(map(size_of, parts))
        unreachable = []
        for peer in listeners:
            if not peer.outbox.has_room(size):
                unreachable.append(peer.who)
                continue
            line.receivers += 1
            for part in parts:
                peer.outbox.put(part, line, whole=part is parts[-1])
            self.flush(peer, now)
        if unreachable:
            self.lost = True
            self._effects.tell(said.LostFor(tuple(unreachable), text))
        return line

    def flush(self, peer: KeyedPeer, now: float) -> None:
        """Send what may be sent."""
        if peer.link is not None and not peer.blocked and not peer.awaited:
            for message in peer.outbox.to_send():
                self._effects.frame(message, peer.link)
        self._watch(peer)

    def give_up(self, peer: KeyedPeer) -> None:
        """Forget what has not arrived, and tell the person."""
        sent = peer.outbox.ever_sent()
        never = [line for line in peer.outbox.lines() if line not in sent]
        self.lost = self.lost or bool(sent or never)
        if sent:
            self._effects.tell(said.ArrivalUnknown(peer.who, len(sent), sent[0].text))
        if never:
            self._effects.tell(said.NeverArrived(peer.who, len(never), never[0].text))
        self._active.discard(peer)
        self._deadlines.discard(peer)
        peer.watched_until = NEVER

    @property
    def unsettled(self) -> list[KeyedPeer]:
        """Those who lack something."""
        return [one for one in self._active if len(one.outbox)]

    # --- Hearing

    def linked(self, peer: KeyedPeer, now: float) -> None:
        """There is a new link, or the person has accepted the key."""
        peer.outbox.rewind()
        peer.inbox.begin_anew()
        self.flush(peer, now)
        self._show(peer, now)
        self._watch(peer)

    def received(
        self, peer: KeyedPeer, speech: NumberedText | Acknowledgement, now: float
    ) -> None:
        """Take what was said. Raises WireError."""
        if isinstance(speech, Acknowledgement):
            peer.outbox.heard(speech)
            self.flush(peer, now)
            self._caught_up(peer, now)
        else:
            if not peer.inbox.take(speech):
                self._owe(peer, speech, now)
            self._show(peer, now)
            self._watch(peer)

    def _show(self, peer: KeyedPeer, now: float) -> None:
        peer.show_at = NEVER
        while len(peer.inbox) and not peer.blocked:
            if not self._hearing.spend(peer.fingerprint, now):
                peer.show_at = now + self._pause
                break
            shown = peer.inbox.show_next()
            if not peer.ignored:
                text = shown.text.removesuffix("\n").removesuffix("\r")
                in_room = peer.standing is Standing.MEMBER
                self._effects.tell(said.Said(peer.who, text, in_room))
            self._owe(peer, shown, now)

    def _owe(self, peer: KeyedPeer, shown: NumberedText, now: float) -> None:
        if shown.epoch not in peer.owed:
            peer.owed |= {shown.epoch}
        peer.unacknowledged += 1
        peer.acknowledge_at = min(peer.acknowledge_at, now + ACK_DELAY)
        if peer.unacknowledged >= ACK_EVERY:
            self._acknowledge(peer)

    def _acknowledge(self, peer: KeyedPeer) -> None:
        if peer.link is not None and not peer.blocked:
            for epoch in sorted(peer.owed):
                if heard := peer.inbox.heard(epoch):
                    self._effects.frame(heard, peer.link)
        peer.owed = frozenset()
        peer.unacknowledged, peer.acknowledge_at = 0, NEVER

    def acknowledge_all(self) -> None:
        """Acknowledge what was shown, without waiting for more."""
        for peer in self._active:
            self._acknowledge(peer)

    # --- What is due

    @property
    def wake(self) -> float:
        return self._deadlines.next

    def tick(self, now: float) -> None:
        late: dict[Line, list[Someone]] = {}
        for peer in list(self._deadlines.due(now)):
            peer.watched_until = NEVER
            if peer.show_at <= now:
                self._show(peer, now)
            if peer.acknowledge_at <= now:
                self._acknowledge(peer)
            oldest = peer.outbox.oldest
            if oldest is not None and not peer.behind and oldest.at + LATE <= now:
                peer.behind = True
                late.setdefault(oldest, []).append(peer.who)
            self._watch(peer)
        for line, behind in late.items():
            self._effects.tell(
                said.NotArrived(line.text, tuple(behind), line.arrived, line.receivers)
            )

    def _watch(self, peer: KeyedPeer) -> None:
        """See when something is due with somebody, and whether anything may still be."""
        due = self._due(peer)
        if due != peer.watched_until:  # With each word, mostly, it is as it was.
            peer.watched_until = due
            self._deadlines.set(peer, due)
        if due == NEVER and not len(peer.outbox):
            self._active.discard(peer)
        else:
            self._active.add(peer)

    def _due(self, peer: KeyedPeer) -> float:
        due = min(peer.acknowledge_at, peer.show_at)
        oldest = peer.outbox.oldest
        if oldest is not None and not peer.behind:
            due = min(due, oldest.at + LATE)
        return due

    def _caught_up(self, peer: KeyedPeer, now: float) -> None:
        if peer.behind and not len(peer.outbox):
            peer.behind = False
            self._effects.tell(said.AllArrived(peer.who))

    def status(self) -> said.Delivery:
        """How far what was said has come."""
        line = self.last
        if line is None:
            return said.Delivery(None, 0, 0, ())
        waiting = tuple(
            said.Waiting(one.who, len(one.outbox.lines()), one.link is not None)
            for one in self.unsettled
        )
        return said.Delivery(line.text, line.arrived, line.receivers, waiting)
