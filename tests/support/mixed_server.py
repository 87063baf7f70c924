"""A room server for both generations, in memory: links, what they are told, and readers of it."""

from twisted_chat.addresses import Address
from twisted_chat.directory.directory import Change, KeyHolder, Room
from twisted_chat.links import (
    CloseLink,
    HoldLink,
    Link,
    LinkEffect,
    ReadLink,
    SendFrames,
    Validate,
)
from twisted_chat.server.bounds import Bounds
from twisted_chat.server.core import Core
from twisted_chat.server.gen2.introductions import PairSecrets
from twisted_chat.wire.common import CreateRoom, Goodbye, JoinRoom
from twisted_chat.wire.gen2.answers import Answer, PutOut, parse_answer
from twisted_chat.wire.gen2.contact import ContactInfo
from twisted_chat.wire.gen2.requests import RegisterKey, Request
from twisted_chat.wire.gen2.roster import Came, RosterBegins, RosterEnds, RosterMember, Went

KEYS = [letter * 64 for letter in "abcdef"]
PLACES: list[Address] = [(f"203.0.113.{number}", 7000) for number in range(6)]


class MixedServer:
    """A core with a clock that stands until it is moved, and what it has sent."""

    def __init__(
        self, *, generation: int = 1, secrets: PairSecrets | None = None, **bounds: float
    ) -> None:
        self.reached: dict[str, str] = {}
        """At which address of the server others reach it, by their hosts."""
        self.usual: dict[bool, Address] = {}
        """Where most reach it over IPv6 (True) and over IPv4."""
        self.changes: list[Change] = []
        self.dropped: list[str] = []
        self.core = Core(
            Bounds(**{"rate": 0, "users_per_host": 1000, **bounds}),  # type: ignore[arg-type]
            lambda change, name: self.changes.append(change),
            lambda category, source, now: self.dropped.append(category),
            generation=generation,
            reached_at=lambda address: self.reached.get(address[0]),
            usual_at=lambda six: self.usual.get(six),
            secrets=secrets,
        )
        self.directory = self.core.directory
        self.now = 1000.0
        self.boxes: dict[Link, list[bytes]] = {}
        self.said_first: dict[Link, bytes] = {}
        """What it says at once over each link."""
        self.closed: list[Link] = []
        self.last_words: dict[Link, list[bytes]] = {}
        """What waited for a link when it was closed."""
        self.validated: list[Address] = []
        """From where one link may be made without a Retry."""
        self.held: set[Link] = set()
        """Those from which nothing is to be read."""
        self.datagrams: list[tuple[bytes, Address]] = []

    # --- What happens

    def link(self, number: int = 0, address: Address | None = None) -> Link:
        """A link from the one who has this key."""
        link = Link(KEYS[number], address or PLACES[number], False)
        self.boxes[link] = []
        self.note(self.core.gen2.opened(link, self.now))
        if self.boxes.get(link):
            self.said_first[link] = self.boxes[link].pop(0)
        return link

    def session(self, name: str, number: int = 0, room: str = "") -> Link:
        """A link over which this name is registered, and in this room."""
        return self.register(self.link(number), name, room)

    def register(self, link: Link, name: str, room: str = "") -> Link:
        """RegisterKey this name over a link, and let it be in this room."""
        self.ask(link, RegisterKey(name))
        if room:
            self.enter(link, room)
        return link

    def enter(self, link: Link, room: str) -> None:
        """Let the one at a link be in this room, which need not be there yet."""
        self.ask(link, CreateRoom(room))
        self.ask(link, JoinRoom(room))

    def crowd(self, room: str, size: int) -> None:
        """Let so many others, without a key, be in this room."""
        for number in range(size):
            source = f"10.1.0.{number}", 1000
            self.datagram(source, f"hi guest{number}".encode())
            self.datagram(source, f"rj {room}".encode())

    def say(self, link: Link, message: bytes) -> None:
        """Something is said over a link."""
        self.note(self.core.gen2.received(link, message, self.now))

    def ask(self, link: Link, request: Request) -> list[Answer]:
        """Say this over a link that takes everything. Returns what comes over it."""
        self.take(link)
        self.say(link, request.encode())
        return self.take(link)

    def take(self, link: Link) -> list[Answer]:
        """Let a link take what there is for it, until there is no more."""
        taken = list[Answer]()
        while box := self.boxes[link]:
            taken += [parse_answer(message) for message in box]
            box.clear()
            self.note(self.core.gen2.taken(link, self.now))
        return taken

    def lose(self, link: Link) -> None:
        """A link ends."""
        self.boxes.pop(link, None)
        self.note(self.core.gen2.lost(link, "the other end is gone", self.now))

    def move(self, link: Link, address: Address) -> None:
        """A link comes from somewhere else."""
        link.address = address
        self.note(self.core.gen2.moved(link, self.now))

    def datagram(self, source: Address, datagram: bytes) -> list[bytes]:
        """A datagram arrives. Returns what goes back at once."""
        self.core.gen1.receive(datagram, source, self.now)
        before = len(self.datagrams)
        self.note(self.core.gen2.effects(self.now))
        return [sent for sent, to in self.datagrams[before:] if to == source]

    def wait(self, seconds: float) -> None:
        """Time passes."""
        until = self.now + seconds
        while self.core.wake <= until:
            self.now = max(self.now, self.core.wake)
            self.datagrams += self.core.tick(self.now)
            self.note(self.core.gen2.effects(self.now))
        self.now = until

    def note(self, effects: list[LinkEffect]) -> None:
        """Carry out what is to be done with links, and send what datagrams there are."""
        for effect in effects:
            if isinstance(effect, SendFrames):
                if effect.link in self.boxes:  # Nothing is sent where a link has ended.
                    self.boxes[effect.link] += effect.messages
            elif isinstance(effect, HoldLink):
                self.held.add(effect.link)
            elif isinstance(effect, ReadLink):
                self.held.remove(effect.link)
            elif isinstance(effect, Validate):
                self.validated.append(effect.address)
            elif isinstance(effect, CloseLink):
                self.closed.append(effect.link)
                self.last_words[effect.link] = self.boxes.pop(effect.link, [])
        self.datagrams += self.core.gen1.flush(self.now)
        self.datagrams += self.core.gen2.calls(self.now)
        core = self.core
        parts = core.gen1, core.registry, core.gen2, core.resting, core.operations
        assert core.wake <= min(part.wake for part in parts), "of what is due it was told nothing"

    # --- What there is

    def room(self, name: str) -> Room:
        """This room, which there is."""
        room = self.directory.rooms.get(name)
        assert room is not None
        return room

    def holder(self, number: int) -> KeyHolder:
        """The user with this key, who is there."""
        user = self.directory.holders.get(KEYS[number])
        assert user is not None
        return user

    def told(self, address: Address) -> list[bytes]:
        """The datagrams to this address since this was last asked."""
        found = [sent for sent, to in self.datagrams if to == address]
        self.datagrams = [item for item in self.datagrams if item[1] != address]
        return found


class Roster:
    """What a peer knows of one room."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.complete = False
        self.others: dict[str, ContactInfo] = {}


class Reader:
    """What a peer makes of what it is told about its rooms."""

    def __init__(self) -> None:
        self.rosters: dict[str, Roster] = {}
        self.gaps = 0

    @property
    def others(self) -> dict[str, ContactInfo]:
        """The others in the one room that it is in."""
        (roster,) = self.rosters.values()
        return roster.others

    @property
    def complete(self) -> bool:
        """Whether no roster is under way."""
        return all(roster.complete for roster in self.rosters.values())

    def hear(self, answer: Answer) -> None:
        """Take one message from the server."""
        match answer:
            case RosterBegins(room, number):
                self.rosters[room] = Roster(number)
            case RosterMember(room, contact):
                self.rosters[room].others[contact.name] = contact
            case RosterEnds(room):
                self.rosters[room].complete = True
            case Came(room, number, contact):
                self._count(room, number)
                self.rosters[room].others[contact.name] = contact
            case Went(room, number, name):
                self._count(room, number)
                self.rosters[room].others.pop(name, None)
            case PutOut(room):
                self.rosters.pop(room, None)
            case Goodbye():
                self.rosters = {}
            case _:
                pass

    def _count(self, room: str, number: int) -> None:
        roster = self.rosters[room]
        self.gaps += number != roster.number + 1 or not roster.complete
        roster.number = number
