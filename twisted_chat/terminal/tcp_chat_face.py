"""What the faces of a TCP chat have in common."""

from typing import Protocol, TypeVar

from twisted_chat.events import Event
from twisted_chat.tcp.protocol import TcpChat
from twisted_chat.terminal.facing import FaceAtTerminal, FacedTerminal


class CloggingTerminal(FacedTerminal, Protocol):
    """A terminal that is `clogged` while what was shown is not taken."""

    clogged: bool


C = TypeVar("C", bound=CloggingTerminal)


class TcpChatFace(FaceAtTerminal[C]):
    """One of the faces of a chat, which counts what they had no room for."""

    def __init__(self, chat: TcpChat) -> None:
        self._chat = chat

    @property
    def clogged(self) -> bool:
        """Whether what was shown is not taken."""
        return self._terminal is not None and self._terminal.clogged

    def show(self, event: Event, at: float | None = None) -> None:
        """Tell of an event that happened now, or at a time of day, in seconds since 1970."""
        raise NotImplementedError

    def ended(self, terminal: C) -> None:
        self._chat.ended(self)

    def detached(self, terminal: C) -> None:
        self._chat.detached(self)
        self._terminal = None

    def flowing(self, terminal: C) -> None:
        self._chat.flowing(self)
