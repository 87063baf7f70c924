"""What the commands of a person do in generation 2."""

from collections.abc import Callable

from twisted_chat.events import Event
from twisted_chat.names import folded
from twisted_chat.peer.audience import Standing
from twisted_chat.peer.commands import Command, Order
from twisted_chat.peer.effects import Effects
from twisted_chat.peer.events import keys, rooms, server, talk
from twisted_chat.peer.gen2.delivery import Deliveries
from twisted_chat.peer.gen2.registration import KeyedRegistration
from twisted_chat.peer.membership import Membership
from twisted_chat.peer.people import People
from twisted_chat.wire.common import CreateRoom, ListRooms, ListUsers, Locate, RoomReady
from twisted_chat.wire.gen2.answers import Answer, ContactLocated, Done, Listed
from twisted_chat.wire.gen2.requests import CloseRoom, GiveRoom, Kick, Request

SERVER = "server"
"""The name under which `$trust` knows the server, while its key is in question."""
_WITHOUT_SERVER = frozenset(
    {
        Command.HELP,
        Command.IGNORE,
        Command.UNIGNORE,
        Command.KICK,
        Command.STATUS,
        Command.TRUST,
        Command.VERIFY,
        Command.WHO,
    }
)
_FOR_OTHERS = frozenset(
    {
        Command.IGNORE,
        Command.KICK,
        Command.POKE,
        Command.TRUST,
        Command.UNIGNORE,
        Command.VERIFY,
    }
)
"""Commands that mean nothing with one's own name."""

Answers = list[Answer] | None


class Orders:
    """Obeys commands. `busy` while an answer of the server is awaited."""

    def __init__(
        self,
        uplink: KeyedRegistration,
        room: Membership,
        people: People,
        words: Deliveries,
        effects: Effects,
    ) -> None:
        self._uplink = uplink
        self._room = room
        self._people = people
        self._words = words
        self._effects = effects
        self._awaited = 0

    @property
    def busy(self) -> bool:
        return self._awaited > 0

    def obey(self, order: Order, now: float) -> None:
        """Do what a command says, or say why not."""
        command = order.command
        if command not in _WITHOUT_SERVER and not self._uplink.valid:
            self._effects.tell(self._needs_server(command, now))
            return
        argument = order.argument
        if command in _FOR_OTHERS and folded(argument) == folded(self._uplink.name):
            own = keys.OwnKey(argument, self._people.own)
            verifies = command is Command.VERIFY
            self._effects.tell(own if verifies else talk.ThatIsYou(argument, command))
            return
        match command:
            case Command.HELP:
                self._effects.tell(server.Help(tuple(Command)))
            case Command.IGNORE:
                self._people.ignore(argument, now)
            case Command.UNIGNORE:
                self._people.unignore(argument)
            case Command.WHO:
                people, dropped = tuple(self._people.who()), self._people.dropped
                self._effects.tell(talk.Who(self._uplink.name, self._room.room, people, dropped))
            case Command.STATUS:
                self._effects.tell(self._words.status())
            case Command.VERIFY:
                self._people.verify(argument, order.choice, now)
            case Command.TRUST:
                self._people.trust(argument, now)
            case Command.USERLIST:
                self._list(ListUsers(), command, now)
            case Command.ROOMLIST:
                self._list(ListRooms(), command, now)
            case Command.ROOMCREATE:
                self._create(argument, now)
            case Command.ROOMJOIN:
                self._room.join(argument, now)
            case Command.ROOMLEAVE:
                self._room.leave(now)
            case Command.ROOMCLOSE:
                self._close(now)
            case Command.ROOMGIVE:
                self._give(argument, now)
            case Command.POKE:
                self._poke(argument, now)
            case Command.KICK:
                self._kick(argument, now)

    def _needs_server(self, command: Command, now: float) -> Event:
        told = self._uplink.unavailable(command, now)
        return server.NeedsServer(command, False) if told is None else told

    def _ask(
        self,
        request: Request,
        order: Order,
        then: Callable[[list[Answer]], None],
        now: float,
    ) -> None:
        def close(answers: Answers, now: float) -> None:
            self._awaited -= 1
            if answers is None:
                self._effects.tell(server.NoAnswer(order.command, order.argument))
            else:
                then(answers)

        self._awaited += 1
        self._uplink.link.ask(request, close, now)

    def _list(self, request: ListUsers | ListRooms, command: Command, now: float) -> None:
        def then(answers: list[Answer]) -> None:
            found = {name for one in answers if isinstance(one, Listed) for name in one.names}
            kind = server.UserList if command is Command.USERLIST else server.RoomList
            self._effects.tell(kind(tuple(sorted(found, key=str.lower))))

        self._ask(request, Order(command), then, now)

    # --- Rooms

    def _create(self, room: str, now: float) -> None:
        def then(answers: list[Answer]) -> None:
            if isinstance(answers[0], RoomReady):
                self._room.created(room, ours=True)
                self._effects.tell(rooms.RoomMade(room))
            else:
                self._effects.tell(rooms.RoomNotMade(room))

        self._ask(CreateRoom(room), Order(Command.ROOMCREATE, room), then, now)

    def _close(self, now: float) -> None:
        def then(answers: list[Answer]) -> None:
            if isinstance(answers[0], Done):
                self._room.created(room, ours=False)
                self._effects.tell(rooms.RoomClosed())
            else:
                self._effects.tell(rooms.RoomNotClosed())

        room = self._room.room
        self._ask(CloseRoom(), Order(Command.ROOMCLOSE), then, now)

    def _give(self, name: str, now: float) -> None:
        def then(answers: list[Answer]) -> None:
            if isinstance(answers[0], Done):
                self._room.created(room, ours=False)
                self._effects.tell(rooms.RoomHandedOn(name))
            else:
                self._effects.tell(rooms.RoomNotGiven(name))

        room = self._room.room
        self._ask(GiveRoom(name), Order(Command.ROOMGIVE, name), then, now)

    # --- People

    def _poke(self, name: str, now: float) -> None:
        def then(answers: list[Answer]) -> None:
            answer = answers[0]
            if not isinstance(answer, ContactLocated):
                self._effects.tell(talk.NoSuchUser(name))
                return
            person = self._people.poked(answer.contact, now)
            if person is None:
                own = answer.contact.fingerprint == self._people.own
                self._effects.tell(talk.ThatIsYou(name) if own else talk.TooManyPeople(name))
                return
            if person.listening:
                others = tuple(one for one in self._people.hearing() if one != person.who)
                member = person.standing is Standing.MEMBER
                self._effects.tell(talk.TalkBegun(person.who, "", self._room.room, member, others))

        if self._people.ignores(name):
            self._effects.tell(talk.IsIgnored(name))
        else:
            self._ask(Locate(name), Order(Command.POKE, name), then, now)

    def _kick(self, name: str, now: float) -> None:
        def one(answers: list[Answer]) -> None:
            if isinstance(answers[0], Done):
                self._effects.tell(rooms.KickedOut(name))
            elif self._people.called(name) is None:
                self._effects.tell(talk.NobodyHere(name, Command.KICK))
            else:
                self._effects.tell(rooms.NotKickedOut(name, self._hears(name)))

        def close(answers: Answers, now: float) -> None:
            self._awaited -= 1
            if answers and isinstance(answers[0], Done):
                self._room.emptied(now)
                self._people.kick(now)
                self._effects.tell(rooms.KickedOut(""))
            else:
                self._talk_to_nobody(now)

        if name and (outsider := self._people.kick_one(name, now)) is not None:
            self._effects.tell(talk.TalkEnded(outsider.who))
        elif name and not self._uplink.valid:
            self._effects.tell(self._needs_server(Command.KICK, now))
        elif name and not self._room.room:
            self._effects.tell(talk.NobodyHere(name, Command.KICK))
        elif name:
            self._ask(Kick(name), Order(Command.KICK, name), one, now)
        elif self._uplink.valid and self._room.room:
            self._awaited += 1
            self._uplink.link.ask(Kick(), close, now)
        else:
            self._talk_to_nobody(now)

    def _talk_to_nobody(self, now: float) -> None:
        heard = tuple(one.who for one in self._people.kick(now) if not one.blocked)
        self._effects.tell(talk.TalksToNobody(heard, self._room.room))

    def _hears(self, name: str) -> bool:
        person = self._people.called(name)
        return person is not None and person.listening
