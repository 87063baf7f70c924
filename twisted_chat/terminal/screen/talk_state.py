"""One conversation on the screen: its lines, what of them is unread, and where one reads."""

from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from msgspec import Struct

from twisted_chat.terminal.editing.editor import Editor
from twisted_chat.terminal.screen.roles import Role
from twisted_chat.terminal.screen.shown_line import TalkLines


class TalkKind(Enum):
    """What a conversation is."""

    HOME = "home"
    ROOM = "room"
    PERSON = "person"


class TalkSubject(Struct, frozen=True):
    """Which conversation is meant: what it is known by, what it is and is called, and how the chat
    describes it, which is nothing to the screen."""

    key: str
    kind: TalkKind
    title: str
    described: Any = None


HOME = TalkSubject("home", TalkKind.HOME, "")
"""The place for what belongs to no conversation."""


class ShownMember(Struct, frozen=True):
    """Somebody in a conversation: a sign of how far they can be trusted, one of the way to them,
    and their name."""

    name: str
    sign: str = " "
    sign_role: Role = Role.TEXT
    way: str = " "
    role: Role = Role.TEXT
    first: bool = False
    """Whether they are to be seen before others."""


@dataclass(eq=False, slots=True)
class TalkState:
    """What is known of it. It is `over` when nobody hears what is typed there."""

    subject: TalkSubject
    editor: Editor
    lines: TalkLines = field(default_factory=TalkLines)
    topic: str = ""
    over: bool = False
    silent: bool = False
    """Whether the person has turned away from it without leaving it: they hear, and are not
    heard."""
    unread: int = 0
    """Lines that others have said and the person has not seen."""
    mentions: int = 0
    """How many of those are for the person."""
    stirred: bool = False
    """Whether something else has happened there that the person has not seen."""
    rung: bool = False
    """Whether the bell has rung for it since it was looked at."""
    seen: int | None = None
    """The position of the first line that was new when it was turned to."""
    sought: bool = False
    """Whether the person has moved in the conversation, or said something, since it was turned
    to, and so need not be told where what is new begins."""
    top: tuple[int, int] | None = None
    """The position of the line at the top, and how many of its rows, the last, are in sight; None
    at the end."""
    begins: int | None = None
    """The position of a line that is to stand at the top in the next picture."""
    chosen: int | None = None
    """The position of the line that is selected."""
    earlier: bool = False
    """Whether there may be older lines to be had."""
    oldest: int = 0
    """The number that the oldest line has where it is kept; 0 for none that is kept."""
    members: tuple[ShownMember, ...] = ()
    touched: int = 0
    """When it was turned to, or somebody spoke, in a count of such moments."""

    @property
    def key(self) -> str:
        return self.subject.key

    @property
    def kind(self) -> TalkKind:
        return self.subject.kind

    @property
    def title(self) -> str:
        return self.subject.title

    @property
    def full_title(self) -> str:
        """Its title where a room is not to be taken for a person who is called the same."""
        return f"{self.title}, private" if self.kind is TalkKind.PERSON else self.title

    def inserted(self, position: int) -> None:
        """A line stands there that did not: those before it are one further up."""
        if self.seen is not None and self.seen <= position:
            self.seen -= 1
        if self.chosen is not None and self.chosen <= position:
            self.chosen -= 1
        if self.top is not None and self.top[0] <= position:
            self.top = self.top[0] - 1, self.top[1]

    def goes_to(self, key: str | None) -> None:
        """What is typed goes to the conversation of this key; None while that may change."""
        if self.over or self.kind is not TalkKind.ROOM:
            self.silent = False
        elif key is not None:
            self.silent = key != self.key

    def look(self) -> None:
        """The person sees it now."""
        self.unread = self.mentions = 0
        self.stirred = self.rung = False
