"""Where the console scripts begin.

Almost everything is loaded from here, so that what could go wrong meanwhile is
taken care of: closed streams, and Ctrl-C.
"""

import signal
import sys
from importlib import import_module
from typing import NoReturn

from twisted_chat.launch import streams


def udpchat() -> NoReturn:
    """The console script `udpchat`."""
    _start("twisted_chat.launch.udpchat")


def tcpchat() -> NoReturn:
    """The console script `tcpchat`."""
    _start("twisted_chat.launch.tcpchat")


def chat_analyze() -> NoReturn:
    """The console script `chat-analyze`, which has files to put away at Ctrl-C."""
    _run("twisted_chat.trace.analyze")


def _start(program: str) -> NoReturn:
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        # Ctrl-C ends us at once, until the reactor takes care of it.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    _run(program)


def _run(program: str) -> NoReturn:
    put_back = streams.prepare()
    streams.open_text()
    try:
        import_module(program).main()
    finally:
        put_back()
        sys.stdout.flush()
    raise AssertionError(f"{program} has gone on after its end")
