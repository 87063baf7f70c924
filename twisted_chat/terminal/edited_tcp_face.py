"""TCP chat at a terminal with an input line."""

from twisted.internet.interfaces import IReactorTime

from twisted_chat.events import Event
from twisted_chat.tcp.protocol import TcpChat
from twisted_chat.tcp.typed import read
from twisted_chat.terminal.edited import EditedTerminal, KeyPerson, Manner
from twisted_chat.terminal.editing.completion import NoCompleter
from twisted_chat.terminal.editing.editor import Editor
from twisted_chat.terminal.editing.history import History
from twisted_chat.terminal.editing.outcomes import LineEntered
from twisted_chat.terminal.entry import Entry, Mark
from twisted_chat.terminal.tcp_chat_face import TcpChatFace
from twisted_chat.terminal.tcp_wording import TcpEntryWording


class EditedTcpFace(TcpChatFace[EditedTerminal]):
    """The person of an EditedTerminal, or of a screen, and one of the faces of a chat."""

    def __init__(self, chat: TcpChat) -> None:
        super().__init__(chat)
        self._wording = TcpEntryWording()

    # --- What the chat does

    def show(self, event: Event, at: float | None = None) -> None:
        """Tell of an event."""
        entries = self._wording.entries(event)
        if self._terminal is not None:
            self._terminal.prompt = self._wording.prompt
            for entry in entries:
                self._terminal.show(entry, at)

    # --- What the terminal tells

    def attached(self, terminal: EditedTerminal) -> None:
        self._terminal = terminal
        terminal.prompt = self._wording.prompt
        self._chat.attached(self)

    def entered(self, terminal: EditedTerminal, line: LineEntered) -> None:
        if not line.text.strip():
            return
        todo = line.text if line.pasted else read(line.text, person=True)
        if isinstance(todo, str):
            terminal.show(Entry(Mark.OWN, todo))
        elif terminal.echoes:
            terminal.show(Entry(Mark.OWN, line.text))
        self._chat.typed(self, todo)

    def wants_rooms(self, terminal: EditedTerminal) -> None:
        """Nothing: there are none."""


def edited_talk(
    person: KeyPerson, *, history: History, manner: Manner, clock: IReactorTime
) -> EditedTerminal:
    """A terminal with an input line, each line of which is said by itself."""
    editor = Editor(NoCompleter(), history, joined=False)
    return EditedTerminal(person, editor, manner, clock)
