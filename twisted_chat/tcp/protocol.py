"""TCP chat on a connection, between a terminal and whoever is at the other end."""

import time
from collections.abc import Callable
from typing import Protocol

from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IAddress, IReactorTime
from twisted.internet.protocol import Factory
from twisted.logger import Logger

from twisted_chat.events import Event
from twisted_chat.tcp.connection import Busy, Chat
from twisted_chat.tcp.conversation import (
    CloseTerminal,
    Conversation,
    Effect,
    EndProgram,
    HangUp,
    SendLine,
    Show,
)
from twisted_chat.tcp.events import AttachedElsewhere, CallCameToNothing, LineEnding, Missed
from twisted_chat.tcp.typed import Typed
from twisted_chat.tcp.visitor import Visitor
from twisted_chat.terminal.tcp_wording import how_it_ended, words

MAX_BUSY = 16
"""Callers who are being told that the line is busy; more are cut off at once."""
MAX_VISITORS = 16
"""Callers who may be none yet, at once; more are cut off."""
REFUSALS_APART = 60.0
"""Seconds between two lines about calls that came to nothing; the next one counts them."""


class ChatFace(Protocol):
    """Where a person, or a program, learns what happens, and says what it wants."""

    @property
    def clogged(self) -> bool:
        """Whether what was shown is not taken."""

    def show(self, event: Event, at: float | None = None) -> None:
        """Tell of an event, which happened now, or at a time of day."""

    def listen(self, wanted: bool) -> None:
        """Read what is typed, or let it wait."""

    def close(self) -> None:
        """Show what is still to be shown, and close."""


class TcpChat(Factory):
    """One end of TCP chat: makes the connections, holds the one line, serves the terminal.

    `finished` fires with an exit status. It is the `Person` of its terminals, whom
    the `time_of_day`, in seconds since 1970, is shown. `is_called` says whether
    this host address is the one that is called.
    """

    noisy = False
    log = Logger()

    def __init__(
        self,
        conversation: Conversation,
        clock: IReactorTime,
        is_called: Callable[[str], bool] = lambda host: False,
        *,
        time_of_day: Callable[[], float] = time.time,
    ) -> None:
        self._conversation = conversation
        self.clock = clock
        self.is_called = is_called
        self._time_of_day = time_of_day
        self._visitors: set[Visitor] = set()
        self._refused = 0
        self._told_refused: float | None = None
        self._line: Chat | None = None
        self._face: ChatFace | None = None
        self._busy = 0
        self._status = 0
        self._finishing = False
        self._vacated: Deferred[None] | None = None
        self.finished: Deferred[int] = Deferred()

    @property
    def engaged(self) -> bool:
        """Whether somebody is on the line."""
        return self._line is not None

    @property
    def expecting(self) -> bool:
        """Whether somebody is about to be on the line."""
        return bool(self._visitors)

    def buildProtocol(self, addr: IAddress | None) -> Chat | Busy | None:
        if not self.engaged and not self._finishing:
            return Visitor(self) if len(self._visitors) < MAX_VISITORS else None
        return Busy(self) if self._busy < MAX_BUSY else None

    # --- The line

    def answered(self, chat: Chat, who: str, *, called: bool) -> bool:
        """A connection is there. False if another took the line first."""
        if self._line is not None:
            return False
        self._line = chat
        self.log.info("connected with {who}", who=who)
        self._carry_out(self._conversation.connected(who, self.clock.seconds(), called=called))
        for visitor in list(self._visitors):
            visitor.settle()  # It finds the line busy, before it has said anything.
        return True

    def heard(self, line: str) -> None:
        self._carry_out(self._conversation.said(line, self.clock.seconds()))

    def lost(self, how: LineEnding, problem: str) -> None:
        self._line = None
        self.log.info("{why}", why=how_it_ended(how, problem))
        now = self.clock.seconds()
        self._carry_out(self._conversation.disconnected(how, now, problem=problem))
        if self._vacated is not None:
            vacated, self._vacated = self._vacated, None
            vacated.callback(None)

    def close(self) -> Deferred[None]:
        """Hang up, if somebody is on the line, or else say what was not sent. Fires when
        nobody is."""
        for visitor in list(self._visitors):
            visitor.give_up()
        if self._line is None:
            self._carry_out(self._conversation.stopped(self.clock.seconds()))
            return succeed(None)
        self._line.hang_up()
        self._vacated = Deferred()
        return self._vacated

    def busy(self, change: int) -> None:
        self._busy += change

    def visiting(self, visitor: Visitor, there: bool) -> None:
        """Somebody is about to be on the line, or no more."""
        (self._visitors.add if there else self._visitors.discard)(visitor)

    def refused(self, who: str, why: Missed, problem: str) -> None:
        """A call came to nothing. Told at most once in `REFUSALS_APART`."""
        now = self.clock.seconds()
        if self._told_refused is not None and now - self._told_refused < REFUSALS_APART:
            self._refused += 1
            return
        others = self._refused
        self._told_refused, self._refused = now, 0
        self.tell(CallCameToNothing(who, why, problem, others))

    def take_input(self) -> None:
        """Read what is typed exactly while it can be sent or kept."""
        if self._face is not None:
            clogged = self._line is not None and self._line.clogged
            self._face.listen(self._conversation.wants_input and not clogged)

    def tell(self, event: Event) -> None:
        """Something that the person should know, and the log."""
        self.log.info("{text}", text=words(event))
        self._carry_out(self._conversation.happened(event, self.clock.seconds()))

    def failed(self, event: Event) -> None:
        """There will be no line, for a reason that the person should know, and the log."""
        self.log.error("{why}", why=words(event))
        self._carry_out(self._conversation.failed(event, self.clock.seconds()))

    # --- The terminal

    @property
    def person(self) -> bool:
        """Whether a person sees what happens, and chooses what to say to whom."""
        return self._conversation.person

    def attached(self, face: ChatFace) -> None:
        if self._face is not None:
            self._face.show(AttachedElsewhere())
            self._face.close()
        self._face = face
        self._carry_out(self._conversation.attached(self.clock.seconds(), self._time_of_day()))

    def typed(self, face: ChatFace, todo: Typed) -> None:
        if face is self._face:
            self._carry_out(self._conversation.typed(todo, self.clock.seconds()))

    def ended(self, face: ChatFace) -> None:
        if face is self._face:
            self._carry_out(self._conversation.ended(self.clock.seconds()))

    def detached(self, face: ChatFace) -> None:
        if face is self._face:
            self._face = None
            self.flowing(face)
            if self._finishing:
                self._finish_if_done()
            else:
                self._carry_out(self._conversation.detached())

    def flowing(self, face: ChatFace) -> None:
        if self._line is not None:
            self._line.transport.resumeProducing()

    # --- Effects

    def _carry_out(self, effects: list[Effect]) -> None:
        for effect in effects:
            match effect:
                case Show(event, at):
                    self._show(event, at)
                case SendLine(line):
                    if self._line is not None:
                        self._line.say(line)
                case HangUp():
                    if self._line is not None:
                        self._line.hang_up()
                case CloseTerminal():
                    if self._face is not None:
                        self._face.close()
                case EndProgram(status):
                    self._finishing, self._status = True, status
                    if self._face is not None:
                        self._face.close()
                    self._finish_if_done()
        self.take_input()

    def _show(self, event: Event, at: float | None) -> None:
        if self._face is None:
            return
        self._face.show(event, at)
        if self._face.clogged and self._line is not None:
            self._line.transport.pauseProducing()

    def _finish_if_done(self) -> None:
        if self._finishing and self._face is None and not self.finished.called:
            self.finished.callback(self._status)
