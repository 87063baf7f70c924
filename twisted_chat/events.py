"""What both chats tell a person of."""

from typing import ClassVar

from msgspec import Struct


class Event(Struct, frozen=True):
    """Something that a person can learn. Its texts are what was sent: a face makes
    them safe to show."""

    NAME: ClassVar[str] = ""
    """What programs know it by, where that is not the name of its class in snake case."""
