"""Events as the lines of a terminal."""

from collections.abc import Callable

from twisted_chat.events import Event
from twisted_chat.identity.fingerprints import spoken
from twisted_chat.peer.events import moves as move_events
from twisted_chat.peer.events import said as said_events
from twisted_chat.peer.events.said import Said
from twisted_chat.peer.events.talk import TalkingTo
from twisted_chat.terminal.wording import (
    histories,
    ignoring,
    kept,
    keys,
    paths,
    rooms,
    said,
    server,
    talk,
)

WORDS = (
    server.WORDS
    | rooms.WORDS
    | said.WORDS
    | talk.WORDS
    | ignoring.WORDS
    | paths.WORDS
    | kept.WORDS
    | histories.WORDS
)
"""How an event is told: in one line, or in several."""

_PLACED = frozenset(
    {
        move_events.CameAndLeft,
        move_events.CameOrLeftOften,
        move_events.LeftAndCameBack,
        move_events.PeopleCame,
        move_events.PeopleLeft,
        said_events.AllArrived,
        said_events.ArrivalUnknown,
        said_events.LostFor,
        said_events.NeverArrived,
        said_events.NotArrived,
        said_events.NotBackYet,
        said_events.WaitsFor,
    }
)
"""Events that are about one conversation."""


class LineWording:
    """Turns events into lines. `read_aloud` gives a fingerprint the form in which people
    read it to each other. If `marked`, what is not in the current conversation says where it
    is, and what is private that it is private."""

    def __init__(self, read_aloud: Callable[[str], str] = spoken, *, marked: bool = True) -> None:
        self._read_aloud = read_aloud
        self._marked = marked
        self._here = ""
        """The room in which what the person types is said."""

    def lines(self, event: Event) -> list[str]:
        """What is shown of an event; a notice begins with `>`, what is said with `<`."""
        kind = type(event)
        if isinstance(event, Said):
            return [said.spoken(event, said.place(event, self._here) if self._marked else "")]
        if isinstance(event, TalkingTo):
            self._here = event.conversation.room
        begin = "> "
        if kind in _PLACED and self._marked:
            begin += said.about(getattr(event, "room"), self._here)  # noqa: B009
        if (words := WORDS.get(kind)) is not None:
            told = words(event)
        else:
            told = (keys.WORDS | talk.SPOKEN)[kind](event, self._spoken)
        return [f"{begin}{line}" for line in ([told] if isinstance(told, str) else told)]

    def _spoken(self, fingerprint: str) -> str:
        return self._read_aloud(fingerprint) if fingerprint else "no key at all (unencrypted)"
