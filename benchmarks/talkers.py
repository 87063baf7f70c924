"""One process of talkers: python -m benchmarks.talkers KIND SERVER-PORT NAME COUNT

It says where its COUNT ends are, then does what it reads on standard input,
one order in JSON on a line, and answers each with a line. The first end is the
one that speaks; all of them hear.
"""

import json
import sys
import time
from collections.abc import Callable
from statistics import median, quantiles
from typing import Any

from twisted.internet import stdio
from twisted.internet.task import LoopingCall
from twisted.protocols.basic import LineReceiver

from benchmarks.ends import ENDS, QUEUED, End, KeyedPeers, reactor
from benchmarks.processes import HOST
from twisted_chat.peer.gen2.outbox import WINDOW
from twisted_chat.peer.gen2.reception import ACK_DELAY, ACK_EVERY

WORD = "x" * 100
QUESTION, FIRST, HEARD = "?" * 100, "first ", "ok "
CHUNK = 16
"""Words said between two looks at how many may be."""
PATIENCE = 5.0
"""Seconds after which what was not acknowledged is lost."""


def say(**answer: Any) -> None:
    print(json.dumps(answer), flush=True)


class Hearer:
    """Answers questions, and acknowledges words as peers do where the end does not."""

    def __init__(self, end: End) -> None:
        self._end = end
        self._count = self._owed = 0
        end.heard = self.heard

    def heard(self, who: Any, text: str) -> None:
        if text == WORD:
            self._count += 1
            self._owed += 1
            if self._end.acknowledges:
                return
            if self._owed >= ACK_EVERY:
                self._acknowledge()
            elif self._owed == 1:
                reactor.callLater(ACK_DELAY, self._acknowledge)
        elif text == QUESTION:
            self._end.say(QUESTION)
        elif text.startswith(FIRST):
            say(heard=time.monotonic())

    def _acknowledge(self) -> None:
        if self._owed:
            self._owed = 0
            self._end.say(f"{HEARD}{self._count}")


class Flow:
    """Words one way, for so many seconds, until all are acknowledged."""

    said = 0
    """To each, ever: hearers count from when they were started."""

    def __init__(self, end: End, seconds: float) -> None:
        self._end = end
        self._acknowledged: dict[Any, int] = {}
        self._before = Flow.said
        self._began = time.monotonic()
        self._until = self._began + seconds
        self._lost = reactor.callLater(seconds + PATIENCE, self._finish)
        self._window = QUEUED if end.acknowledges else WINDOW
        self.many = 1
        end.heard = self.heard
        reactor.callLater(0, self._go)

    def heard(self, who: Any, text: str) -> None:
        if text.startswith(HEARD):
            self._acknowledged[who] = int(text.removeprefix(HEARD))
        self._go()

    def _flying(self) -> int:
        if self._end.acknowledges:
            return self._end.unacknowledged
        if len(self._acknowledged) < self.many:
            return Flow.said - self._before
        return Flow.said - min(self._acknowledged.values())

    def _go(self) -> None:
        if not self._lost.active():
            return
        while time.monotonic() < self._until and self._flying() <= self._window - CHUNK:
            Flow.said += CHUNK
            self._end.say_all([WORD] * CHUNK)
        if time.monotonic() >= self._until and self._flying() == 0:
            self._lost.cancel()
            self._finish()

    def _finish(self) -> None:
        lost = self._flying()
        seconds = time.monotonic() - self._began
        said = Flow.said - self._before
        say(rate=(said - lost) / seconds, lost=lost, busy=time.process_time())


class Answers:
    """OpenRequests, each asked when the one before is answered."""

    def __init__(self, end: End, seconds: float) -> None:
        self._end = end
        self._until = time.monotonic() + seconds
        self._times: list[float] = []
        end.heard = self.heard
        self._ask()

    def _ask(self) -> None:
        self._asked = time.perf_counter()
        self._end.say(QUESTION)

    def heard(self, who: Any, text: str) -> None:
        if text != QUESTION:
            return
        self._times.append(time.perf_counter() - self._asked)
        if time.monotonic() < self._until:
            self._ask()
        else:
            say(median=median(self._times), last=quantiles(self._times, n=100)[-1])


class Talkers(LineReceiver):
    """Does what it is told."""

    delimiter = b"\n"
    MAX_LENGTH = 1 << 20

    def __init__(self, kind: str, server: int, name: str, count: int) -> None:
        self._make: Callable[[str], End] = lambda name: ENDS[kind](name, (HOST, server))
        self._name = name
        self._count = count
        self._ends: list[End] = []
        self._more()

    def _more(self) -> None:
        """Make one end after the other, each when the one before is registered."""
        if len(self._ends) == self._count:
            say(where=[end.where() for end in self._ends])
            return
        end = self._make(f"{self._name}{len(self._ends)}")
        self._ends.append(end)
        Hearer(end)
        if hasattr(end, "peer"):
            end.connected = self._registered
        else:
            self._more()

    def _registered(self) -> None:
        self._ends[-1].connected = lambda: None
        self._more()

    def lineReceived(self, line: bytes) -> None:
        order, *given = json.loads(line)
        getattr(self, f"do_{order}")(*given)

    def do_connect(self, places: list[Any]) -> None:
        """Connect the first end to these places, some at a time."""
        end, left = self._ends[0], len(places)
        waiting = iter(places)

        def one() -> None:
            nonlocal left
            left -= 1
            if left == 0:
                end.connected = lambda: None
                say(connected=len(places))
            elif (place := next(waiting, None)) is not None:
                end.connect(place)

        end.connected = one
        for place in (next(waiting, None) for _ in range(8)):
            if place is not None:
                end.connect(place)

    def do_join(self, room: str, members: int) -> None:
        """Let all ends be in a room, one after the other, and have links to each other
        and to whoever else is to be there."""
        ends = [end for end in self._ends if isinstance(end, KeyedPeers)]
        joining = iter(ends)

        def one() -> None:
            for end in ends:
                end.connected = lambda: None
            if (following := next(joining, None)) is not None:
                following.connected = one
                following.join(room)
            else:
                waiting.start(0.05)

        def look() -> None:
            if all(end.company >= members - 1 for end in ends):
                waiting.stop()
                say(joined=room)

        waiting = LoopingCall(look)
        one()

    def do_handed(self, count: int) -> None:
        """Wait until the first end has so many lines, which others have handed on."""
        end: Any = self._ends[0]

        def look() -> None:
            if end.handed >= count:
                waiting.stop()
                say(handed=end.handed, at=time.monotonic())

        waiting = LoopingCall(look)
        waiting.start(0.005)

    def do_words(self, count: int) -> None:
        """Let the first end say so many, to nobody but those who are there, as fast as it can."""
        end: Any = self._ends[0]
        left = count

        def more() -> None:
            nonlocal left
            while left and end.unacknowledged < 256:
                left -= 1
                end.say(WORD)
            if not left and not end.unacknowledged:
                saying.stop()
                say(said=count)

        saying = LoopingCall(more)
        saying.start(0.001)

    def do_say(self, text: str) -> None:
        """Type this at the first end."""
        self._ends[0].say(text)
        say(typed=text)

    def do_flow(self, seconds: float, many: int) -> None:
        Flow(self._ends[0], seconds).many = many

    def do_answers(self, seconds: float) -> None:
        Answers(self._ends[0], seconds)

    def do_first(self, number: int, place: Any) -> None:
        """Somebody new connects to a place, and says a first word."""
        end = self._make(f"{self._name}first{number}")
        self._ends.append(end)

        def dial() -> None:
            say(dialled=time.monotonic())
            if isinstance(end, KeyedPeers):
                end.connected = lambda: None
                end.connect(place)
                end.say(f"{FIRST}word")
            else:
                end.connected = lambda: end.say(f"{FIRST}word")
                end.connect(place)

        if hasattr(end, "peer"):
            end.connected = dial
        else:
            dial()

    def connectionLost(self, reason: Any = None) -> None:
        if reactor.running:
            reactor.stop()


if __name__ == "__main__":
    kind, server, name, count = sys.argv[1:]
    stdio.StandardIO(Talkers(kind, int(server), name, int(count)))
    reactor.run()
