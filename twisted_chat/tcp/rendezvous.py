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

from twisted_chat.startup import CannotStart, cannot_listen
from twisted_chat.tcp import events, unreached
from twisted_chat.tcp.call import Call, LineBusy
from twisted_chat.tcp.certificate import CertificateRefused, NoTls
from twisted_chat.tcp.neighbour import Neighbour
from twisted_chat.tcp.protocol import TcpChat
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


class Rendezvous(Service):
    """Brings somebody on the line of a chat.

    `where` says where we wait, `whom` whom we call first, both as a person
    would read it; without `listen` nobody can call us, and `where` says why.
    With `stay`, more callers may come later. `neighbour` is who may have the
    port where we wait. `between` chooses a number between two. Starting raises
    CannotStart where we only wait and cannot listen.
    """

    def __init__(
        self,
        chat: TcpChat,
        listen: IStreamServerEndpoint | None,
        where: str,
        call: IStreamClientEndpoint | None = None,
        whom: str = "",
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
        problems: list[CannotStart] = []

        def failed(failure: Failure) -> None:
            if not failure.check(CannotStart):
                failure.trap(CancelledError)
            elif begun:
                self._chat.failed(str(failure.value))
            else:
                problems.append(failure.value)  # type: ignore[arg-type]

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
        up, or the line is busy; raises CannotStart where nobody else may come."""
        self._chat.tell(events.Calling(self._whom, self._where, self._listen is not None))
        until, reason = self._clock.seconds() + GIVE_UP, ""
        while (left := until - self._clock.seconds()) > 0:
            try:
                await self._taken(call, min(left, TRY))
            except CancelledError:
                raise
            except LineBusy as busy:
                return self._give_up(f"{self._whom} says that {busy}", stay=self._stay)
            except CertificateRefused as refused:
                why = f"the one who answers at {self._whom} cannot be trusted: {refused}"
                return self._give_up(why, stay=self._stay)
            except NoTls as plain:
                return self._give_up(
                    f"the one who answers at {self._whom} {plain}", stay=self._stay
                )
            except Exception as problem:
                if left >= TRY or not reason:  # What is cut short shows nothing new.
                    reason = unreached.why(problem)
            else:
                return True
            left = until - self._clock.seconds()
            pause = self._between(AGAIN_MIN, AGAIN_MAX)
            if left > 0 and await self._listened(min(left, pause)):
                return True
        unanswered = events.NobodyAnswered(self._whom, GIVE_UP, reason)
        if self._listen is not None:
            self._chat.tell(unanswered)
            return False
        return self._give_up(words(unanswered), stay=False)

    def _give_up(self, why: str, *, stay: bool) -> bool:
        """Say why. Raises CannotStart where nobody else may come."""
        given_up = events.CallGivenUp(why)
        if not stay:
            raise CannotStart(words(given_up))
        self._chat.tell(given_up)
        return False

    async def _waits(self) -> bool:
        """Listen, or call the neighbour who has the port. True if we listen.
        Raises CannotStart."""
        assert self._listen is not None
        until = self._clock.seconds() + GIVE_UP
        told = False
        while True:
            try:
                self._port = await self._listen.listen(self._chat)
            except (CannotListenError, OSError) as error:
                problem = cannot_listen(self._where, error)
            else:
                if self._neighbour is not None:
                    self._neighbour.claim()
                return True
            neighbour = self._neighbour
            late = self._clock.seconds() >= until
            if neighbour is None or self._call is not None or late or not neighbour.there:
                raise problem
            if not told:
                self._chat.tell(events.OwnChatThere(self._where))
                told = True
            try:
                await self._taken(neighbour.endpoint, TRY)
            except CancelledError:
                raise
            except LineBusy as busy:
                raise CannotStart(f"{problem}; another chat of yours has it, and {busy}") from None
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
