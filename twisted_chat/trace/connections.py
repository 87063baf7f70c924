"""TCP chats: which segment belongs to which connection."""

from collections.abc import Set

from twisted_chat.addresses import Address
from twisted_chat.trace.connection import Connection, new_moment
from twisted_chat.trace.frame import Frame, is_rebuilt
from twisted_chat.trace.outcome import outcome
from twisted_chat.trace.packet import Flag, Packet
from twisted_chat.trace.telling import OngoingTalk, Telling

MAX_CONNECTIONS = 10_000
"""TCP connections that are followed at once."""

_SYN = int(Flag.SYN)
_Pair = tuple[Address, Address]


class Connections:
    """The connections with one of these ports at one end, and those that `--trace` has
    recorded."""

    def __init__(self, ports: Set[int], telling: Telling) -> None:
        self._ports = ports
        self._telling = telling
        self._connections: dict[_Pair, tuple[OngoingTalk, Connection]] = {}

    def wants(self, frame: Frame, packet: Packet) -> bool:
        """Whether this segment belongs to one."""
        if packet.source[1] in self._ports or packet.destination[1] in self._ports:
            return True
        return is_rebuilt(frame.comments)

    def take(self, frame: Frame, packet: Packet) -> None:
        """A segment of one."""
        pair = _pair(packet)
        # Taken out and put back: the first of the dict is the one quiet for longest.
        found = self._connections.pop(pair, None)
        segment = packet.segment
        opens = segment is not None and segment.flags & _SYN
        if opens and found is not None and found[1].begins_anew(packet):
            self._connections[pair] = found
            self._conclude(pair)
            found = None
        if found is None:
            if len(self._connections) >= MAX_CONNECTIONS:
                self._conclude(next(iter(self._connections)))
            connection = Connection(packet, rebuilt=is_rebuilt(frame.comments))
            found = self._telling.begin(frame.at), connection
        self._connections[pair] = found
        talk, connection = found
        verdict = connection.observe(packet, new_moment((frame.number, frame.at)))
        self._telling.tell(talk, frame, packet, verdict)

    def about(self, packet: Packet) -> OngoingTalk | None:
        """The conversation that a packet is of, whichever way it went."""
        found = self._connections.get(_pair(packet))
        return found[0] if found else None

    def conclude(self) -> None:
        """Say how everything went that is still going on."""
        for pair in list(self._connections):
            self._conclude(pair)

    def _conclude(self, pair: _Pair) -> None:
        talk, connection = self._connections.pop(pair)
        if not talk.packets:
            return
        for finding in outcome(connection):
            self._telling.sink.finding(talk.number, finding)
        hosts = (connection.caller.address, ""), (connection.called.address, "")
        self._telling.conclude(talk, "TCP chat", hosts)


def _pair(packet: Packet) -> _Pair:
    source, destination = packet.source, packet.destination
    return (source, destination) if source <= destination else (destination, source)
