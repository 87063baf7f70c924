"""UDP chats: which datagram belongs to which."""

from collections.abc import Set

from twisted_chat.addresses import Address
from twisted_chat.trace.chat import ChatDissector
from twisted_chat.trace.connection import Moment
from twisted_chat.trace.frame import Frame, is_rebuilt
from twisted_chat.trace.language import speaks
from twisted_chat.trace.opening import Opening
from twisted_chat.trace.packet import Packet
from twisted_chat.trace.telling import OngoingTalk, Telling

MAX_ADDRESSES = 50_000
"""Addresses that take part in UDP chats."""


class Chats:
    """A server with everybody around it is one chat. Where there is neither a port of
    chats nor anybody who is known, a datagram has to speak the language, or to be recorded
    by `--trace`."""

    def __init__(self, ports: Set[int], telling: Telling, opening: Opening | None) -> None:
        self._ports = ports
        self._telling = telling
        self._opening = opening
        self._chats: dict[int, tuple[OngoingTalk, ChatDissector]] = {}
        self._addresses: dict[Address, int] = {}  # Of those who take part.
        self._addressed: dict[Address, int] = {}  # Of those who were spoken to.
        self.crowded = 0
        """Packets of more addresses than are remembered."""

    def wants(self, frame: Frame, packet: Packet) -> bool:
        """Whether this datagram belongs to one."""
        source, destination = packet.source, packet.destination
        if source in self._addresses or destination in self._addresses:
            return True
        if source[1] in self._ports or destination[1] in self._ports:
            return True
        return speaks(packet.payload) or is_rebuilt(frame.comments)

    def take(self, frame: Frame, packet: Packet) -> None:
        """A datagram of one."""
        ends = packet.source, packet.destination
        # Nearly all are between those who are known already.
        number = self._addresses.get(ends[0])
        if number is not None and (
            self._addresses.get(ends[1]) == number or self._addressed.get(ends[1]) == number
        ):
            self._said(*self._chats[number], frame, packet)
            return
        speaker = speaks(packet.payload)
        known = [number for end in ends if (number := self._addresses.get(end)) is not None]
        if not known and speaker and (number := self._addressed.get(packet.destination)):
            known = [number]
        if len(known) < 2 and len(self._addresses) + len(self._addressed) >= MAX_ADDRESSES:
            self.crowded += 1
            return
        if not known:
            talk = self._telling.begin(frame.at)
            chat = ChatDissector(
                self._ports,
                lambda finding: self._telling.sink.finding(talk.number, finding),
                self._opening,
            )
            self._chats[talk.number] = talk, chat
            known = [talk.number]
        elif len(set(known)) == 2:
            known = [self._merge(*known)]
        talk, chat = self._chats[known[0]]
        recorded = is_rebuilt(frame.comments)
        for end in ends:
            talk.addresses.setdefault(end)
            # Those who were only spoken to take no part: a name server that is told `hi` has
            # nothing to do with it.
            part = recorded or end[1] in self._ports or (speaker and end == packet.source)
            (self._addresses if part else self._addressed)[end] = talk.number
        self._said(talk, chat, frame, packet)

    def about(self, packet: Packet) -> OngoingTalk | None:
        """The conversation that a datagram is of, whichever way it went."""
        for end in (packet.source, packet.destination):
            for places in (self._addresses, self._addressed):
                if (number := places.get(end)) is not None:
                    return self._chats[number][0]
        return None

    def conclude(self) -> None:
        """Say how everything went."""
        for number in list(self._chats):
            self._conclude(number)

    def _said(self, talk: OngoingTalk, chat: ChatDissector, frame: Frame, packet: Packet) -> None:
        if not self._telling.of_people:
            verdict = chat.observe(packet, Moment(frame.number, frame.at))
            self._telling.tell(talk, frame, packet, verdict)
            return
        names, rooms = chat.people.concerned(packet)
        verdict = chat.observe(packet, Moment(frame.number, frame.at))
        names_now, rooms_now = chat.people.concerned(packet)
        self._telling.tell(talk, frame, packet, verdict, names | names_now, rooms | rooms_now)

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
        self._telling.sink.merged(gone, kept)
        return kept

    def _conclude(self, number: int) -> None:
        talk, chat = self._chats.pop(number)
        if not talk.packets:
            return
        for finding in chat.conclude():
            self._telling.sink.finding(number, finding)
        hosts = tuple((end, chat.people.title(end)) for end in talk.addresses)
        self._telling.conclude(talk, "UDP chat", hosts)
