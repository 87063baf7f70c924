"""Finding the conversations in a capture, whatever its size.

Packets go to the conversation that they belong to, and what it says of each
goes to the sink at once. What has to be remembered is bounded, whoever wrote
the capture: connections that were quiet for longest are concluded, and of more
addresses than MAX_ADDRESSES only the packets are counted.
"""

from collections import Counter
from collections.abc import Callable

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

_UDP, _ICMP = Protocol.UDP, Protocol.ICMP


class Analysis:
    """Takes frames, and tells the sink what they are.

    `port` is where chats are looked for; UDP that speaks the language is one
    wherever it is. With a `choice` only what it takes goes to the sink; `shown` is
    given the frame of each packet that does. What `keys` open is looked into. To be
    concluded when there are no more.
    """

    def __init__(
        self,
        port: int,
        sink: Sink,
        *,
        choice: Choice | None = None,
        shown: Callable[[Frame], None] | None = None,
        keys: KeyLog | None = None,
    ) -> None:
        self._telling = Telling(sink, choice, shown)
        self._connections = Connections(port, self._telling)
        opening = None if keys is None else Opening(keys)
        self._chats = Chats(port, self._telling, opening)
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
        if not self.packets:
            self.first = self.last = self._telling.start = frame.at
        self.packets += 1
        if frame.at > self.last:
            self.last = frame.at
        elif frame.at < self.first:
            self.first = self._telling.start = frame.at
        try:
            packet = dissect(frame.linktype, frame.data)
        except Fragment as fragment:
            self._part(frame, fragment)
        except WireError as problem:
            self._pass_over(str(problem))
        else:
            self._take(frame, packet)

    def _part(self, frame: Frame, fragment: Fragment) -> None:
        whole = self._fragments.add(fragment, frame)
        if whole is None:
            self._pass_over("an IP fragment")
            return
        said = f"put together from {count(len(whole.parts), 'fragment')}: "
        said += series([one.number for one in whole.parts])
        if whole.overlap:
            said += "; they contradict each other"
        try:
            packet = fragment.rest(whole.frame)
        except WireError as problem:
            self._pass_over(str(problem))
            return
        comments = (*frame.comments, said)
        made = frame._replace(data=whole.frame, comments=comments, parts=whole.parts)
        self._take(made, packet)

    def _take(self, frame: Frame, packet: Packet) -> None:
        protocol = packet.protocol
        if protocol is _ICMP:
            self._complaint(frame, packet)
            return
        udp = protocol is _UDP
        if not (self._chats.wants(packet) if udp else self._connections.wants(frame, packet)):
            port = min(packet.source[1], packet.destination[1])
            self._pass_over(f"{protocol.value} on port {port}")
        elif self._twice.seen(frame, packet):
            self._pass_over(SECOND)
        elif udp:
            self._chats.take(frame, packet)
        else:
            self._connections.take(frame, packet)

    def conclude(self) -> None:
        """Say how everything went that is still going on."""
        self._connections.conclude()
        self._chats.conclude()

    def _pass_over(self, reason: str) -> None:
        if reason in self.elsewhere or len(self.elsewhere) < MAX_REASONS:
            self.elsewhere[reason] += 1
        else:
            self.elsewhere["something else"] += 1

    def _complaint(self, frame: Frame, packet: Packet) -> None:
        about = packet.about
        assert about is not None
        of = self._connections if about.protocol is Protocol.TCP else self._chats
        talk = of.about(about)
        if talk is None:
            self._pass_over("ICMP about something else")
            return
        if self._twice.seen(frame, packet):
            self._pass_over(SECOND)
            return
        what = f"{packet.complaint}, about {about.protocol.value} to port {about.destination[1]}"
        verdict = Dissection(what, Purpose.RECOVERY, Layer.NETWORK, "ICMP")
        self._telling.tell(talk, frame, packet, verdict)
