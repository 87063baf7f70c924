"""Doing what waits for others in a thread for which the program does not wait when it ends."""

from collections.abc import Callable
from threading import Thread
from typing import Any, TypeVar

from twisted.internet.defer import Deferred

Result = TypeVar("Result")


def apart(reactor: Any, work: Callable[[], Result]) -> "Deferred[Result]":
    """What comes of this, which does not raise, later, in the reactor's thread."""
    done: Deferred[Result] = Deferred()

    def do() -> None:
        reactor.callFromThread(done.callback, work())

    Thread(target=do, name=getattr(work, "__name__", None), daemon=True).start()
    return done
