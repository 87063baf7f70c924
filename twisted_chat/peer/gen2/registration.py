"""Our name at a server of generation 2, over the link to it."""

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
    NameWanted,
    NeedsServer,
    NotRegistered,
    NotServed,
    OtherProgram,
    Reason,
    TurnedAway,
)
from twisted_chat.peer.gen2.known_keys import Trust
from twisted_chat.peer.gen2.link_state import LinkState
from twisted_chat.peer.gen2.server_link import ServerLink
from twisted_chat.peer.whereabouts import Whereabouts
from twisted_chat.wire.common import Welcome
from twisted_chat.wire.gen2.answers import Answer, Rivalled
from twisted_chat.wire.gen2.growth import Can
from twisted_chat.wire.gen2.requests import RegisterKey

RIVALLED = 30.0
"""Seconds until another try to register, where another program with our key is registered."""
EXPELLED = 60.0
"""The same, where the server has put us out."""


class NameState(Enum):
    """How far we are with our name. A request that is not answered in time ends the link."""

    NAMELESS = "nameless"
    """We have no name and have asked for none."""
    WANTED = "wanted"
    """We have asked for one and not got it, or shall as soon as there is a link."""
    OURS = "ours"
    """The server knows us, as far as we know."""
    LOST = "lost"
    """We had it, and ask for it again, as soon as there is a link."""
    DISPLACED = "displaced"
    """Another program with our key is registered, or the server does not want us. After RIVALLED
    or EXPELLED seconds we ask again."""


AFTER: dict[NameState, set[NameState]] = {
    NameState.NAMELESS: {NameState.WANTED},
    NameState.WANTED: {
        NameState.OURS,
        NameState.LOST,
        NameState.NAMELESS,
        NameState.DISPLACED,
    },
    NameState.OURS: {NameState.LOST, NameState.DISPLACED},
    NameState.LOST: {NameState.OURS, NameState.NAMELESS, NameState.DISPLACED},
    NameState.DISPLACED: {NameState.OURS, NameState.NAMELESS, NameState.DISPLACED},
}
"""What comes after what."""


class KeyedRegistration:
    """Our name, and whether it is there. `registered` is called at each registration, with
    True when it is not the first. `instance` is which program with our key this is. What
    there is to know of the server is told by its `link`."""

    def __init__(
        self,
        server: Whereabouts,
        trust: Trust,
        effects: Effects,
        registered: Callable[[bool, float], None],
        only_gen1: Callable[[bool, float], None],
        *,
        pinned: str,
        instance: str,
        patient: bool,
        can: Can,
    ) -> None:
        self._effects = effects
        self._instance = instance
        self._on_registered = registered
        self._state = NameState.NAMELESS
        self.name = ""
        """The name that the server has given us last, also while it is away."""
        self.wanted = ""
        """The name that we have asked for and not got yet."""
        self._asked = False  # The person, for a name.
        self._rival: tuple[Rivalled, float] | None = None  # What was said of it, and when.
        self._out = ""  # Why the server does not serve us.
        self.patient = patient
        self.link = ServerLink(
            server,
            trust,
            effects,
            self._changed,
            only_gen1,
            pinned=pinned,
            patient=patient,
            can=can,
        )

    def _enter(self, state: NameState) -> None:
        """The one place where the state changes."""
        assert state in AFTER[self._state], (self._state, state)
        self._state = state

    @property
    def state(self) -> NameState:
        return self._state

    # --- What it has come to

    @property
    def _asks_for(self) -> str:
        """The name that is asked for when there is a link."""
        return self.name or self.wanted

    @property
    def valid(self) -> bool:
        """Whether the server knows us, as far as we know."""
        return self._state is NameState.OURS

    @property
    def away(self) -> bool:
        """Whether the server cannot be reached, and the person was told."""
        return self.link.told_away

    @property
    def failed(self) -> bool:
        """Whether there is no point in going on."""
        return self.link.state is LinkState.OVER

    @property
    def lacks_name(self) -> bool:
        """Whether this is a script that has not said its name yet."""
        return not (self.patient or self._asks_for or self.failed)

    @property
    def takes_name(self) -> bool:
        """Whether a text can be taken for a name now."""
        return not self._asks_for and (self.link.seen or self.away)

    @property
    def registering(self) -> bool:
        """Whether it is about to show if the name that is wanted is ours."""
        link = self.link
        begun = bool(self._asks_for) or not link.seen
        return begun and not (self.valid or self.away or (link.seen and link.in_question))

    def unavailable(self, command: Command | None, now: float) -> Event | None:
        """Why the server cannot be asked for what a command wants, or a text not be said at
        all. None if it can."""
        if self.valid or (command is None and not self.wanted):
            return None
        if self._rival is not None:
            rivalled, then = self._rival
            return TurnedAway(command, rivalled.name, rivalled.seconds + int(now - then))
        if self._out:
            return NotServed(self._out, self.patient)
        if command is None:
            return None
        begun = self._asks_for or not self.link.seen
        return NeedsServer(command, self.link.in_question) if begun else NameFirst()

    @property
    def in_question(self) -> bool:
        """Whether `$trust server` has something to decide."""
        return self.link.in_question

    def trust(self, now: float) -> None:
        """The person accepts what the server is now."""
        self.link.trust(now)

    # --- Asking for it

    def call_me(self, text: str, now: float) -> None:
        """Ask for this name."""
        try:
            name = names.canonical(text)
        except NameRefused as refused:
            self._refused(text, Reason.IMPOSSIBLE, str(refused))
            return
        self._enter(NameState.WANTED)
        self.wanted = name
        if self.link.link is not None:
            self._register(now)
        elif self.link.seen and self.link.wake == NEVER:
            self.link.start(now)

    def assume(self) -> bool:
        """The server is away, and we go on under the name that we want, as one who had it. False
        where that cannot be."""
        if self._state is NameState.WANTED and self.patient and self.away:
            self._enter(NameState.LOST)
            self.name, self.wanted = self.wanted, ""
        return self._state is NameState.LOST

    def forgotten(self, now: float) -> None:
        """The server does not know us any more."""
        if self.valid:
            self._enter(NameState.LOST)
            self._register(now)

    def give_up(self) -> None:
        """There is no point in going on."""
        self.link.give_up()

    def _changed(self, now: float) -> None:
        """A link to the server has come up, or is gone."""
        if self.link.link is None:
            if self.valid:
                self._enter(NameState.LOST)
            if self._asks_for:
                self.link.retry(now)  # Without one there is nothing to say, until there is one.
        elif self._asks_for:
            if not (self.valid and self.link.requests.came_back()):
                self._register(now)
        elif not self._asked:
            self._asked = True
            self._effects.tell(NameWanted())

    def _register(self, now: float) -> None:
        name = self._asks_for

        def close(told: list[Answer] | None, now: float) -> None:
            if told is None:
                return  # There will be another link.
            if told[0] == Welcome(name):
                again = bool(self.name)
                self.name, self.wanted, self._rival, self._out = name, "", None, ""
                self._enter(NameState.OURS)
                self._on_registered(again, now)
                self.link.forget_away()
            elif isinstance(told[0], Rivalled):
                self._give_way(told[0], now)
            else:
                self._refused(name, Reason.TAKEN_OR_KEPT)

        self.link.requests.ask(RegisterKey(name, self._instance), close, now)

    def _give_way(self, rivalled: Rivalled, now: float) -> None:
        """Another program with our key is registered, and alive: tell the person once,
        and come back now and then."""
        self._enter(NameState.DISPLACED)
        if self._rival is None:
            self._effects.tell(OtherProgram(rivalled.name, rivalled.seconds))
        self._rival = rivalled, now
        if self.patient:
            self.link.displaced(RIVALLED, now)
        else:
            self.give_up()

    def expelled(self, why: str, now: float) -> None:
        """The server ends the link: tell the person once, and come back now and then."""
        if self._state not in (NameState.NAMELESS, NameState.DISPLACED):
            self._enter(NameState.DISPLACED)
        told, self._out = self._out, why
        if not told:
            self._effects.tell(NotServed(why, self.patient))
        if self.patient:
            self.link.displaced(EXPELLED, now)
        else:
            self.give_up()

    def _refused(self, name: str, reason: Reason, why: str = "") -> None:
        if self._state is not NameState.NAMELESS:
            self._enter(NameState.NAMELESS)
        self.name, self.wanted, self._rival = "", "", None
        self._effects.tell(NotRegistered(name, reason, why, self.patient))
        if not self.patient:
            self.give_up()
