"""Where the console scripts begin.

Almost everything is loaded from here, so that what could go wrong meanwhile is
taken care of: Ctrl-C, before anything else, and closed streams.
"""

from __future__ import annotations

from twisted_chat.launch import loading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn  # It is slow to load, and a script has not begun before.


def udpchat() -> NoReturn:
    """The console script `udpchat`."""
    _run("twisted_chat.launch.udpchat")


def tcpchat() -> NoReturn:
    """The console script `tcpchat`."""
    _run("twisted_chat.launch.tcpchat")


def chat_analyze() -> NoReturn:
    """The console script `chat-analyze`, which has files to put away at Ctrl-C."""
    _run("twisted_chat.trace.analyze", clears_up=True)


def _run(program: str, *, clears_up: bool = False) -> NoReturn:
    loading.end_at_once()
    loading.look_for_no_circles()
    import sys
    from importlib import import_module

    from twisted_chat.launch import streams

    put_back = streams.prepare()
    streams.open_text()
    loading.when_wanted(*loading.SELDOM)
    loading.without(*loading.NEVER)
    try:
        main = import_module(program).main
        if clears_up:
            loading.raise_again()
            loading.look_for_circles()
        main()
    except SystemExit as end:
        if not isinstance(end.code, str):
            raise
        from twisted_chat.startup import complain

        complain(end.code)
        raise SystemExit(streams.FAILED) from None
    finally:
        if clears_up:
            loading.end_at_once()
        put_back()
        sys.stdout.flush()
    raise AssertionError(f"{program} has gone on after its end")
