"""What a server has of one whose link rests."""

from dataclasses import dataclass, field


@dataclass(eq=False, slots=True)
class Untold:
    """What is to be said to one who rests. `messages` are in the box with this `number`, which is
    under way in `datagram`; `later` follows when that has come. `comes`: it is called to come with
    a link instead. `calls` is how often it was called for what is under way."""

    later: list[bytes] = field(default_factory=list)
    messages: list[bytes] = field(default_factory=list)
    number: int = 0
    datagram: bytes = b""
    comes: bool = False
    calls: int = 0

    def opened(self, number: int) -> int:
        """All boxes up to this number were opened: returns the bytes that wait no longer."""
        if not self.messages or number < self.number:
            return 0
        size = sum(map(len, self.messages))
        self.messages = []
        return size


@dataclass(eq=False, slots=True)
class Rest:
    """`counter` is that of the last sign of life, which came in this `period`, `heard` the number
    of the last box that was opened, `told` the last number of a call."""

    period: int = 0
    counter: int = 0
    heard: int = 0
    told: int = 0
    waiting: Untold | None = None

    def wait(self, message: bytes) -> None:
        """Let this wait until it can be said."""
        if self.waiting is None:
            self.waiting = Untold()
        self.waiting.later.append(message)
