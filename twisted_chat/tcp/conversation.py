"""What happens on a line between two people: events in, effects out.

A person's own program (`once`) is for one conversation and ends with it. A
daemon stays for the next caller, and its terminal comes and goes.
"""

from collections import deque

from msgspec import Struct

from twisted_chat.events import Event
from twisted_chat.tcp import events
from twisted_chat.tcp.typed import Typed, TypedCommand

MAX_HELD = 64 * 1024
"""Characters typed before anybody is there that are kept; more is not read before somebody is."""
MAX_MISSED_LINES = 1000
"""Lines that are kept for a terminal that is not attached; the oldest go first."""
MAX_MISSED = 1024 * 1024
"""Bytes of what is in them, in UTF-8."""
MARK = 2
"""Bytes that each counts for besides."""
_HUNG_UP = (events.LineEnding.WE_HUNG_UP, events.LineEnding.THEY_HUNG_UP)


class Show(Struct, frozen=True):
    """Something for the terminal. `at` is the time of day when it happened, in seconds
    since 1970, if that was before."""

    event: Event
    at: float | None = None


class SendLine(Struct, frozen=True):
    """A line for the other person, without its line feed."""

    line: str


class HangUp(Struct, frozen=True):
    """Close the connection, once everything said is delivered."""


class CloseTerminal(Struct, frozen=True):
    """Let go of the terminal, once everything shown is there."""


class EndProgram(Struct, frozen=True):
    """This was it; the exit status says whether it went well."""

    status: int


Effect = Show | SendLine | HangUp | CloseTerminal | EndProgram


class Conversation:
    """One end of the line. Each method returns the effects to be carried out, in order.

    `hold`: what is typed before anybody is there is kept; otherwise it is not
    sent, and that is said. It is kept for `whom`, the one who is called, and
    where nobody is called for the first who comes. `interactive`: a person
    sits at the terminal, for whom the end of input means to go. It means the same
    to a script that calls, or has said something; one that only waits still
    listens. `detachable`: the terminal can come back, and the end of its input is
    nothing to the other person.
    """

    def __init__(
        self,
        *,
        once: bool,
        hold: bool,
        whom: str = "",
        interactive: bool = True,
        detachable: bool = False,
    ) -> None:
        self._once = once
        self._hold = hold
        self._whom = whom
        self._interactive = interactive
        self._detachable = detachable
        self._connected, self._who = False, ""
        self._closing = False
        self._held: list[str] = []
        self._attached = False
        self._missed: deque[tuple[float, Event]] = deque()
        self._missed_size = 0
        self._forgotten = 0
        self._spoke = False
        self._unsent = False
        self._unseen = False

    @property
    def wants_input(self) -> bool:
        """Whether more may be typed."""
        return sum(map(len, self._held)) < MAX_HELD

    # --- The other person

    def connected(self, who: str, now: float, *, called: bool = True) -> list[Effect]:
        """Somebody is there: the one who was `called`, or might be, or somebody else."""
        self._connected, self._who, self._hold = True, who, False
        effects = self._tell(events.ConnectedWith(who), now)
        if called or not self._whom:
            effects += map(SendLine, self._held)
        else:
            effects += self._keep_from_stranger(now)
        self._held.clear()
        if self._closing:
            effects.append(HangUp())
        return effects

    def _keep_from_stranger(self, now: float) -> list[Effect]:
        """What was typed for another is shown again; a person may send it anyway. A
        script cannot choose, so it says nothing to somebody whom it has not called."""
        effects = [one for line in self._held for one in self._tell(events.KeptBack(line), now)]
        stays = self.person and not self._closing
        if self._held or not stays:
            effects += self._tell(events.CalledFromElsewhere(self._whom, stays), now)
        if not stays:
            self._closing, self._hold, self._unsent = True, not self._once, self._once
        return effects

    def said(self, line: str, now: float) -> list[Effect]:
        """The other person said a line."""
        return self._tell(events.TextSaid(line), now)

    def disconnected(
        self, how: events.LineEnding, now: float, *, problem: str = ""
    ) -> list[Effect]:
        """The other person is gone: how, and what the system says of it."""
        self._connected = self._closing = False
        over = self._once or self._unseen
        effects = self._tell(events.LineEnded(how, problem, not over), now)
        if over:
            failed = self._unsent or self._unseen or how not in _HUNG_UP
            effects.append(EndProgram(1 if failed else 0))
        return effects

    def happened(self, event: Event, now: float) -> list[Effect]:
        """Something that the person should know."""
        return self._tell(event, now)

    def failed(self, event: Event, now: float) -> list[Effect]:
        """There will be no conversation, which the person should know."""
        return [*self._tell(event, now), EndProgram(1)]

    def stopped(self, now: float) -> list[Effect]:
        """The process is being ended while nobody is on the line."""
        held, self._held = self._held, []
        return [
            one for line in held if self.person for one in self._tell(events.KeptBack(line), now)
        ]

    # --- The terminal

    def attached(self, now: float, time_of_day: float) -> list[Effect]:
        """A person sits down at the terminal, at this `time_of_day`, in seconds since 1970."""
        self._attached = True
        if not self._detachable:
            return []
        effects: list[Effect] = []
        if self._forgotten:
            effects.append(Show(events.OlderNotKept(self._forgotten)))
        effects += (Show(event, time_of_day - (now - when)) for when, event in self._missed)
        self._missed.clear()
        self._missed_size = self._forgotten = 0
        who = self._who if self._connected else ""
        return [*effects, Show(events.Attached(self._connected, who))]

    def detached(self) -> list[Effect]:
        """Nobody sees the terminal any more. One that cannot come back takes the chat with it:
        what the other person says would be lost."""
        self._attached = False
        if self._detachable:
            return []
        self._unseen = True
        if not self._connected:
            return [EndProgram(1)]
        if self._closing:
            return []
        self._closing = True
        return [HangUp()]

    def typed(self, todo: Typed, now: float) -> list[Effect]:
        """A line was typed."""
        match todo:
            case TypedCommand.QUIT:
                return self._quit(now)
            case str() as text:
                return self._say(text, now)
            case _:
                return self._tell(todo, now)

    def _say(self, text: str, now: float) -> list[Effect]:
        self._spoke = True
        if self._connected and not self._closing:
            return [SendLine(text)]
        if self._unsent:
            return self._tell(events.KeptBack(text), now)
        if self._closing or not self._hold:
            return self._tell(events.NobodyOnLine(True, self._detachable), now)
        first = not self._held
        self._held.append(text)
        if first and self._interactive:
            return self._tell(events.SentLater(self._whom), now)
        return []

    def ended(self, now: float) -> list[Effect]:
        """Nothing more will be typed."""
        if self._detachable:
            return [CloseTerminal()]
        if self._spoke or (self._once and self._interactive):
            return self._quit(now)
        if self._once and self._whom and not self._closing:
            self._closing = True
            return [HangUp()] if self._connected else []
        return []

    def _quit(self, now: float) -> list[Effect]:
        if self._closing:
            return []
        if self._connected:
            self._closing = True
            return [HangUp()]
        if self._held:
            self._closing = True
            if self._interactive:
                return self._tell(events.StillToDeliver(), now)
            return []
        if self._once:
            return [EndProgram(0)]
        return self._tell(events.NobodyOnLine(False, self._detachable), now)

    @property
    def person(self) -> bool:
        """Whether a person sees what happens, and chooses what to say to whom."""
        return self._interactive or self._detachable

    # --- What is shown

    def _tell(self, event: Event, now: float) -> list[Effect]:
        if self._attached or not self._detachable:
            return [Show(event)]
        self._missed.append((now, event))
        self._missed_size += _size(event)
        while len(self._missed) > MAX_MISSED_LINES or self._missed_size > MAX_MISSED:
            self._missed_size -= _size(self._missed.popleft()[1])
            self._forgotten += 1
        return []


def _size(event: Event) -> int:
    """Bytes of its texts, and of the mark before it."""
    values = [getattr(event, name) for name in type(event).__struct_fields__]
    texts = (value for value in values if isinstance(value, str))
    return MARK + sum(len(text.encode("utf-8", "replace")) for text in texts)
