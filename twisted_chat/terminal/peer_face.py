"""What the faces of a UDP peer have in common that show one line after the other."""

from twisted_chat.events import Event
from twisted_chat.peer.events.server import LinesUnseen
from twisted_chat.peer.protocol import Peer
from twisted_chat.terminal.facing import FaceAtTerminal, T


class PeerFace(FaceAtTerminal[T]):
    """Counts in `_unseen` the lines for which there was no room, and tells how many they were."""

    def __init__(self, peer: Peer) -> None:
        self._peer = peer
        self._unseen = 0

    def show(self, event: Event) -> None:
        """Tell of an event, where there is room for it."""
        raise NotImplementedError

    def ended(self, terminal: T) -> None:
        self._peer.ended()

    def detached(self, terminal: T) -> None:
        self._terminal = None
        self._peer.detached()

    def flowing(self, terminal: T) -> None:
        if self._unseen:
            unseen, self._unseen = self._unseen, 0
            self.show(LinesUnseen(unseen))
