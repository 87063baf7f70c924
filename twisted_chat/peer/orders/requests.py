"""Asking the server for what a person wants, and what is told where it came to nothing."""

from collections.abc import Callable, Mapping

from twisted_chat.peer.commands import TURNING, Command, Order
from twisted_chat.peer.events import server
from twisted_chat.peer.generation import Generation, Shared
from twisted_chat.peer.server import Close, Outcome

Obey = Mapping[Command, Callable[[Order, float], None]]
"""What some commands do, each with the time."""


class PersonRequests:
    """Requests of the person. `missed` is called when they wanted to talk elsewhere, in vain."""

    def __init__(
        self, generation: Generation, shared: Shared, missed: Callable[[float], None]
    ) -> None:
        self._server = generation.server
        self._shared = shared
        self._missed = missed

    def asked(
        self, command: Command, argument: str, then: Callable[[Outcome, float], None]
    ) -> Close:
        """Something is asked that may change whom we speak to: what is typed waits for it.
        Where there is no answer that is told; otherwise it is for `then`."""
        self._shared.talks.asked += 1

        def close(outcome: Outcome, now: float) -> None:
            self._shared.talks.asked -= 1
            if outcome is Outcome.UNANSWERED:
                self._shared.effects.tell(server.NoAnswer(command, argument))
                self.in_vain(now, command)
            elif outcome is Outcome.NOT_HERE:
                self.not_here(command, argument, now)
            else:
                then(outcome, now)

        return close

    def not_here(self, command: Command, argument: str, now: float) -> None:
        """There is no such thing in this generation."""
        self._shared.effects.tell(server.NotInGeneration1(command, argument))
        self.in_vain(now, command)

    def in_vain(self, now: float, command: Command | None = None) -> None:
        """What the person wanted came to nothing, and it may be that what they type next is
        meant for it: for others than one who only spoke to us, and than those of the
        current conversation."""
        self._shared.contacts.welcoming = False
        self._shared.talks.end_knock()
        only_made = command is Command.ROOMCREATE and not self._server.creator_joins
        if command in TURNING and not only_made:
            self._missed(now)
