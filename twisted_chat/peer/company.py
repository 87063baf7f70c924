"""Whom we are with: the room we are in, those we poked, who comes and who goes.

A roster has no end and no names. It is whole when nothing has been added for a
moment, and then names are looked up as far as they can be.
"""

from collections.abc import Callable

from twisted_chat.addresses import Address, host_and_port
from twisted_chat.moments import NEVER
from twisted_chat.peer.acquaintances import Acquaintances, shown_name
from twisted_chat.peer.audience import Standing
from twisted_chat.peer.discovery import Discovery
from twisted_chat.peer.effects import Effects
from twisted_chat.peer.gathering import Gathering
from twisted_chat.peer.requests import SETTLED, Ask, Requests, collect
from twisted_chat.peer.trust import name_key
from twisted_chat.terminal.commands import alone_in, unheard
from twisted_chat.terminal.listeners import (
    ended_by_poke,
    ended_by_refusal,
    ended_by_room,
    ignored,
    itself,
    kicked,
    kicked_one,
    not_ignored,
    poked,
    silence,
    still_hearing,
    too_many,
    too_many_ignored,
    unignored,
    who,
)
from twisted_chat.wire.common import Bare, CreateRoom, JoinRoom, LeaveRoom, Locate, Verb
from twisted_chat.wire.gen1 import Answer, Located, RosterCleared, RosterEntry

GRACE = 30.0
"""Seconds after our return to a server for which its rosters may lack those yet to return."""


class Company:
    """Everybody we speak to, and how they come to be it.

    While `moving`, that is about to change: what is typed waits until it has.
    `wake` is when `tick` is due.
    """

    def __init__(self, requests: Requests, effects: Effects, gathering: Gathering) -> None:
        self._requests = requests
        self._effects = effects
        self._gathering = gathering
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
            if answered and not refused:
                self._entered(room, now)
                return
            if refused:
                self._effects.notice(
                    f"there is no room {room}, or it is full; $roomcreate {room} makes it"
                )
            else:
                self._unanswered(f"for {room}")
            # What was typed for the room must not go to those who only knocked.
            if ended := self._called(self.people.end_knocks()):
                self._effects.notice(ended_by_refusal(ended, room))

        self._move(JoinRoom(room), _roster(refused), close, now)

    def leave(self, now: float) -> None:
        """Go from our room."""
        if not self.room:
            self._effects.notice("you are in no room")
            return
        left, self.room = self.room, ""
        self.people.leave_room()
        self._gathering.forget_moves()

        def close(answered: bool, now: float) -> None:
            self.moving = False
            confirmed = "" if answered else ", though the server did not confirm it"
            still = still_hearing(self._called(self.people.everybody()))
            self._effects.notice(f"you are not in {left} any more{confirmed}{still}")

        self._move(LeaveRoom(), lambda answer, now: 0, close, now)

    def poke(self, name: str, now: float) -> None:
        """Speak to somebody, wherever they are."""
        answer: list[Answer] = []

        def close(answered: bool, now: float) -> None:
            self.moving = False
            if answered and isinstance(answer[0], Located):
                address = (answer[0].host, answer[0].port)
                self.people.learn(address, name)
                self._poked(address, name)
            elif answered:
                self._effects.notice(f"there is no user {name}; $userlist shows who is here")
            else:
                self._unanswered(f"for {name}")

        if name.lower() == self._own_name.lower():
            self._effects.notice(itself(name))
        elif self.people.ignored.marks(name):
            self._effects.notice(f"{name} is ignored; $unignore {name} ends that")
        else:
            self._move(Locate(name), collect(answer), close, now)

    def _poked(self, address: Address, name: str) -> None:
        ended = self._called(self.people.poke(address))
        one = self.people.at(address)
        if one is None:
            self._effects.notice(too_many(name))
            return
        others = self._called([other for other in self.people.everybody() if other != address])
        where = f", at {host_and_port(*address)}"
        member = one.standing is Standing.MEMBER
        self._effects.notice(poked(name, where, self._shown_room, others, member=member))
        if ended:
            self._effects.notice(ended_by_poke(ended, name))

    def kick(self, name: str = "") -> None:
        """Speak to nobody any more, or no more to one outside the room."""
        if not name:
            heard = self._called(self.people.stop())
            self._effects.notice(kicked(heard, self._shown_room))
            return
        gone = [at for at in self.people.find(name) if self.people.turn_away(at)]
        self._effects.notice(
            kicked_one(name)
            if gone
            else f"there is no $kick {name} in generation 1, where nobody has a key and no room"
            " an owner; $kick talks to nobody, $roomleave leaves"
        )

    def ignore(self, name: str) -> None:
        """Show nothing of somebody, by their address and their name, and say nothing to them."""
        found = self.people.find(name)
        if not self.people.ignored.add(name, [name_key(name), *found]):
            self._effects.notice(too_many_ignored())
            return
        for address in found:
            self._gathering.forget(self.people.called(address))
            self.people.turn_away(address)
        self._effects.notice(ignored(name))

    def unignore(self, name: str) -> None:
        """Take somebody for what they are again."""
        if not self.people.ignored.remove(name):
            self._effects.notice(not_ignored(name))
        else:
            hears = any(at in self.people.everybody() for at in self.people.find(name))
            self._effects.notice(unignored(name, hears=hears))

    # --- Who there is

    def knocked(self, address: Address) -> bool:
        """Somebody of no standing speaks to us. Returns whether we speak to them now."""
        busy = not self._own_name or bool(self.room) or self.moving
        return self.people.knock(address, free=not busy)

    def who(self) -> list[str]:
        """What `$who` shows."""
        return who(self._own_name, self._shown_room, self.people.who())

    def silence(self) -> str:
        """Why nobody hears a text."""
        return silence(self._shown_room, self.people.who()) or unheard(alone_in(self._shown_room))

    @property
    def _shown_room(self) -> str:
        return shown_name(self.room) if self.room else ""

    def _called(self, addresses: list[Address]) -> list[str]:
        return [self.people.called(address) for address in addresses]

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
                if not self.people.ignores(address):
                    self._gathering.came(self.people.called(address), now)
            for address in went:
                if not self.people.ignores(address):
                    self._gathering.left(self.people.called(address), now)

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
        self._gathering.forget_moves()
        ended = self._called(self.people.enter())
        self.wake = NEVER
        inside = self.people.roster()

        def tell(now: float) -> None:
            company = ", ".join(sorted(map(self.people.called, inside), key=str.lower))
            self._effects.notice(
                f"you are in {room} " + (f"with {company}" if inside else "alone")
            )
            if ended:
                self._effects.notice(ended_by_room(ended, room))

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
