"""What is asked of a server of generation 1, in datagrams."""

from collections.abc import Callable

from twisted_chat.peer.commands import Command
from twisted_chat.peer.effects import Effects
from twisted_chat.peer.events.event import at
from twisted_chat.peer.gen1.contacts import AddressContacts
from twisted_chat.peer.gen1.registration import DatagramRegistration
from twisted_chat.peer.gen1.requests import SETTLED, Ask, Requests, collect
from twisted_chat.peer.gen1.roster import AddressRoster
from twisted_chat.peer.lists import MAX_LIST_BYTES, weight
from twisted_chat.peer.server import Close, CloseList, Found, Outcome
from twisted_chat.peer.whereabouts import Whereabouts
from twisted_chat.wire.common import Bare, CreateRoom, Leave, ListRooms, ListUsers, Locate
from twisted_chat.wire.gen1 import Answer, Located, RoomListed, UserListed

LEAVE_WAITS = (0.5, 1.0)
"""Seconds to wait for the answer to `by`: one who quits wants to be gone."""


class PlainServer:
    """Requests as datagrams of generation 1. Rooms have no owners there."""

    why = ""
    creator_joins = False

    def __init__(
        self,
        whereabouts: Whereabouts,
        requests: Requests,
        registration: DatagramRegistration,
        roster: AddressRoster,
        names: AddressContacts,
        effects: Effects,
    ) -> None:
        self._whereabouts = whereabouts
        self._requests = requests
        self._registration = registration
        self._names = names
        self._effects = effects
        self.join = roster.join
        self.leave_room = roster.leave

    @property
    def slow(self) -> bool:
        return self._requests.slow

    def users(self, close: CloseList, now: float) -> None:
        self._list(ListUsers(), close, now)

    def rooms(self, close: CloseList, now: float, *, aside: bool = False) -> None:
        self._list(ListRooms(), close, now, aside=aside)

    def _list(
        self,
        request: ListUsers | ListRooms,
        close: CloseList,
        now: float,
        *,
        aside: bool = False,
    ) -> None:
        entries: set[str] = set()
        size = 0

        def take(answer: Answer, now: float) -> float:
            nonlocal size
            if isinstance(answer, Bare) or size > MAX_LIST_BYTES:
                return 0
            if isinstance(answer, UserListed | RoomListed):
                name = answer.name if isinstance(answer, UserListed) else answer.room
                entries.add(name)
                size += weight([name])
            return SETTLED

        def closed(answered: bool, now: float) -> None:
            close(list(entries) if answered else None, now)

        self._requests.ask(Ask(request, take, closed, awaited=not aside), now)

    def find(self, name: str, found: list[Found], close: Close, now: float) -> None:
        def then(answer: Answer) -> bool:
            if not isinstance(answer, Located):
                return False
            address = (answer.host, answer.port)
            self._names.learn(address, name)
            found.append(Found(self._names.contact(address), address=at(address)))
            return True

        self._ask(Locate(name), then, close, now)

    def create(self, room: str, close: Close, now: float, *, private: bool = False) -> None:
        if private:
            close(Outcome.NOT_HERE, now)
            return
        self._ask(CreateRoom(room), lambda answer: not isinstance(answer, Bare), close, now)

    def kick(self, room: str, name: str, close: Close, now: float) -> None:
        close(Outcome.NOT_HERE, now)

    def close_room(self, room: str, close: Close, now: float) -> None:
        close(Outcome.NOT_HERE, now)

    def give_room(self, room: str, name: str, close: Close, now: float) -> None:
        close(Outcome.NOT_HERE, now)

    def run(self, command: Command, room: str, name: str, close: Close, now: float) -> None:
        close(Outcome.NOT_HERE, now)

    def set_topic(self, room: str, text: str, close: Close, now: float) -> None:
        close(Outcome.NOT_HERE, now)

    def set_history(self, room: str, for_new: int, close: Close, now: float) -> None:
        close(Outcome.NOT_HERE, now)

    def leave(self, close: Close, now: float) -> None:
        self._requests.forget()
        self._requests.ask(
            Ask(
                Leave(),
                lambda answer, now: 0,
                lambda answered, now: close(Outcome.of(answered), now),
                LEAVE_WAITS,
            ),
            now,
        )

    def vanish(self) -> None:
        self._requests.forget()
        # Only one `by`: from somebody it does not know any more it ends the original server.
        if self._registration.name or self._registration.wanted:
            self._effects.send(Leave(), self._whereabouts.current)

    def _ask(
        self,
        request: CreateRoom | Locate,
        done: Callable[[Answer], bool],
        close: Close,
        now: float,
    ) -> None:
        answers: list[Answer] = []

        def closed(answered: bool, now: float) -> None:
            close(Outcome.of(done(answers[0])) if answered else Outcome.UNANSWERED, now)

        careful = isinstance(request, Locate)  # What is private goes there.
        ask = Ask(request, collect(answers), closed, awaited=True, careful=careful)
        self._requests.ask(ask, now)
