"""Why a server refuses something about a room."""

from enum import Enum


class Ground(Enum):
    """One word, as it travels. A word that is not known is read as OTHER."""

    NO_NAME = "name"
    """That is no name for a room."""
    TAKEN = "taken"
    """There is a room of this name, or one that is drawn like it, and it is another's."""
    MANY = "many"
    """There are as many as there may be: rooms of yours, rooms in all, or those you are in."""
    NO_ROOM = "none"
    """There is no such room."""
    FULL = "full"
    """The room has as many members as it may have."""
    OUTSIDE = "outside"
    """You are not in it."""
    NOT_YOURS = "owner"
    """Only the one may whose room it is."""
    NOBODY = "nobody"
    """There is nobody of this name there, or it is you."""
    NO_KEY = "keyless"
    """The one of this name has no key."""
    OTHER = "other"
    """Something else."""
