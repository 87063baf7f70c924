"""Why a call reached nobody, or nobody to rely on: words of the protocol, and no sentences."""

import os

from twisted.internet import error
from twisted.internet.defer import TimeoutError as DeferredTimeout

from twisted_chat.errors import ChatError
from twisted_chat.tcp.events import CallRefusal, Unreached

_REASONS: tuple[tuple[tuple[type[BaseException], ...], Unreached], ...] = (
    ((error.ConnectionRefusedError,), Unreached.NOBODY_WAITS),
    (
        (
            error.ConnectingCancelledError,
            error.TimeoutError,
            error.TCPTimedOutError,
            DeferredTimeout,
        ),
        Unreached.NO_ANSWER,
    ),
    ((error.DNSLookupError,), Unreached.NO_ADDRESS),
    ((error.NoRouteError,), Unreached.NO_ROUTE),
    ((error.ConnectionAborted,), Unreached.NO_HANDSHAKE),
    ((error.ConnectionLost, error.ConnectionDone), Unreached.HUNG_UP),
)


class CallRefused(ChatError):
    """Somebody was reached, and nothing was said to them: why, and with `WRONG_NAME` for
    what names their certificate would have to be."""

    def __init__(self, why: CallRefusal, names: str = "") -> None:
        super().__init__(why.value)
        self.why = why
        self.names = names


def reason_unreached(problem: BaseException) -> tuple[Unreached, str]:
    """Why nobody was reached, and what the system or OpenSSL says of it, if only that
    tells more."""
    for kinds, why in _REASONS:
        if isinstance(problem, kinds):
            return why, ""
    if said := openssl_words(problem):
        return Unreached.OTHER_TLS, said
    number = getattr(problem, "osError", None)
    if isinstance(number, int):
        return Unreached.OTHER, os.strerror(number)
    return Unreached.OTHER, str(number or problem).rstrip(".") or type(problem).__name__


def openssl_words(problem: BaseException | None) -> str:
    """What OpenSSL says about an error of its own; empty for any other."""
    if problem is None or not type(problem).__module__.startswith("OpenSSL.") or not problem.args:
        return ""
    errors = problem.args[0]
    return "; ".join(error[-1] for error in errors) if isinstance(errors, list) else ""
