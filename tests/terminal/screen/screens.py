"""A screen for tests: people whose words come, and what is seen of them."""

from datetime import datetime

from twisted_chat.peer.events.event import Someone, Talk
from twisted_chat.terminal.editing.completion import NoCompleter
from twisted_chat.terminal.editing.editor import Editor
from twisted_chat.terminal.editing.history import History
from twisted_chat.terminal.screen.drawing import Drawing
from twisted_chat.terminal.screen.keyboard import ScreenKeys
from twisted_chat.terminal.screen.model import ScreenModel
from twisted_chat.terminal.screen.subjects import subject_of
from twisted_chat.terminal.screen.talk_state import TalkState
from twisted_chat.terminal.screen.wishes import Wish

NOON = datetime(2026, 11, 26, 12, 0).timestamp()
"""A moment, in seconds since 1970, which is noon wherever the tests run."""
LAB, DEN = Talk("lab"), Talk("den")
BOB = Someone("bob", "b" * 64)
WITH_BOB = Talk(who=BOB)


class Screen:
    """alice's screen, in lab, den and a private conversation with bob."""

    def __init__(self, width: int = 80, height: int = 24, *, alone: bool = False) -> None:
        self.width, self.height = width, height
        self.now = NOON
        history = History()
        self.model = ScreenModel(
            "udpchat", "server", lambda: Editor(NoCompleter(), history), alone=alone
        )
        self.model.name = "alice"
        self.model.server = "chat.example:8090"
        self.keyboard = ScreenKeys(self.model, lambda: self.now)
        self.drawing = Drawing(self.model, self.keyboard)
        if not alone:
            self.there_are(LAB, DEN, WITH_BOB)
            self.look_at(LAB)

    def there_are(self, *talks: Talk) -> None:
        self.model.there_are(map(subject_of, talks))

    def state(self, talk: Talk) -> TalkState:
        found = self.model.states.find(subject_of(talk))
        assert found is not None
        return found

    def look_at(self, talk: Talk) -> None:
        self.model.turn(self.state(talk))

    def hear(self, text: str, talk: Talk = LAB, who: str = "bob", **more: object) -> None:
        private = talk.who is not None
        self.model.heard(subject_of(talk), who, text, self.now, private=private)

    def tell(self, text: str, talk: Talk = LAB) -> None:
        self.model.told(self.state(talk), text, self.now)

    def press(self, *keys: str) -> list[Wish]:
        """Press keys. Returns what they wish for."""
        return [wish for key in keys for wish in self.keyboard.press(key)]

    def type(self, text: str) -> list[Wish]:
        return self.keyboard.type(text)

    @property
    def rows(self) -> list[str]:
        """What is seen."""
        return self.drawing.draw(self.width, self.height).text().split("\n")

    @property
    def talk(self) -> list[str]:
        """What is seen of the conversation, without empty rows."""
        found = []
        for row in self.rows[1:-2]:
            part = row.split("\u2502")[1] if "\u2502" in row else row
            found.append(part.rstrip())
        return [row for row in found if row]
