"""One TCP connection, read from its segments (RFC 9293)."""

from functools import partial
from typing import NamedTuple

from twisted_chat.addresses import Address
from twisted_chat.trace.direction import CIRCLE, OVERTAKING, Direction
from twisted_chat.trace.packet import Flag, Packet, Segment
from twisted_chat.trace.report import (
    Dissection,
    Layer,
    Purpose,
    count,
    new_dissection,
    new_numbers,
    quoted,
)

# A member of an enumeration takes as long to look up as all else that is done with it here.
_FIN, _SYN, _RST, _PSH, _ACK = map(int, (Flag.FIN, Flag.SYN, Flag.RST, Flag.PSH, Flag.ACK))
_SYN_ACK = _SYN | _ACK
_SET_UP, _DATA, _KEEPALIVE = Purpose.SET_UP, Purpose.DATA, Purpose.KEEPALIVE
_RECOVERY, _CLOSE = Purpose.RECOVERY, Purpose.CLOSE
_TRANSPORT, _APPLICATION = Layer.TRANSPORT, Layer.APPLICATION

_Said = tuple[str, Purpose, Layer]
"""What a segment is, what it is for, and whose business that is."""


class Moment(NamedTuple):
    """A packet, and its time in nanoseconds."""

    number: int
    at: int


new_moment = partial(tuple.__new__, Moment)
"""One of a tuple, which takes half the time of a call of the class."""


class Connection:
    """Says of each segment what it is, and knows afterwards how it all went.

    `rebuilt` is true for a recording by `--trace`, which has only the data.
    """

    def __init__(self, first: Packet, *, rebuilt: bool) -> None:
        assert first.segment is not None
        answer = first.segment.flags & _SYN_ACK == _SYN_ACK
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
        self.trip = OVERTAKING
        """Nanoseconds from the SYN to that ACK, where both were seen."""
        self.reset: tuple[Address, Moment] | None = None
        self.refused = False

    def begins_anew(self, packet: Packet) -> bool:
        """Whether this opens another connection between the same two ports."""
        segment = packet.segment
        if segment is None or segment.flags & _SYN_ACK != _SYN:
            return False
        side = self.caller if packet.source == self.caller.address else self.called
        # The SYN of a side of which only what was acknowledged is known may come late.
        expected = side.origin if side.syn is None else side.syn
        return expected is not None and expected != segment.sequence

    def observe(self, packet: Packet, moment: Moment) -> Dissection:
        """What this segment is."""
        segment = packet.segment
        assert segment is not None
        sequence, acknowledged, flags, window, scale = segment
        if packet.source == self.caller.address:
            sender, other = self.caller, self.called
        else:
            sender, other = self.called, self.caller
        size = len(packet.payload) + packet.missing
        if flags & _RST:
            said = self._resets(sender, other, moment)
        else:
            if flags & _SYN:
                said = self._opens(sender, other, packet, segment, moment)
                # Its window is not scaled yet (RFC 7323, 2.2): no other is compared with it.
                sender.window, sender.scale = None, scale
            else:
                if size or flags & _FIN:
                    said = self._carries(sender, other, packet, segment, moment)
                else:
                    said = self._acknowledges(sender, other, segment, moment)
                sender.window = window
            if flags & _ACK:
                told = other.position(acknowledged)
                if told > other.next:
                    other.confirm(told, moment.at)
                if sender.acknowledged is None or told > sender.acknowledged:
                    sender.acknowledged = told
        # Numbers are as Wireshark counts them: from 0 with the SYN, from 1 with the first byte
        # that is seen.
        confirmed = other.counted(acknowledged) if flags & _ACK else None
        if not flags & _SYN and sender.scale is not None and other.scale is not None:
            window <<= sender.scale
        numbers = new_numbers((flags, sender.counted(sequence), confirmed, size, window))
        what, purpose, layer = said
        return new_dissection((what, purpose, layer, "TCP", "", numbers, ()))

    def _resets(self, sender: Direction, other: Direction, moment: Moment) -> _Said:
        if self.reset is None:
            self.reset = sender.address, moment
            self.refused = (
                other.syn is not None and sender.syn is None and self.established is None
            )
        return _say("RST, refuses the call" if self.refused else "RST, cuts it off", _CLOSE)

    def _opens(
        self,
        sender: Direction,
        other: Direction,
        packet: Packet,
        segment: Segment,
        moment: Moment,
    ) -> _Said:
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
            self._time()
        what = f"{name}, again" if again else name
        if packet.payload or packet.missing:  # TCP Fast Open (RFC 7413).
            what += f"; {self._place(sender, other, packet, 1, moment)[0]}"
        return _say(what, _RECOVERY if again else _SET_UP)

    def _establishes(self, sender: Direction, moment: Moment) -> bool:
        """Whether this completes the handshake."""
        if self.established or self.answered is None or sender is not self.caller:
            return False
        self.established = moment
        self._time()
        return True

    def _time(self) -> None:
        if self.opened is not None and self.established is not None:
            self.trip = max(0, self.established.at - self.opened.at) or OVERTAKING

    def _carries(
        self,
        sender: Direction,
        other: Direction,
        packet: Packet,
        segment: Segment,
        moment: Moment,
    ) -> _Said:
        size = len(packet.payload) + packet.missing
        start = sender.position(segment.sequence)
        self._establishes(sender, moment)
        if not size:
            return self._closes(sender, other, start, "", moment)
        again = size == 1 and start + 1 == sender.next == other.acknowledged
        if again and not sender.fin and not sender.lacks(start):
            sender.probing = True
            return _say("keepalive probe, 1 byte again", _KEEPALIVE)
        what, purpose = self._place(sender, other, packet, start, moment)
        if purpose is _DATA and other.fin is not None:
            other.data_after_fin += size
        if segment.flags & _FIN:
            return self._closes(sender, other, start + size, what, moment)
        layer = _APPLICATION if purpose is _DATA else _TRANSPORT
        return what, purpose, layer

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
            trip=self.trip,
        )
        push = ", push" if packet.segment.flags & _PSH else ""
        if packet.payload and purpose is _DATA:
            return f"{what}{push}: {quoted(packet.payload)}", purpose
        return what + push, purpose

    def _closes(
        self, sender: Direction, other: Direction, end: int, what: str, moment: Moment
    ) -> _Said:
        if sender.fin is not None:
            if not what:  # What came with it counts as repeated already.
                sender.repeat(moment.number)
            return _say("FIN, again" + (f"; {what}" if what else ""), _RECOVERY)
        sender.fin, sender.fin_at, sender.fin_number = end, moment.at, moment.number
        sender.next = max(sender.next, end + 1)
        done = "is done too" if other.fin is not None else "has nothing more to say"
        return _say(f"FIN, {done}" + (f"; {what}" if what else ""), _CLOSE)

    def _acknowledges(
        self, sender: Direction, other: Direction, segment: Segment, moment: Moment
    ) -> _Said:
        if self._establishes(sender, moment):
            return _say("ACK", _SET_UP)
        here = sender.position(segment.sequence)
        if here + 1 == sender.next == other.acknowledged:
            sender.probing = True
            return _say("keepalive probe", _KEEPALIVE)
        told, before = other.position(segment.acknowledged), sender.acknowledged
        if segment.window == 0:
            sender.stalls += sender.window != 0
            return _say("ACK, zero window: cannot take more", _RECOVERY)
        if other.probing and told == before:
            other.probing = False
            return _say("ACK, answers the keepalive probe", _KEEPALIVE)
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


def _advance(other: Direction, told: int, before: int | None) -> _Said:
    if other.fin is not None and told > other.fin:
        return _say("ACK, of the FIN", _CLOSE)
    if before is None:
        return _say("ACK", _DATA)
    what = f"ACK, of {count(told - before, 'byte')}"
    if (lacking := told - other.next) > 0:
        what += f", {lacking:,} of them not captured"
    return _say(what, _DATA)


def _say(what: str, purpose: Purpose) -> _Said:
    return what, purpose, _TRANSPORT
