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
from twisted_chat.peer.neighbour import Neighbour
from twisted_chat.peer.outbox import MAX_TEXT, Line, size_of
from twisted_chat.peer.speech import split
from twisted_chat.rate import Rate
from twisted_chat.wire.gen2.speech import Acknowledgement, NumberedText

LATE = 2.0
"""Seconds after which it is worth a word that a line has not arrived."""
ACK_DELAY, ACK_EVERY = 0.02, 64
"""Seconds that an acknowledgement waits for more to acknowledge, and messages at most."""
HEAR_RATE, HEAR_BURST = 100.0, 300
"""Messages shown a second, and at once, of one peer; more wait, and their sender with them."""


class Correspondence:
    """All conversations over links. `wake` is when `tick` is due."""

    def __init__(self, effects: Effects, hear_rate: float, hear_burst: float) -> None:
        self._effects = effects
        self._hearing = Rate(hear_rate, hear_burst)
        self._pause = 1 / hear_rate if hear_rate else 0.0
        self._active: set[Neighbour] = set()
        self._deadlines: Deadlines[Neighbour] = Deadlines()
        self.last: Line | None = None
        """What the person said last."""
        self.lost = False
        """Whether anything was given up."""

    # --- Saying

    def say(self, text: str, listeners: list[Neighbour], now: float) -> Line:
        """Accept a line for those who have room for it, and tell who has not."""
        line = self.last = Line(text, now)
        parts = list(split(text, MAX_TEXT))
        size = sum(map(size_of, parts))
        unreachable = []
        for neighbour in listeners:
            if not neighbour.outbox.has_room(size):
                unreachable.append(neighbour.who)
                continue
            line.receivers += 1
            for part in parts:
                neighbour.outbox.put(part, line, whole=part is parts[-1])
            self.flush(neighbour, now)
        if unreachable:
            self.lost = True
            self._effects.tell(said.LostFor(tuple(unreachable), text))
        return line

    def flush(self, neighbour: Neighbour, now: float) -> None:
        """Send what may be sent."""
        if neighbour.link is not None and not neighbour.blocked and not neighbour.awaited:
            for message in neighbour.outbox.to_send():
                self._effects.frame(message, neighbour.link)
        self._watch(neighbour)

    def give_up(self, neighbour: Neighbour) -> None:
        """Forget what has not arrived, and tell the person."""
        sent = neighbour.outbox.ever_sent()
        never = [line for line in neighbour.outbox.lines() if line not in sent]
        self.lost = self.lost or bool(sent or never)
        if sent:
            self._effects.tell(said.ArrivalUnknown(neighbour.who, len(sent), sent[0].text))
        if never:
            self._effects.tell(said.NeverArrived(neighbour.who, len(never), never[0].text))
        self._active.discard(neighbour)
        self._deadlines.discard(neighbour)
        neighbour.watched_until = NEVER

    @property
    def unsettled(self) -> list[Neighbour]:
        """Those who lack something."""
        return [one for one in self._active if len(one.outbox)]

    # --- Hearing

    def linked(self, neighbour: Neighbour, now: float) -> None:
        """There is a new link, or the person has accepted the key."""
        neighbour.outbox.rewind()
        neighbour.inbox.begin_anew()
        self.flush(neighbour, now)
        self._show(neighbour, now)
        self._watch(neighbour)

    def received(
        self, neighbour: Neighbour, speech: NumberedText | Acknowledgement, now: float
    ) -> None:
        """Take what was said. Raises WireError."""
        if isinstance(speech, Acknowledgement):
            neighbour.outbox.heard(speech)
            self.flush(neighbour, now)
            self._caught_up(neighbour, now)
        else:
            if not neighbour.inbox.take(speech):
                self._owe(neighbour, speech, now)
            self._show(neighbour, now)
            self._watch(neighbour)

    def _show(self, neighbour: Neighbour, now: float) -> None:
        neighbour.show_at = NEVER
        while len(neighbour.inbox) and not neighbour.blocked:
            if not self._hearing.spend(neighbour.fingerprint, now):
                neighbour.show_at = now + self._pause
                break
            shown = neighbour.inbox.show_next()
            if not neighbour.ignored:
                text = shown.text.removesuffix("\n").removesuffix("\r")
                in_room = neighbour.standing is Standing.MEMBER
                self._effects.tell(said.Said(neighbour.who, text, in_room))
            self._owe(neighbour, shown, now)

    def _owe(self, neighbour: Neighbour, shown: NumberedText, now: float) -> None:
        if shown.epoch not in neighbour.owed:
            neighbour.owed |= {shown.epoch}
        neighbour.unacknowledged += 1
        neighbour.acknowledge_at = min(neighbour.acknowledge_at, now + ACK_DELAY)
        if neighbour.unacknowledged >= ACK_EVERY:
            self._acknowledge(neighbour)

    def _acknowledge(self, neighbour: Neighbour) -> None:
        if neighbour.link is not None and not neighbour.blocked:
            for epoch in sorted(neighbour.owed):
                if heard := neighbour.inbox.heard(epoch):
                    self._effects.frame(heard, neighbour.link)
        neighbour.owed = frozenset()
        neighbour.unacknowledged, neighbour.acknowledge_at = 0, NEVER

    def acknowledge_all(self) -> None:
        """Acknowledge what was shown, without waiting for more."""
        for neighbour in self._active:
            self._acknowledge(neighbour)

    # --- What is due

    @property
    def wake(self) -> float:
        return self._deadlines.next

    def tick(self, now: float) -> None:
        late: dict[Line, list[Someone]] = {}
        for neighbour in list(self._deadlines.due(now)):
            neighbour.watched_until = NEVER
            if neighbour.show_at <= now:
                self._show(neighbour, now)
            if neighbour.acknowledge_at <= now:
                self._acknowledge(neighbour)
            oldest = neighbour.outbox.oldest
            if oldest is not None and not neighbour.behind and oldest.at + LATE <= now:
                neighbour.behind = True
                late.setdefault(oldest, []).append(neighbour.who)
            self._watch(neighbour)
        for line, behind in late.items():
            self._effects.tell(
                said.NotArrived(line.text, tuple(behind), line.arrived, line.receivers)
            )

    def _watch(self, neighbour: Neighbour) -> None:
        """See when something is due with somebody, and whether anything may still be."""
        due = self._due(neighbour)
        if due != neighbour.watched_until:  # With each word, mostly, it is as it was.
            neighbour.watched_until = due
            self._deadlines.set(neighbour, due)
        if due == NEVER and not len(neighbour.outbox):
            self._active.discard(neighbour)
        else:
            self._active.add(neighbour)

    def _due(self, neighbour: Neighbour) -> float:
        due = min(neighbour.acknowledge_at, neighbour.show_at)
        oldest = neighbour.outbox.oldest
        if oldest is not None and not neighbour.behind:
            due = min(due, oldest.at + LATE)
        return due

    def _caught_up(self, neighbour: Neighbour, now: float) -> None:
        if neighbour.behind and not len(neighbour.outbox):
            neighbour.behind = False
            self._effects.tell(said.AllArrived(neighbour.who))

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
