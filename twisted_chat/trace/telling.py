"""What goes on: conversations, and what is told of their packets."""

from collections.abc import Callable, Set
from dataclasses import dataclass, field

from twisted_chat.addresses import Address
from twisted_chat.trace.choice import Choice
from twisted_chat.trace.frame import Frame
from twisted_chat.trace.link import Headers
from twisted_chat.trace.packet import Packet
from twisted_chat.trace.report import ConversationSummary, Dissection, Finding, Sink, new_row
from twisted_chat.trace.tunnels import carried_in


@dataclass(slots=True)
class OngoingTalk:
    """A conversation that goes on; `addresses` are those between whom its packets
    went, `carriers` the tunnels that they went through, `headers` those of the last one."""

    number: int
    first: int
    last: int
    packets: int = 0
    addresses: dict[Address, None] = field(default_factory=dict)
    carriers: dict[tuple[str, ...], None] = field(default_factory=dict)
    headers: Headers = ()


class Telling:
    """Tells a sink of packets, and `shown` of their frames: of all, or of those that the
    `choice` takes, with times from `start`."""

    def __init__(
        self, sink: Sink, choice: Choice | None, shown: Callable[[Frame], None] | None
    ) -> None:
        self.sink = sink
        self.start = 0
        self.of_people = choice is not None and choice.of_people
        """Whether it takes to know who is who."""
        self.not_chosen = 0
        """Packets that nobody asked for."""
        self._choice = choice
        self._shown = shown
        self._conversations = 0

    def begin(self, now: int) -> OngoingTalk:
        """Another conversation."""
        self._conversations += 1
        return OngoingTalk(self._conversations, now, now)

    def tell(
        self,
        talk: OngoingTalk,
        frame: Frame,
        packet: Packet,
        verdict: Dissection,
        names: Set[str] = frozenset(),
        rooms: Set[str] = frozenset(),
    ) -> None:
        """What a packet is, which has to do with these names and rooms."""
        if self._choice is not None:
            ends, after = (packet.source, packet.destination), frame.at - self.start
            if not self._choice.takes(ends, after, verdict, names, rooms):
                self.not_chosen += 1
                return
        if self._shown is not None:
            self._shown(frame)
        number, now, _, data, length, comments, _, _ = frame
        _, source, destination, _, _, headers, end, _, _, _ = packet
        talk.packets += 1
        if now > talk.last:
            talk.last = now
        elif now < talk.first:
            talk.first = now
        if headers is not talk.headers:
            talk.headers = headers
            self._look_below(talk, headers)
        row = (number, now, source, destination, length, verdict, data, headers, comments, end)
        self.sink.row(talk.number, new_row(row))

    def _look_below(self, talk: OngoingTalk, headers: Headers) -> None:
        tunnels = carried_in(headers)
        if tunnels and tunnels not in talk.carriers:
            talk.carriers[tunnels] = None
            carried = Finding("tunnel", f"carried in {', in '.join(reversed(tunnels))}")
            self.sink.finding(talk.number, carried)

    def conclude(
        self, talk: OngoingTalk, kind: str, hosts: tuple[tuple[Address, str], ...]
    ) -> None:
        """A conversation as a whole, between these."""
        summary = ConversationSummary(kind, hosts, talk.packets, talk.first, talk.last)
        self.sink.concluded(talk.number, summary)
