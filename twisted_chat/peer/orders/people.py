"""What the commands do that show who somebody is, or keep somebody from us."""

from twisted_chat.peer.commands import Command, Order
from twisted_chat.peer.contacts.present import everybody, present
from twisted_chat.peer.events import ignoring, rooms, talk
from twisted_chat.peer.events.event import at
from twisted_chat.peer.generation import Generation, Shared
from twisted_chat.peer.orders.requests import Obey
from twisted_chat.peer.talks.talks import described


class PeopleOrders:
    """Obeys them. None of them needs the server."""

    def __init__(self, generation: Generation, shared: Shared) -> None:
        self._generation = generation
        self._contacts = shared.contacts
        self._talks = shared.talks
        self._tell = shared.effects.tell
        self._gathering = shared.gathering
        self.commands: Obey = {
            Command.WHO: self._who,
            Command.WHOIS: self._whois,
            Command.IGNORE: self._ignore,
            Command.UNIGNORE: self._unignore,
        }

    def _who(self, order: Order, now: float) -> None:
        name, marks = order.argument, self._generation
        current, here = self._talks.current, self._talks.current_room
        room = self._talks.room(name) if name else None
        if name and room is None:
            self._tell(rooms.NotInRoom(name))
            return
        people = (
            present(room.people(), marks) if room is not None else everybody(self._contacts, marks)
        )
        self._tell(
            talk.Who(
                self._generation.registration.name,
                "" if here is None else here.name,
                people,
                0 if room is not None else self._generation.datagrams.dropped,
                tuple(one.name for one in self._talks.rooms()),
                described(current),
                "" if room is None else room.name,
            )
        )

    def _whois(self, order: Order, now: float) -> None:
        contact = self._contacts.called(order.argument)
        if contact is None:
            self._tell(talk.NobodyHere(order.argument, Command.WHOIS))
            return
        (person,) = present([contact], self._generation)
        when = self._generation.acquaintance(contact)
        self._tell(
            talk.Whois(
                person,
                contact.fingerprint,
                at(contact.address),
                _milliseconds(when.compared_at),
                _milliseconds(when.heard_at),
            )
        )

    def _ignore(self, order: Order, now: float) -> None:
        name = order.argument
        found = self._contacts.find(name)
        if not found and not self._contacts.open:
            self._tell(talk.NobodyHere(name, Command.IGNORE))
        elif not self._contacts.ignore(name, found):
            self._tell(ignoring.TooManyIgnored())
        else:
            for contact in found:
                self._gathering.forget(contact.who)
                self._contacts.turn_away(contact)
                self._contacts.settle(contact, now, tell=True)
            keyed = bool(found) and all(one.fingerprint for one in found)
            self._tell(ignoring.IgnoredNow(name, keyed))

    def _unignore(self, order: Order, now: float) -> None:
        name = order.argument
        if self._contacts.unignore(name):
            found = self._contacts.find(name)
            hears = any(one.listening and (one.rooms or one.talking) for one in found)
            self._tell(ignoring.IgnoredNoMore(name, hears))
        else:
            self._tell(ignoring.NotIgnored(name))


def _milliseconds(seconds: float) -> int | None:
    return int(seconds * 1000) if seconds else None
