"""Being there for a server without a link: signs of life, and what is said in them.

What is said goes in a box, one at a time, and again until the server has opened it; what the
server says comes the same way. What does not fit, and what the server has no datagram for,
needs a link: `needs_link` is called then, and all that is said waits until that is there.
"""

from collections.abc import Callable, Sequence
from enum import Enum

from twisted_chat.addresses import Address
from twisted_chat.errors import WireError
from twisted_chat.moments import NEVER
from twisted_chat.peer.effects import Effects
from twisted_chat.wire.framing import HEADER
from twisted_chat.wire.gen2.signs import (
    LARGEST_SAID,
    NO_ECHO,
    SIGN,
    SIGN_CALL,
    RestKeys,
    Sign,
    SignOutcome,
    read_call,
    read_sign_answer,
    seal,
)

EVERY = 20.0
"""Seconds from an answer to the next sign of life."""
EVERY_OF_SEVERAL = 2.5
"""The same where other servers serve us too, as one that is silent is left for them."""
AGAIN = (0.3, 0.4, 0.5, 0.8, 1.0, 1.0, 1.0, 1.0)
"""Seconds from one without an answer to the next. After the last a link is needed."""
AGAIN_OF_SEVERAL = (0.3, *8 * (0.2,), 0.5, 1.0, 1.0, 1.0)
"""The same where other servers serve us too: within the two seconds after which one of them is
looked for ten are sent, so that not all are lost where a third of all datagrams is."""
MEANWHILE = 1.0
"""Seconds from one sign of life to the next while a link is being made, which may take its time:
we are there all the same."""
ALIVE = 10.0
"""Seconds after an answer for which a server is there to which no link comes up."""
LONGEST = 300.0
"""Seconds that a server may have us wait until we ask again whether we are to come."""
DOUBT = 1.0
"""Seconds without an answer after which the server may not be there."""


class RestState(Enum):
    """How the link to the server rests."""

    NOT = "not"
    """There is a link, or none, and nothing rests."""
    RESTING = "resting"
    """Signs of life go to the server, and what is said in them."""
    ROUSED = "roused"
    """A link is being made, or is there and not known to be ours: what is said waits."""


AFTER: dict[RestState, set[RestState]] = {
    RestState.NOT: {RestState.RESTING},
    RestState.RESTING: {RestState.ROUSED},
    RestState.ROUSED: {RestState.RESTING},
}
"""What comes after what, but for NOT, which always may: the link is lost, or there again."""


class Resting:
    """The rest of the link to the server. `told` is given what the server says, `needs_link` is
    called when there has to be one, `needs_none` when that was only for the server's silence,
    which is over, and `unknown` when the server does not know us, and we are to come. `wake` is
    when `tick` is due."""

    told: Callable[[Sequence[bytes], float], None]
    needs_link: Callable[[float], None]
    needs_none: Callable[[float], None]
    unknown: Callable[[float], None]

    def __init__(self, effects: Effects) -> None:
        self._effects = effects
        self.state = RestState.NOT
        """Which `_enter` changes, and nothing else."""
        self._end()

    def _enter(self, state: RestState) -> None:
        assert state is RestState.NOT or state in AFTER[self.state], (self.state, state)
        self.state = state

    def _end(self) -> None:
        self._keys, self._six, self._there = RestKeys(b"", b"", b""), False, ("", 0)
        self._counter = self._said = 0
        self._heard = 0
        self._echo = NO_ECHO
        self._waits: list[bytes] = []
        self._boxed: list[bytes] = []
        self._box = b""
        self._over_link = self._called_for = self._several = False
        self._answered = 0.0
        self._asked = self._next = NEVER  # When that was asked first which has no answer.
        self._tries = 0

    @property
    def rests(self) -> bool:
        """Whether the server is reached by signs of life."""
        return self.state is RestState.RESTING

    @property
    def id(self) -> bytes:
        """By which the server knows us."""
        return self._keys.id

    @property
    def heard(self) -> int:
        """The number of the last box of the server that was opened."""
        return self._heard

    @property
    def wake(self) -> float:
        return NEVER if self.state is RestState.NOT else self._next

    def doubted(self, now: float) -> bool:
        """Whether the server has been silent for some time."""
        return self.state is not RestState.NOT and now - self._asked >= DOUBT

    # --- To rest, and back

    def begin(self, keys: RestKeys, server: Address, *, six: bool, now: float) -> None:
        """The link rests from now on. The server is there, and sees us over IPv6, or IPv4."""
        self._enter(RestState.RESTING)
        self._keys, self._there, self._six = keys, server, six
        self._answered = now
        self._expect(now)

    def rouse(self, now: float) -> None:
        """There is to be a link."""
        if self.rests:
            self._enter(RestState.ROUSED)
            self._next = now + MEANWHILE

    def rest_on(self, now: float) -> None:
        """There need not be one after all."""
        self._enter(RestState.RESTING)
        self._expect(now)

    def alive(self, now: float) -> bool:
        """Whether the server has answered lately, though no link is there yet."""
        return self.state is RestState.ROUSED and now - self._answered < ALIVE

    def end(self) -> None:
        """It rests no more, and what was said in it is lost."""
        self._enter(RestState.NOT)
        self._end()

    def come_back(self, heard: int) -> list[bytes]:
        """The server knows the new link. Returns what it has not heard, if it has heard all
        boxes up to this number."""
        if heard >= self._said:
            self._boxed = []
        waits = [*self._boxed, *self._waits]
        self.end()
        return waits

    # --- What is said

    def say(self, message: bytes, *, over_link: bool = False) -> None:
        """Say this to the server, in this turn; perhaps over a link, as what comes of it is
        larger than a datagram."""
        self._waits.append(message)
        self._over_link = self._over_link or over_link
        if self.rests and (self._over_link or not self._boxed):
            self._next = -NEVER

    def several(self, several: bool, now: float) -> None:
        """Whether other servers serve us too."""
        if several != self._several:
            self._several = several
            self._expect(now)

    def hasten(self, now: float) -> None:
        """The server may not know where we are."""
        if self.rests:
            self._send(now)

    def last_words(self) -> None:
        """Say what waits, once: we are gone after this."""
        if self.rests and self._waits and not self._boxed:
            self._close_box()
            self._send(self._answered)

    # --- What the server says

    def received(self, datagram: bytes, source: Address, now: float) -> None:
        """An answer to a sign of life, or a call, came from there."""
        if self.state is RestState.NOT or source != self._there:
            return
        try:
            if datagram[0] != SIGN_CALL:
                self._answered_by(datagram, now)
            elif self.rests:
                self._called(datagram, now)
        except WireError:
            return

    def _called(self, datagram: bytes, now: float) -> None:
        number, messages = read_call(datagram, self._keys)
        if not messages:
            self._called_for = True
            self.needs_link(now)
            return
        known = number <= self._heard
        self._heard = max(number, self._heard)
        self._send(now)  # The server calls until it knows that we have heard it.
        if not known:
            self.told(messages, now)

    def _answered_by(self, datagram: bytes, now: float) -> None:
        answer = read_sign_answer(datagram, self._keys.proves, six=self._six)
        if answer.counter > self._counter or answer.counter <= self._counter - len(self._again):
            return
        if answer.found is SignOutcome.UNKNOWN:
            if self.rests and answer.milliseconds:  # The server has others to take in first.
                self._asked, self._tries = NEVER, 0
                self._next = now + min(answer.milliseconds / 1000, LONGEST)
            elif self.rests:
                self.unknown(now)
        elif answer.found is SignOutcome.ECHO:
            if answer.value != self._echo:
                self._echo = answer.value
                self._send(now)
        else:
            if self._boxed and answer.said >= self._said:
                self._boxed, self._box = [], b""
            self._answered, self._asked, self._tries = now, NEVER, 0
            if self.rests:
                self._expect(now)
            elif not self._needs_link:
                self.needs_none(now)

    def _expect(self, now: float) -> None:
        if self._asked == NEVER:
            self._next = self._answered + (EVERY_OF_SEVERAL if self._several else EVERY)
        if self._boxed:
            self._asked, self._next = now, now + self._again[0]
        elif self._waits:
            self._next = -NEVER

    @property
    def _again(self) -> tuple[float, ...]:
        return AGAIN_OF_SEVERAL if self._several else AGAIN

    @property
    def _needs_link(self) -> bool:
        """Whether there is something that needs one."""
        size = sum(HEADER + len(message) for message in self._waits)
        return self._called_for or self._over_link or size > LARGEST_SAID

    # --- What is due

    def tick(self, now: float) -> None:
        """Send a sign of life, if it is due."""
        if now < self.wake:
            return
        if not self.rests:
            self._send(now)
            self._next = now + MEANWHILE
            return
        if self._needs_link or self._tries >= len(self._again):
            self.needs_link(now)
            return
        if self._waits and not self._boxed:
            self._close_box()
        self._send(now)
        self._next = now + self._again[self._tries]
        self._tries += 1

    def _close_box(self) -> None:
        self._boxed, self._waits = self._waits, []
        self._said += 1
        self._box = seal(self._keys, SIGN, self._said, self._boxed)

    def _send(self, now: float) -> None:
        self._counter += 1
        sign = Sign(self._keys.id, self._counter, self._echo, self._heard, self._said, self._box)
        self._effects.probe(sign.encode(self._keys.proves, six=self._six), self._there)
        if self._asked == NEVER:
            self._asked, self._tries, self._next = now, 0, now + self._again[0]
