"""How two people find each other, no matter which starts first: call for a while, then wait.

A call that nobody takes is repeated. In between we listen, so that a call
from the other side is taken as well; never at the same time, or a call to this
machine would reach ourselves. Two who call each other at the same time have to
fall out of step, so the time between two calls is a matter of chance.
"""

import random
import re
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace
from twisted.application.service import Service
from twisted.internet.defer import (
    CancelledError,
    Deferred,
    ensureDeferred,
    gatherResults,
    maybeDeferred,
)
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import (
    IListeningPort,
    IReactorTime,
    IStreamClientEndpoint,
    IStreamServerEndpoint,
)
from twisted.internet.protocol import Factory
from twisted.internet.task import deferLater
from twisted.python.failure import Failure

from twisted_chat.events import Event
from twisted_chat.startup import CannotStart, listening_problem
from twisted_chat.tcp import events
from twisted_chat.tcp.call import Call
from twisted_chat.tcp.neighbour import Neighbour
from twisted_chat.tcp.protocol import TcpChat
from twisted_chat.tcp.unreached import CallRefused, reason_unreached
from twisted_chat.terminal.tcp_wording import words

GIVE_UP = 15.0
"""Seconds after which a call that nobody takes is given up."""
TRY = 4.0
"""Seconds for one call. Where something swallows calls to the other side, it can still call us."""
AGAIN_MIN, AGAIN_MAX = 0.5, 1.5
"""Seconds between two calls."""
LOOK_AGAIN = 0.1
"""Seconds between two looks at what may be over in a moment."""
ANY_PORT = " port 0"
"""How a place ends where the system chooses the port."""


class CannotMeet(CannotStart):
    """Nobody can come onto the line, for the reason that `event` tells."""

    def __init__(self, event: Event) -> None:
        super().__init__(words(event))
        self.event = event


class Rendezvous(Service):
    """Brings somebody on the line of a chat.

    `where` says where we wait, `whom` whom we call first, both as a person
    would read it, and `over` over what kind of endpoint. Without `listen` nobody
    can call us, and `where` is empty. With `stay`, more callers may come later.
    `neighbour` is who may have the port where we wait. `between` chooses a number
    between two. Starting raises CannotMeet where we only wait and cannot listen.
    """

    def __init__(
        self,
        chat: TcpChat,
        listen: IStreamServerEndpoint | None,
        where: str,
        call: IStreamClientEndpoint | None = None,
        whom: str = "",
        over: str = "tcp",
        *,
        stay: bool = False,
        neighbour: Neighbour | None = None,
        between: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._chat = chat
        self._clock: IReactorTime = chat.clock
        self._listen = listen
        self._where = where
        self._call = call
        self._whom = whom
        self._over = over
        self._stay = stay
        self._neighbour = neighbour
        self._between = between
        self._port: IListeningPort | None = None
        self._working: Deferred[None] | None = None

    def privilegedStartService(self) -> None:
        super().privilegedStartService()
        if self._call is None:
            self._begin()

    def startService(self) -> None:
        super().startService()
        self._begin()

    def stopService(self) -> Any:
        super().stopService()
        working, self._working = self._working, None
        if working is not None:
            working.cancel()
        if self._neighbour is not None:
            self._neighbour.release()
        return gatherResults([ensureDeferred(self._stop_listening()), self._chat.close()])

    def _begin(self) -> None:
        if self._working is not None:
            return
        begun = False
        problems: list[CannotMeet] = []

        def failed(failure: Failure) -> None:
            problem = failure.value
            if not isinstance(problem, CannotMeet):
                failure.trap(CancelledError)
            elif begun:
                self._chat.failed(problem.event)
            else:
                problems.append(problem)

        self._working = ensureDeferred(self._meet())
        self._working.addErrback(failed)
        if problems:
            raise problems[0]
        begun = True

    async def _meet(self) -> None:
        if self._neighbour is not None and self._call is not None:
            self._neighbour.claim()
        if self._call is not None and await self._reached(self._call) and not self._stay:
            return
        if self._port is None and not await self._waits():
            return
        if not self._chat.engaged:
            self._chat.tell(events.WaitingForCall(self._place()))

    async def _reached(self, call: IStreamClientEndpoint) -> bool:
        """Call until somebody answers or calls us. False when it is time to give
        up, or the line is busy; raises CannotMeet where nobody else may come."""
        self._chat.tell(events.Calling(self._whom, self._over, self._where))
        until, why = self._clock.seconds() + GIVE_UP, None
        while (left := until - self._clock.seconds()) > 0:
            try:
                await self._taken(call, min(left, TRY))
            except CancelledError:
                raise
            except CallRefused as refused:
                return self._give_up(
                    events.CallGivenUp(self._whom, refused.why, refused.names, self._stay)
                )
            except Exception as problem:
                if left >= TRY or why is None:  # What is cut short shows nothing new.
                    why = reason_unreached(problem)
            else:
                return True
            left = until - self._clock.seconds()
            pause = self._between(AGAIN_MIN, AGAIN_MAX)
            if left > 0 and await self._listened(min(left, pause)):
                return True
        reason, said = why or (events.Unreached.NO_ANSWER, "")
        waits = self._listen is not None
        return self._give_up(events.NobodyAnswered(self._whom, GIVE_UP, reason, said, waits))

    def _give_up(self, event: events.CallGivenUp | events.NobodyAnswered) -> bool:
        """Tell of it. Raises CannotMeet where nobody else may come."""
        if not event.waits:
            raise CannotMeet(event)
        self._chat.tell(event)
        return False

    async def _waits(self) -> bool:
        """Listen, or call the neighbour who has the port. True if we listen.
        Raises CannotMeet."""
        assert self._listen is not None
        until = self._clock.seconds() + GIVE_UP
        told = False
        while True:
            try:
                self._port = await self._listen.listen(self._chat)
            except (CannotListenError, OSError) as error:
                taken = events.NowhereToWait(self._where, listening_problem(error), False)
            else:
                if self._neighbour is not None:
                    self._neighbour.claim()
                return True
            neighbour = self._neighbour
            late = self._clock.seconds() >= until
            if neighbour is None or self._call is not None or late or not neighbour.there:
                raise CannotMeet(taken)
            if not told:
                self._chat.tell(events.OwnChatThere(self._where))
                told = True
            try:
                await self._taken(neighbour.endpoint, TRY)
            except CancelledError:
                raise
            except CallRefused:
                raise CannotMeet(replace(taken, own_busy=True)) from None
            except Exception:  # It calls somebody itself in this moment, or has just ended.
                await deferLater(self._clock, LOOK_AGAIN)
            else:
                return False

    def _place(self) -> str:
        """Where we wait, with the port that the system has chosen."""
        port = getattr(self._port and self._port.getHost(), "port", None)
        if port is None or re.search(rf"\b{port}\b", self._where):
            return self._where
        if self._where.endswith(ANY_PORT):
            return f"{self._where.removesuffix('0')}{port}"
        return f"{self._where} (port {port})"

    async def _taken(self, call: IStreamClientEndpoint, seconds: float) -> None:
        """Call once. Raises what hindered it."""
        began = self._clock.seconds()
        calls = Factory.forProtocol(lambda: Call(self._chat, began))
        calls.noisy = False
        made: Any = await call.connect(calls).addTimeout(seconds, self._clock)
        await made.taken

    async def _listened(self, seconds: float) -> bool:
        """Listen for a moment, if we may. True, and still listening, if somebody called."""
        if self._listen is None:
            await deferLater(self._clock, seconds)
            return False
        try:
            self._port = await self._listen.listen(self._chat)
        except (CannotListenError, OSError):
            self._port = None  # Worth telling if it is still so when we have to wait.
        await deferLater(self._clock, seconds)
        while self._chat.expecting and not self._chat.engaged:
            await deferLater(self._clock, LOOK_AGAIN)
        if not self._chat.engaged:
            await self._stop_listening()
        return self._chat.engaged

    async def _stop_listening(self) -> None:
        port, self._port = self._port, None
        if port is not None:
            await maybeDeferred(port.stopListening)
