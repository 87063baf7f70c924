"""What something that happens to the address book is about, where the others are to be told."""

from twisted_chat.directory.changes import (
    Change,
    Departed,
    Moved,
    NameForgotten,
    Registered,
    RoomCreated,
    RoomGiven,
    RoomGone,
    RoomJoined,
    RoomLeft,
    RoomRuled,
)
from twisted_chat.directory.directory import Directory
from twisted_chat.errors import NameRefused
from twisted_chat.names import LONGEST_NAME, casefold
from twisted_chat.server.cluster.entries import NAME, ROOM, Key


def about(change: Change, name: str, directory: Directory, *, following: bool) -> Key | None:
    """The key of what may have to be written now that this has happened to what has this name;
    None where others have written it, as this server is `following` what they do."""
    match change:
        case Registered(casefolded=casefolded, server=""):
            return NAME, casefolded
        case Moved(who) | RoomJoined(who) | RoomLeft(who):
            # Also while others are followed, who have closed a room in which somebody here was.
            user = directory.user(who)
            return (NAME, user.casefolded) if user is not None and not user.server else None
        case Departed() if not following:
            return NAME, _casefolded(name)
        case NameForgotten(casefolded) if not following:
            return NAME, casefolded
        case (
            RoomCreated(casefolded=casefolded)
            | RoomGiven(casefolded=casefolded)
            | RoomRuled(casefolded=casefolded)
            | RoomGone(casefolded=casefolded)
        ) if not following:
            return ROOM, casefolded
        case _:
            return None


def _casefolded(name: str) -> str:
    try:
        return casefold(name, LONGEST_NAME)
    except NameRefused:
        return name
