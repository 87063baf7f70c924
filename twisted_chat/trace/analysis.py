"""Finding the conversations in a capture, whatever its size.

Packets go to the conversation that they belong to, and what it says of each
goes to the sink at once. What has to be remembered is bounded, whoever wrote
the capture: connections that were quiet for longest are concluded, and of more
addresses than MAX_ADDRESSES only the packets are counted.
"""

from collections import Counter
from collections.abc import Callable, Set
from dataclasses import dataclass, field
from functools import lru_cache

from twisted_chat.addresses import Address
from twisted_chat.errors import WireError
from twisted_chat.trace.chat import ChatDissector, speaks
from twisted_chat.trace.choice import Choice
from twisted_chat.trace.connection import Connection, Moment
from twisted_chat.trace.fragments import Fragments
from twisted_chat.trace.frame import Frame
from twisted_chat.trace.headers import REBUILT
from twisted_chat.trace.keylog import KeyLog
from twisted_chat.trace.layers import dissect
from twisted_chat.trace.opening import Opening
from twisted_chat.trace.outcome import outcome
from twisted_chat.trace.packet import Fragment, Packet, Protocol
from twisted_chat.trace.report import (
    ConversationSummary,
    Dissection,
    Finding,
    Layer,
    Purpose,
    Row,
    Sink,
    count,
    series,
)
from twisted_chat.trace.tunnels import carried_in
from twisted_chat.trace.twice import Twice

MAX_CONNECTIONS = 10_000
"""TCP connections that are followed at once."""
MAX_ADDRESSES = 50_000
"""Addresses that take part in UDP chats."""
MAX_REASONS = 100
"""Kinds of packets that are passed over that are counted one by one."""


@dataclass(slots=True)
class _Talk:
    """A conversation that goes on; `addresses` are those between whom its packets
    went, `carriers` the tunnels that they went through."""

    number: int
    first: int
    last: int
    packets: int = 0
    addresses: dict[Address, None] = field(default_factory=dict)
    carriers: dict[tuple[str, ...], None] = field(default_factory=dict)

    def note(self, now: int) -> None:
        self.packets += 1
        if now > self.last:
            self.last = now
        elif now < self.first:
            self.first = now


_Pair = tuple[Address, Address]


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
        self._port = port
        self._sink = sink
        self._choice = choice
        self._of_people = choice is not None and choice.of_people
        self._shown = shown
        self._opening = None if keys is None else Opening(keys)
        self._conversations = 0
        self._connections: dict[_Pair, tuple[_Talk, Connection]] = {}
        self._chats: dict[int, tuple[_Talk, ChatDissector]] = {}
        self._addresses: dict[Address, int] = {}  # Of those who have spoken, or are the port's.
        self._addressed: dict[Address, int] = {}  # Of those who were spoken to.
        self._fragments = Fragments()
        self._twice = Twice()
        self.packets = 0
        self.first = self.last = 0
        """The times of the earliest and the latest packet."""
        self.elsewhere: Counter[str] = Counter()
        """What was passed over because it is no chat: how many packets of which kind."""
        self.crowded = 0
        """Packets of more addresses than are remembered."""
        self.not_chosen = 0
        """Packets of chats that are not shown as nobody asked for them."""

    def feed(self, frame: Frame) -> None:
        """Take the next packet."""
        if not self.packets:
            self.first = self.last = frame.at
        self.packets += 1
        if frame.at > self.last:
            self.last = frame.at
        elif frame.at < self.first:
            self.first = frame.at
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
        if packet.protocol is Protocol.ICMP:
            self._complaint(frame, packet)
        elif packet.protocol is Protocol.TCP:
            self._segment(frame, packet)
        else:
            self._datagram(frame, packet)

    def conclude(self) -> None:
        """Say how everything went that is still going on."""
        for pair in list(self._connections):
            self._conclude_connection(pair)
        for number in list(self._chats):
            self._conclude_chat(number)

    def _seen_before(self, frame: Frame, packet: Packet) -> bool:
        """Whether this was captured already, at another interface of the same host."""
        again = self._twice.seen(frame, packet)
        if again:
            self._pass_over("seen at a second interface")
        return again

    def _pass_over(self, reason: str) -> None:
        if reason in self.elsewhere or len(self.elsewhere) < MAX_REASONS:
            self.elsewhere[reason] += 1
        else:
            self.elsewhere["something else"] += 1

    def _tell(
        self,
        talk: _Talk,
        frame: Frame,
        packet: Packet,
        verdict: Dissection,
        names: Set[str] = frozenset(),
        rooms: Set[str] = frozenset(),
    ) -> None:
        if self._choice is not None:
            ends, after = (packet.source, packet.destination), frame.at - self.first
            if not self._choice.takes(ends, after, verdict, names, rooms):
                self.not_chosen += 1
                return
        if self._shown is not None:
            self._shown(frame)
        talk.note(frame.at)
        headers = packet.headers
        if len(headers) > 2 and (tunnels := carried_in(headers)) and tunnels not in talk.carriers:
            talk.carriers[tunnels] = None
            carried = Finding("tunnel", f"carried in {', in '.join(reversed(tunnels))}")
            self._sink.finding(talk.number, carried)
        self._sink.row(
            talk.number,
            Row(
                frame.number,
                frame.at,
                packet.source,
                packet.destination,
                frame.length,
                verdict,
                frame.data,
                headers,
                frame.comments,
                packet.end,
            ),
        )

    def _begin(self, now: int) -> _Talk:
        self._conversations += 1
        return _Talk(self._conversations, now, now)

    # --- TCP

    def _segment(self, frame: Frame, packet: Packet) -> None:
        rebuilt = bool(frame.comments) and _is_rebuilt(frame.comments)
        if not rebuilt and self._port not in (packet.source[1], packet.destination[1]):
            self._pass_over(f"TCP on port {min(packet.source[1], packet.destination[1])}")
            return
        if self._seen_before(frame, packet):
            return
        pair = _pair(packet)
        # Taken out and put back: the first of the dict is the one quiet for longest.
        found = self._connections.pop(pair, None)
        if found is not None and found[1].begins_anew(packet):
            self._connections[pair] = found
            self._conclude_connection(pair)
            found = None
        if found is None:
            if len(self._connections) >= MAX_CONNECTIONS:
                self._conclude_connection(next(iter(self._connections)))
            found = self._begin(frame.at), Connection(packet, rebuilt=rebuilt)
        self._connections[pair] = found
        talk, connection = found
        verdict = connection.observe(packet, Moment(frame.number, frame.at))
        self._tell(talk, frame, packet, verdict)

    def _conclude_connection(self, pair: _Pair) -> None:
        talk, connection = self._connections.pop(pair)
        if not talk.packets:
            return
        for finding in outcome(connection):
            self._sink.finding(talk.number, finding)
        hosts = (connection.caller.address, ""), (connection.called.address, "")
        self._conclude(talk, "TCP chat", hosts)

    # --- UDP

    def _datagram(self, frame: Frame, packet: Packet) -> None:
        ends = packet.source, packet.destination
        # Nearly all are between those who are known already.
        number = self._addresses.get(ends[0])
        if number is not None and (
            self._addresses.get(ends[1]) == number or self._addressed.get(ends[1]) == number
        ):
            if not self._seen_before(frame, packet):
                self._said(*self._chats[number], frame, packet)
            return
        speaker = speaks(packet.payload)
        known = [number for end in ends if (number := self._addresses.get(end)) is not None]
        if not known and speaker and (number := self._addressed.get(packet.destination)):
            known = [number]
        ports = packet.source[1], packet.destination[1]
        if not known and self._port not in ports and not speaker:
            self._pass_over(f"UDP on port {min(ports)}")
            return
        if self._seen_before(frame, packet):
            return
        if len(known) < 2 and len(self._addresses) + len(self._addressed) >= MAX_ADDRESSES:
            self.crowded += 1
            return
        if not known:
            talk = self._begin(frame.at)
            chat = ChatDissector(
                self._port,
                lambda finding: self._sink.finding(talk.number, finding),
                self._opening,
            )
            self._chats[talk.number] = talk, chat
            known = [talk.number]
        elif len(set(known)) == 2:
            known = [self._merge(*known)]
        talk, chat = self._chats[known[0]]
        for end in ends:
            talk.addresses.setdefault(end)
            # Whoever was only spoken to takes no part: a name server that is told `hi` has
            # nothing to do with it.
            part = end[1] == self._port or (speaker and end == packet.source)
            (self._addresses if part else self._addressed)[end] = talk.number
        self._said(talk, chat, frame, packet)

    def _said(self, talk: _Talk, chat: ChatDissector, frame: Frame, packet: Packet) -> None:
        if not self._of_people:
            verdict = chat.observe(packet, Moment(frame.number, frame.at))
            self._tell(talk, frame, packet, verdict)
            return
        names, rooms = chat.concerned(packet)
        verdict = chat.observe(packet, Moment(frame.number, frame.at))
        names_now, rooms_now = chat.concerned(packet)
        self._tell(talk, frame, packet, verdict, names | names_now, rooms | rooms_now)

    def _merge(self, one: int, other: int) -> int:
        """Make one chat of two. Returns which of them it is."""
        # The smaller one moves, so that no order of packets makes this slow.
        gone, kept = sorted((one, other), key=lambda number: len(self._chats[number][0].addresses))
        talk, chat = self._chats[kept]
        smaller, absorbed = self._chats.pop(gone)
        chat.absorb(absorbed)
        talk.packets += smaller.packets
        talk.first, talk.last = min(talk.first, smaller.first), max(talk.last, smaller.last)
        talk.addresses.update(smaller.addresses)
        for places in (self._addresses, self._addressed):
            places.update(dict.fromkeys(smaller.addresses.keys() & places.keys(), kept))
        self._sink.merged(gone, kept)
        return kept

    def _conclude_chat(self, number: int) -> None:
        talk, chat = self._chats.pop(number)
        if not talk.packets:
            return
        for finding in chat.conclude():
            self._sink.finding(number, finding)
        hosts = tuple((end, chat.title(end)) for end in talk.addresses)
        self._conclude(talk, "UDP chat", hosts)

    def _conclude(self, talk: _Talk, kind: str, hosts: tuple[tuple[Address, str], ...]) -> None:
        summary = ConversationSummary(kind, hosts, talk.packets, talk.first, talk.last)
        self._sink.concluded(talk.number, summary)

    # --- ICMP

    def _complaint(self, frame: Frame, packet: Packet) -> None:
        about = packet.about
        assert about is not None
        if about.protocol is Protocol.TCP:
            found = self._connections.get(_pair(about))
            talk = found[0] if found else None
        else:
            places = self._addresses, self._addressed
            numbers = [one.get(end) for end in (about.source, about.destination) for one in places]
            number = next((found for found in numbers if found is not None), None)
            talk = self._chats[number][0] if number is not None else None
        if talk is None:
            self._pass_over("ICMP about something else")
            return
        if self._seen_before(frame, packet):
            return
        what = f"{packet.complaint}, about {about.protocol.value} to port {about.destination[1]}"
        verdict = Dissection(what, Purpose.RECOVERY, Layer.NETWORK, "ICMP")
        self._tell(talk, frame, packet, verdict)


@lru_cache(maxsize=1024)
def _is_rebuilt(comments: tuple[str, ...]) -> bool:
    return any(comment.startswith(REBUILT) for comment in comments)


def _pair(packet: Packet) -> _Pair:
    source, destination = packet.source, packet.destination
    return (source, destination) if source <= destination else (destination, source)
