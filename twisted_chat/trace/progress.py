"""How far a long reading is, on a terminal."""

import time
from collections.abc import Iterable, Iterator
from typing import TextIO

from twisted_chat.trace.capture import Capture
from twisted_chat.trace.frame import Frame

QUIET = 0.5
"""Seconds that a reading may take before anything is shown."""
EVERY = 1_000
"""Packets between two looks at the clock."""
_BAR = 30
"""Columns of the bar."""
_CLEAR = "\r\x1b[K"


def watched(capture: Capture, stream: TextIO) -> Iterator[Frame]:
    """The frames of a capture, with a bar on the stream if it is a terminal."""
    return _shown(capture, stream) if stream.isatty() else iter(capture)


def _shown(capture: Capture, stream: TextIO) -> Iterator[Frame]:
    due = time.monotonic() + QUIET
    shown = False
    frames: Iterable[Frame] = capture
    try:
        for frame in frames:
            yield frame
            if frame.number % EVERY == 0 and time.monotonic() >= due:
                due = time.monotonic() + QUIET / 5
                stream.write(_CLEAR + bar(capture.position, capture.size, frame.number))
                stream.flush()
                shown = True
    finally:
        if shown:
            stream.write(_CLEAR)
            stream.flush()


def bar(position: int, size: int | None, packets: int) -> str:
    """One line; without a bar where nobody knows the size."""
    if not size:
        return f"{packets:,} packets"
    part = min(1.0, position / size)
    done = round(_BAR * part)
    return f"[{'#' * done}{'.' * (_BAR - done)}] {part:4.0%}, {packets:,} packets"
