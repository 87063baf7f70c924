"""What `$kick` does: it ends a private conversation, or puts people out of the room of ours in
which we talk. It puts nobody out of another room."""

from functools import partial

from twisted_chat.peer.commands import Command, Order
from twisted_chat.peer.contacts.contact import Contact, Standing
from twisted_chat.peer.events import rooms, talk
from twisted_chat.peer.events.event import Talk
from twisted_chat.peer.generation import Generation, Shared
from twisted_chat.peer.orders.requests import Obey, PersonRequests
from twisted_chat.peer.server import Outcome
from twisted_chat.peer.talks.room import JoinedRoom


class KickOrders:
    """Obeys it."""

    def __init__(self, generation: Generation, shared: Shared, requests: PersonRequests) -> None:
        self._registration = generation.registration
        self._server = generation.server
        self._contacts = shared.contacts
        self._talks = shared.talks
        self._tell = shared.effects.tell
        self._asked = requests.asked
        self.commands: Obey = {Command.KICK: self._kick}

    def _kick(self, order: Order, now: float) -> None:
        """Put somebody out of the room in which we talk, where that is the one that the person
        looks at, and of no other; or else end what is private with them."""
        name, where = order.argument, order.where
        here = self._talks.is_current(where)
        room = self._talks.current_room if here else None
        if not name:
            if where is None or here:
                self._kick_current(now)
            else:
                self._kick_there(where, now)
            return
        called = self._contacts.every_called(name)
        outsiders = [one for one in called if one.standing is not Standing.UNKNOWN]
        shared = tuple(dict.fromkeys(room for one in called for room in one.rooms))
        if outsiders and room not in shared:
            self._end(outsiders, now)
        elif shared and room not in shared:
            self._tell(rooms.KickFromWhere(name, tuple(one.name for one in shared)))
        else:
            if room is not None:
                room.send_away([name])
            close = self._asked(Command.KICK, name, partial(self._put_out, name, room))
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
            names = [one.name for one in current.people()]
            current.send_away(names)
            self._talks.asked += 1
            self._server.kick(current.name, "", partial(self._emptied, current, names), now)

    def _kick_there(self, where: Talk, now: float) -> None:
        """End what is not begun: somebody has asked for us."""
        asking = [one for one in self._contacts.outside() if one.who == where.who]
        if asking:
            self._end(asking, now)
        else:
            self._tell(talk.NotDoneHere(Command.KICK, where))

    def _end(self, outsiders: list[Contact], now: float) -> None:
        for outsider in outsiders:
            self._hang_up(outsider, now)
        self._tell(talk.TalkEnded(outsiders[-1].who))

    def _hang_up(self, contact: Contact, now: float) -> None:
        self._contacts.turn_away(contact)
        self._contacts.settle(contact, now, tell=True)

    def _put_out(self, name: str, room: JoinedRoom | None, outcome: Outcome, now: float) -> None:
        where = "" if room is None else room.name
        if room is not None:
            room.sent_away([name], now, done=outcome is Outcome.DONE)
        why = self._registration.unavailable(Command.KICK, now)
        contact = self._contacts.called(name)
        outsiders = self._contacts.outside_called(name)
        if outcome is Outcome.DONE:
            self._tell(rooms.KickedOut(name, where))
        elif outcome is Outcome.REFUSED and outsiders:
            self._end(outsiders, now)  # It is not ours to put them out.
        elif outcome is Outcome.IMPOSSIBLE and why is not None:
            self._tell(why)
        elif outcome is Outcome.IMPOSSIBLE or contact is None or not contact.rooms:
            self._tell(talk.NobodyHere(name, Command.KICK))
        else:
            self._tell(rooms.NotKickedOut(name, contact.listening, where))

    def _emptied(self, room: JoinedRoom, names: list[str], outcome: Outcome, now: float) -> None:
        """The room has nobody else in it any more, if it is ours; we talk to nobody anyway."""
        self._talks.asked -= 1
        room.sent_away(names, now, done=outcome is Outcome.DONE)
        if outcome is Outcome.DONE:
            self._tell(rooms.KickedOut("", room.name))
        else:
            self._talks.turn_to(None)
            heard = tuple(one.who for one in room.people() if not one.blocked)
            self._tell(talk.TalksToNobody(heard, room.name))
