"""Asking one address of a server what the network does to us on the way there.

Over a link the server is asked for a token. It then sends something from its second port,
to which we have sent nothing yet. After that come small datagrams, by which time and loss are
measured; some to the second port, which says where it sees us; and, from a port of our own
that forbids routers to cut datagrams, larger and larger ones.
"""

from collections.abc import Callable
from enum import Enum
from statistics import median
from typing import Protocol

from twisted_chat.addresses import Address, host_and_port
from twisted_chat.doctor.findings import Examined, Filtering, Mapping, Response
from twisted_chat.errors import WireError
from twisted_chat.moments import NEVER
from twisted_chat.wire.gen2.answers import parse_answer
from twisted_chat.wire.gen2.checkup import (
    UNASKED,
    AskCheckup,
    Checkup,
    Echo,
    EchoKind,
    NoCheckup,
    read_echo,
)
from twisted_chat.wire.gen2.growth import CHECKUP, PATHS, Can
from twisted_chat.wire.gen2.pairing import Seen

LISTEN = 0.6
"""Seconds to wait for what nobody has asked for."""
SMALL, EVERY = 20, 0.05
"""Small datagrams that are to come back, and the seconds from one to the next."""
SECOND, SECOND_EVERY = 5, 0.2
"""The same, to the second port."""
SIZES = (548, 972, 1072, 1172, 1200, 1232, 1252, 1280, 1332, 1372, 1400, 1432, 1452, 1472)
"""Bytes of those that are not to be cut: those that fill packets of common sizes, of 576 to
1,500 bytes, over IPv4 (less 28) or IPv6 (less 48)."""
COPIES, SIZES_EVERY = 3, 0.02
"""Of each size so many, and the seconds from one to the next."""
NEEDED = 1200
"""Bytes that every link needs (RFC 9000, 14)."""
EARLY = 4
"""Datagrams that are kept which come before the token that they are to have."""
LAST = 1.0
"""Seconds that the last of them have to come back."""
ANSWER_TIME = 5.0
"""Seconds that the server has to say what it can, and to give a token."""
HEADERS = {4: 28, 6: 48}
"""Bytes of the headers of IP and UDP."""


class Port(Enum):
    """From which of our ports something goes."""

    LINK = "link"
    WHOLE = "whole"
    """That which forbids to cut."""


class ExaminationActions(Protocol):
    """What an examination has done for it."""

    def dial(self, address: Address) -> None:
        """Begin a link to the server there."""

    def say(self, message: bytes) -> None:
        """Say this over the link."""

    def send(self, port: Port, datagram: bytes, address: Address) -> None:
        """Send a datagram."""


class Examination:
    """At one `address` of the server. `here` are our own addresses, the first of which is that
    from which we write to there; `over` is called once. `wake` is when `tick` is due."""

    def __init__(
        self,
        address: Address,
        here: tuple[str, ...],
        actions: ExaminationActions,
        over: Callable[[], object],
    ) -> None:
        self.address = address
        self.is_over = False
        self.wake = NEVER
        self._here = here
        self._actions = actions
        self._over = over
        self._outcome = Response.SILENT
        self._seen: Address | None = None
        self._checkup: Checkup | None = None
        self._plan: list[tuple[float, Port, int, Address, int]] = []
        self._sent: dict[int, float] = {}
        self._trips: dict[int, float] = {}
        self._second: Address | None = None
        self._unasked = False
        self._early: list[tuple[bytes, Address]] = []
        self._whole: set[int] = set()
        self._carries = False
        self._numbers: dict[int, tuple[str, int]] = {}

    def begin(self, now: float) -> None:
        """Begin."""
        self._actions.dial(self.address)

    # --- The link

    def opened(self, now: float) -> None:
        """There is a link."""
        self._outcome = Response.NO_CHECKUP
        self._actions.say(Can((PATHS,)).encode())
        self.wake = now + ANSWER_TIME

    def failed(self, *, other_key: bool) -> None:
        """There is none to be had."""
        self._outcome = Response.OTHER_KEY if other_key else Response.SILENT
        self._end()

    def received(self, message: bytes, now: float) -> None:
        """The server says something over the link."""
        try:
            answer = parse_answer(message)
        except WireError:
            return
        match answer:
            case Can():
                if CHECKUP in answer.known:
                    self._actions.say(AskCheckup().encode())
                    self.wake = now + ANSWER_TIME
            case Seen(address=address):
                self._seen = address
            case NoCheckup():
                self._outcome = Response.TOO_SOON
                self._end()
            case Checkup():
                if self._checkup is None:
                    self._outcome, self._checkup = Response.ANSWERED, answer
                    self._arrange(now)
                    for datagram, source in self._early:
                        self.received_datagram(datagram, source, now)
            case _:
                pass

    # --- Datagrams

    def _arrange(self, now: float) -> None:
        """Say when what is to be sent."""
        assert self._checkup is not None
        numbers, plan = iter(range(UNASKED)), self._plan
        begin, second = now + LISTEN, (self.address[0], self._checkup.port)
        for step in range(SMALL):
            self._add("small", step, next(numbers), begin + step * EVERY, Port.LINK)
        if self._checkup.port:
            for step in range(SECOND):
                at, number = begin + step * SECOND_EVERY, next(numbers)
                self._numbers[number] = "second", step
                plan.append((at, Port.LINK, number, second, 0))
        begin += SMALL * EVERY
        sizes = [size for size in SIZES for _ in range(COPIES)]
        for step, size in enumerate(sizes):
            self._add("whole", size, next(numbers), begin + step * SIZES_EVERY, Port.WHOLE, size)
        begin += len(sizes) * SIZES_EVERY
        for step in range(COPIES):
            self._add("needed", step, next(numbers), begin + step * EVERY, Port.LINK, NEEDED)
        plan.sort(key=lambda one: one[0])
        self.wake = plan[0][0]

    def _add(
        self, what: str, step: int, number: int, at: float, port: Port, size: int = 0
    ) -> None:
        self._numbers[number] = what, step
        self._plan.append((at, port, number, self.address, size))

    def tick(self, now: float) -> None:
        """Do what has become due."""
        if self.is_over or now < self.wake:
            return
        if self._checkup is None or not self._plan:
            self._end()
            return
        while self._plan and self._plan[0][0] <= now:
            _, port, number, to, size = self._plan.pop(0)
            echo = Echo(EchoKind.THERE, self._checkup.token, number)
            datagram = echo.encode()
            self._sent[number] = now
            self._actions.send(port, datagram + bytes(max(0, size - len(datagram))), to)
        self.wake = self._plan[0][0] if self._plan else now + LAST + max(self._times(), default=0)

    def received_datagram(self, datagram: bytes, source: Address, now: float) -> None:
        """Something has come back; from where it is, is for the token to show."""
        try:
            echo = read_echo(datagram)
        except WireError:
            return
        checkup = self._checkup
        if self.is_over or echo.kind is not EchoKind.BACK:
            return
        if checkup is None:
            self._early = [*self._early, (datagram, source)][-EARLY:]
            return
        if echo.token != checkup.token:
            return
        if echo.number == UNASKED:
            self._unasked |= source[1] == checkup.port != 0
            return
        sent = self._sent.get(echo.number)
        if sent is None:
            return
        what, step = self._numbers[echo.number]
        if what == "small":
            self._trips.setdefault(echo.number, now - sent)
            self._seen = echo.seen or self._seen
        elif what == "second":
            self._second = echo.seen
        elif what == "whole":
            self._whole.add(step)
        else:
            self._carries = True

    def _times(self) -> list[float]:
        return list(self._trips.values())

    def _end(self) -> None:
        if not self.is_over:
            self.is_over, self.wake = True, NEVER
            self._over()

    # --- What was found

    def findings(self) -> Examined:
        """What was found, as far as it goes."""
        asked = self._outcome is Response.ANSWERED
        sent = [self._numbers[number][0] for number in self._sent].count("small")
        trip = round(1000 * median(self._times()), 1) if self._trips else None
        largest = max(self._whole, default=None)
        version = 6 if ":" in self.address[0] else 4
        return Examined(
            server=host_and_port(*self.address),
            outcome=self._outcome,
            here=self._here[0] if self._here else "",
            seen="" if self._seen is None else host_and_port(*self._seen),
            mapping=self._mapping(),
            second_seen="" if self._second is None else host_and_port(*self._second),
            filtering=self._filtering(),
            milliseconds=trip,
            sent=sent,
            lost=sent - len(self._trips),
            largest=largest,
            mtu=None if largest is None else largest + HEADERS[version],
            carries=self._carries if asked and self._trips else None,
        )

    def _mapping(self) -> Mapping:
        if self._seen is not None and self._seen[0] in self._here:
            return Mapping.NONE
        if self._seen is None or self._second is None:
            return Mapping.UNKNOWN
        return Mapping.ONE_PORT if self._second == self._seen else Mapping.VARIES

    def _filtering(self) -> Filtering:
        if self._unasked:
            return Filtering.OTHER_PORTS
        # Without anything from that port, it may be the server's own firewall.
        return Filtering.UNKNOWN if self._second is None else Filtering.ANSWERS_ALONE
