"""What a UDP peer knows and does: typed lines and messages in, effects out.

Generation 1 tells a peer little: answers carry no number, lists have no end,
rosters hold addresses without names, and a server that lost us says so only
when it is asked. The rules with which this file makes the best of it:

- A list and a roster are whole when nothing has been added for a moment.
- Asking for our own name (`ar`) is the keepalive: it refreshes the
  registration, and the answer shows if there still is one. Repeating `hi`
  would do for this server, but the original refuses it.
- A `hi` that was repeated and refused may have been accepted before, with the
  answer lost. The original says then that the name is at our own port.
- What changes whom we speak to holds up what was typed after it, so that
  `$roomjoin lab` and `hello` in one breath say hello to the room.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from twisted_chat import names
from twisted_chat.addresses import Address, host_and_port
from twisted_chat.display import safe
from twisted_chat.errors import NameRefused, UsageMistake
from twisted_chat.peer.acquaintances import Acquaintances, shown_name
from twisted_chat.peer.discovery import Discovery
from twisted_chat.peer.requests import NEVER, Ask, Requests
from twisted_chat.peer.speech import speak
from twisted_chat.rate import Rate
from twisted_chat.tally import Tally
from twisted_chat.terminal.commands import (
    MARK,
    Command,
    Order,
    Say,
    help_lines,
    read_line,
)
from twisted_chat.wire import (
    Answer,
    Bare,
    CreateRoom,
    JoinRoom,
    Leave,
    LeaveRoom,
    ListRooms,
    ListUsers,
    Locate,
    Located,
    Register,
    Registered,
    Request,
    RoomListed,
    RosterCleared,
    RosterEntry,
    Said,
    UserListed,
    Verb,
)

REFRESH = 25.0
"""Seconds between two signs of life to the server; NATs forget after 30 (RFC 4787, 4.3)."""
RETRY = 4.0
"""Seconds between two attempts to reach a server that does not answer."""
SETTLED = 0.3
"""Seconds without another entry after which a roster or a list is whole."""
FAREWELL_WAITS = (0.5, 1.0)
"""Seconds to wait for the answer to `by`: who quits wants to be gone."""
MAX_LIST = 1_000_000
"""Entries of a list that are kept."""
MAX_TYPED = 100
"""Typed lines that wait; more are not read from the terminal before these are done."""
SPEAK_RATE, SPEAK_BURST = 50.0, 100
"""Lines said a second, and at once: what a peer at the other end still shows."""
GRACE = 30.0
"""Seconds after our own return to a server for which its roster may lack those yet to return."""
HEAR_RATE, HEAR_BURST = 100.0, 300
"""Messages shown a second, and at once, from one source."""


@dataclass(frozen=True, slots=True)
class Show:
    """A line for the person: what another said, or a notice."""

    line: str


@dataclass(frozen=True, slots=True)
class Send:
    """A message for an address."""

    message: Request | Said
    to: Address


@dataclass(frozen=True, slots=True)
class Finish:
    """This is the end; the exit status says whether it was wanted."""

    status: int


Effect = Show | Send | Finish


class Session:
    """One peer. Each method returns the effects to be carried out, in order.

    `wake` is when `tick` is due. `port` is our own UDP port. `patient` is
    false for a script, which is told by the exit status that its name was
    refused or the server did not answer; a person is asked again.
    """

    def __init__(self, server: Address, port: int, name: str | None, *, patient: bool) -> None:
        self._server = server
        self._port = port
        self._wanted = name
        self._patient = patient
        self._effects: list[Effect] = []
        self._requests = Requests(lambda request: self._do(Send(request, server)))
        self._peers = Acquaintances()
        self._discovery = Discovery(self._requests, self._peers)
        self._typed: deque[str] = deque()
        self._speaking = Rate(SPEAK_RATE, SPEAK_BURST)
        self._hearing = Rate(HEAR_RATE, HEAR_BURST)
        self._unheard = Tally()
        self._name = ""
        self._room = ""
        self._registered = False
        self._away = False  # The server does not answer, and the person knows it.
        self._listing = False  # A list is on its way.
        self._moving = False  # Whom we speak to is about to change.
        self._ended = False  # Nothing more will be typed.
        self._leaving = False
        self._settles = self._refreshes = self._speaks = NEVER
        self._grace = 0.0

    # --- What happens

    def start(self, now: float) -> list[Effect]:
        if self._wanted is None:
            self._notice("what is your name?")
        else:
            self._call_me(self._wanted, now)
        return self._done(now)

    def typed(self, line: str, now: float) -> list[Effect]:
        """The person typed a line, given without its end."""
        if line.strip() == Command.QUIT.usage and line in self._typed:
            self._vanish()  # Typed twice: somebody is in a hurry.
        self._typed.append(line)
        return self._done(now)

    def ended(self, now: float) -> list[Effect]:
        """The person will type nothing more: do what was typed, then leave."""
        self._ended = True
        return self._done(now)

    def received(self, message: Answer, source: Address, now: float) -> list[Effect]:
        """A message came from an address."""
        if isinstance(message, Said):
            self._heard(message, source, now)
        elif source == self._server:
            self._answered(message, now)
        return self._done(now)

    def tick(self, now: float) -> list[Effect]:
        """Do what has become due."""
        self._requests.tick(now)
        if self._settles <= now:
            self._settle(now)
        if self._refreshes <= now:
            self._refresh(now)
        return self._done(now)

    def interrupted(self, now: float) -> list[Effect]:
        """The process is being ended: leave without waiting for anything."""
        self._vanish()
        return self._done(now)

    @property
    def wake(self) -> float:
        return min(self._requests.wake, self._settles, self._refreshes, self._speaks)

    @property
    def wants_input(self) -> bool:
        """Whether more may be typed. False while enough is waiting."""
        return len(self._typed) < MAX_TYPED

    # --- Effects

    def _do(self, effect: Effect) -> None:
        self._effects.append(effect)

    def _notice(self, text: str) -> None:
        self._do(Show(f"> {text}"))

    def _done(self, now: float) -> list[Effect]:
        self._work(now)
        effects, self._effects = self._effects, []
        return effects

    def _vanish(self) -> None:
        """Leave without waiting for anything."""
        self._leaving = True
        self._requests.forget()
        if self._name or self._wanted:
            self._do(Send(Leave(), self._server))
        self._do(Finish(0))

    # --- What was typed, in order

    def _work(self, now: float) -> None:
        self._speaks = NEVER
        while self._typed and not self._leaving and self._next(now):
            pass
        busy = self._listing or self._moving or (self._wanted and not self._away)
        if self._ended and not self._typed and not busy:
            self._leave(now)

    def _next(self, now: float) -> bool:
        """Do what the first waiting line says. False if it has to wait."""
        line = self._typed[0]
        try:
            todo = read_line(line)
        except UsageMistake as mistake:
            self._typed.popleft()
            self._notice(str(mistake))
            return True
        if isinstance(todo, Say):
            if not (self._name or self._wanted):
                self._typed.popleft()
                if todo.text.strip():
                    self._call_me(todo.text, now)
                return True
            if self._moving or not self._name:
                return False
            return self._say(todo.text, now)
        if todo.command not in (Command.HELP, Command.QUIT):
            if self._listing or self._moving or self._wanted:
                return False
            if not self._name:
                self._typed.popleft()
                self._notice("first a name, please: what is your name?")
                return True
        elif self._ended and (self._listing or self._moving):
            return False
        self._typed.popleft()
        self._obey(todo, now)
        return True

    def _say(self, text: str, now: float) -> bool:
        if text and not self._speaking.spend(self._server[0], now):
            self._speaks = now + 1 / SPEAK_RATE
            return False
        self._typed.popleft()
        if not text:
            return True
        listeners = self._peers.everybody()
        if not listeners:
            where = "nobody else is in your room" if self._room else "you are in no room"
            self._notice(f"nobody heard that: {where}. Try $roomlist, $roomjoin ROOM, $poke NAME")
        for said in speak(self._name, text):
            for listener in listeners:
                self._do(Send(said, listener))
        return True

    def _obey(self, order: Order, now: float) -> None:
        command, argument = order.command, order.argument
        if command is Command.HELP:
            for line in help_lines():
                self._notice(line)
        elif command is Command.QUIT:
            self._typed.clear()
            self._leave(now)
        elif command is Command.KICK:
            self._peers.drop_everybody()
            self._notice("you talk to nobody now")
        elif not self._registered:
            self._notice(f"{MARK}{command.word} needs the server, which does not answer now")
        elif command is Command.USERLIST:
            self._list(ListUsers(), "users", now)
        elif command is Command.ROOMLIST:
            self._list(ListRooms(), "rooms", now)
        elif command is Command.ROOMLEAVE:
            self._leave_room(now)
        else:
            try:
                name = names.canonical(argument)
            except NameRefused as refused:
                self._notice(str(refused))
                return
            if command is Command.POKE:
                self._poke(name, now)
            elif command is Command.ROOMCREATE:
                self._create(name, now)
            else:
                self._join(name, now)

    # --- Registration

    def _call_me(self, text: str, now: float) -> None:
        try:
            self._wanted = names.canonical(text)
        except NameRefused as refused:
            self._refused_name(str(refused))
            return
        self._register(self._wanted, now)

    def _register(self, name: str, now: float) -> None:
        accepted: list[str] = []

        def take(answer: Answer, now: float) -> float:
            if isinstance(answer, Registered):
                accepted.append(answer.name)
                return 0
            # A server that has forgotten us says `hi` to everything that was
            # still on its way; whether it means this request shows in a moment.
            return SETTLED if self._name else 0

        def decide(answered: bool, now: float) -> None:
            if not answered:
                self._unreachable(now)
            elif accepted:
                self._accepted(accepted[0], now)
            elif ask.sent > 1 or self._name:
                self._check_registration(name, now)
            else:
                self._taken(name)

        ask = Ask(Register(name), take, decide)
        self._requests.ask(ask, now)

    def _check_registration(self, name: str, now: float) -> None:
        """Our `hi` was refused, but perhaps because it had been accepted before."""
        outcome: list[Answer] = []

        def decide(answered: bool, now: float) -> None:
            if not answered:
                self._unreachable(now)
            elif isinstance(outcome[0], Located) and outcome[0].port == self._port:
                self._accepted(name, now)
            else:
                self._taken(name)

        self._requests.ask(Ask(Locate(name), _collect(outcome), decide), now)

    def _accepted(self, name: str, now: float) -> None:
        again, self._name = self._name, name
        self._wanted, self._registered = None, True
        self._refreshes = now + REFRESH
        if not again:
            self._notice(f"you are {name}; $help shows what you can do")
        elif self._away:
            room = f", and go back to {self._room}" if self._room else ""
            self._notice(f"the server is back: you are {name} again{room}")
        self._away = False
        if again:
            self._grace = now + GRACE
        if self._room:
            self._join(self._room, now, again=True)

    def _taken(self, name: str) -> None:
        self._refused_name(f"the server does not let you be {name}: somebody else is, most likely")

    def _refused_name(self, why: str) -> None:
        self._wanted, self._name, self._registered = None, "", False
        self._refreshes = NEVER
        if self._patient:
            self._notice(f"{why}. What is your name?")
        else:
            self._notice(why)
            self._do(Finish(1))
            self._leaving = True

    def _unreachable(self, now: float) -> None:
        where = host_and_port(*self._server)
        if not self._name and not self._patient:
            self._notice(f"no server answers at {where}")
            self._do(Finish(1))
            self._leaving = True
            return
        if not self._away:
            self._away = True
            if self._name:
                self._notice("the server does not answer; those you talk to still hear you")
            else:
                self._notice(f"no server answers at {where} yet; trying on, Ctrl-C ends it")
        self._registered = False
        self._refreshes = now + RETRY

    def _refresh(self, now: float) -> None:
        self._refreshes = NEVER
        name = self._name or self._wanted
        if self._leaving or not name:
            return
        if not self._registered:
            self._register(name, now)
            return
        outcome: list[Answer] = []

        def decide(answered: bool, now: float) -> None:
            if not answered:
                self._unreachable(now)
            elif isinstance(outcome[0], Located):
                self._refreshes = now + REFRESH
            else:
                self._forgotten(now)

        self._requests.ask(Ask(Locate(name), _collect(outcome), decide), now)

    def _forgotten(self, now: float) -> None:
        """The server does not know us any more: it was started anew, or we were silent."""
        if self._registered:
            self._registered = False
            self._refreshes = NEVER
            self._register(self._name, now)

    # --- Requests of the person

    def _list(self, request: Request, what: str, now: float) -> None:
        entries: set[str] = set()

        def take(answer: Answer, now: float) -> float:
            if isinstance(answer, Bare):
                return 0
            if isinstance(answer, UserListed | RoomListed) and len(entries) < MAX_LIST:
                entries.add(answer.name if isinstance(answer, UserListed) else answer.room)
            return SETTLED

        def close(answered: bool, now: float) -> None:
            self._listing = False
            if not answered:
                self._notice(f"the server did not answer when asked for the {what}")
            elif entries:
                shown = ", ".join(map(shown_name, sorted(entries, key=str.lower)))
                self._notice(f"{what} ({len(entries)}): {shown}")
            else:
                self._notice(f"there are no {what}")

        self._listing = True
        self._requests.ask(Ask(request, take, close), now)

    def _poke(self, name: str, now: float) -> None:
        outcome: list[Answer] = []

        def close(answered: bool, now: float) -> None:
            self._moving = False
            answer = outcome[0] if outcome else None
            if isinstance(answer, Located):
                address = (answer.host, answer.port)
                self._peers.learn(address, name)
                self._peers.poke(address)
                self._notice(f"you talk to {name} now, at {host_and_port(*address)}")
            elif answered:
                self._notice(f"there is no user {name}; $userlist shows who is here")
            else:
                self._notice(f"the server did not answer when asked for {name}")

        self._moving = True
        self._requests.ask(Ask(Locate(name), _collect(outcome), close), now)

    def _create(self, room: str, now: float) -> None:
        outcome: list[Answer] = []

        def close(answered: bool, now: float) -> None:
            self._moving = False
            if not answered:
                self._notice(f"the server did not answer when asked to create {room}")
            elif isinstance(outcome[0], Bare):
                self._notice(f"{room} cannot be created: it exists already, most likely")
            else:
                self._notice(f"{room} is there now; $roomjoin {room} takes you in")

        self._moving = True
        self._requests.ask(Ask(CreateRoom(room), _collect(outcome), close), now)

    def _join(self, room: str, now: float, *, again: bool = False) -> None:
        """Join a room. `again`: after the server came back, which may have to be told of it."""
        refused: list[Answer] = []

        def take(answer: Answer, now: float) -> float:
            if isinstance(answer, Bare):
                refused.append(answer)
                return 0
            return SETTLED

        def close(answered: bool, now: float) -> None:
            self._moving = False
            if not answered:
                self._notice(f"the server did not answer when asked for {room}")
            elif not refused:
                self._entered(room, now, again=again)
            elif again:
                recreate = Ask(CreateRoom(room), lambda answer, now: 0, rejoin)
                self._requests.ask(recreate, now)
            else:
                self._notice(f"there is no room {room}; $roomcreate {room} makes it")

        def rejoin(answered: bool, now: float) -> None:
            if answered:
                self._requests.ask(Ask(JoinRoom(room), take, lambda ok, now: None), now)

        self._moving = not again
        self._requests.ask(Ask(JoinRoom(room), take, close), now)

    def _entered(self, room: str, now: float, *, again: bool) -> None:
        if again:
            return
        self._room = room
        self._peers.settle()
        self._settles = NEVER
        inside = self._peers.roster()
        self._find_names(
            lambda now: self._notice(f"you are in {room} {self._company(inside)}"), now
        )

    def _company(self, inside: list[Address]) -> str:
        if not inside:
            return "alone"
        return "with " + ", ".join(map(self._peers.called, inside))

    def _leave_room(self, now: float) -> None:
        if not self._room:
            self._notice("you are in no room")
            return
        left, self._room = self._room, ""
        self._peers.leave_room()

        def close(answered: bool, now: float) -> None:
            self._moving = False
            if answered:
                self._notice(f"you are not in {left} any more")
            else:
                self._notice(f"you talk to {left} no more, but the server did not confirm it")

        self._moving = True
        self._requests.ask(Ask(LeaveRoom(), lambda answer, now: 0, close), now)

    def _leave(self, now: float) -> None:
        if self._leaving:
            return
        self._leaving = True
        self._settles = self._refreshes = NEVER
        self._requests.forget()
        if self._registered:
            finish = Ask(
                Leave(),
                lambda answer, now: 0,
                lambda answered, now: self._do(Finish(0)),
                FAREWELL_WAITS,
            )
            self._requests.ask(finish, now)
        else:
            self._vanish()

    # --- What the server says

    def _answered(self, message: Answer, now: float) -> None:
        if isinstance(message, RosterCleared):
            self._peers.begin_roster()
            self._settles = now + SETTLED
        elif isinstance(message, RosterEntry):
            self._peers.add_member((message.host, message.port))
            self._settles = now + SETTLED
        if not self._requests.answer(message, now) and message == Bare(Verb.HI):
            # Nobody asked to be let in: the server does not know who is asking.
            if self._requests.under_way(Verb.BY):
                self._do(Finish(0))
            else:
                self._forgotten(now)

    def _settle(self, now: float) -> None:
        graceful = now < self._grace
        self._settles = self._grace if graceful else NEVER
        came, went = self._peers.settle(keep=graceful)

        def announce(now: float) -> None:
            for address in came:
                self._notice(f"{self._peers.called(address)} came")
            for address in went:
                self._notice(f"{self._peers.called(address)} left")

        if self._room and (came or went):
            self._find_names(announce, now)

    def _find_names(self, then: Callable[[float], None], now: float) -> None:
        """Ask the server who is in the room, where nobody knows, and go on."""
        if self._registered and not (self._ended or self._leaving):
            self._discovery.name_everybody(self._name, then, now)
        else:
            then(now)

    # --- What peers say

    def _heard(self, said: Said, source: Address, now: float) -> None:
        if not self._hearing.spend(source[0], now):
            if many := self._unheard.count("too many messages", now):
                self._notice(
                    f"{many} messages were not shown: too many at once,"
                    f" the last from {self._peers.called(source)}"
                )
            return
        known, poked = source in self._peers, not self._peers.everybody()
        if known or poked:
            self._peers.hear(source, said.name)
        text = safe(said.text.removesuffix("\n").removesuffix("\r"))
        if known or poked:
            self._do(Show(f"< {self._peers.speaker(source)}: {text}"))
        else:
            stranger = f"{shown_name(said.name)} at {host_and_port(*source)}"
            self._do(Show(f"< stranger {stranger}: {text}"))
        if poked and not known:
            self._peers.poke(source)
            self._notice(f"you talk to {self._peers.called(source)} now; $kick ends it")


def _collect(outcome: list[Answer]) -> Callable[[Answer, float], float]:
    """Takes an answer that is whole with its first message."""

    def take(answer: Answer, now: float) -> float:
        outcome.append(answer)
        return 0

    return take
