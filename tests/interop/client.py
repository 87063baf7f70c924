"""A client of generation 2, from docs/wire.md alone: python client.py HOST PORT NAME SEED

SEED is the private key, 64 hexadecimal digits. A line `/VERB ...` on its input goes to the
server as it stands, `#ROOM TEXT` is said to a room, and `@NAME TEXT` to one person that
`/ar NAME` has found. What happens is told in lines: `server`, `link`, `heard`, `got`, `closed`.
"""

import asyncio
import ipaddress
import re
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tests.interop.links import Address, Key, Link, Port
else:
    from links import Address, Key, Link, Port  # Beside this file, which is run by itself.

FIRST, LAST = 1.0, 30.0
"""Seconds until a link that was lost is dialled again: twice as many each time, up to so many."""
INTRODUCTION = 5.0
"""Seconds for which somebody who is not introduced may say what waits."""
ACKNOWLEDGE = 0.02
is_number = re.compile(r"0|[1-9][0-9]{0,17}|[1-8][0-9]{18}").fullmatch
is_fingerprint = re.compile(r"[0-9a-f]{64}|-").fullmatch


class Contact(NamedTuple):
    """NAME FINGERPRINT IP PORT."""

    name: str
    fingerprint: str
    ip: str
    port: int


def number(word: str) -> int:
    """A number of the language. Raises ValueError."""
    if not is_number(word):
        raise ValueError(f"no number: {word}")
    return int(word)


@dataclass
class Person:
    """Somebody with a key: what is said to them and not acknowledged, and what was heard."""

    contact: Contact
    link: Link | None = None
    dialling: Link | None = None
    wait: float = FIRST
    can: tuple[str, ...] | None = None
    epoch: int = field(default_factory=time.time_ns)
    count: int = 0
    waiting: list[tuple[int, bytes]] = field(default_factory=list)
    heard: dict[int, int] = field(default_factory=dict)
    anew: bool = True
    owed: set[int] = field(default_factory=set)


@dataclass
class Room:
    """A room that we are in: its roster, as far as it has come."""

    number: int
    complete: bool = False
    members: dict[str, Contact] = field(default_factory=dict)


class Client:
    """A user at a server, and a peer of others."""

    def __init__(self, name: str, key: Key, server: Address) -> None:
        self.name, self.key, self.server = name, key, server
        self.port = Port(key, self)
        self.answered = asyncio.Event()
        self.uplink: Link | None = None
        self.people: dict[str, Person] = {}
        self.rooms: dict[str, Room] = {}
        self.asked: dict[str, Contact] = {}
        self.strangers: dict[Link, list[bytes]] = {}

    def tell(self, *words: object) -> None:
        sys.stdout.write(" ".join(map(str, words)) + "\n")
        sys.stdout.flush()

    async def run(self) -> None:
        """Until the input ends."""
        loop = asyncio.get_running_loop()
        await loop.create_datagram_endpoint(lambda: self.port, local_addr=("127.0.0.1", 0))
        while not self.answered.is_set():  # Nobody sends QUIC before the server has said `hi`.
            self.port.transport.sendto(b"rl", self.server)
            await asyncio.sleep(0.2)
        server = self.uplink = self.port.dial(self.server, "")
        lines = asyncio.StreamReader()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
        while line := (await lines.readline()).decode().rstrip("\n"):
            self.typed(line[0], line[1:])
        for person in self.people.values():
            if person.link is not None:
                person.link.send(b"by")
        server.send(b"by")
        await asyncio.sleep(0.3)

    def typed(self, mark: str, rest: str) -> None:
        """Do what a line of the input says."""
        assert self.uplink is not None
        if mark == "/":
            self.uplink.send(rest.encode())
            return
        name, _, text = rest.partition(" ")
        if mark == "#":
            for contact in self.rooms[name].members.values():
                self.say(self.people[contact.fingerprint], f"#{name}", text)
        else:
            self.say(self.people[self.asked[name].fingerprint], "-", text)

    # --- What happens on links

    def datagram(self, data: bytes, source: Address) -> None:
        if source == self.server:
            self.answered.set()

    def opened(self, link: Link) -> None:
        if self.uplink is link:
            link.send(b"can")
            link.send(f"hi {self.name}".encode())
        elif (person := self.people.get(link.fingerprint)) is not None:
            self.linked(person, link)
        else:
            self.strangers[link] = []
            asyncio.get_running_loop().call_later(INTRODUCTION, self.unknown, link)

    def linked(self, person: Person, link: Link) -> None:
        """Of two links the one that the smaller fingerprint has dialled stays, and the newer."""
        rightly = self.key.fingerprint < link.fingerprint
        old = person.link
        if old is not None and old.dialled == rightly != link.dialled:
            link.end("the other link stays")
            return
        person.link, person.dialling, person.anew, person.wait = link, None, True, FIRST
        if old is not None:
            old.end("there is another link")
        self.tell("link", person.contact.name, "dialled" if link.dialled else "accepted")
        link.send(b"can")
        for _, message in person.waiting:
            link.send(message)

    def unknown(self, link: Link) -> None:
        if self.strangers.pop(link, None) is not None:
            link.end("we were not introduced")

    def closed(self, link: Link, why: str) -> None:
        self.tell("closed", "server" if link is self.uplink else link.fingerprint[:8], why)
        self.strangers.pop(link, None)
        for person in self.people.values():
            if link in (person.dialling, person.link):
                person.dialling = None if link is person.dialling else person.dialling
                person.link = None if link is person.link else person.link
                self.dial_later(person)

    def received(self, link: Link, message: bytes) -> None:
        try:
            if link is self.uplink:
                self.tell("server", message.decode())
                self.told(message.decode())
            elif link in self.strangers:
                self.strangers[link].append(message)
            else:
                self.heard(self.people[link.fingerprint], message)
        except (ValueError, LookupError, UnicodeDecodeError) as wrong:
            link.end(f"not in the language: {wrong!r}")

    # --- The server

    def told(self, message: str) -> None:
        """What the server says. What is not known here is skipped."""
        assert self.uplink is not None
        verb, *words = message.split(" ")
        known: dict[tuple[str, bool], Callable[..., None]] = {
            ("up", False): self.alive,
            ("ar", True): lambda *contact: self.introduced(contact),
            ("in", True): lambda *contact: self.introduced(contact),
            ("ro", True): lambda room, at, *more: self.begin(room, number(at)),
            ("rm", True): lambda room, *contact: self.enlist(room, self.contact(contact)),
            ("re", True): lambda room, *more: self.whole(room),
            ("r+", True): lambda room, at, *contact: self.came(room, number(at), contact),
            ("r-", True): lambda room, at, name, *more: self.went(room, number(at), name),
            ("rk", True): lambda room, *more: self.out(room),
        }
        if (does := known.get((verb, bool(words)))) is not None:
            does(*words)

    def alive(self, *more: str) -> None:
        assert self.uplink is not None
        self.uplink.send(b"up")

    def contact(self, words: tuple[str, ...]) -> Contact:
        """Read a contact. Raises ValueError for what is none."""
        name, fingerprint, ip, port, *_ = words
        at, here = ipaddress.ip_address(ip), ipaddress.ip_address(self.server[0])
        nowhere = at.is_multicast or at.is_unspecified or at.is_reserved
        if nowhere or (at.is_loopback and not here.is_loopback) or not 0 < number(port) < 65_536:
            raise ValueError("nobody can be there")
        if not is_fingerprint(fingerprint) or not 0 < len(name) < 256 or not name.isprintable():
            raise ValueError("no contact")
        return Contact(name, fingerprint, ip, int(port))

    def introduced(self, words: tuple[str, ...]) -> None:
        contact = self.contact(words)
        self.asked[contact.name] = contact
        self.meet(contact)

    def begin(self, room: str, at: int) -> None:
        self.rooms[room] = Room(at)

    def enlist(self, room: str, contact: Contact) -> None:
        self.rooms[room].members[contact.name] = contact

    def whole(self, room: str) -> None:
        self.rooms[room].complete = True
        for contact in self.rooms[room].members.values():
            self.meet(contact)
        self.tell("room", room, *sorted(self.rooms[room].members))

    def next(self, room: str, at: int) -> Room | None:
        """The room, if this is its next change; else its roster is asked for."""
        assert self.uplink is not None
        roster = self.rooms[room]
        if at != roster.number + 1:
            self.uplink.send(f"ra {room}".encode())
            return None
        roster.number = at
        return roster

    def came(self, room: str, at: int, words: tuple[str, ...]) -> None:
        if (roster := self.next(room, at)) is not None:
            contact = roster.members[words[0]] = self.contact(words)
            self.meet(contact)

    def went(self, room: str, at: int, name: str) -> None:
        if (roster := self.next(room, at)) is not None:
            roster.members.pop(name, None)

    def out(self, room: str) -> None:
        self.rooms.pop(room, None)

    # --- Other peers

    def meet(self, contact: Contact) -> None:
        """Somebody is in a room with us, or introduced: have a link to them."""
        if contact.fingerprint == "-":
            return
        person = self.people.setdefault(contact.fingerprint, Person(contact))
        person.contact = contact
        for link, held in list(self.strangers.items()):
            if link.fingerprint == contact.fingerprint:
                del self.strangers[link]
                self.linked(person, link)
                for message in held:
                    self.received(link, message)
        self.dial(person)

    def dial(self, person: Person) -> None:
        contact = person.contact
        linked = person.link is not None or person.dialling is not None
        if not linked and self.key.fingerprint < contact.fingerprint:
            person.dialling = self.port.dial((contact.ip, contact.port), contact.fingerprint)

    def dial_later(self, person: Person) -> None:
        asyncio.get_running_loop().call_later(person.wait, self.dial, person)
        person.wait = min(2 * person.wait, LAST)

    def say(self, person: Person, where: str, text: str) -> None:
        person.count += 1
        now = time.time_ns() // 1_000_000
        message = f"msg {where} {person.epoch} {person.count} {now} {text}".encode()
        person.waiting.append((person.count, message))
        if person.link is not None:
            person.link.send(message)

    def heard(self, person: Person, message: bytes) -> None:
        """What another peer says. What is not known here is skipped."""
        verb, _, rest = message.decode().partition(" ")
        if verb == "can" and person.can is None:
            person.can = tuple(rest.split())
        elif verb == "msg":
            where, epoch, at, when, text = rest.split(" ", 4)
            self.shown(person, where, number(epoch), number(at), number(when), text)
        elif verb == "ok":
            epoch, at = rest.split(" ")[:2]
            if number(epoch) == person.epoch:
                if number(at) > person.count:
                    raise ValueError("acknowledged what was not said")
                person.waiting = [one for one in person.waiting if one[0] > int(at)]
                self.tell("got", person.contact.name, at)

    def shown(self, person: Person, where: str, epoch: int, at: int, when: int, text: str) -> None:
        last = person.heard.get(epoch)
        if at == 0 or not (last is None or person.anew or at <= last + 1):
            raise ValueError("a number that is not the next")
        person.anew = False
        if last is None or at > last:
            person.heard[epoch] = at
            if where != "-" and person.contact.name not in self.rooms[where[1:]].members:
                raise ValueError("no member of that room")
            self.tell("heard", where, person.contact.name, when, text)
        if epoch not in person.owed:
            person.owed.add(epoch)
            asyncio.get_running_loop().call_later(ACKNOWLEDGE, self.acknowledge, person, epoch)

    def acknowledge(self, person: Person, epoch: int) -> None:
        person.owed.discard(epoch)
        if person.link is not None:
            person.link.send(b"ok %d %d" % (epoch, person.heard[epoch]))


async def main(host: str, port: str, name: str, seed: str, *languages: str) -> None:
    """Chat until the input ends, over links of these languages, the best one first."""
    await Client(name, Key(bytes.fromhex(seed), *languages), (host, int(port))).run()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
