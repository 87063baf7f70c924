"""Requests to the server on a link that loses nothing and keeps the order.

An answer names its verb, and its room where it is about one, so the first request with
these is the one that it answers.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from twisted_chat.links import Link
from twisted_chat.moments import NEVER
from twisted_chat.names import folded, may_travel
from twisted_chat.peer.commands import Command
from twisted_chat.peer.effects import Effects
from twisted_chat.peer.events.server import ServerSlow
from twisted_chat.peer.gen2.resting import Resting, RestState
from twisted_chat.peer.lists import LONGEST_LIST, MAX_LIST_BYTES, weight
from twisted_chat.wire.common import (
    VERBS,
    Bare,
    Goodbye,
    JoinRoom,
    ListRooms,
    ListUsers,
    RoomReady,
    Verb,
    Welcome,
)
from twisted_chat.wire.gen2.answers import Answer, ContactLocated, Done, PutOut, Refused, Rivalled
from twisted_chat.wire.gen2.grounds import Ground
from twisted_chat.wire.gen2.listing import Listed
from twisted_chat.wire.gen2.requests import (
    ABOUT_ROOMS,
    AskRoster,
    RegisterKey,
    Request,
    RoomRequest,
    RoomVerb,
    RunRoom,
    verb_of,
)
from twisted_chat.wire.gen2.roster import RosterBegins, RosterEnds

RUN_BY = {
    Command.INVITE: RoomVerb.INVITE,
    Command.BAN: RoomVerb.BAN,
    Command.UNBAN: RoomVerb.UNBAN,
    Command.MUTE: RoomVerb.MUTE,
    Command.UNMUTE: RoomVerb.UNMUTE,
    Command.OP: RoomVerb.OP,
    Command.DEOP: RoomVerb.DEOP,
}
"""What is asked of the server for each command of those who run a room."""
COMMANDS = {verb: command for command, verb in RUN_BY.items()}
COMMANDS[RoomVerb.GIVE] = Command.ROOMGIVE
"""The command of each verb that others can tell us of."""

PATIENCE = 10.0
"""Seconds to wait for an answer, or for more of a list."""
SLOW, SLOWEST = 3.0, 8.0
"""Seconds without one after which the person is told so: where the link is in doubt, as nothing
of what is sent over it is acknowledged, and in any case."""
LOOKS, APART = 3, 0.5
"""Times in a row that it has to be in doubt, so many seconds apart: one that only loses much is in
doubt for a moment now and then."""

Close = Callable[[list[Answer] | None, float], None]
"""Is given the whole answer, or None if there was none."""

_VERBS: dict[type, Verb] = dict(VERBS)
_ASKED: dict[type, Verb | RoomVerb] = {**VERBS, **ABOUT_ROOMS, RegisterKey: Verb.HI}
_LISTS = (JoinRoom, AskRoster, ListUsers, ListRooms)
"""What is answered with a list or a roster: others are told of one who joins at the same time."""
_ANSWERED: dict[type, Verb | RoomVerb] = {
    Welcome: Verb.HI,
    Rivalled: Verb.HI,
    Goodbye: Verb.BY,
    ContactLocated: Verb.AR,
    RoomReady: RoomVerb.CREATE,
    RosterBegins: RoomVerb.JOIN,
    PutOut: RoomVerb.LEAVE,
    RosterEnds: RoomVerb.ROSTER,
}


@dataclass(eq=False, slots=True)
class _Awaited:
    verb: Verb | RoomVerb
    room: str
    """The room that it is about, casefolded; empty where it is about none."""
    close: Close
    since: float
    """When it was asked, or more of the answer came."""
    until: float
    """When it has taken too long in any case."""
    size: int = 0
    """Bytes of the names in `answers`."""
    answers: list[Answer] = field(default_factory=list)

    @property
    def due(self) -> float:
        """When it has waited too long."""
        return min(self.since + PATIENCE, self.until)


class ServerRequests:
    """Those that are under way over `link`, where there is one, or in signs of life while it is
    `resting`. `wake` is when `tick` is due, or the first has waited too long."""

    def __init__(self, effects: Effects) -> None:
        self._effects = effects
        self._open: deque[_Awaited] = deque()
        self.link: Link | None = None
        self.resting = Resting(effects)
        self.came_back: Callable[[], bool] = lambda: False
        """Says over a new link that it takes the place of one that rests; whether there is one."""
        self.said = 0
        """Messages that were said to the server so far."""
        self.why = ""
        """The ground on which a room was refused last; empty where the server gave none."""
        self.slow = False
        """Whether the person was told that an answer is late, and none has come since."""
        self._look_at, self._doubted = NEVER, 0

    @property
    def due(self) -> float:
        """When the first has waited too long."""
        return min(one.due for one in self._open) if self._open else NEVER

    @property
    def waits(self) -> bool:
        """Whether something was asked that has no answer yet."""
        return bool(self._open)

    @property
    def wake(self) -> float:
        return min(self.due, self._look_at) if self._open else NEVER

    def tick(self, now: float) -> None:
        """Tell that an answer is late, where that is due."""
        if now < self._look_at or not self._open:
            return
        waited = now - min(one.since for one in self._open)
        doubted = self.link is not None and self.link.doubted
        self._doubted = self._doubted + 1 if doubted else 0
        if waited >= SLOWEST or (waited >= SLOW and self._doubted >= LOOKS):
            self.slow, self._look_at = True, NEVER
            self._effects.tell(ServerSlow())
        else:
            self._look_at = now + APART

    def ask(self, request: Request, close: Close, now: float) -> None:
        """Ask the server; without a link there is no answer."""
        if self.link is None:
            close(None, now)
            return
        if (refused := refusal(request)) is not None:
            self._note(refused)
            close([refused], now)
            return
        self.say(request.encode(), over_link=isinstance(request, _LISTS))
        verb = request.verb if isinstance(request, RunRoom) else _ASKED[type(request)]
        room = _room(request)
        if not self._open and not self.slow:
            self._look_at, self._doubted = now + SLOW - (LOOKS - 1) * APART, 0
        self._open.append(_Awaited(verb, room, close, now, now + LONGEST_LIST))

    def tell(self, request: Request) -> None:
        """Say something to the server that has no answer of its own."""
        self.say(request.encode())

    def say(self, message: bytes, *, over_link: bool = False) -> None:
        """Say this to the server, if it can be; perhaps only over a link."""
        if self.link is None:
            return
        self.said += 1
        if self.resting.state is RestState.NOT:
            self._effects.frame(message, self.link)
        else:
            self.resting.say(message, over_link=over_link)

    def part(self) -> None:
        """There is no link any more."""
        self.link = None
        self.resting.end()

    def answer(self, answer: Answer, now: float) -> bool:
        """Give an answer to the request that it belongs to. False if there is none.

        A roster answers the join with its beginning: the one who asked knows the rest. Its
        end answers the one who asked for it again.
        """
        if isinstance(answer, Bare | Listed | Done | Refused):
            verb: Verb | RoomVerb | None = answer.verb
        else:
            verb = _ANSWERED.get(type(answer))
        about = verb, _room(answer)
        request = next((one for one in self._open if (one.verb, one.room) == about), None)
        if request is None:
            return False
        self.slow = False
        if isinstance(answer, Listed):
            request.size += weight(answer.names)
            if request.size > MAX_LIST_BYTES:
                request.until = now  # A list without end is no answer.
            else:
                request.answers.append(answer)
            request.since = now
        else:
            request.answers.append(answer)
            self._note(answer)
            self._open.remove(request)
            request.close(request.answers, now)
        return True

    def _note(self, answer: Answer) -> None:
        self.why = answer.ground.value if isinstance(answer, Refused) else ""

    def give_up(self, now: float) -> None:
        """There will be no answers."""
        requests, self._open = list(self._open), deque()
        for request in requests:
            request.close(None, now)


def refusal(request: Request) -> Answer | None:
    """What is to be said to a request with a name that nobody can have, which cannot be asked."""
    name = getattr(request, "name", "")
    can_be = not name or may_travel(name)
    if isinstance(request, RoomRequest):
        if can_be and may_travel(request.room):
            return None
        ground = Ground.NOBODY if may_travel(request.room) else Ground.NO_NAME
        return Refused(verb_of(request), request.room, ground)
    return None if can_be else Bare(_VERBS[type(request)])


def _room(message: Request | Answer) -> str:
    """The room that a message is about, casefolded; empty where it is about none."""
    return folded(getattr(message, "room", ""))
