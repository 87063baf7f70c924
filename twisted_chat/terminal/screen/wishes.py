"""What the person at the screen wants of those outside of it."""

from msgspec import Struct

from twisted_chat.terminal.editing.outcomes import RoomsWanted


class TextEntered(Struct, frozen=True):
    """This was entered in a conversation."""

    text: str
    key: str
    """The conversation's."""
    pasted: bool = False
    """Whether it was pasted, so that no command is meant."""


class TurnedTo(Struct, frozen=True):
    """The person looks at another conversation."""

    key: str


class EarlierWanted(Struct, frozen=True):
    """The person has read up to the oldest line of a conversation, or nearly."""

    key: str
    """The conversation's."""


class ToRemember(Struct, frozen=True):
    """This was entered, and can be entered again after the next start."""

    entry: str


class Copied(Struct, frozen=True):
    """This text is to go to the clipboard of the terminal."""

    text: str


class BellWanted(Struct, frozen=True):
    """A key had no effect."""


class DrawAnew(Struct, frozen=True):
    """Something else has drawn on the terminal."""


class LeaveWanted(Struct, frozen=True):
    """Nothing more will be typed."""

    hurried: bool = False
    """Whether the person wants to be gone at once, as Ctrl-C has it."""


class PauseWanted(Struct, frozen=True):
    """The person wants their shell for a while."""


Wish = (
    TextEntered
    | TurnedTo
    | EarlierWanted
    | ToRemember
    | Copied
    | BellWanted
    | DrawAnew
    | LeaveWanted
    | PauseWanted
    | RoomsWanted
)
