"""What was handed on of what was said in a room, until the person is told of it."""

from dataclasses import dataclass, field

from twisted_chat.moments import NEVER
from twisted_chat.peer.events.event import Someone
from twisted_chat.wire.gen2.history import RoomMessage

GATHERED, TOLD_BY = 0.5, 5.0
"""Seconds after the last line that was handed on until all are told, and after the first at
most."""


@dataclass(eq=False)
class HandedLines:
    """They are told together, in the order of the room, at `tell_at`."""

    tell_at: float = NEVER
    _since: float = NEVER
    _lines: dict[str, tuple[RoomMessage, Someone]] = field(default_factory=dict)

    @property
    def waits(self) -> bool:
        """Whether there is something to tell."""
        return self.tell_at < NEVER

    def __contains__(self, message: RoomMessage) -> bool:
        return message.identifier in self._lines

    def hold(self, message: RoomMessage, giver: Someone, now: float) -> None:
        """This was handed on by somebody."""
        self._lines[message.identifier] = message, giver
        self._since = min(self._since, now)
        self.tell_at = min(now + GATHERED, self._since + TOLD_BY)

    def take(self, until: RoomMessage | None) -> tuple[list[RoomMessage], tuple[Someone, ...]]:
        """What is to be told now, in the order of the room, and who has handed it on: all, or
        all but what stands after `until`."""
        held = self._lines.values()
        wanted = [line for line in held if until is None or line[0].place <= until.place]
        lines = sorted(wanted, key=lambda line: line[0].place)
        for message, _ in lines:
            del self._lines[message.identifier]
        if not self._lines:
            self._since = self.tell_at = NEVER
        return [message for message, _ in lines], tuple(dict.fromkeys(by for _, by in lines))
