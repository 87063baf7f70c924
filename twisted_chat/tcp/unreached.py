"""Why a call reached nobody, in words."""

import os

from twisted.internet import error
from twisted.internet.defer import TimeoutError as DeferredTimeout

from twisted_chat.tcp.certificate import openssl_words

_WORDS: tuple[tuple[tuple[type[BaseException], ...], str], ...] = (
    ((error.ConnectionRefusedError,), "nobody waits there (connection refused)"),
    (
        (
            error.ConnectingCancelledError,
            error.TimeoutError,
            error.TCPTimedOutError,
            DeferredTimeout,
        ),
        "no answer comes back",
    ),
    ((error.DNSLookupError,), "its name leads to no address now"),
    ((error.NoRouteError,), "there is no way to it from here"),
    (
        (error.ConnectionAborted,),
        "what took the call did not finish the TLS handshake; does it wait with TLS?",
    ),
    ((error.ConnectionLost, error.ConnectionDone), "it hung up at once"),
)


def why(problem: BaseException) -> str:
    """The reason, without what is being called."""
    for kinds, words in _WORDS:
        if isinstance(problem, kinds):
            return words
    if said := openssl_words(problem):
        return f"it does not speak TLS as we do ({said})"
    number = getattr(problem, "osError", None)
    if isinstance(number, int):
        return os.strerror(number)
    return str(number or problem).rstrip(".") or type(problem).__name__
