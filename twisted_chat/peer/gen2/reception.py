"""What others say to us over links: shown once and in order, and acknowledged."""

from collections.abc import Callable, Sequence

from twisted_chat.moments import NEVER
from twisted_chat.peer.contacts.contact import Contact
from twisted_chat.peer.effects import Effects
from twisted_chat.peer.events import said
from twisted_chat.peer.gen2.history.histories import Histories
from twisted_chat.peer.gen2.history.log import Added
from twisted_chat.peer.gen2.history.room_history import Novelty
from twisted_chat.peer.gen2.under_way import PeerDelivery, UnderWay
from twisted_chat.peer.talks.talks import Hearing
from twisted_chat.rate import Rate
from twisted_chat.store.archive import Archive
from twisted_chat.store.records import HeardRecord, TalkKey
from twisted_chat.wire.gen2.history import RoomMessage
from twisted_chat.wire.gen2.speech import NumberedText

ACK_DELAY, ACK_EVERY = 0.02, 64
"""Seconds that an acknowledgement waits for more to acknowledge, and messages at most."""
ANNOUNCED, LOOK_AGAIN = 5.0, 0.1
"""Seconds for which words wait for the server to call those members who said them to a room, and
between two looks."""
HEAR_RATE, HEAR_BURST = 100.0, 300
"""Messages shown a second, and at once, of one peer; more wait, and their sender with them."""


class Reception:
    """What is said to us. `hearing` says what is to become of the words of somebody in a room,
    `rates` how many are shown a second, and at once, of each."""

    def __init__(
        self,
        effects: Effects,
        hearing: Callable[[str, Contact, float], Hearing],
        rates: tuple[float, float],
        under_way: UnderWay,
        archive: Archive,
        histories: Histories,
    ) -> None:
        self._effects = effects
        self._heard_in = hearing
        self._rate = Rate(*rates)
        self._pause = 1 / rates[0] if rates[0] else 0.0
        self._under_way = under_way
        self._archive = archive
        self._histories = histories
        self._kept_of: dict[PeerDelivery, None] = {}
        """Those of whom something is kept since."""

    def received(self, its: PeerDelivery, texts: Sequence[NumberedText], now: float) -> None:
        """Take what somebody said, one after the other. Raises WireError."""
        its.contact.heard = now
        if self._may_show_all(its, texts, now):  # As nearly always.
            self._show(its, texts, now)
        else:
            for text in texts:
                self._receive(its, text, now)
        if its.unacknowledged >= ACK_EVERY:
            self.acknowledge(its)

    def _may_show_all(self, its: PeerDelivery, texts: Sequence[NumberedText], now: float) -> bool:
        """Whether these are shown now, all of them and in one conversation, and nothing waits
        before them."""
        contact, room = its.contact, texts[0].room
        if its.inbox.held or contact.blocked or contact.ignored:
            return False
        for text in texts:
            if text.room != room or text.signed is not None:
                return False
        if self._heard_in(room, contact, now) is not Hearing.SHOWN:
            return False
        if room and self._histories.awaits(room, None):
            return False
        return self._rate.spend(contact.fingerprint, now, len(texts))

    def _show(self, its: PeerDelivery, texts: Sequence[NumberedText], now: float) -> None:
        """Show what is new of these. Raises WireError."""
        inbox, who, tell = its.inbox, its.contact.who, self._effects.tell
        room = self._histories.name_of(texts[0].room) if texts[0].room else ""
        late = self._archive.time_of_day(now) - said.LATE_AFTER
        keeps, new = self._archive.keeps, list[NumberedText]()
        try:
            for text in texts:
                if not inbox.accept(text):
                    self._owe(its, text, now)
                    continue
                at = text.time if 0 < text.time < late else None
                tell(said.Said(who, _line(text), bool(room), None, room, at))
                if keeps:
                    inbox.wait(text)
                    new.append(text)
                else:
                    inbox.show(text)
                    self._owe(its, text, now)
        finally:
            if new:
                talk = self._talk(its.contact, room)
                self._keep(its, new, [_record(text, its.contact, talk) for text in new], now)

    def _receive(self, its: PeerDelivery, text: NumberedText, now: float) -> None:
        """Take one of which it has to be seen what becomes of it. Raises WireError."""
        if not its.inbox.accept(text):
            self._owe(its, text, now)
        elif its.inbox.held or its.contact.blocked:
            its.inbox.hold(text)
            self.show(its, now)
        elif (hearing := self._may_show(its, text, now)) is not Hearing.AWAITED:
            self._show_one(its, text, hearing, now)
        else:
            its.inbox.hold(text)

    def _may_show(self, its: PeerDelivery, text: NumberedText, now: float) -> Hearing:
        """Whether one more is shown now, or dropped. If neither, it is tried again later."""
        hearing = self._heard_in(text.room, its.contact, now)
        if hearing is Hearing.AWAITED and not self._waits(its, text.room, now):
            hearing = Hearing.DROPPED
        opening = text.room and self._histories.awaits(text.room, text.signed)
        if hearing is Hearing.AWAITED or opening:
            its.show_at = now + LOOK_AGAIN
        elif self._rate.spend(its.contact.fingerprint, now):
            return hearing
        else:
            its.show_at = now + self._pause
        self._under_way.watch(its, its.show_at)
        return Hearing.AWAITED

    def _waits(self, its: PeerDelivery, room: str, now: float) -> bool:
        """Whether what was said to a room, or in private, waits for the server still to call its
        speaker a member, or one who asks for us, as it may be about to."""
        if room != its.waits_for or now >= its.waits_until + ANNOUNCED:
            its.waits_for, its.waits_until = room, now + ANNOUNCED
        return now < its.waits_until

    def show(self, its: PeerDelivery, now: float) -> None:
        """Show what was held until now, as far as it may be."""
        if its.show_at <= now:
            its.show_at = NEVER
        while len(its.inbox) and not its.contact.blocked and its.show_at == NEVER:
            hearing = self._may_show(its, its.inbox.first, now)
            if hearing is not Hearing.AWAITED:
                self._show_one(its, its.inbox.next(), hearing, now)

    def _show_one(
        self, its: PeerDelivery, shown: NumberedText, hearing: Hearing, now: float
    ) -> None:
        contact = its.contact
        room = self._histories.name_of(shown.room) if shown.room else ""
        tells, added = hearing is Hearing.SHOWN and not contact.ignored, None
        if tells and shown.signed is not None:
            tells, added = self._log(shown.signed, contact, now)
        if tells:
            late = 0 < shown.time < self._archive.time_of_day(now) - said.LATE_AFTER
            at = shown.time if late else None
            self._effects.tell(said.Said(contact.who, _line(shown), bool(room), None, room, at))
        if self._archive.keeps:
            its.inbox.wait(shown)
            talk = self._talk(contact, room) if tells else None
            self._keep(its, [shown], [_record(shown, contact, talk, added)], now)
        else:
            its.inbox.show(shown)
            self._owe(its, shown, now)

    def _talk(self, contact: Contact, room: str) -> TalkKey:
        archive = self._archive
        return archive.room(room) if room else archive.person(contact.fingerprint, contact.name)

    def _log(
        self, message: RoomMessage, contact: Contact, now: float
    ) -> tuple[bool, Added | None]:
        """Whether a signed message is to be shown, and where it belongs."""
        heard, added = self._histories.said(contact, message, now)
        return heard is not Novelty.KNOWN, added

    def _keep(
        self,
        its: PeerDelivery,
        shown: Sequence[NumberedText],
        records: Sequence[HeardRecord],
        now: float,
    ) -> None:
        """Acknowledge messages when they are kept, which is in order: when the last of them is."""
        archive = self._archive

        def kept(now: float) -> None:
            for text in shown:
                its.inbox.ready(text)
                its.inbox.show(text)
                self._owe(its, text, now)
            self._kept_of[its] = None
            archive.afterwards(self._acknowledge_many)

        for record in records[:-1]:
            archive.heard(record, None, now)
        archive.heard(records[-1], kept, now)

    def _owe(self, its: PeerDelivery, shown: NumberedText, now: float) -> None:
        if shown.epoch not in its.owed:
            its.owed |= {shown.epoch}
        its.unacknowledged += 1
        if its.unacknowledged == 1:
            its.acknowledge_at = now + ACK_DELAY
            self._under_way.watch(its, its.acknowledge_at)

    def _acknowledge_many(self) -> None:
        """Acknowledge what is kept of those of whom there is much."""
        kept_of, self._kept_of = self._kept_of, {}
        for its in kept_of:
            if its.unacknowledged >= ACK_EVERY:
                self.acknowledge(its)

    def acknowledge(self, its: PeerDelivery) -> None:
        """Acknowledge what was shown of somebody, without waiting for more."""
        link = its.peer.link
        if link is not None and not its.contact.blocked:
            for epoch in sorted(its.owed):
                if (heard := its.inbox.heard(epoch)) is not None:
                    self._effects.frame(heard.encode(), link)
        its.owed = frozenset()
        its.unacknowledged, its.acknowledge_at = 0, NEVER


def _line(text: NumberedText) -> str:
    """What is said, without a line end behind it, where that is not signed too."""
    if text.signed is None and text.text.endswith(("\n", "\r")):
        return text.text.removesuffix("\n").removesuffix("\r")
    return text.text


def _record(
    text: NumberedText, contact: Contact, talk: TalkKey | None, added: Added | None = None
) -> HeardRecord:
    """What is kept of a message; of one that is not shown, its number."""
    return HeardRecord(
        talk,
        contact.fingerprint,
        contact.name,
        text.time,
        "" if talk is None else _line(text),
        text.epoch,
        text.number,
        None if added is None else added.message,
        None if added is None else added.before,
    )
