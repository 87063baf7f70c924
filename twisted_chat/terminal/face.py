"""A UDP peer at a terminal: lines become what is wanted, events become lines, for people
or as JSON."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Protocol

from twisted_chat.events import Event
from twisted_chat.peer.commands import Typed
from twisted_chat.peer.protocol import Peer
from twisted_chat.terminal.json_lines import JsonLines
from twisted_chat.terminal.json_orders import read_order
from twisted_chat.terminal.line import LineTerminal
from twisted_chat.terminal.peer_face import PeerFace
from twisted_chat.terminal.typed_lines import as_typed, read_persons_line
from twisted_chat.terminal.wording.line import LineWording


class Wording(Protocol):
    """How events are told."""

    def lines(self, event: Event) -> list[str]:
        """What is shown of an event."""


class TerminalFace(PeerFace[LineTerminal]):
    """The person of a LineTerminal, and the face of a peer."""

    def __init__(
        self,
        peer: Peer,
        wording: Wording,
        read: Callable[[str], Typed] = as_typed,
    ) -> None:
        super().__init__(peer)
        self._wording = wording
        self._read = read

    # --- What the peer does

    def show(self, event: Event) -> None:
        """Tell of an event, where there is room for it."""
        lines = self._wording.lines(event)
        if self._terminal is None or self._terminal.clogged:
            self._unseen += len(lines)
            return
        for line in lines:
            self._terminal.show(line)

    # --- What the terminal tells

    def attached(self, terminal: LineTerminal) -> None:
        self._terminal = terminal
        self._peer.attached(self)

    def typed(self, terminal: LineTerminal, lines: Iterable[str]) -> None:
        self._peer.typed(list(map(self._read, lines)))


def for_people(peer: Peer) -> LineTerminal:
    """A terminal of a peer, for a person."""
    read = partial(as_typed, read=read_persons_line)
    return LineTerminal(TerminalFace(peer, LineWording(), read))


def for_scripts(peer: Peer) -> LineTerminal:
    """A terminal of a peer, for what comes from a pipe or a file."""
    return LineTerminal(TerminalFace(peer, LineWording(marked=False)))


def for_programs(peer: Peer, time_of_day: Callable[[], float]) -> LineTerminal:
    """A terminal of a peer, for a program; the time is in seconds since 1970."""
    lines = JsonLines(time_of_day)
    return LineTerminal(TerminalFace(peer, lines, read_order), lines)
