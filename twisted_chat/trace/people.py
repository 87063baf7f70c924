"""Who is who in a UDP chat: servers, names and rooms."""

from twisted_chat.addresses import Address
from twisted_chat.display import safe
from twisted_chat.trace.language import read_datagram
from twisted_chat.trace.packet import Packet
from twisted_chat.trace.report import called
from twisted_chat.trace.speech2 import Message
from twisted_chat.wire.common import JoinRoom, Leave, LeaveRoom
from twisted_chat.wire.gen1 import RoomListed
from twisted_chat.wire.gen2.requests import QuitRoom, RegisterKey

_LEAVE = (LeaveRoom, QuitRoom, Leave)
LONGEST_NAME = 64
"""Characters of a name that are kept."""


class People:
    """Everybody in one chat, by address."""

    def __init__(self) -> None:
        self.servers: dict[Address, None] = {}
        self.names: dict[Address, str] = {}
        """What each called itself last."""
        self.registered: dict[Address, str] = {}
        """Under which name each is known to its server."""
        self.rooms: dict[Address, str] = {}
        """That each has asked to be taken into."""
        self.left: dict[Address, None] = {}
        """Those who have said good-bye."""

    def absorb(self, other: "People") -> None:
        """Take over all of another chat."""
        self.servers.update(other.servers)
        self.names.update(other.names)
        self.registered.update(other.registered)
        self.rooms.update(other.rooms)
        self.left.update(other.left)

    def welcome(self, user: Address, name: str) -> None:
        """A server knows this user by this name."""
        self.left.pop(user, None)
        self.registered[user] = name[:LONGEST_NAME]
        self.names[user] = safe(self.registered[user])

    def farewell(self, user: Address) -> None:
        """A server knows this user no more."""
        self.registered.pop(user, None)
        self.left[user] = None

    def calls_itself(self, user: Address, name: str) -> None:
        """This one says its name, which counts where there is no better one."""
        self.names.setdefault(user, safe(name[:LONGEST_NAME]))

    def asks(self, user: Address, message: object) -> None:
        """What this user asks of a server may take it into a room, or out of it."""
        if isinstance(message, JoinRoom):
            self.rooms[user] = safe(message.room[:LONGEST_NAME])
        elif isinstance(message, _LEAVE):
            self.rooms.pop(user, None)

    def heard(
        self, source: Address, destination: Address, message: Message, dialled: bool
    ) -> None:
        """Learn from what was said over a link that was opened."""
        if not dialled:
            return
        if isinstance(message, RegisterKey):
            self.servers[destination] = None
            self.names[source] = safe(message.name[:LONGEST_NAME])
        self.asks(source, message)

    def title(self, address: Address) -> str:
        """What a participant is called."""
        name = self.names.get(address, "")
        return "room server" if address in self.servers else name

    def who(self, address: Address) -> str:
        """An address, with what the one there is called."""
        return called(address, self.title(address))

    def concerned(self, packet: Packet) -> tuple[set[str], set[str]]:
        """The names and the rooms that a datagram has to do with, as far as is known now: of
        those between whom it goes, and those that it names."""
        ends = packet.source, packet.destination
        names = {self.names[end] for end in ends if end in self.names}
        rooms = {self.rooms[end] for end in ends if end in self.rooms}
        for message in read_datagram(packet.payload):
            if name := getattr(message, "name", ""):
                (rooms if isinstance(message, RoomListed) else names).add(name)
            if room := getattr(message, "room", ""):
                rooms.add(room)
        return names, rooms
