"""Events as what a person sees in rows: who speaks stands apart from what is said."""

from collections.abc import Callable

from twisted_chat.events import Event
from twisted_chat.identity.fingerprints import spoken
from twisted_chat.peer.events.event import Talk
from twisted_chat.peer.events.said import Said
from twisted_chat.peer.events.server import (
    NameFirst,
    NameWanted,
    NotRegistered,
    RegisteredAs,
    ServerBack,
)
from twisted_chat.peer.events.talk import TalkingTo
from twisted_chat.terminal.entry import Entry, Mark
from twisted_chat.terminal.wording import said
from twisted_chat.terminal.wording.line import LineWording
from twisted_chat.terminal.wording.people import called, shown_name

NAME_PROMPT = "your name: "


class EntryWording:
    """Turns events into entries, and knows what stands before what is typed. `key` is the
    fingerprint of the person's own key, empty without one."""

    def __init__(self, key: str = "", read_aloud: Callable[[str], str] = spoken) -> None:
        self._lines = LineWording(read_aloud)
        self._key = key
        self._name = ""
        self._asked = False
        self._current = Talk()

    @property
    def prompt(self) -> str:
        """What stands before what is typed: the conversation in which it is said."""
        if self._asked:
            return NAME_PROMPT
        if self._current.who is not None:
            return f"[{called(self._current.who)}, private] "
        return f"[{shown_name(self._current.room)}] " if self._current.room else "[nobody] "

    def entries(self, event: Event) -> list[Entry]:
        """What is shown of an event."""
        if isinstance(event, NameWanted | NameFirst):
            self._asked = True
        elif isinstance(event, NotRegistered):
            self._asked = event.asked_again
        elif isinstance(event, RegisteredAs | ServerBack):
            self._asked, self._name = False, event.name
        elif isinstance(event, TalkingTo):
            self._current = event.conversation
        elif isinstance(event, Said):
            where = said.place(event, self._current.room) + said.late(event)
            return [
                Entry(
                    Mark.HEARD, said.told(event), said.who(event), event.from_.fingerprint, where
                )
            ]
        return [Entry(Mark.NOTICE, line.removeprefix(MARK)) for line in self._lines.lines(event)]

    def own(self, text: str, *, aloud: bool) -> Entry:
        """What the person has entered: if `aloud`, what they have said."""
        who = shown_name(self._name) if aloud and self._name and not self._asked else ""
        return Entry(Mark.OWN, text, who, self._key)


MARK = f"{Mark.NOTICE.value} "
"""With what a line begins that is a notice."""
