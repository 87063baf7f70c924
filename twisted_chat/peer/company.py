"""Whom we are with: the room we are in, those we poked, who comes and who goes.

A roster has no end and no names. It is whole when nothing has been added for a
moment, and then names are looked up as far as they can be.
"""

from collections.abc import Callable

from twisted_chat.addresses import host_and_port
from twisted_chat.moments import NEVER
from twisted_chat.peer.acquaintances import Acquaintances
from twisted_chat.peer.discovery import Discovery
from twisted_chat.peer.effects import Effects
from twisted_chat.peer.requests import SETTLED, Ask, Requests, collect
from twisted_chat.wire import (
    Answer,
    Bare,
    CreateRoom,
    JoinRoom,
    LeaveRoom,
    Locate,
    Located,
    RosterCleared,
    RosterEntry,
    Verb,
)

GRACE = 30.0
"""Seconds after our return to a server for which its rosters may lack those yet to return."""


class Company:
    """Everybody we speak to, and how they come to be it.

    While `moving`, that is about to change: what is typed waits until it has.
    `wake` is when `tick` is due.
    """

    def __init__(self, requests: Requests, effects: Effects) -> None:
        self._requests = requests
        self._effects = effects
        self.people = Acquaintances()
        self._discovery = Discovery(requests, self.people)
        self._own_name = ""
        self._grace = 0.0
        self.room = ""
        self.moving = False
        self.curious = True
        """Whether names are worth looking up."""
        self.wake = NEVER

    # --- Requests of the person

    def create(self, room: str, now: float) -> None:
        """Ask for a new room, without going there."""
        answer: list[Answer] = []

        def close(answered: bool, now: float) -> None:
            self.moving = False
            if not answered:
                self._unanswered(f"to create {room}")
            elif isinstance(answer[0], Bare):
                self._effects.notice(f"{room} cannot be created: it exists already, most likely")
            else:
                self._effects.notice(f"{room} is there now; $roomjoin {room} takes you in")

        self._move(CreateRoom(room), collect(answer), close, now)

    def join(self, room: str, now: float) -> None:
        """Go to a room."""
        refused: list[Answer] = []

        def close(answered: bool, now: float) -> None:
            self.moving = False
            if not answered:
                self._unanswered(f"for {room}")
            elif refused:
                self._effects.notice(
                    f"there is no room {room}, or it is full; $roomcreate {room} makes it"
                )
            else:
                self._entered(room, now)

        self._move(JoinRoom(room), _roster(refused), close, now)

    def leave(self, now: float) -> None:
        """Go from our room."""
        if not self.room:
            self._effects.notice("you are in no room")
            return
        left, self.room = self.room, ""
        self.people.leave_room()

        def close(answered: bool, now: float) -> None:
            self.moving = False
            confirmed = "" if answered else ", though the server did not confirm it"
            self._effects.notice(f"you are not in {left} any more{confirmed}")

        self._move(LeaveRoom(), lambda answer, now: 0, close, now)

    def poke(self, name: str, now: float) -> None:
        """Speak to somebody, wherever they are."""
        answer: list[Answer] = []

        def close(answered: bool, now: float) -> None:
            self.moving = False
            if answered and isinstance(answer[0], Located):
                address = (answer[0].host, answer[0].port)
                self.people.learn(address, name)
                self.people.poke(address)
                self._effects.notice(f"you talk to {name} now, at {host_and_port(*address)}")
            elif answered:
                self._effects.notice(f"there is no user {name}; $userlist shows who is here")
            else:
                self._unanswered(f"for {name}")

        self._move(Locate(name), collect(answer), close, now)

    def kick(self) -> None:
        """Speak to nobody any more."""
        self.people.drop_everybody()
        self._effects.notice("you talk to nobody now")

    # --- What the server says

    def registered(self, name: str, again: bool, now: float) -> None:
        """The server knows us; if that is so `again`, it is told where we were."""
        self._own_name = name
        if again:
            self._grace = now + GRACE
        if self.room:
            self._return_to(self.room, now)

    def told(self, message: Answer, now: float) -> None:
        """Take what a message says of our room."""
        asked = self._requests.under_way(Verb.RJ)
        if not self.room and not (asked and isinstance(asked.request, JoinRoom)):
            return  # The original sends rosters of a room for ever to who was in it once.
        if isinstance(message, RosterCleared):
            self.people.begin_roster()
            self.wake = now + SETTLED
        elif isinstance(message, RosterEntry):
            self.people.add_member((message.host, message.port))
            self.wake = now + SETTLED

    def tick(self, now: float) -> None:
        """See who came and who went, when the roster is whole."""
        if self.wake > now:
            return
        graceful = now < self._grace
        self.wake = self._grace if graceful else NEVER
        came, went = self.people.settle(keep=graceful)

        def announce(now: float) -> None:
            for address in came:
                self._effects.notice(f"{self.people.called(address)} came")
            for address in went:
                self._effects.notice(f"{self.people.called(address)} left")

        if self.room and (came or went):
            self._with_names(announce, now)

    # --- In between

    def _move(
        self,
        request: CreateRoom | JoinRoom | LeaveRoom | Locate,
        take: Callable[[Answer, float], float],
        close: Callable[[bool, float], None],
        now: float,
    ) -> None:
        self.moving = True
        self._requests.ask(Ask(request, take, close), now)

    def _unanswered(self, asked: str) -> None:
        self._effects.notice(f"the server did not answer when asked {asked}")

    def _entered(self, room: str, now: float) -> None:
        self.room = room
        self.people.settle()
        self.wake = NEVER
        inside = self.people.roster()

        def tell(now: float) -> None:
            company = ", ".join(sorted(map(self.people.called, inside), key=str.lower))
            self._effects.notice(
                f"you are in {room} " + (f"with {company}" if inside else "alone")
            )

        self._with_names(tell, now)

    def _return_to(self, room: str, now: float) -> None:
        """Join again, creating the room where the server has forgotten it."""
        refused: list[Answer] = []

        def close(answered: bool, now: float) -> None:
            if refused:
                self._requests.ask(Ask(CreateRoom(room), lambda answer, now: 0, join), now)

        def join(answered: bool, now: float) -> None:
            if answered:
                self._requests.ask(Ask(JoinRoom(room), _roster([]), lambda ok, now: None), now)

        self._requests.ask(Ask(JoinRoom(room), _roster(refused), close), now)

    def _with_names(self, then: Callable[[float], None], now: float) -> None:
        """Go on, when it is known who is in the room, where that can be known."""
        if self.curious:
            self._discovery.name_everybody(self._own_name, then, now)
        else:
            then(now)


def _roster(refused: list[Answer]) -> Callable[[Answer, float], float]:
    """Takes a roster, which is whole when nothing more comes, or a refusal."""

    def take(answer: Answer, now: float) -> float:
        if isinstance(answer, Bare):
            refused.append(answer)
            return 0
        return SETTLED

    return take
