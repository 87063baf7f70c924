"""TCP chat at a terminal: lines become what is wanted, events become lines, for people
or as JSON."""

from collections.abc import Callable, Iterable
from typing import Protocol

from twisted_chat.errors import UsageMistake
from twisted_chat.events import Event
from twisted_chat.tcp.events import Misread
from twisted_chat.tcp.protocol import TcpChat
from twisted_chat.tcp.typed import Typed, TypedCommand, read
from twisted_chat.terminal.json_lines import BEGIN, JsonLines, one_text, read_object
from twisted_chat.terminal.line import LineTerminal
from twisted_chat.terminal.tcp_chat_face import TcpChatFace
from twisted_chat.terminal.tcp_wording import TcpWording

SHAPES = '{"say": TEXT} or {"do": "quit"}, or a text that does not begin with {'


class TimedWording(Protocol):
    """How events are told that may have happened before."""

    def lines(self, event: Event, at: float | None = None) -> list[str]:
        """What is shown of an event that happened now, or at a time of day, in seconds
        since 1970."""


def read_json(line: str, *, person: bool) -> Typed:
    """What is wanted by a line; a mistake where that cannot be told."""
    if not line.startswith(BEGIN):
        return read(line, person=person)
    try:
        wanted = read_object(line)
        if "say" in wanted:
            return one_text(wanted)
        if wanted != {"do": "quit"}:
            raise UsageMistake(f"this says nothing: right would be {SHAPES}")
    except UsageMistake as mistake:
        return Misread(str(mistake))
    return TypedCommand.QUIT


class TcpFace(TcpChatFace[LineTerminal]):
    """The person of a LineTerminal, and one of the faces of a chat."""

    def __init__(
        self,
        chat: TcpChat,
        wording: TimedWording,
        read_line: Callable[..., Typed] = read,
    ) -> None:
        super().__init__(chat)
        self._wording = wording
        self._read = read_line

    # --- What the chat does

    def show(self, event: Event, at: float | None = None) -> None:
        """Tell of an event."""
        if self._terminal is not None:
            for line in self._wording.lines(event, at):
                self._terminal.show(line)

    # --- What the terminal tells

    def attached(self, terminal: LineTerminal) -> None:
        self._terminal = terminal
        self._chat.attached(self)

    def typed(self, terminal: LineTerminal, lines: Iterable[str]) -> None:
        for line in lines:
            self._chat.typed(self, self._read(line, person=self._chat.person))


def for_people(chat: TcpChat) -> LineTerminal:
    """A terminal of a chat, for a person."""
    return LineTerminal(TcpFace(chat, TcpWording()))


def for_programs(chat: TcpChat, time_of_day: Callable[[], float]) -> LineTerminal:
    """A terminal of a chat, for a program; the time is in seconds since 1970."""
    lines = JsonLines(time_of_day)
    return LineTerminal(TcpFace(chat, lines, read_json), lines)
