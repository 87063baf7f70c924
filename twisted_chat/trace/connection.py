"""One TCP connection, read from its segments (RFC 9293)."""

from typing import NamedTuple

from twisted_chat.addresses import Address
from twisted_chat.trace.direction import CIRCLE, OVERTAKING, Direction
from twisted_chat.trace.packet import Flag, Packet, Segment
from twisted_chat.trace.report import (
    Dissection,
    Layer,
    Purpose,
    SegmentNumbers,
    count,
    quoted,
)

# A member of an enumeration takes as long to look up as all else that is done with it here.
_FIN, _SYN, _RST, _PSH, _ACK = map(int, (Flag.FIN, Flag.SYN, Flag.RST, Flag.PSH, Flag.ACK))
_SYN_ACK = _SYN | _ACK
_DATA, _RECOVERY, _TRANSPORT = Purpose.DATA, Purpose.RECOVERY, Layer.TRANSPORT


class Moment(NamedTuple):
    """A packet, and its time in nanoseconds."""

    number: int
    at: int


class Connection:
    """Says of each segment what it is, and knows afterwards how it all went.

    `rebuilt` is true for a recording by `--trace`, which has only the data.
    """

    def __init__(self, first: Packet, *, rebuilt: bool) -> None:
        assert first.segment is not None
        answer = first.segment.flags & (_SYN_ACK) == _SYN_ACK
        ends = first.source, first.destination
        caller, called = reversed(ends) if answer else ends
        self.rebuilt = rebuilt
        self.caller, self.called = Direction(caller), Direction(called)
        self.opened: Moment | None = None
        """The SYN, of several the last before it was answered."""
        self.answered: Moment | None = None
        """The SYN with an ACK."""
        self.established: Moment | None = None
        """The ACK that completes the handshake."""
        self.reset: tuple[Address, Moment] | None = None
        self.refused = False

    def begins_anew(self, packet: Packet) -> bool:
        """Whether this opens another connection between the same two ports."""
        segment = packet.segment
        if segment is None or segment.flags & (_SYN_ACK) != _SYN:
            return False
        side, _ = self._sides(packet)
        # The SYN of a side of which only what was acknowledged is known may come late.
        expected = side.origin if side.syn is None else side.syn
        return expected is not None and expected != segment.sequence

    def observe(self, packet: Packet, moment: Moment) -> Dissection:
        """What this segment is."""
        segment = packet.segment
        assert segment is not None
        sender, other = self._sides(packet)
        if segment.flags & _RST:
            verdict = self._resets(sender, other, moment)
            return _numbered(verdict, self._numbers(sender, other, packet, segment))
        if segment.flags & _SYN:
            verdict = self._opens(sender, other, packet, segment, moment)
        elif packet.payload or packet.missing or segment.flags & _FIN:
            verdict = self._carries(sender, other, packet, segment, moment)
        else:
            verdict = self._acknowledges(sender, other, segment, moment)
        if segment.flags & _ACK:
            told = other.position(segment.acknowledged)
            other.confirm(told, moment.at)
            sender.acknowledged = max(told, sender.acknowledged or told)
        # The window of a SYN is not scaled yet (RFC 7323, 2.2): no other is compared with it.
        sender.window = None if segment.flags & _SYN else segment.window
        return _numbered(verdict, self._numbers(sender, other, packet, segment))

    def _numbers(
        self, sender: Direction, other: Direction, packet: Packet, segment: Segment
    ) -> SegmentNumbers:
        """Sequence numbers as Wireshark counts them: from 0 with the SYN, from 1 with the
        first byte that is seen."""
        syn = bool(segment.flags & _SYN)
        if syn:
            sender.scale = segment.scale
        told = None
        if segment.flags & _ACK:
            told = other.counted(segment.acknowledged)
        scaled = not syn and sender.scale is not None and other.scale is not None
        window = segment.window << (sender.scale or 0) if scaled else segment.window
        length = len(packet.payload) + packet.missing
        return SegmentNumbers(
            segment.flags, sender.counted(segment.sequence), told, length, window
        )

    def _sides(self, packet: Packet) -> tuple[Direction, Direction]:
        if packet.source == self.caller.address:
            return self.caller, self.called
        return self.called, self.caller

    def _resets(self, sender: Direction, other: Direction, moment: Moment) -> Dissection:
        if self.reset is None:
            self.reset = sender.address, moment
            self.refused = (
                other.syn is not None and sender.syn is None and self.established is None
            )
        return _say("RST, refuses the call" if self.refused else "RST, cuts it off", Purpose.CLOSE)

    def _opens(
        self,
        sender: Direction,
        other: Direction,
        packet: Packet,
        segment: Segment,
        moment: Moment,
    ) -> Dissection:
        answers = bool(segment.flags & _ACK)
        name = "SYN, ACK" if answers else "SYN"
        again = sender.syn == segment.sequence
        if again:
            sender.repeat(moment.number)
        else:
            sender.syn = sender.origin = sender.zero = segment.sequence
            sender.next = max(1, sender.next)
        if answers:
            if other.origin is None:  # The SYN that this answers was not captured, or not yet.
                other.origin = other.zero = (segment.acknowledged - 1) % CIRCLE
                other.next = 1
            if self.established is None:
                self.answered = moment
        elif self.answered is None or not again:
            self.opened = moment
        what = f"{name}, again" if again else name
        if packet.payload or packet.missing:  # TCP Fast Open (RFC 7413).
            what += f"; {self._place(sender, other, packet, 1, moment)[0]}"
        return _say(what, _RECOVERY if again else Purpose.SET_UP)

    def _establishes(self, sender: Direction, moment: Moment) -> bool:
        """Whether this completes the handshake."""
        if self.established or self.answered is None or sender is not self.caller:
            return False
        self.established = moment
        return True

    def _carries(
        self,
        sender: Direction,
        other: Direction,
        packet: Packet,
        segment: Segment,
        moment: Moment,
    ) -> Dissection:
        size = len(packet.payload) + packet.missing
        start = sender.position(segment.sequence)
        self._establishes(sender, moment)
        if not size:
            return self._closes(sender, other, start, "", moment)
        again = size == 1 and start + 1 == sender.next == other.acknowledged
        if again and not sender.fin and not sender.lacks(start):
            sender.probing = True
            return _say("keepalive probe, 1 byte again", Purpose.KEEPALIVE)
        what, purpose = self._place(sender, other, packet, start, moment)
        if purpose is _DATA and other.fin is not None:
            other.data_after_fin += size
        if segment.flags & _FIN:
            return self._closes(sender, other, start + size, what, moment)
        layer = Layer.APPLICATION if purpose is _DATA else _TRANSPORT
        return Dissection(what, purpose, layer, "TCP")

    def _place(
        self, sender: Direction, other: Direction, packet: Packet, start: int, moment: Moment
    ) -> tuple[str, Purpose]:
        """What the bytes of a segment are, which begin at this position."""
        assert packet.segment is not None
        what, purpose = sender.place(
            start,
            len(packet.payload) + packet.missing,
            moment.number,
            moment.at,
            confirmed=other.acknowledged,
            trip=self.round_trip or OVERTAKING,
        )
        if packet.segment.flags & _PSH:
            what += ", push"
        if packet.payload and purpose is _DATA:
            what += f": {quoted(packet.payload)}"
        return what, purpose

    @property
    def round_trip(self) -> int | None:
        """Nanoseconds from the SYN to the ACK that completed the handshake."""
        if self.opened is None or self.established is None:
            return None
        return max(0, self.established.at - self.opened.at)

    def _closes(
        self, sender: Direction, other: Direction, end: int, what: str, moment: Moment
    ) -> Dissection:
        if sender.fin is not None:
            if not what:  # What came with it counts as repeated already.
                sender.repeat(moment.number)
            return _say("FIN, again" + (f"; {what}" if what else ""), _RECOVERY)
        sender.fin, sender.fin_at, sender.fin_number = end, moment.at, moment.number
        sender.next = max(sender.next, end + 1)
        done = "is done too" if other.fin is not None else "has nothing more to say"
        return _say(f"FIN, {done}" + (f"; {what}" if what else ""), Purpose.CLOSE)

    def _acknowledges(
        self, sender: Direction, other: Direction, segment: Segment, moment: Moment
    ) -> Dissection:
        if self._establishes(sender, moment):
            return _say("ACK", Purpose.SET_UP)
        here = sender.position(segment.sequence)
        if here + 1 == sender.next == other.acknowledged:
            sender.probing = True
            return _say("keepalive probe", Purpose.KEEPALIVE)
        told, before = other.position(segment.acknowledged), sender.acknowledged
        if segment.window == 0:
            sender.stalls += sender.window != 0
            return _say("ACK, zero window: cannot take more", _RECOVERY)
        if other.probing and told == before:
            other.probing = False
            return _say("ACK, answers the keepalive probe", Purpose.KEEPALIVE)
        if sender.window == 0:
            return _say("ACK, the window is open again", _RECOVERY)
        if before is None or told > before:
            return _advance(other, told, before)
        if told < before:
            return _say("ACK, late", _DATA)
        if sender.window is not None and segment.window != sender.window:
            return _say("ACK, changes the window", _DATA)
        if other.next > told:
            sender.duplicates += 1
            return _say("duplicate ACK", _RECOVERY)
        return _say("ACK, again", _DATA)


def _numbered(verdict: Dissection, numbers: SegmentNumbers) -> Dissection:
    what, purpose, layer, protocol, note, _, opened = verdict
    return Dissection(what, purpose, layer, protocol, note, numbers, opened)


def _advance(other: Direction, told: int, before: int | None) -> Dissection:
    if other.fin is not None and told > other.fin:
        return _say("ACK, of the FIN", Purpose.CLOSE)
    if before is None:
        return _say("ACK", _DATA)
    what = f"ACK, of {count(told - before, 'byte')}"
    if (lacking := told - other.next) > 0:
        what += f", {lacking:,} of them not captured"
    return _say(what, _DATA)


def _say(what: str, purpose: Purpose) -> Dissection:
    return Dissection(what, purpose, _TRANSPORT, "TCP")
