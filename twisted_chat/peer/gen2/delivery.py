"""What is said over links: sent until it is acknowledged, shown once and in order.

The person is told of delivery only where there is none. A line that has
arrived at everybody within two seconds costs no word, as in any conversation;
one that has not costs a notice with the names of those who lack it, and
another when they have everything. One who lags is named once and not for every
line: what the notice is about is the person, not the text. `$status` shows it
at any time.
"""

from collections.abc import Callable, Sequence

from twisted_chat.events import Event
from twisted_chat.moments import NEVER
from twisted_chat.names import folded
from twisted_chat.peer.contacts.contact import Contact
from twisted_chat.peer.contacts.line import Line
from twisted_chat.peer.effects import Effects
from twisted_chat.peer.events import said
from twisted_chat.peer.events.event import Someone
from twisted_chat.peer.events.kept import OutboxShown
from twisted_chat.peer.gen2.history.histories import Histories
from twisted_chat.peer.gen2.inbox import Inboxes
from twisted_chat.peer.gen2.leftovers import lost, waiting
from twisted_chat.peer.gen2.link import PeerLink
from twisted_chat.peer.gen2.outbox import CROWDED, MAX_OUTBOX, Piece, pieces_of, size_of_all
from twisted_chat.peer.gen2.owed import OwedWords, owed_to
from twisted_chat.peer.gen2.reception import Reception
from twisted_chat.peer.gen2.under_way import LATE, PeerDelivery, UnderWay
from twisted_chat.peer.talks.talks import Hearing
from twisted_chat.store.archive import Archive
from twisted_chat.store.records import Owed
from twisted_chat.wire.gen2.growth import HISTORY
from twisted_chat.wire.gen2.speech import Acknowledgement, NumberedText

SILENT = 10.0
"""Seconds after which one who has not said what they can is of a version that does not."""


class Deliveries:
    """All that is said over links. `hearing` says what is to become of the words of somebody in
    a room, `owed` has what waits for those who are not here, `rates` how many are shown a
    second, and at once. `wake` is when `tick` is due."""

    def __init__(
        self,
        effects: Effects,
        hearing: Callable[[str, Contact, float], Hearing],
        owed: OwedWords,
        inboxes: Inboxes,
        rates: tuple[float, float],
        archive: Archive,
        histories: Histories,
    ) -> None:
        self._archive, self._histories, self._owed = archive, histories, owed
        self._effects = effects
        self._inboxes = inboxes
        self._peers: dict[Contact, PeerLink] = {}
        self._all: dict[Contact, PeerDelivery] = {}
        """Made when they are needed: a server can name many."""
        self._under_way = UnderWay()
        self._reception = Reception(effects, hearing, rates, self._under_way, archive, histories)
        self._keeps = True
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
            outbox = self._owed.take(contact.fingerprint)
            inbox = self._inboxes.of(contact.fingerprint)
            its = PeerDelivery(contact, self._peers[contact], outbox, inbox)
            if len(outbox):
                its.behind = outbox.conversations()
                its.absent_from = frozenset(map(folded, its.behind - {""}))
            self._all[contact] = its
        return its

    # --- Saying

    def say(
        self, lines: Sequence[Line], contacts: Sequence[Contact], now: float
    ) -> Sequence[tuple[Line, Contact]]:
        """Accept lines of one conversation for those who have room for them. Returns for whom
        there was none of what."""
        self.last = lines[-1]
        time = self._archive.time_of_day(now)
        for line in lines:
            line.time = time
            self._histories.sign(line, now)
        encoded = [pieces_of(line) for line in lines]
        every = [piece for pieces in encoded for piece in pieces]
        size, lost = size_of_all(every), list[tuple[Line, Contact]]()
        for contact in contacts:
            its = self._with(contact)
            if not self._put(every, size, its):
                for line, pieces in zip(lines, encoded, strict=True):
                    if len(lines) == 1 or not self._put(pieces, size_of_all(pieces), its):
                        lost.append((line, contact))
                        line.receivers -= 1
                        line.refused += 1
            if its.outbox.crowded:
                self._crowded[its] = None
            if now + LATE < its.watched_until:
                self._under_way.watch(its, now + LATE)
            self._send(its)
        for line in lines:
            line.receivers += len(contacts)
        return lost

    def _put(self, pieces: Sequence[Piece], size: int, its: PeerDelivery) -> bool:
        """Accept what is one line, or several, for somebody, if there is room for all of it."""
        place = its.outbox.put(pieces, size)
        if place is not None and self._archive.keeps:
            contact, (epoch, number) = its.contact, place
            for at, piece in enumerate(pieces, number):
                owed = piece.line.owed
                owed.append(Owed(contact.fingerprint, contact.name, epoch, at, piece.part))
        return place is not None

    def stored(self, contacts: Sequence[Contact]) -> None:
        """Something that was said to these is kept now, and may go to them."""
        for contact in contacts:
            if (its := self._all.get(contact)) is not None:
                self._send(its)

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

    def left(self, contact: Contact, room: str, *, drop: bool) -> None:
        """Somebody is not in a room with us any more. Where there is no link to them, or with
        `drop`, what was said there and has not arrived is owed to them, and goes on when they
        are there again."""
        self._histories.left(contact, room)
        its = self._all.get(contact)
        if its is not None and (drop or its.peer.link is None):
            its.absent_from |= {folded(room)}

    def entered(self, contact: Contact, room: str, now: float) -> None:
        """Somebody is in a room with us: what has waited for that is for them."""
        self._histories.entered(contact, room, now)
        if (known := self._all.get(contact)) is not None:
            self._send(known)

    def keep_no_more(self) -> None:
        """We end: what is not kept for longer is given up from now on."""
        self._keeps = False

    def flush(self, contact: Contact) -> None:
        """Send what may be sent."""
        self._send(self._with(contact))

    def _send(self, its: PeerDelivery) -> None:
        link = its.peer.link
        if link is not None and not its.contact.blocked and not its.contact.awaited:
            signed = None if link.can is None else HISTORY in link.can
            if messages := its.outbox.to_send(its.held_back(), signed=signed):
                self._effects.frames(messages, link)

    def give_up(self, contact: Contact) -> None:
        """Tell the person what has not arrived. It is kept for when we meet again, or else, where
        we end and nothing outlives us, forgotten."""
        del self._peers[contact]
        its = self._all.pop(contact, None)
        if its is None:
            return
        self._crowded.pop(its, None)
        self._under_way.settle(its)
        if self._archive.keeps and (self._archive.lasts or self._keeps):
            self._owed.keep(contact.who, its.outbox)
            self._tell(waiting(contact.who, its.outbox.lines()))
            return
        sent = its.outbox.ever_sent()
        never = [line for line in its.outbox.lines() if line not in sent]
        self._tell(lost(contact.who, sent, never))

    def _tell(self, events: list[Event]) -> None:
        for event in events:
            self._effects.tell(event)

    @property
    def unsettled(self) -> list[PeerDelivery]:
        """Those in which something has not arrived."""
        return [its for its in self._under_way if len(its.outbox)]

    # --- Hearing

    def linked(self, contact: Contact, now: float) -> None:
        """There is a new link, or the person has accepted the key."""
        its = self._with(contact)
        if its.peer.link is not None and its.peer.link.can is None:
            its.silent_until = now + SILENT
            self._under_way.watch(its, its.silent_until)
        its.outbox.rewind()
        its.inbox.begin_anew()
        self._send(its)
        self._reception.show(its, now)

    def received(self, contact: Contact, texts: Sequence[NumberedText], now: float) -> None:
        """Take what somebody said, one after the other. Raises WireError."""
        self._reception.received(self._with(contact), texts, now)

    def acknowledged(self, contact: Contact, heard: Acknowledgement, now: float) -> None:
        """Something has arrived. Raises WireError."""
        its = self._with(contact)
        its.outbox.heard(heard)
        self._archive.arrived(contact.fingerprint, heard.epoch, heard.number)
        self._send(its)
        if its.behind:
            for room in sorted(its.behind - its.outbox.conversations()):
                its.behind -= {room}
                self._effects.tell(said.AllArrived(contact.who, room))

    def acknowledge_all(self) -> None:
        """Acknowledge what was shown, without waiting for more."""
        for its in self._under_way:
            self._reception.acknowledge(its)

    # --- What is due

    @property
    def wake(self) -> float:
        return self._under_way.wake

    def tick(self, now: float) -> None:
        late: dict[Line, list[Someone]] = {}
        for its in self._under_way.due(now):
            if its.silent_until <= now:
                self._hear_no_features(its, now)
            if its.show_at <= now:
                self._reception.show(its, now)
            if its.acknowledge_at <= now:
                self._reception.acknowledge(its)
            while (line := its.untold) is not None and line.at + LATE <= now:
                its.behind |= {line.room}
                self._owed.changes += 1
                if its.contact.fingerprint not in line.told_waiting:
                    late.setdefault(line, []).append(its.contact.who)
            if (due := its.due) < NEVER:
                self._under_way.watch(its, due)
            elif its.outbox.oldest is None:
                self._under_way.settle(its)
        for line, behind in late.items():
            counts = line.arrived, line.receivers
            self._effects.tell(said.NotArrived(line.text, tuple(behind), *counts, line.room))

    def _hear_no_features(self, its: PeerDelivery, now: float) -> None:
        """Take one who has not said what they can for one of a version that does not; but not
        over a link on which nothing comes now: that may have been lost too."""
        link = its.peer.link
        its.silent_until = now + SILENT if link is not None and link.doubted else NEVER
        if its.silent_until == NEVER and link is not None and link.can is None:
            link.learn(frozenset())
            self._send(its)

    def owed(self) -> OutboxShown:
        """What is still to arrive, at those who are here and those who are not."""
        here = [
            owed_to(its.contact.who, its.outbox.lines(), its.peer.link is not None)
            for its in self._all.values()
            if len(its.outbox)
        ]
        return OutboxShown((*here, *self._owed.owed()))

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
