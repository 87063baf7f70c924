"""How two people find each other, whoever starts first: call for a while, then wait.

A call that nobody takes is repeated. In between we listen, so that a call
from the other side is taken as well; never at the same time, or a call to this
machine would reach ourselves. Two who call each other at the same time have to
fall out of step, so the time between two calls is a matter of chance.
"""

import random
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
from twisted_chat.tcp.call import Call, LineBusy
from twisted_chat.tcp.protocol import TcpChat

GIVE_UP = 15.0
"""Seconds after which a call that nobody takes is given up."""
TRY = 4.0
"""Seconds for one call. Where something swallows calls to the other side, it can still call us."""
AGAIN_MIN, AGAIN_MAX = 0.5, 1.5
"""Seconds between two calls."""


class Rendezvous(Service):
    """Brings somebody on the line of a chat.

    `where` says where we wait, `whom` whom we call first, both as a person
    would read it. With `stay`, more callers may come later. `between` chooses a
    number between two. Starting raises CannotStart where we only wait and
    cannot listen.
    """

    def __init__(
        self,
        chat: TcpChat,
        listen: IStreamServerEndpoint,
        where: str,
        call: IStreamClientEndpoint | None = None,
        whom: str = "",
        *,
        stay: bool = False,
        between: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._chat = chat
        self._clock: IReactorTime = chat.clock
        self._listen = listen
        self._where = where
        self._call = call
        self._whom = whom
        self._stay = stay
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
        if self._call is not None and await self._reached(self._call) and not self._stay:
            return
        if self._port is None:
            try:
                self._port = await self._listen.listen(self._chat)
            except (CannotListenError, OSError) as error:
                raise cannot_listen(self._where, error) from None
        if not self._chat.engaged:
            self._chat.notice(f"waiting on {self._where}")

    async def _reached(self, call: IStreamClientEndpoint) -> bool:
        """Call until somebody answers or calls us. False when it is time to give
        up, or the line is busy, which raises CannotStart where nobody else may come."""
        self._chat.notice(f"calling {self._whom}")
        until = self._clock.seconds() + GIVE_UP
        while (left := until - self._clock.seconds()) > 0:
            try:
                await self._taken(call, min(left, TRY))
            except CancelledError:
                raise
            except LineBusy as busy:
                why = f"{self._whom} says that {busy}; nothing was sent"
                if not self._stay:
                    raise CannotStart(why) from None
                self._chat.notice(why)
                return False
            except Exception as problem:
                reason = str(problem).rstrip(".")
            else:
                return True
            left = until - self._clock.seconds()
            pause = self._between(AGAIN_MIN, AGAIN_MAX)
            if left > 0 and await self._listened(min(left, pause)):
                return True
        self._chat.notice(f"nobody answered at {self._whom} for {GIVE_UP:g} seconds: {reason}")
        return False

    async def _taken(self, call: IStreamClientEndpoint, seconds: float) -> None:
        """Call once. Raises what hindered it."""
        began = self._clock.seconds()
        calls = Factory.forProtocol(lambda: Call(self._chat, began))
        calls.noisy = False
        made: Any = await call.connect(calls).addTimeout(seconds, self._clock)
        await made.taken

    async def _listened(self, seconds: float) -> bool:
        """Listen for a moment. True, and still listening, if somebody called."""
        try:
            self._port = await self._listen.listen(self._chat)
        except (CannotListenError, OSError):
            self._port = None  # Worth telling if it is still so when we have to wait.
        await deferLater(self._clock, seconds)
        if not self._chat.engaged:
            await self._stop_listening()
        return self._chat.engaged

    async def _stop_listening(self) -> None:
        port, self._port = self._port, None
        if port is not None:
            await maybeDeferred(port.stopListening)
