"""What the commands of a person do."""

from collections.abc import Callable
from functools import partial

from twisted_chat.names import folded
from twisted_chat.peer.commands import Command, Order
from twisted_chat.peer.contacts.contact import Standing
from twisted_chat.peer.contacts.present import present
from twisted_chat.peer.events import rooms, server, talk
from twisted_chat.peer.events.event import Someone
from twisted_chat.peer.generation import Generation, Shared
from twisted_chat.peer.server import Close, CloseList, Found, Outcome

_WITHOUT_SERVER = frozenset(
    {Command.HELP, Command.IGNORE, Command.UNIGNORE, Command.KICK, Command.WHO}
)
_FOR_OTHERS = frozenset(
    {Command.IGNORE, Command.KICK, Command.POKE, Command.TRUST, Command.UNIGNORE}
)
"""Commands that mean nothing with one's own name."""


class Orders:
    """Obeys commands. What the server is asked for takes its time, and does not hold up others."""

    def __init__(self, generation: Generation, shared: Shared) -> None:
        self._generation = generation
        self._registration = generation.registration
        self._server = generation.server
        self._contacts = shared.contacts
        self._room = shared.room
        self._tell = shared.effects.tell
        self._gathering = shared.gathering
        self.listing = 0
        """How many lists are awaited."""
        self._commands: dict[Command, Callable[[str, float], None]] = {
            Command.HELP: self._help,
            Command.IGNORE: self._ignore,
            Command.UNIGNORE: self._unignore,
            Command.WHO: self._who,
            Command.USERLIST: self._users,
            Command.ROOMLIST: self._rooms,
            Command.ROOMCREATE: self._create,
            Command.ROOMJOIN: self._join,
            Command.ROOMLEAVE: self._leave,
            Command.ROOMCLOSE: self._close,
            Command.ROOMGIVE: self._give,
            Command.POKE: self._poke,
            Command.KICK: self._kick,
        }

    def obey(self, order: Order, now: float) -> None:
        """Do what a command says, or say why not."""
        command, argument = order.command, order.argument
        self._contacts.welcoming = True
        here = command in _WITHOUT_SERVER or command in self._generation.commands
        if not here and (why := self._registration.unavailable(command, now)) is not None:
            self._tell(why)
            self.in_vain(now)
        elif command in _FOR_OTHERS and folded(argument) == folded(self._registration.name):
            self._tell(talk.ThatIsYou(argument, command))
            self.in_vain(now, name=argument)
        elif command in self._generation.commands:
            self._generation.commands[command](order, now)
        elif command in self._commands:
            self._commands[command](argument, now)
        else:
            self._not_here(command, argument, now)

    def in_vain(self, now: float, room: str = "", name: str = "") -> None:
        """What the person wanted came to nothing: what was typed for this room, or this
        person, must not go to those who only knocked, before or from now on."""
        self._contacts.welcoming = False
        if ended := self._contacts.over(self._contacts.end_knocks(), now):
            turned_to = Someone(name) if name else None
            self._tell(talk.HearNoMore(ended, talk.Cause.REFUSED, room, turned_to))

    # --- Asking the server

    def _asked(
        self, command: Command, argument: str, then: Callable[[Outcome, float], None]
    ) -> Close:
        """Something is asked that may change whom we speak to: what is typed waits for it.
        Where there is no answer that is told; otherwise it is for `then`."""
        self._room.asked += 1

        def close(outcome: Outcome, now: float) -> None:
            self._room.asked -= 1
            if outcome is Outcome.UNANSWERED:
                self._unanswered(command, argument, now)
            elif outcome is Outcome.NOT_HERE:
                self._not_here(command, argument, now)
            else:
                then(outcome, now)

        return close

    def _unanswered(self, command: Command, argument: str, now: float) -> None:
        self._tell(server.NoAnswer(command, argument))
        is_name = command is Command.POKE
        self.in_vain(now, "" if is_name else argument, argument if is_name else "")

    def _not_here(self, command: Command, argument: str, now: float) -> None:
        self._tell(server.NotInGeneration1(command, argument))
        self.in_vain(now)

    def _users(self, argument: str, now: float) -> None:
        self._server.users(self._listed(Command.USERLIST, server.UserList), now)

    def _rooms(self, argument: str, now: float) -> None:
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

    # --- Rooms

    def _create(self, room: str, now: float) -> None:
        def then(outcome: Outcome, now: float) -> None:
            if outcome is Outcome.DONE:
                self._tell(rooms.RoomMade(room))
            else:
                self._tell(rooms.RoomNotMade(room))
                self.in_vain(now, room)

        self._server.create(room, self._asked(Command.ROOMCREATE, room, then), now)

    def _join(self, room: str, now: float) -> None:
        def then(outcome: Outcome, now: float) -> None:
            if outcome is not Outcome.DONE:
                self._tell(rooms.NoSuchRoom(room))
                self.in_vain(now, room)

        self._server.join(room, self._asked(Command.ROOMJOIN, room, then), now)

    def _leave(self, argument: str, now: float) -> None:
        room = self._room.name
        if not room:
            self._tell(rooms.InNoRoom())
            return
        self._room.asked += 1
        self._room.leave(now)

        def close(outcome: Outcome, now: float) -> None:
            self._room.asked -= 1
            self._room.left(room, confirmed=outcome is Outcome.DONE)

        self._server.leave_room(room, close, now)

    def _close(self, argument: str, now: float) -> None:
        def then(outcome: Outcome, now: float) -> None:
            done = outcome is Outcome.DONE
            self._tell(rooms.RoomClosed() if done else rooms.RoomNotClosed())

        self._server.close_room(self._asked(Command.ROOMCLOSE, argument, then), now)

    def _give(self, name: str, now: float) -> None:
        def then(outcome: Outcome, now: float) -> None:
            done = outcome is Outcome.DONE
            self._tell(rooms.RoomHandedOn(name) if done else rooms.RoomNotGiven(name))

        self._server.give_room(name, self._asked(Command.ROOMGIVE, name, then), now)

    # --- Who hears us

    def _poke(self, name: str, now: float) -> None:
        if self._contacts.is_ignored(name):
            self._tell(talk.IsIgnored(name))
            self.in_vain(now, name=name)
            return
        found: list[Found] = []

        def then(outcome: Outcome, now: float) -> None:
            if outcome is Outcome.DONE:
                self._found(name, found[0], now)
            else:
                self._tell(talk.NoSuchUser(name))
                self.in_vain(now, name=name)

        self._server.find(name, found, self._asked(Command.POKE, name, then), now)

    def _found(self, name: str, found: Found, now: float) -> None:
        contact = found.contact
        if contact is None:
            self._tell(talk.ThatIsYou(name) if found.ourselves else talk.TooManyPeople(name))
            self.in_vain(now, name=name)
            return
        self._gathering.undo(talk.Doing.PART, contact.who)
        ended = self._contacts.over(self._contacts.poke(contact), now)
        if contact.listening:
            others = tuple(one for one in self._contacts.hearing() if one != contact.who)
            member = contact.standing is Standing.IN_ROOM
            room = self._room.name
            self._tell(talk.TalkBegun(contact.who, found.address, room, member, others))
        if ended:
            self._tell(talk.HearNoMore(ended, talk.Cause.POKED, turned_to=contact.who))

    def _kick(self, name: str, now: float) -> None:
        if name and (outsiders := self._contacts.outside_called(name)):
            for outsider in outsiders:
                self._contacts.turn_away(outsider)
                self._contacts.part(outsider, now, tell=True)
            self._tell(talk.TalkEnded(outsiders[-1].who))
        elif name:
            close = self._asked(Command.KICK, name, partial(self._put_out, name))
            self._server.kick(name, close, now)
        else:
            self._room.asked += 1
            self._server.kick("", self._emptied, now)

    def _put_out(self, name: str, outcome: Outcome, now: float) -> None:
        why = self._registration.unavailable(Command.KICK, now)
        contact = self._contacts.called(name)
        if outcome is Outcome.DONE:
            self._tell(rooms.KickedOut(name))
        elif outcome is Outcome.IMPOSSIBLE and why is not None:
            self._tell(why)
        elif outcome is Outcome.IMPOSSIBLE or contact is None:
            self._tell(talk.NobodyHere(name, Command.KICK))
        else:
            self._tell(rooms.NotKickedOut(name, contact.listening))

    def _emptied(self, outcome: Outcome, now: float) -> None:
        """The room has nobody else in it any more, if it is ours; we talk to nobody anyway."""
        self._room.asked -= 1
        for contact in self._contacts.stop():
            self._contacts.part(contact, now, tell=True)
        if outcome is Outcome.DONE:
            self._tell(rooms.KickedOut(""))
        else:
            heard = tuple(one.who for one in self._contacts.members() if not one.blocked)
            self._tell(talk.TalksToNobody(heard, self._room.name))

    # --- What needs no server

    def _help(self, argument: str, now: float) -> None:
        self._tell(server.Help(tuple(Command)))

    def _who(self, argument: str, now: float) -> None:
        people = present(self._contacts, self._generation.compared, self._generation.relayed)
        dropped = self._generation.datagrams.dropped
        self._tell(talk.Who(self._registration.name, self._room.name, people, dropped))

    def _ignore(self, name: str, now: float) -> None:
        found = self._contacts.find(name)
        if not found and not self._contacts.open:
            self._tell(talk.NobodyHere(name, Command.IGNORE))
        elif not self._contacts.ignore(name, found):
            self._tell(talk.TooManyIgnored())
        else:
            for contact in found:
                self._gathering.forget(contact.who)
                if contact.standing is not Standing.IN_ROOM:
                    self._contacts.turn_away(contact)
                    self._contacts.part(contact, now)
            self._tell(talk.IgnoredNow(name))

    def _unignore(self, name: str, now: float) -> None:
        if self._contacts.unignore(name):
            hears = any(one.listening for one in self._contacts.find(name))
            self._tell(talk.IgnoredNoMore(name, hears))
        else:
            self._tell(talk.NotIgnored(name))
