"""The options that every way to start has for recording, and what is built from them."""

import os
import time
from typing import Any

from twisted_chat import startup
from twisted_chat.trace.recorder import MEBIBYTE, Recorder

DEFAULT_SIZE = 100
"""Mebibytes at which a trace stops unless told otherwise."""

TRACE_OPTIONS: list[list[Any]] = [
    [
        "trace",
        None,
        None,
        "A new file to record the traffic into, for chat-analyze or Wireshark",
        os.path.abspath,
    ],
    ["trace-size", None, DEFAULT_SIZE, "MiB at which recording stops", startup.number(int, 1)],
]


def recorder_from(options: Any, reactor: Any) -> Recorder | None:
    """What `--trace` asks for; closed when the reactor has shut everything
    down. Raises CannotStart."""
    if options["trace"] is None:
        return None
    recorder = Recorder(options["trace"], options["trace-size"] * MEBIBYTE, time.time_ns)
    reactor.addSystemEventTrigger("after", "shutdown", recorder.close)
    return recorder
