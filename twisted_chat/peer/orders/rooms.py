"""What the commands about rooms do: to come and go, and to run one."""

from collections.abc import Callable

from twisted_chat.peer.commands import ALL, DELETE, RUNNING, Command, Order
from twisted_chat.peer.events import rooms
from twisted_chat.peer.events.histories import NewcomersGet
from twisted_chat.peer.generation import Generation, Shared
from twisted_chat.peer.orders.requests import Obey, PersonRequests
from twisted_chat.peer.server import Outcome
from twisted_chat.peer.talks.room import JoinedRoom

EVERYTHING = -1
"""In place of a number of lines: all that was said."""


class RoomOrders:
    """Obeys them."""

    def __init__(self, generation: Generation, shared: Shared, requests: PersonRequests) -> None:
        self._server = generation.server
        self._contacts = shared.contacts
        self._talks = shared.talks
        self._tell = shared.effects.tell
        self._asked = requests.asked
        self._in_vain = requests.in_vain
        self.commands: Obey = {
            Command.ROOMCREATE: self._create,
            Command.ROOMJOIN: lambda order, now: self._join(order.argument, now),
            Command.ROOMLEAVE: self._leave,
            Command.ROOMCLOSE: self._close,
            Command.ROOMGIVE: self._give,
            Command.TOPIC: self._topic,
            Command.HISTORY_FOR_NEW: self._history_for_new,
            **dict.fromkeys(RUNNING, self._run),
        }

    # --- Being in one

    def _create(self, order: Order, now: float) -> None:
        room = order.argument

        def then(outcome: Outcome, now: float) -> None:
            if outcome is Outcome.DONE:
                joins = self._server.creator_joins
                self._tell(rooms.RoomMade(room, joins))
                if joins:
                    self._join(room, now)
            else:
                self._tell(rooms.RoomNotMade(room, self._server.why))
                self._in_vain(now, Command.ROOMCREATE)

        close = self._asked(Command.ROOMCREATE, room, then)
        self._server.create(room, close, now, private=bool(order.choice))

    def _join(self, room: str, now: float) -> None:
        def then(outcome: Outcome, now: float) -> None:
            if outcome is not Outcome.DONE:
                self._tell(rooms.NoSuchRoom(room, self._server.why))
                self._in_vain(now, Command.ROOMJOIN)

        if self._talks.full and self._talks.room(room) is None:
            self._tell(rooms.InTooManyRooms(room))
            self._in_vain(now, Command.ROOMJOIN)
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

    def _leave(self, order: Order, now: float) -> None:
        wanted = order.argument or self._which(Command.ROOMLEAVE)
        if wanted is None:
            return
        room = self._talks.room(wanted)
        if room is None:
            named = order.argument
            self._tell(rooms.NotInRoom(named) if named else rooms.InNoRoom())
            return
        self._talks.asked += 1
        self._talks.leave(room, now)

        def close(outcome: Outcome, now: float) -> None:
            self._talks.asked -= 1
            room.tell_left(confirmed=outcome is Outcome.DONE)

        self._server.leave_room(room.name, close, now)

    # --- Running one

    def _close(self, order: Order, now: float) -> None:
        def then(outcome: Outcome, now: float) -> None:
            done = outcome is Outcome.DONE
            self._tell((rooms.RoomClosed if done else rooms.RoomNotClosed)(room or ""))

        room = self._which(Command.ROOMCLOSE)
        if room is not None:
            close = self._asked(Command.ROOMCLOSE, order.argument, then)
            self._server.close_room(room, close, now)

    def _give(self, order: Order, now: float) -> None:
        name = order.argument

        def then(outcome: Outcome, now: float) -> None:
            done = outcome is Outcome.DONE
            self._tell((rooms.RoomHandedOn if done else rooms.RoomNotGiven)(name, room or ""))

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
        ran, joined = self._ran(command, room, name), self._talks.room(room)
        if command is Command.BAN and joined is not None:
            joined.send_away([name])
        is_news = joined is not None and self._will_be_news(command, joined, name)

        def then(outcome: Outcome, now: float) -> None:
            if command is Command.BAN and joined is not None:
                joined.sent_away([name], now, done=outcome is Outcome.DONE)
            if not (is_news and outcome is Outcome.DONE):
                ran(outcome, now)

        close = self._asked(command, name, then)
        self._server.run(command, room, name, close, now)

    def _will_be_news(self, command: Command, room: JoinedRoom, name: str) -> bool:
        """Whether all members of a room are told what is wanted, and we with them."""
        if command not in (Command.MUTE, Command.UNMUTE):
            return False
        contact = self._contacts.called(name)
        if contact is None or room not in contact.rooms or contact.ignored:
            return False
        return room.mutes(contact.fingerprint) is (command is Command.UNMUTE)

    def _topic(self, order: Order, now: float) -> None:
        """Say what a room is about, or show it."""
        name, text = self._which(Command.TOPIC), order.text
        if name is None:
            return
        room = self._talks.room(name)
        if not text and order.choice != DELETE:
            self._tell(rooms.InNoRoom() if room is None else rooms.TopicShown(room.topic, name))
            return
        before = "" if room is None else room.topic
        ran = self._ran(Command.TOPIC, name, "")

        def then(outcome: Outcome, now: float) -> None:
            if outcome is not Outcome.DONE or room is None:
                ran(outcome, now)
            elif room.about(text) or before == text:  # Else it was told as news.
                self._tell(rooms.TopicShown(text, name))

        self._server.set_topic(name, text, self._asked(Command.TOPIC, "", then), now)

    def _history_for_new(self, order: Order, now: float) -> None:
        """Say how much of before newcomers are given, or show it."""
        command, count = Command.HISTORY_FOR_NEW, order.argument.lower()
        name = self._which(command)
        if name is None:
            return
        room = self._talks.room(name)
        if count:
            for_new = EVERYTHING if count == ALL else int(count)
            ran = self._ran(command, name, "")
            is_news = room is not None and room.for_new not in (None, for_new)

            def then(outcome: Outcome, now: float) -> None:
                if not (is_news and outcome is Outcome.DONE):
                    ran(outcome, now)

            self._server.set_history(name, for_new, self._asked(command, "", then), now)
        elif room is None:
            self._tell(rooms.InNoRoom())
        elif room.for_new is None:
            self._tell(rooms.RoomNotRun(command, name, "", ""))
        else:
            self._tell(NewcomersGet(room.name, room.for_new))

    def _ran(self, command: Command, room: str, name: str) -> Callable[[Outcome, float], None]:
        def then(outcome: Outcome, now: float) -> None:
            if outcome is Outcome.DONE:
                self._tell(rooms.RoomRun(command, room, name))
            elif not room:
                self._tell(rooms.InNoRoom())
            else:
                self._tell(rooms.RoomNotRun(command, room, name, self._server.why))

        return then
