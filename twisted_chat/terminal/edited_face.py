"""A UDP peer at a terminal with an input line: what is entered becomes what is wanted, events
become entries."""

from functools import partial

from twisted.internet.interfaces import IReactorTime

from twisted_chat.events import Event
from twisted_chat.peer.commands import LearnRooms, Say
from twisted_chat.peer.events.server import RoomsKnown
from twisted_chat.peer.protocol import Peer
from twisted_chat.terminal.edited import EditedTerminal, Manner
from twisted_chat.terminal.editing.commands import CommandCompleter
from twisted_chat.terminal.editing.editor import Editor
from twisted_chat.terminal.editing.history import History
from twisted_chat.terminal.editing.outcomes import LineEntered
from twisted_chat.terminal.editing.vocabulary import Vocabulary
from twisted_chat.terminal.peer_face import PeerFace
from twisted_chat.terminal.typed_lines import as_typed, read_persons_line
from twisted_chat.terminal.wording.entries import EntryWording


class EditedFace(PeerFace[EditedTerminal]):
    """The person of an EditedTerminal, and the face of a peer. It learns the words with which
    what is typed is completed."""

    def __init__(self, peer: Peer, wording: EntryWording, words: Vocabulary) -> None:
        super().__init__(peer)
        self._wording = wording
        self._words = words
        self._read = partial(as_typed, read=read_persons_line)

    # --- What the peer does

    def show(self, event: Event) -> None:
        """Tell of an event, where there is room for it."""
        self._words.learn(event)
        if isinstance(event, RoomsKnown):
            if self._terminal is not None:
                self._terminal.learned()
            return
        entries = self._wording.entries(event)
        if self._terminal is None:
            return
        self._terminal.prompt = self._wording.prompt
        if self._terminal.clogged:
            self._unseen += len(entries)
            return
        for entry in entries:
            self._terminal.show(entry)

    # --- What the terminal tells

    def attached(self, terminal: EditedTerminal) -> None:
        self._terminal = terminal
        terminal.prompt = self._wording.prompt
        self._peer.attached(self)

    def entered(self, terminal: EditedTerminal, line: LineEntered) -> None:
        if not line.text.strip():
            return  # Enter alone moves nothing here, and says nothing.
        todo = Say(line.text, aloud=True) if line.pasted else self._read(line.text)
        aloud = type(todo) is Say
        terminal.show(
            self._wording.own(todo.text if isinstance(todo, Say) else line.text, aloud=aloud)
        )
        self._peer.typed([todo])

    def wants_rooms(self, terminal: EditedTerminal) -> None:
        self._peer.typed([LearnRooms()])


def edited(
    peer: Peer, *, history: History, manner: Manner, clock: IReactorTime, key: str
) -> EditedTerminal:
    """A terminal of a peer with an input line. `key` is the fingerprint of their own key."""
    words = Vocabulary()
    face = EditedFace(peer, EntryWording(key), words)
    return EditedTerminal(face, Editor(CommandCompleter(words), history), manner, clock)
