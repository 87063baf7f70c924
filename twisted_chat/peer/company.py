"""Whom we are with: the room we are in, those we poked, who comes and who goes.

A roster has no end and no names. It is whole when nothing has been added for a
moment, and then names are looked up as far as they can be.
"""

from collections.abc import Callable, Iterable

from twisted_chat.addresses import Address
from twisted_chat.moments import NEVER
from twisted_chat.names import folded
from twisted_chat.peer.acquaintances import Acquaintances
from twisted_chat.peer.audience import Standing
from twisted_chat.peer.commands import Command
from twisted_chat.peer.discovery import Discovery
from twisted_chat.peer.effects import Effects
from twisted_chat.peer.events import rooms, server, talk
from twisted_chat.peer.events.event import Someone, at
from twisted_chat.peer.gathering import Gathering
from twisted_chat.peer.requests import SETTLED, Ask, Requests, collect
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
        self._untold: dict[Address, bool] = {}
        """Those whose names are looked up before it is told that they came, or left."""
        self.room = ""
        self.moving = False
        self.welcoming = True
        """Whether one who speaks to us hears us then, where nobody else does: not when what was
        asked last came to nothing, as what is typed next may be meant for others."""
        self.curious = True
        """Whether names are worth looking up."""
        self.wake = NEVER

    # --- Requests of the person

    def create(self, room: str, now: float) -> None:
        """Ask for a new room, without going there."""
        answer: list[Answer] = []

        def close(answered: bool, now: float) -> None:
            self.moving = False
            if answered and not isinstance(answer[0], Bare):
                self._effects.tell(rooms.RoomMade(room))
                return
            if answered:
                self._effects.tell(rooms.RoomNotMade(room))
            else:
                self._unanswered(Command.ROOMCREATE, room)
            self.in_vain(room=room)

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
                self._effects.tell(rooms.NoSuchRoom(room))
            else:
                self._unanswered(Command.ROOMJOIN, room)
            self.in_vain(room=room)

        self._move(JoinRoom(room), _roster(refused), close, now)

    def leave(self, now: float) -> None:
        """Go from our room."""
        if not self.room:
            self._effects.tell(rooms.InNoRoom())
            return
        left, self.room = self.room, ""
        self.people.leave_room()
        self._forget_moves()

        def close(answered: bool, now: float) -> None:
            self.moving = False
            still = self._called(self.people.everybody())
            self._effects.tell(rooms.LeftRoom(left, answered, still))

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
                return
            if answered:
                self._effects.tell(talk.NoSuchUser(name))
            else:
                self._unanswered(Command.POKE, name)
            self.in_vain(name=name)

        if name.lower() == self._own_name.lower():
            self._effects.tell(talk.ThatIsYou(name))
            self.in_vain(name=name)
        elif self.people.ignored.marks(name):
            self._effects.tell(talk.IsIgnored(name))
            self.in_vain(name=name)
        else:
            self._move(Locate(name), collect(answer), close, now)

    def _poked(self, address: Address, name: str) -> None:
        ended = self._called(self.people.poke(address))
        one = self.people.at(address)
        if one is None:
            self._effects.tell(talk.TooManyPeople(name))
            self.in_vain(name=name)
            return
        others = self._called([other for other in self.people.everybody() if other != address])
        member = one.standing is Standing.MEMBER
        self._effects.tell(talk.TalkBegun(Someone(name), at(address), self.room, member, others))
        if ended:
            self._effects.tell(talk.HearNoMore(ended, talk.Cause.POKED, turned_to=Someone(name)))

    def in_vain(self, room: str = "", name: str = "") -> None:
        """What the person wanted came to nothing: what was typed for this room, or this
        person, must not go to those who only knocked, before or from now on."""
        self.welcoming = False
        if ended := self._called(self.people.end_knocks()):
            turned_to = Someone(name) if name else None
            self._effects.tell(talk.HearNoMore(ended, talk.Cause.REFUSED, room, turned_to))

    def kick(self, name: str = "") -> None:
        """Speak to nobody any more, or no more to one outside the room."""
        if not name:
            heard = self._called(self.people.stop())
            self._effects.tell(talk.TalksToNobody(heard, self.room))
            return
        gone = [one for one in self.people.find(name) if self.people.turn_away(one)]
        self._effects.tell(
            talk.TalkEnded(Someone(name)) if gone else server.NotInGeneration1(Command.KICK, name)
        )

    def ignore(self, name: str) -> None:
        """Show nothing of somebody, by their address and their name, and say nothing to them."""
        found = self.people.find(name)
        if not self.people.ignored.add(name, [folded(name), *found]):
            self._effects.tell(talk.TooManyIgnored())
            return
        for address in found:
            self._gathering.forget(self.people.called(address))
            self.people.turn_away(address)
        self._effects.tell(talk.IgnoredNow(name))

    def unignore(self, name: str) -> None:
        """Take somebody for what they are again."""
        if not self.people.ignored.remove(name):
            self._effects.tell(talk.NotIgnored(name))
        else:
            hears = any(one in self.people.everybody() for one in self.people.find(name))
            self._effects.tell(talk.IgnoredNoMore(name, hears))

    # --- Who there is

    def knocked(self, address: Address) -> bool:
        """Somebody of no standing speaks to us. Returns whether we speak to them now."""
        busy = not self._own_name or bool(self.room) or self.moving
        return self.people.knock(address, free=self.welcoming and not busy)

    def who(self) -> talk.Who:
        """Where we are, and who hears us."""
        return talk.Who(self._own_name, self.room, tuple(self.people.who()), 0)

    def silence(self) -> talk.Unheard:
        """Why nobody hears a text."""
        return talk.Unheard(self.room, tuple(self.people.who()))

    def _called(self, addresses: list[Address]) -> tuple[Someone, ...]:
        return tuple(self.people.called(address) for address in addresses)

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

        if self.room and (came or went):
            moved = dict.fromkeys(came, True) | dict.fromkeys(went, False)
            self._announce(moved, now)  # What they did before, so that nothing is left out.
            self._untold |= moved
            self._with_names(lambda now: self._announce(moved, now), now)

    def _announce(self, addresses: Iterable[Address], now: float) -> None:
        """Tell of these who came or left, by what they are called as far as that is known."""
        for address in addresses:
            here = self._untold.pop(address, None)
            if here is not None and not self.people.ignores(address):
                who = self.people.called(address)
                (self._gathering.came if here else self._gathering.left)(who, now)

    def tell_who_hears(self, now: float) -> None:
        """Something is going to be said: whoever came to hear it is told first."""
        if self.room:
            self._untold |= dict.fromkeys(self.people.announce(), True)
            self._announce(list(self._untold), now)
        self._gathering.tell_moves()

    # --- In between

    def _forget_moves(self) -> None:
        self._untold = {}
        self._gathering.forget_moves()

    def _move(
        self,
        request: CreateRoom | JoinRoom | LeaveRoom | Locate,
        take: Callable[[Answer, float], float],
        close: Callable[[bool, float], None],
        now: float,
    ) -> None:
        self.moving = True
        self._requests.ask(Ask(request, take, close), now)

    def _unanswered(self, command: Command, argument: str) -> None:
        self._effects.tell(server.NoAnswer(command, argument))

    def _entered(self, room: str, now: float) -> None:
        self.room = room
        self._forget_moves()
        ended = self._called(self.people.enter())
        self.wake = NEVER
        inside = self.people.roster()

        def tell(now: float) -> None:
            self._effects.tell(rooms.RoomEntered(room, self._called(inside), (), False))
            if ended:
                self._effects.tell(talk.HearNoMore(ended, talk.Cause.JOINED, room))

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
