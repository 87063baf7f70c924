"""What the commands of a person do."""

from collections.abc import Callable

from twisted_chat.moments import NEVER
from twisted_chat.names import folded
from twisted_chat.peer.commands import Command, LearnRooms, Order, ToRead
from twisted_chat.peer.contacts.contact import Contact
from twisted_chat.peer.events import server, talk
from twisted_chat.peer.events.event import Talk
from twisted_chat.peer.generation import Generation, Shared
from twisted_chat.peer.orders.kept import KeptOrders
from twisted_chat.peer.orders.kick import KickOrders
from twisted_chat.peer.orders.people import PeopleOrders
from twisted_chat.peer.orders.requests import Obey, PersonRequests
from twisted_chat.peer.orders.rooms import RoomOrders
from twisted_chat.peer.orders.talks import TalkOrders
from twisted_chat.peer.server import CloseList

_WITHOUT_SERVER = frozenset(
    {
        Command.FORGET,
        Command.HELP,
        Command.HISTORY,
        Command.IGNORE,
        Command.KICK,
        Command.MSG,
        Command.NOSTORE,
        Command.SEARCH,
        Command.TO,
        Command.UNIGNORE,
        Command.WHO,
        Command.WHOIS,
    }
)
_FOR_OTHERS = frozenset(
    {
        Command.IGNORE,
        Command.KICK,
        Command.MSG,
        Command.POKE,
        Command.TRUST,
        Command.UNIGNORE,
    }
)
"""Commands that mean nothing with one's own name."""


ROOMS_FRESH = 10.0
"""Seconds for which it is known which rooms the server lists."""


class Orders:
    """Obeys commands. What the server is asked for takes its time, and does not hold up others.
    `say_aside` says a text to one person, whatever is current, and `say_later` to somebody of a
    name who is not here; `missed` is called when the
    person wanted to talk elsewhere, in vain."""

    def __init__(
        self,
        generation: Generation,
        shared: Shared,
        say_aside: Callable[[str, Contact], None],
        say_later: Callable[[str, str, float], bool],
        missed: Callable[[float], None],
    ) -> None:
        self._generation = generation
        self._registration = generation.registration
        self._server = generation.server
        self._contacts = shared.contacts
        self._talks = shared.talks
        self._tell = shared.effects.tell
        self._requests = requests = PersonRequests(generation, shared, missed)
        self.in_vain = requests.in_vain
        self._kept = KeptOrders(shared)
        self.entered = self._kept.entered
        self._fresh_until, self._learning = -NEVER, False
        self.listing = 0
        """How many lists are awaited."""
        self._commands: Obey = {
            Command.HELP: self._help,
            Command.USERLIST: self._users,
            Command.ROOMLIST: self._rooms,
            **RoomOrders(generation, shared, requests).commands,
            **TalkOrders(generation, shared, requests, say_aside, say_later).commands,
            **KickOrders(generation, shared, requests).commands,
            **PeopleOrders(generation, shared).commands,
            **self._kept.commands,
        }

    def obey(self, order: Order, now: float) -> None:
        """Do what a command says, or say why not."""
        command, argument = order.command, order.argument
        self._contacts.welcoming = True
        here = command in _WITHOUT_SERVER or command in self._generation.commands
        if not here and (why := self._registration.unavailable(command, now)) is not None:
            if command is not Command.ROOMJOIN or not self._generation.rejoin(argument, now):
                self._tell(why)
                self.in_vain(now, command)
        elif command in _FOR_OTHERS and folded(argument) == folded(self._registration.name):
            self._tell(talk.ThatIsYou(argument, command))
            self.in_vain(now, command)
        elif order.for_the_room and order.where is not None and not self._is_room(order.where):
            self._tell(talk.NotDoneHere(command, order.where))
            self.in_vain(now, command)
        elif command in self._generation.commands:
            self._generation.commands[command](order, now)
        elif command in self._commands:
            self._commands[command](order, now)
        else:
            self._requests.not_here(command, argument, now)

    def read(self, wanted: ToRead, now: float) -> None:
        """Show, or note, what no order is about, whatever was typed before it."""
        if isinstance(wanted, LearnRooms):
            self._learn_rooms(now)
        else:
            self._kept.read(wanted, now)

    def _learn_rooms(self, now: float) -> None:
        if self._learning:
            return
        if now < self._fresh_until or self._registration.unavailable(Command.ROOMLIST, now):
            self._tell(server.RoomsKnown(()))
            return

        def close(names: list[str] | None, now: float) -> None:
            self._learning = False
            if names is not None:
                self._fresh_until = now + ROOMS_FRESH
            self._tell(server.RoomsKnown(tuple(sorted(set(names or ()), key=str.lower))))

        self._learning = True
        self._server.rooms(close, now, aside=True)

    def _is_room(self, where: Talk) -> bool:
        """Whether a conversation is the room in which we talk."""
        return self._talks.current_room is not None and self._talks.is_current(where)

    def _help(self, order: Order, now: float) -> None:
        wanted = tuple(one for one in Command if one.word == order.argument)
        self._tell(server.Help(wanted or tuple(Command)))

    def _users(self, order: Order, now: float) -> None:
        self._server.users(self._listed(Command.USERLIST, server.UserList), now)

    def _rooms(self, order: Order, now: float) -> None:
        self._server.rooms(self._listed(Command.ROOMLIST, server.RoomList), now)

    def _listed(
        self, command: Command, kind: type[server.UserList | server.RoomList]
    ) -> CloseList:
        self.listing += 1

        def close(names: list[str] | None, now: float) -> None:
            self.listing -= 1
            if names is None:
                self._tell(server.NoAnswer(command, ""))
            else:
                self._tell(kind(tuple(sorted(set(names), key=str.lower))))

        return close
