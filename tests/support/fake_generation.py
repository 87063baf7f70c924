"""A generation in which nothing is really sent: what a session asks of it is noted, and its
answers are given by the test."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from tests.support.contacts import FakeConversations
from twisted_chat.addresses import Address
from twisted_chat.events import Event
from twisted_chat.links import Link
from twisted_chat.moments import NEVER
from twisted_chat.peer.commands import Command, Order
from twisted_chat.peer.contacts.contact import Contact
from twisted_chat.peer.contacts.contacts import Contacts
from twisted_chat.peer.contacts.line import Line
from twisted_chat.peer.effects import Effects
from twisted_chat.peer.events.event import Someone
from twisted_chat.peer.events.server import NameFirst, NeedsServer
from twisted_chat.peer.gathering import Gathering
from twisted_chat.peer.generation import Acquaintance, Shared
from twisted_chat.peer.server import Close, CloseList, Found, Outcome
from twisted_chat.peer.talks.room import JoinedRoom
from twisted_chat.peer.talks.talks import Talks
from twisted_chat.store.records import Owed
from twisted_chat.wire.gen1 import Answer, NamedText


class FakeRegistration:
    """A name that the server has given, or not."""

    def __init__(self) -> None:
        self.name, self.wanted = "alice", ""
        self.valid = True
        self.away = self.failed = self.lacks_name = False
        self.registering = self.in_question = False
        self.takes_name = True
        self.turned_away: Event | None = None
        self.done: list[str] = []

    def call_me(self, text: str, now: float) -> None:
        self.done.append(text)
        self.wanted = text

    def trust(self, now: float) -> None:
        self.done.append("trust")

    def unavailable(self, command: Command | None, now: float) -> Event | None:
        if self.turned_away is not None or command is None or self.valid:
            return self.turned_away
        return NeedsServer(command) if self.name else NameFirst()

    def give_up(self) -> None:
        self.failed = True


class FakeServer:
    """Notes what it is asked; `answer` is what it answers, at once, or None for later."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answer: Outcome | None = Outcome.DONE
        self.names: list[str] | None = []
        self.found: list[Found] = []
        self.later: list[Callable[[Outcome], None]] = []
        self.lists: list[Callable[[list[str] | None], None]] = []

    def _ask(self, what: str, close: Close, now: float) -> None:
        self.asked.append(what.rstrip())
        if self.answer is None:
            self.later.append(lambda outcome: close(outcome, now))
        else:
            close(self.answer, now)

    def users(self, close: CloseList, now: float) -> None:
        close(self.names, now)

    def rooms(self, close: CloseList, now: float, *, aside: bool = False) -> None:
        if aside:
            self.asked.append("rooms aside")
        if self.answer is None:
            self.lists.append(lambda names: close(names, now))
        else:
            close(self.names, now)

    def find(self, name: str, found: list[Found], close: Close, now: float) -> None:
        found += self.found
        self._ask(f"find {name}", close, now)

    why = ""
    creator_joins = False
    slow = False

    def create(self, room: str, close: Close, now: float, *, private: bool = False) -> None:
        self._ask(f"create {room}" + " private" * private, close, now)

    def run(self, command: Command, room: str, name: str, close: Close, now: float) -> None:
        self._ask(f"{command.word} {room} {name}", close, now)

    def set_topic(self, room: str, text: str, close: Close, now: float) -> None:
        self._ask(f"topic {room} {text}", close, now)

    def join(self, room: str, close: Close, now: float) -> None:
        self._ask(f"join {room}", close, now)

    def leave_room(self, room: str, close: Close, now: float) -> None:
        self._ask(f"leave_room {room}", close, now)

    def kick(self, room: str, name: str, close: Close, now: float) -> None:
        self._ask(f"kick {room} {name}", close, now)

    def close_room(self, room: str, close: Close, now: float) -> None:
        self._ask(f"close_room {room}", close, now)

    def give_room(self, room: str, name: str, close: Close, now: float) -> None:
        self._ask(f"give_room {room} {name}", close, now)

    def set_history(self, room: str, for_new: int, close: Close, now: float) -> None:
        self._ask("set_history", close, now)

    def leave(self, close: Close, now: float) -> None:
        self._ask("leave", close, now)

    def vanish(self) -> None:
        self.asked.append("vanish")


class FakeDatagrams(FakeConversations):
    """Those without a key."""

    dropped = 0

    def heard(self, message: NamedText, source: Address, now: float) -> None:
        self.done.append(("heard", message.text))


class FakeGeneration:
    """All of it, with contacts and a room to work on."""

    wake = NEVER

    def __init__(self) -> None:
        self.effects = Effects()
        gathering = Gathering(self.effects.tell)
        contacts = Contacts()
        talks = Talks(contacts, self.effects)
        self.shared = Shared(contacts, talks, self.effects, gathering, lambda again, now: None)
        self.registration = FakeRegistration()
        self.server = FakeServer()
        self.datagrams = FakeDatagrams(contacts)
        self.commands: Mapping[Command, Callable[[Order, float], None]] = {}
        self.unsettled = False
        self.later: Someone | None = None
        self.owes: tuple[Owed, ...] = ()
        self.is_full = self.rejoins = False
        self.done: list[Any] = []

    def enter(self, name: str, *members: Contact) -> JoinedRoom:
        """We are in a room with these, and talk there."""
        room = self.shared.room(name)
        for one in members:
            room.enlist(one.name, one, 0.0)
        self.shared.talks.enter(room)
        self.shared.talks.turn_to(room)
        self.effects.take()
        return room

    def told(self) -> list[Event]:
        """What was told since this was asked last."""
        return [one for one in self.effects.take() if isinstance(one, Event)]

    def is_new(self, contact: Contact) -> bool:
        return False

    def linked(self, contact: Contact) -> bool:
        return False

    def say_later(self, line: Line, name: str, now: float) -> Someone | None:
        line.refused += self.is_full
        line.owed += self.owes
        return self.later

    def rejoin(self, room: str, now: float) -> bool:
        self.done.append(("rejoin", room))
        return self.rejoins

    def relayed(self, contact: Contact) -> bool:
        return False

    def acquaintance(self, contact: Contact) -> Acquaintance:
        return Acquaintance()

    def compared(self, contact: Contact) -> bool:
        return False

    def start(self, name: str | None, now: float) -> None:
        self.done.append(("start", name))

    def unattended(self) -> None: ...

    def opened(self, link: Link, now: float) -> None: ...

    def received(self, link: Link, messages: Iterable[bytes], now: float) -> None: ...

    def moved(self, link: Link, now: float) -> None: ...

    def doubted(self, link: Link, now: float) -> None: ...
    def network_changed(self, own: tuple[Address, ...], now: float) -> None: ...

    def mapped(self, outside: Address | None, now: float) -> None: ...

    def lost(self, link: Link, now: float) -> None: ...

    def dial_failed(self, address: Address, fingerprint: str, found: str, now: float) -> None: ...

    def answered(self, message: Answer, source: Address, now: float) -> None: ...

    def probed(self, datagram: bytes, source: Address, now: float) -> None:
        """Nothing: nobody is looked for."""

    def tick(self, now: float) -> None: ...

    def shut_down(self) -> None:
        self.done.append("shut down")

    def close(self) -> None:
        self.done.append("close")
