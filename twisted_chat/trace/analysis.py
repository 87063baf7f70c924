"""Finding the conversations in a capture, whatever its size.

Packets go to the conversation that they belong to, and what it says of each
goes to the sink at once. What has to be remembered is bounded, no matter who wrote
the capture: connections that were quiet for longest are concluded, and of more
addresses than MAX_ADDRESSES only the packets are counted.
"""

from collections import Counter
from collections.abc import Callable, Sequence, Set

from twisted_chat.errors import WireError
from twisted_chat.trace.chats import Chats
from twisted_chat.trace.choice import Choice
from twisted_chat.trace.connections import Connections
from twisted_chat.trace.fragments import Fragments
from twisted_chat.trace.frame import Frame
from twisted_chat.trace.keylog import KeyLog
from twisted_chat.trace.layers import dissect
from twisted_chat.trace.opening import Opening
from twisted_chat.trace.packet import Fragment, Packet, Protocol
from twisted_chat.trace.report import Dissection, Layer, Purpose, Sink, count, series
from twisted_chat.trace.telling import Telling
from twisted_chat.trace.twice import Twice

MAX_REASONS = 100
"""Kinds of packets that are passed over that are counted one by one."""

SECOND = "seen at a second interface"
"""What is passed over as it was captured already, elsewhere in the same host."""

_UDP = Protocol.UDP


class Analysis:
    """Takes frames, and tells the sink what they are.

    `ports` are where chats are looked for; UDP that speaks the language, and what
    `--trace` has recorded, is one wherever it is. With a `choice` only what it takes goes
    to the sink; `shown` is given the frame of each packet that does. What `keys` open is
    looked into. To be concluded when there are no more.
    """

    def __init__(
        self,
        ports: Set[int],
        sink: Sink,
        *,
        choice: Choice | None = None,
        shown: Callable[[Frame], None] | None = None,
        keys: KeyLog | None = None,
    ) -> None:
        self._telling = Telling(sink, choice, shown)
        self._connections = Connections(ports, self._telling)
        opening = None if keys is None else Opening(keys)
        self._chats = Chats(ports, self._telling, opening)
        self._fragments = Fragments()
        self._twice = Twice()
        self.packets = 0
        self.first = self.last = 0
        """The times of the earliest and the latest packet."""
        self.elsewhere: Counter[str] = Counter()
        """What was passed over because it is no chat: how many packets of which kind."""

    @property
    def crowded(self) -> int:
        """Packets of more addresses than are remembered."""
        return self._chats.crowded

    @property
    def not_chosen(self) -> int:
        """Packets of chats that are not shown as nobody asked for them."""
        return self._telling.not_chosen

    def feed(self, frame: Frame) -> None:
        """Take the next packet."""
        self.feed_all((frame,))

    def feed_all(self, frames: Sequence[Frame]) -> None:
        """Take the next packets: first those of UDP chats, and then those of TCP. A processor
        does the same again and again in two thirds of the time that it takes in turns."""
        datagrams: list[tuple[Frame, Packet]] = []
        segments: list[tuple[Frame, Packet]] = []
        for frame in frames:
            self._note(frame.at)
            try:
                packet = dissect(frame.linktype, frame.data)
            except Fragment as fragment:
                whole = self._put_together(frame, fragment)
                if whole is None:
                    continue
                frame, packet = whole
            except WireError as problem:
                self._pass_over(str(problem))
                continue
            of = packet.protocol if packet.about is None else packet.about.protocol
            (datagrams if of is _UDP else segments).append((frame, packet))
        for frame, packet in datagrams:
            self._take(frame, packet, self._chats)
        for frame, packet in segments:
            self._take(frame, packet, self._connections)

    def _note(self, now: int) -> None:
        if not self.packets:
            self.first = self.last = self._telling.start = now
        self.packets += 1
        if now > self.last:
            self.last = now
        elif now < self.first:
            self.first = self._telling.start = now

    def _put_together(self, frame: Frame, fragment: Fragment) -> tuple[Frame, Packet] | None:
        """A packet of which this was the last part to come, with a frame as if it had been
        captured whole."""
        whole = self._fragments.add(fragment, frame)
        if whole is None:
            self._pass_over("an IP fragment")
            return None
        said = f"put together from {count(len(whole.parts), 'fragment')}: "
        said += series([one.number for one in whole.parts])
        if whole.overlap:
            said += "; they contradict each other"
        try:
            packet = fragment.rest(whole.frame)
        except WireError as problem:
            self._pass_over(str(problem))
            return None
        comments = (*frame.comments, said)
        return frame._replace(data=whole.frame, comments=comments, parts=whole.parts), packet

    def _take(self, frame: Frame, packet: Packet, among: Chats | Connections) -> None:
        if packet.about is not None:
            self._complaint(frame, packet, packet.about, among)
        elif not among.wants(frame, packet):
            port = min(packet.source[1], packet.destination[1])
            self._pass_over(f"{packet.protocol.value} on port {port}")
        elif self._twice.seen(frame, packet):
            self._pass_over(SECOND)
        else:
            among.take(frame, packet)

    def conclude(self) -> None:
        """Say how everything went that is still going on."""
        self._connections.conclude()
        self._chats.conclude()

    def _pass_over(self, reason: str) -> None:
        if reason in self.elsewhere or len(self.elsewhere) < MAX_REASONS:
            self.elsewhere[reason] += 1
        else:
            self.elsewhere["something else"] += 1

    def _complaint(
        self, frame: Frame, packet: Packet, about: Packet, among: Chats | Connections
    ) -> None:
        talk = among.about(about)
        if talk is None:
            self._pass_over("ICMP about something else")
            return
        if self._twice.seen(frame, packet):
            self._pass_over(SECOND)
            return
        what = f"{packet.complaint}, about {about.protocol.value} to port {about.destination[1]}"
        verdict = Dissection(what, Purpose.RECOVERY, Layer.NETWORK, "ICMP")
        self._telling.tell(talk, frame, packet, verdict)
