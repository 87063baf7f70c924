"""What the commands of a person do in generation 2."""

from collections.abc import Callable

from twisted_chat.peer.acquaintances import shown_name
from twisted_chat.peer.audience import Standing
from twisted_chat.peer.correspondence import Correspondence
from twisted_chat.peer.effects import Effects
from twisted_chat.peer.membership import Membership
from twisted_chat.peer.people import People
from twisted_chat.peer.trust import name_key
from twisted_chat.peer.uplink import Uplink
from twisted_chat.terminal.commands import (
    MARK,
    NAME_FIRST,
    Command,
    Order,
    help_lines,
    needs_server,
)
from twisted_chat.terminal.listeners import (
    ended_by_poke,
    itself,
    kicked,
    kicked_one,
    not_kicked,
    poked,
    too_many,
    who,
)
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

Answers = list[Answer] | None


class Orders:
    """Obeys commands. `busy` while an answer of the server is awaited."""

    def __init__(
        self,
        uplink: Uplink,
        room: Membership,
        people: People,
        words: Correspondence,
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
            self._effects.notice(
                needs_server(command)
                if self._uplink.name or self._uplink.wanted or not self._uplink.seen
                else NAME_FIRST
            )
            return
        argument = order.argument
        match command:
            case Command.HELP:
                self._show(help_lines())
            case Command.IGNORE:
                self._people.ignore(argument, now)
            case Command.UNIGNORE:
                self._people.unignore(argument)
            case Command.WHO:
                room = shown_name(self._room.room) if self._room.room else ""
                self._show(who(self._uplink.name, room, self._people.who(), self._people.dropped))
            case Command.STATUS:
                self._show(self._words.status())
            case Command.VERIFY:
                self._people.verify(argument, order.choice, now)
            case Command.TRUST:
                self._people.trust(argument, now)
            case Command.USERLIST:
                self._list(ListUsers(), "users", now)
            case Command.ROOMLIST:
                self._list(ListRooms(), "rooms", now)
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

    def _show(self, lines: list[str]) -> None:
        for line in lines:
            self._effects.notice(line)

    def _ask(
        self,
        request: Request,
        what: str,
        then: Callable[[list[Answer]], None],
        now: float,
    ) -> None:
        def close(answers: Answers, now: float) -> None:
            self._awaited -= 1
            if answers is None:
                self._effects.notice(f"the server did not answer when asked {what}")
            else:
                then(answers)

        self._awaited += 1
        self._uplink.ask(request, close, now)

    def _list(self, request: ListUsers | ListRooms, what: str, now: float) -> None:
        def then(answers: list[Answer]) -> None:
            found = {name for one in answers if isinstance(one, Listed) for name in one.names}
            shown = ", ".join(map(shown_name, sorted(found, key=str.lower)))
            self._effects.notice(
                f"{what} ({len(found)}): {shown}" if found else f"there are no {what}"
            )

        self._ask(request, f"for the {what}", then, now)

    # --- Rooms

    def _create(self, room: str, now: float) -> None:
        def then(answers: list[Answer]) -> None:
            if isinstance(answers[0], RoomReady):
                self._room.created(room, ours=True)
                self._effects.notice(f"{room} is there now; $roomjoin {room} takes you in")
            else:
                self._effects.notice(f"{room} cannot be created: it exists already, most likely")

        self._ask(CreateRoom(room), f"to create {room}", then, now)

    def _close(self, now: float) -> None:
        def then(answers: list[Answer]) -> None:
            if isinstance(answers[0], Done):
                self._room.created(room, ours=False)
                self._effects.notice("your room is closed")
            else:
                self._effects.notice("only who created a room can close it")

        room = self._room.room
        self._ask(CloseRoom(), "to close the room", then, now)

    def _give(self, name: str, now: float) -> None:
        def then(answers: list[Answer]) -> None:
            if isinstance(answers[0], Done):
                self._room.created(room, ours=False)
                self._effects.notice(f"the room is {name}'s now")
            else:
                self._effects.notice(
                    "only who created a room can give it away, to a member with a key"
                )

        room = self._room.room
        self._ask(GiveRoom(name), f"to give the room to {name}", then, now)

    # --- People

    def _poke(self, name: str, now: float) -> None:
        def then(answers: list[Answer]) -> None:
            answer = answers[0]
            if not isinstance(answer, ContactLocated):
                self._effects.notice(f"there is no user {name}; $userlist shows who is here")
                return
            person, ended = self._people.poked(answer.contact, now)
            if person is None:
                own = answer.contact.fingerprint == self._people.own
                self._effects.notice(itself(name) if own else too_many(name))
                return
            if person.listening:
                others = [one for one in self._people.hearing() if one != person.name]
                member = person.standing is Standing.MEMBER
                room = shown_name(self._room.room) if self._room.room else ""
                self._effects.notice(poked(person.name, "", room, others, member=member))
            if ended:
                self._effects.notice(ended_by_poke(ended, person.name))

        if name_key(name) == name_key(self._uplink.name):
            self._effects.notice(itself(name))
        elif self._people.ignores(name):
            self._effects.notice(f"{name} is ignored; $unignore {name} ends that")
        else:
            self._ask(Locate(name), f"for {name}", then, now)

    def _kick(self, name: str, now: float) -> None:
        def one(answers: list[Answer]) -> None:
            self._effects.notice(
                f"{name} has been put out of your room"
                if isinstance(answers[0], Done)
                else not_kicked(name, heard=self._hears(name))
            )

        def close(answers: Answers, now: float) -> None:
            self._awaited -= 1
            if answers and isinstance(answers[0], Done):
                self._room.emptied(now)
                self._people.kick(now)
                self._effects.notice("everybody else has been put out of your room")
            else:
                self._talk_to_nobody(now)

        if name and (outsider := self._people.kick_one(name, now)) is not None:
            self._effects.notice(kicked_one(outsider.name))
        elif name and not self._uplink.valid:
            self._effects.notice(f"{MARK}kick NAME needs the server, which does not answer now")
        elif name and not self._room.room:
            self._effects.notice(kicked_one(name))
        elif name:
            self._ask(Kick(name), f"to put {name} out", one, now)
        elif self._uplink.valid and self._room.room:
            self._awaited += 1
            self._uplink.ask(Kick(), close, now)
        else:
            self._talk_to_nobody(now)

    def _talk_to_nobody(self, now: float) -> None:
        heard = [one.name for one in self._people.kick(now) if not one.blocked]
        self._effects.notice(kicked(heard, shown_name(self._room.room)))

    def _hears(self, name: str) -> bool:
        person = self._people.called(name)
        return person is not None and person.listening
