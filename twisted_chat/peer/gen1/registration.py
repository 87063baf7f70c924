"""Being known to the server: the name, the sign of life, and what to do when the server is gone.

Knocking for our own name (`ar`) is the sign of life: it refreshes the
registration, and the answer shows if there still is one. Repeating `hi` would
do for this server, but the original refuses it, just as it refuses a `hi` that
it had accepted and whose answer was lost; what tells then is whether the name
is at our own port.
"""

from collections.abc import Callable
from enum import Enum

from twisted_chat import names
from twisted_chat.errors import NameRefused
from twisted_chat.events import Event
from twisted_chat.moments import NEVER
from twisted_chat.peer.commands import Command
from twisted_chat.peer.effects import Effects
from twisted_chat.peer.events.server import (
    NameFirst,
    NeedsServer,
    NoServer,
    NotRegistered,
    Reason,
    ServerAway,
)
from twisted_chat.peer.gen1.requests import Ask, Requests, collect
from twisted_chat.peer.patience import Patience
from twisted_chat.peer.whereabouts import Whereabouts
from twisted_chat.wire.common import Bare, Locate, Register, Verb, Welcome
from twisted_chat.wire.gen1 import Answer, Located

REFRESH = 25.0
"""Seconds between two signs of life to the server; NATs forget after 30 (RFC 4787, 4.3)."""
RETRY = 4.0
"""Seconds between two attempts to reach a server that does not answer."""
STRAY = 0.3
"""Seconds for which a server that has forgotten us may still answer what it was asked before."""


class RegistrationState(Enum):
    """How far we are with our name."""

    NAMELESS = "nameless"
    """We have no name and have asked for none. There is no deadline."""
    ASKING = "asking"
    """We ask for it, or where it is, as `hi` was refused. Requests gives that up in time."""
    UNANSWERED = "unanswered"
    """There was no answer. After RETRY seconds we ask again."""
    OURS = "ours"
    """The server knows us, as far as we know. After REFRESH seconds we ask where we are."""
    PROVING = "proving"
    """The same, while that is asked. Requests gives it up in time."""
    OVER = "over"
    """There is no point in going on."""


_AFTER: dict[RegistrationState, set[RegistrationState]] = {
    RegistrationState.NAMELESS: {RegistrationState.ASKING, RegistrationState.OVER},
    RegistrationState.ASKING: {
        RegistrationState.OURS,
        RegistrationState.UNANSWERED,
        RegistrationState.NAMELESS,
        RegistrationState.OVER,
    },
    RegistrationState.UNANSWERED: {RegistrationState.ASKING, RegistrationState.OVER},
    RegistrationState.OURS: {
        RegistrationState.PROVING,
        RegistrationState.ASKING,
        RegistrationState.OVER,
    },
    RegistrationState.PROVING: {
        RegistrationState.OURS,
        RegistrationState.UNANSWERED,
        RegistrationState.ASKING,
        RegistrationState.OVER,
    },
    RegistrationState.OVER: set(),
}
"""What comes after what."""


class DatagramRegistration:
    """Our name at the server.

    `accepted` is called at each registration, with True when it is not the
    first. `patient` is false for a script, which is told by the exit status
    that its name was refused or no server answers; a person is asked again.
    `wake` is when `tick` is due.
    """

    def __init__(
        self,
        server: Whereabouts,
        port: int,
        requests: Requests,
        effects: Effects,
        accepted: Callable[[bool, float], None],
        *,
        patient: bool,
    ) -> None:
        self._server = server
        self._port = port
        self._requests = requests
        self._effects = effects
        self._on_accepted = accepted
        self._patient = patient
        self._patience = Patience(server, effects, patient=patient)
        self.state = RegistrationState.NAMELESS
        """Which `_enter` changes, and nothing else."""
        self._deadline = NEVER
        self._name = ""
        self._had_name = False
        self.away = False
        """Whether the server does not answer, and the person was told."""
        self._checking: Ask | None = None

    def _enter(self, state: RegistrationState, deadline: float = NEVER) -> None:
        assert state in _AFTER[self.state], (self.state, state)
        self.state, self._deadline = state, deadline

    @property
    def wake(self) -> float:
        return min(self._deadline, self._patience.wake)

    def call_me(self, text: str, now: float) -> None:
        """Ask for this name."""
        try:
            self._name = names.canonical(text)
        except NameRefused as refused:
            self._refused(text, Reason.IMPOSSIBLE, str(refused))
        else:
            self._register(now)

    def forgotten(self, now: float) -> None:
        """The server does not know us any more: it was started anew, or we were silent."""
        if self.valid:
            self._register(now)
        elif self._checking and self._requests.under_way(Verb.AR) is self._checking:
            # To a stranger this is what a server says in place of `ar`.
            self._requests.answer(Bare(Verb.AR), now)

    def tick(self, now: float) -> None:
        """Do what is due: give a sign of life, or ask again."""
        if self._patience.tick(now):
            self._effects.tell(NoServer(str(self._server)))
            self.give_up()
        if self._deadline > now:
            return
        if self.state is RegistrationState.UNANSWERED:
            self._register(now)
        else:
            self._prove(now)

    def _prove(self, now: float) -> None:
        answer: list[Answer] = []

        def decide(answered: bool, now: float) -> None:
            if self.state is not RegistrationState.PROVING:
                return  # We know better by now.
            if not answered:
                self._unreachable(now)
            elif isinstance(answer[0], Located):
                self._enter(RegistrationState.OURS, now + REFRESH)
            else:
                self.forgotten(now)

        self._enter(RegistrationState.PROVING)
        self._requests.ask(Ask(Locate(self._name), collect(answer), decide), now)

    def _register(self, now: float) -> None:
        name, granted = self._name, list[str]()

        def take(answer: Answer, now: float) -> float:
            if answer == Welcome(name):  # A name that we did not ask for is not ours.
                granted.append(name)
                return 0
            # To somebody it has forgotten a server says `hi` to everything
            # that was on its way; if it means this shows in a moment.
            return STRAY if self._had_name else 0

        def decide(answered: bool, now: float) -> None:
            if not answered:
                self._unreachable(now)
                return
            self._patience.over()
            if granted:
                self._accepted(now)
            elif ask.sent > 1 or self._had_name:
                self._check(name, now)
            else:
                self._refused(name, Reason.TAKEN)

        if not self._had_name:
            self._patience.begin(now)
        self._enter(RegistrationState.ASKING)
        ask = Ask(Register(name), take, decide)
        self._requests.ask(ask, now)

    def _check(self, name: str, now: float) -> None:
        """Our `hi` was refused, but perhaps because it had been accepted before."""
        found: list[Located] = []

        def take(answer: Answer, now: float) -> float:
            if isinstance(answer, Located):
                found.append(answer)
                return 0
            return STRAY  # A bare `hi` may still be the answer to another `hi` of ours.

        def decide(answered: bool, now: float) -> None:
            self._checking = None
            if not answered:
                self._unreachable(now)
            elif found and found[0].port == self._port:
                self._accepted(now)
            else:
                self._refused(name, Reason.TAKEN)

        self._checking = Ask(Locate(name), take, decide)
        self._requests.ask(self._checking, now)

    def _accepted(self, now: float) -> None:
        if self.failed:
            return
        self._enter(RegistrationState.OURS, now + REFRESH)
        again, self._had_name = self._had_name, True
        self._patience.over()
        self._on_accepted(again, now)
        self.away = False

    def _refused(self, name: str, reason: Reason, why: str = "") -> None:
        if self.failed:
            return
        if self.state is not RegistrationState.NAMELESS:
            self._enter(RegistrationState.NAMELESS)
        self._name, self._had_name = "", False
        self._patience.over()
        self._effects.tell(NotRegistered(name, reason, why, self._patient))
        if not self._patient:
            self.give_up()

    def _unreachable(self, now: float) -> None:
        if self.failed:
            return
        self._enter(RegistrationState.UNANSWERED, now + RETRY)
        if not self._had_name:
            self._patience.tell()
            self.away = self._patient
        elif not self.away:
            self.away = True
            self._effects.tell(ServerAway())
        self._server.gone()
        if self._server.changes:
            self._effects.resolve(self._server.place)

    # --- What a session asks

    takes_name = True
    in_question = False

    @property
    def name(self) -> str:
        return self._name if self._had_name else ""

    @property
    def wanted(self) -> str:
        return "" if self._had_name else self._name

    @property
    def valid(self) -> bool:
        return self.state in (RegistrationState.OURS, RegistrationState.PROVING)

    @property
    def failed(self) -> bool:
        return self.state is RegistrationState.OVER

    @property
    def lacks_name(self) -> bool:
        return not (self._patient or self._name or self.failed)

    @property
    def registering(self) -> bool:
        return bool(self._name) and not (self.valid or self.away)

    def trust(self, now: float) -> None:
        """Nothing: a server has no key."""

    def unavailable(self, command: Command | None, now: float) -> Event | None:
        if self.valid or command is None:
            return None
        return NeedsServer(command) if self._name else NameFirst()

    def give_up(self) -> None:
        if not self.failed:
            self._enter(RegistrationState.OVER)
            self._patience.over()
            self._effects.finish(1)
