"""The roster of our room, which has no number, no end and no names: it is whole when nothing
has been added for a moment, and then names are looked up as far as they can be."""

from collections.abc import Callable, Iterable

from twisted_chat.addresses import Address
from twisted_chat.moments import NEVER
from twisted_chat.names import folded
from twisted_chat.peer.contacts.contact import Contact, marks
from twisted_chat.peer.contacts.contacts import MAX_MEMBERS
from twisted_chat.peer.gen1.contacts import AddressContacts
from twisted_chat.peer.gen1.discovery import Discovery
from twisted_chat.peer.gen1.requests import SETTLED, Ask, Requests
from twisted_chat.peer.generation import Shared
from twisted_chat.peer.server import Close, Outcome
from twisted_chat.wire.common import Bare, CreateRoom, JoinRoom, LeaveRoom, Verb
from twisted_chat.wire.gen1 import Answer, RosterCleared, RosterEntry

GRACE = 30.0
"""Seconds after our return to a server for which its rosters may lack those yet to return."""


class AddressRoster:
    """Those in our room, by address. A new roster begins with a clear and comes entry by entry;
    until it has settled, those of the old one are still spoken to, so that nothing said in
    between is lost. `wake` is when `tick` is due."""

    def __init__(self, requests: Requests, names: AddressContacts, shared: Shared) -> None:
        self._requests = requests
        self._names = names
        self._contacts = shared.contacts
        self._talks = shared.talks
        self._new_room = shared.room
        self._room = shared.room()
        self._gathering = shared.gathering
        self._discovery = Discovery(requests, names, self._roster_addresses)
        self._own_name = ""
        self._grace = 0.0
        self._roster: dict[Address, Contact] = {}
        self._former: dict[Address, Contact] = {}
        self._announced: dict[Address, None] = {}
        self._untold: dict[Address, bool] = {}
        """Those whose names are looked up before it is told that they came, or left."""
        self.curious = True
        """Whether names are worth looking up."""
        self.wake = NEVER
        shared.talks.tell_first = self._tell_who_hears

    def _roster_addresses(self) -> list[Address]:
        return list(self._roster)

    # --- What the person wants

    def join(self, room: str, close: Close, now: float) -> None:
        """Ask to be let in. When that is done, the roster has come."""
        refused: list[Answer] = []

        def closed(answered: bool, now: float) -> None:
            close(Outcome.of(not refused) if answered else Outcome.UNANSWERED, now)
            if answered and not refused:
                self._entered(room, now)

        self._requests.ask(Ask(JoinRoom(room), _whole(refused), closed, awaited=True), now)

    def leave(self, room: str, close: Close, now: float) -> None:
        """Tell the server that we are out of our room."""
        self._room = self._new_room()
        self._roster, self._former, self._announced, self._untold = {}, {}, {}, {}

        def closed(answered: bool, now: float) -> None:
            close(Outcome.DONE if answered else Outcome.UNANSWERED, now)

        # The original does not answer it.
        self._requests.ask(Ask(LeaveRoom(), lambda answer, now: 0, closed), now)

    # --- What the server says

    def registered(self, name: str, now: float, *, again: bool) -> None:
        """The server knows us; if that is so `again`, it is told where we were."""
        self._own_name = name
        if again:
            self._grace = now + GRACE
        if self._room.name:
            self._return_to(self._room.name, now)

    def told(self, message: Answer, now: float) -> None:
        """Take what a message says of our room."""
        asked = self._requests.under_way(Verb.RJ)
        if not self._room.name and not (asked and isinstance(asked.request, JoinRoom)):
            return  # The original sends rosters for ever to those who were in a room once.
        if isinstance(message, RosterCleared):
            self._former.update(self._roster)
            self._roster = {}
            self.wake = now + SETTLED
        elif isinstance(message, RosterEntry):
            self._add((message.host, message.port), now)
            self.wake = now + SETTLED

    def _add(self, address: Address, now: float) -> None:
        contact = self._names.contact(address) if len(self._roster) < MAX_MEMBERS else None
        if contact is not None:
            self._roster[address] = contact
            self._room.enlist(address, contact, now)

    def tick(self, now: float) -> None:
        """See who came and who went, when the roster is whole."""
        if self.wake > now:
            return
        graceful = now < self._grace
        self.wake = self._grace if graceful else NEVER
        moved = self._settle(now, keep=graceful)
        if self._room.name and moved:
            self._announce(moved, now)  # What they did before, so that nothing is left out.
            self._untold |= moved
            self._with_names(lambda now: self._announce(moved, now), now)

    def _settle(self, now: float, *, keep: bool = False) -> dict[Address, bool]:
        """The roster is whole. Returns who came, and who went, since it last was. With `keep`,
        those who are missing may still come: they are spoken to, and have not gone."""
        if not keep:
            for address, contact in self._former.items():
                if address not in self._roster:
                    self._room.part(contact, now)
            self._former = {}
        stay = dict.fromkeys((*self._roster, *self._former))
        came = {address: True for address in self._roster if address not in self._announced}
        went = {address: False for address in self._announced if address not in stay}
        self._announced = stay
        return came | went

    # --- What is told

    def _announce(self, addresses: Iterable[Address], now: float) -> None:
        """Tell of these who came or left, by what they are called as far as that is known."""
        for address in addresses:
            here = self._untold.pop(address, None)
            who = self._names.called(address)
            if here is not None and not self._contacts.ignores_mark(*marks(who.name, "", address)):
                move = self._gathering.came if here else self._gathering.left
                move(who, self._room.name, now)

    def _tell_who_hears(self, now: float) -> None:
        """Something is going to be said: those who came to hear it are told first."""
        if self._room.name:
            for address in self._roster:
                if address not in self._announced:
                    self._announced[address] = None
                    self._untold[address] = True
            self._announce(list(self._untold), now)

    def _entered(self, room: str, now: float) -> None:
        self._untold = {}
        self._gathering.forget_moves(self._room.name)
        self._settle(now)
        former = self._room
        if folded(former.name) != folded(room):
            self._room = self._new_room(room)
            for address, contact in self._roster.items():
                self._room.enlist(address, contact, now)
            self._talks.leave(former, now)  # One room at a time is all that there is.
        entered = self._room
        self._talks.enter(entered)
        self._talks.turn_to(entered)
        self.wake = NEVER
        members = list(self._roster.values())
        self._with_names(lambda now: entered.tell_entered(members, encrypted=False), now)

    def _return_to(self, room: str, now: float) -> None:
        """Join again, creating the room where the server has forgotten it."""
        refused: list[Answer] = []

        def close(answered: bool, now: float) -> None:
            if refused:
                self._requests.ask(Ask(CreateRoom(room), lambda answer, now: 0, join), now)

        def join(answered: bool, now: float) -> None:
            if answered:
                self._requests.ask(Ask(JoinRoom(room), _whole([]), lambda ok, now: None), now)

        self._requests.ask(Ask(JoinRoom(room), _whole(refused), close), now)

    def _with_names(self, then: Callable[[float], None], now: float) -> None:
        """Go on, when it is known who is in the room, where that can be known."""
        if self.curious:
            self._discovery.name_everybody(self._own_name, then, now)
        else:
            then(now)


def _whole(refused: list[Answer]) -> Callable[[Answer, float], float]:
    """Takes a roster, which is whole when nothing more comes, or a refusal."""

    def take(answer: Answer, now: float) -> float:
        if isinstance(answer, Bare):
            refused.append(answer)
            return 0
        return SETTLED

    return take
