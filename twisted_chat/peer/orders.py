"""What the commands of a person do."""

from collections.abc import Callable
from functools import partial

from twisted_chat.names import folded
from twisted_chat.peer.commands import RUNNING, TURNING, Command, Order
from twisted_chat.peer.contacts.contact import Contact
from twisted_chat.peer.contacts.present import everybody, present
from twisted_chat.peer.events import rooms, server, talk
from twisted_chat.peer.events.event import at
from twisted_chat.peer.generation import Generation, Shared
from twisted_chat.peer.server import Close, CloseList, Found, Outcome
from twisted_chat.peer.talks.room import JoinedRoom
from twisted_chat.peer.talks.talks import described

_WITHOUT_SERVER = frozenset(
    {
        Command.HELP,
        Command.IGNORE,
        Command.KICK,
        Command.MSG,
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


class Orders:
    """Obeys commands. What the server is asked for takes its time, and does not hold up others.
    `say_aside` says a text to one person, whatever is current; `missed` is called when the
    person wanted to talk elsewhere, in vain."""

    def __init__(
        self,
        generation: Generation,
        shared: Shared,
        say_aside: Callable[[str, Contact], None],
        missed: Callable[[float], None],
    ) -> None:
        self._say_aside = say_aside
        self._missed = missed
        self._generation = generation
        self._registration = generation.registration
        self._server = generation.server
        self._contacts = shared.contacts
        self._talks = shared.talks
        self._tell = shared.effects.tell
        self._gathering = shared.gathering
        self.listing = 0
        """How many lists are awaited."""
        self._commands: dict[Command, Callable[[str, float], None]] = {
            Command.HELP: self._help,
            Command.IGNORE: self._ignore,
            Command.UNIGNORE: self._unignore,
            Command.WHO: self._who,
            Command.WHOIS: self._whois,
            Command.USERLIST: self._users,
            Command.ROOMLIST: self._rooms,
            Command.ROOMJOIN: self._join,
            Command.ROOMLEAVE: self._leave,
            Command.ROOMCLOSE: self._close,
            Command.ROOMGIVE: self._give,
            Command.POKE: self._poke,
            Command.TO: self._turn,
            Command.KICK: self._kick,
        }

    def obey(self, order: Order, now: float) -> None:
        """Do what a command says, or say why not."""
        command, argument = order.command, order.argument
        self._contacts.welcoming = True
        here = command in _WITHOUT_SERVER or command in self._generation.commands
        if not here and (why := self._registration.unavailable(command, now)) is not None:
            self._tell(why)
            self.in_vain(now, command)
        elif command in _FOR_OTHERS and folded(argument) == folded(self._registration.name):
            self._tell(talk.ThatIsYou(argument, command))
            self.in_vain(now, command)
        elif command is Command.MSG:
            self._aside(argument, order.text, now)
        elif command is Command.ROOMCREATE:
            self._create(argument, now, private=bool(order.choice))
        elif command is Command.TOPIC:
            self._set_topic(order.text, now)
        elif command in RUNNING:
            self._run(order, now)
        elif command in self._generation.commands:
            self._generation.commands[command](order, now)
        elif command in self._commands:
            self._commands[command](argument, now)
        else:
            self._not_here(command, argument, now)

    def in_vain(self, now: float, command: Command | None = None) -> None:
        """What the person wanted came to nothing, and it may be that what they type next is
        meant for it: for others than one who only spoke to us, and than those of the
        current conversation."""
        self._contacts.welcoming = False
        self._talks.end_knock()
        only_made = command is Command.ROOMCREATE and not self._server.creator_joins
        if command in TURNING and not only_made:
            self._missed(now)

    # --- Asking the server

    def _asked(
        self, command: Command, argument: str, then: Callable[[Outcome, float], None]
    ) -> Close:
        """Something is asked that may change whom we speak to: what is typed waits for it.
        Where there is no answer that is told; otherwise it is for `then`."""
        self._talks.asked += 1

        def close(outcome: Outcome, now: float) -> None:
            self._talks.asked -= 1
            if outcome is Outcome.UNANSWERED:
                self._tell(server.NoAnswer(command, argument))
                self.in_vain(now, command)
            elif outcome is Outcome.NOT_HERE:
                self._not_here(command, argument, now)
            else:
                then(outcome, now)

        return close

    def _not_here(self, command: Command, argument: str, now: float) -> None:
        self._tell(server.NotInGeneration1(command, argument))
        self.in_vain(now, command)

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

    def _create(self, room: str, now: float, *, private: bool) -> None:
        def then(outcome: Outcome, now: float) -> None:
            if outcome is Outcome.DONE:
                joins = self._server.creator_joins
                self._tell(rooms.RoomMade(room, joins))
                if joins:
                    self._join(room, now)
            else:
                self._tell(rooms.RoomNotMade(room, self._server.why))
                self.in_vain(now, Command.ROOMCREATE)

        close = self._asked(Command.ROOMCREATE, room, then)
        self._server.create(room, close, now, private=private)

    def _join(self, room: str, now: float) -> None:
        def then(outcome: Outcome, now: float) -> None:
            if outcome is not Outcome.DONE:
                self._tell(rooms.NoSuchRoom(room, self._server.why))
                self.in_vain(now, Command.ROOMJOIN)

        if self._talks.full and self._talks.room(room) is None:
            self._tell(rooms.InTooManyRooms(room))
            self.in_vain(now, Command.ROOMJOIN)
            return
        self._server.join(room, self._asked(Command.ROOMJOIN, room, then), now)

    def _which(self, command: Command) -> str | None:
        """The room that is meant: the current one, or else the only one, or an empty name where
        there is none. None where it is not clear, which is told."""
        every = [room.name for room in self._talks.rooms()]
        if (room := self._talks.current_room) is not None:
            return room.name
        if len(every) > 1:
            self._tell(rooms.WhichRoom(command, tuple(every)))
            return None
        return every[0] if every else ""

    def _leave(self, name: str, now: float) -> None:
        wanted = name or self._which(Command.ROOMLEAVE)
        if wanted is None:
            return
        room = self._talks.room(wanted)
        if room is None:
            self._tell(rooms.NotInRoom(name) if name else rooms.InNoRoom())
            return
        self._talks.asked += 1
        self._talks.leave(room, now)

        def close(outcome: Outcome, now: float) -> None:
            self._talks.asked -= 1
            room.tell_left(confirmed=outcome is Outcome.DONE)

        self._server.leave_room(room.name, close, now)

    def _close(self, argument: str, now: float) -> None:
        def then(outcome: Outcome, now: float) -> None:
            done = outcome is Outcome.DONE
            self._tell(rooms.RoomClosed() if done else rooms.RoomNotClosed())

        room = self._which(Command.ROOMCLOSE)
        if room is not None:
            close = self._asked(Command.ROOMCLOSE, argument, then)
            self._server.close_room(room, close, now)

    def _give(self, name: str, now: float) -> None:
        def then(outcome: Outcome, now: float) -> None:
            done = outcome is Outcome.DONE
            self._tell(rooms.RoomHandedOn(name) if done else rooms.RoomNotGiven(name))

        room = self._which(Command.ROOMGIVE)
        if room is not None:
            close = self._asked(Command.ROOMGIVE, name, then)
            self._server.give_room(room, name, close, now)

    def _run(self, order: Order, now: float) -> None:
        """Want something for somebody in a room that we run."""
        command, name = order.command, order.argument
        room = order.room or self._which(command)
        if room is None:
            return
        close = self._asked(command, name, self._ran(command, room, name))
        self._server.run(command, room, name, close, now)

    def _set_topic(self, text: str, now: float) -> None:
        room = self._which(Command.TOPIC)
        if room is not None:
            close = self._asked(Command.TOPIC, "", self._ran(Command.TOPIC, room, ""))
            self._server.set_topic(room, text, close, now)

    def _ran(self, command: Command, room: str, name: str) -> Callable[[Outcome, float], None]:
        def then(outcome: Outcome, now: float) -> None:
            if outcome is Outcome.DONE:
                self._tell(rooms.RoomRun(command, room, name))
            elif not room:
                self._tell(rooms.InNoRoom())
            else:
                self._tell(rooms.RoomNotRun(command, room, name, self._server.why))

        return then

    # --- Conversations

    def _poke(self, name: str, now: float) -> None:
        def turn(contact: Contact, address: str) -> None:
            self._gathering.undo(talk.Doing.PART, contact.who)
            before = described(self._talks.current)
            self._talks.turn_to(contact)
            if contact.listening:
                self._tell(talk.TalkBegun(contact.who, address, before))

        self._find(Command.POKE, name, turn, now)

    def _aside(self, name: str, text: str, now: float) -> None:
        """Say one text to somebody in private."""

        def say(contact: Contact, address: str) -> None:
            self._say_aside(text, contact)

        contact = self._contacts.called(name)
        if contact is not None and contact.talking:
            say(contact, "")
        elif (why := self._registration.unavailable(Command.MSG, now)) is not None:
            self._tell(why)
        else:
            self._find(Command.MSG, name, say, now)

    def _find(
        self, command: Command, name: str, then: Callable[[Contact, str], None], now: float
    ) -> None:
        """Ask the server for somebody, to talk to them in private."""
        if self._contacts.is_ignored(name):
            self._tell(talk.IsIgnored(name))
            self.in_vain(now, command)
            return
        found: list[Found] = []

        def close(outcome: Outcome, now: float) -> None:
            contact = found[0].contact if outcome is Outcome.DONE else None
            if contact is not None:
                self._contacts.poke(contact)
                then(contact, found[0].address)
                return
            if outcome is not Outcome.DONE:
                self._tell(talk.NoSuchUser(name))
            elif found[0].ourselves:
                self._tell(talk.ThatIsYou(name, command))
            else:
                self._tell(talk.TooManyPeople(name))
            self.in_vain(now, command)

        self._server.find(name, found, self._asked(command, name, close), now)

    def _turn(self, name: str, now: float) -> None:
        """Let what is typed go to another of our conversations."""
        room = self._talks.room(name)
        found = [one for one in self._contacts.outside_called(name) if one.talking]
        if (room is not None) is bool(found):
            self._tell(talk.NoSuchTalk(name, room is not None))
            self.in_vain(now, Command.TO)
        else:
            self._talks.turn_to(room if room is not None else found[-1], asked=True)

    def _kick(self, name: str, now: float) -> None:
        current, room = self._talks.current, self._talks.current_room
        if not name:
            self._kick_current(now)
            return
        outsiders = self._contacts.outside_called(name)
        member = room is not None and any(room in one.rooms for one in outsiders)
        if outsiders and (current in outsiders or not member):
            for outsider in outsiders:
                self._hang_up(outsider, now)
            self._tell(talk.TalkEnded(outsiders[-1].who))
            return
        room = room or next(reversed(self._talks.rooms()), None)
        close = self._asked(Command.KICK, name, partial(self._put_out, name))
        self._server.kick("" if room is None else room.name, name, close, now)

    def _kick_current(self, now: float) -> None:
        """End the current conversation, or put everybody else out of a room of ours."""
        current = self._talks.current
        if isinstance(current, Contact):
            self._hang_up(current, now)
            self._tell(talk.TalkEnded(current.who))
        elif current is None:
            for one in self._contacts.outside():
                if not one.talking:
                    self._hang_up(one, now)  # They only asked for us.
            self._tell(talk.TalksToNobody((), ""))
        else:
            self._talks.asked += 1
            self._server.kick(current.name, "", partial(self._emptied, current), now)

    def _hang_up(self, contact: Contact, now: float) -> None:
        self._contacts.turn_away(contact)
        self._contacts.settle(contact, now, tell=True)

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

    def _emptied(self, room: JoinedRoom, outcome: Outcome, now: float) -> None:
        """The room has nobody else in it any more, if it is ours; we talk to nobody anyway."""
        self._talks.asked -= 1
        if outcome is Outcome.DONE:
            self._tell(rooms.KickedOut(""))
        else:
            self._talks.turn_to(None)
            heard = tuple(one.who for one in room.people() if not one.blocked)
            self._tell(talk.TalksToNobody(heard, room.name))

    # --- What needs no server

    def _help(self, argument: str, now: float) -> None:
        self._tell(server.Help(tuple(Command)))

    def _who(self, name: str, now: float) -> None:
        marks = self._generation
        current, here = self._talks.current, self._talks.current_room
        every = self._talks.rooms()
        people = everybody(self._contacts, marks)
        if name:
            room = self._talks.room(name)
            if room is None:
                self._tell(rooms.NotInRoom(name))
                return
            every, people = [room], present(room.people(), marks)
        self._tell(
            talk.Who(
                self._registration.name,
                "" if here is None else here.name,
                people,
                0 if name else self._generation.datagrams.dropped,
                tuple(room.name for room in every),
                described(current),
            )
        )

    def _whois(self, name: str, now: float) -> None:
        contact = self._contacts.called(name)
        if contact is None:
            self._tell(talk.NobodyHere(name, Command.WHOIS))
            return
        (person,) = present([contact], self._generation)
        self._tell(talk.Whois(person, contact.fingerprint, at(contact.address)))

    def _ignore(self, name: str, now: float) -> None:
        found = self._contacts.find(name)
        if not found and not self._contacts.open:
            self._tell(talk.NobodyHere(name, Command.IGNORE))
        elif not self._contacts.ignore(name, found):
            self._tell(talk.TooManyIgnored())
        else:
            for contact in found:
                self._gathering.forget(contact.who)
                self._contacts.turn_away(contact)
                self._contacts.settle(contact, now)
            self._tell(talk.IgnoredNow(name))

    def _unignore(self, name: str, now: float) -> None:
        if self._contacts.unignore(name):
            hears = any(one.listening for one in self._contacts.find(name))
            self._tell(talk.IgnoredNoMore(name, hears))
        else:
            self._tell(talk.NotIgnored(name))
