"""One thing that a person sees in a chat: something that was said, or a notice."""

from enum import Enum

from msgspec import Struct


class Mark(Enum):
    """Whose words these are: it stands where nobody else can write."""

    HEARD = "<"
    NOTICE = ">"
    OWN = "-"


class Entry(Struct, frozen=True):
    """Words, and whose they are. Texts are what was sent: the layout makes them safe."""

    mark: Mark
    text: str
    """What was said, which may have several lines, or what the program tells."""
    who: str = ""
    """How the speaker is introduced; empty where nobody is."""
    key: str = ""
    """The fingerprint of the speaker's key, which gives the colour; empty without a key."""
    place: str = ""
    """Where it was said, as it stands behind the speaker; empty where that is clear."""

    @property
    def introduction(self) -> str:
        """What stands before the text."""
        return f"{self.who}{self.place}: " if self.who else ""
