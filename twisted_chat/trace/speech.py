"""What the messages of generation 1 mean, in words."""

from functools import lru_cache

from twisted_chat.addresses import host_and_port
from twisted_chat.display import safe
from twisted_chat.trace.report import LONGEST_TEXT, quoted
from twisted_chat.wire.common import (
    Bare,
    CreateRoom,
    Goodbye,
    JoinRoom,
    Leave,
    LeaveRoom,
    ListRooms,
    ListUsers,
    Locate,
    Register,
    Request,
    RoomReady,
    Verb,
    Welcome,
)
from twisted_chat.wire.gen1 import (
    Answer,
    Located,
    NamedText,
    RoomListed,
    RosterCleared,
    RosterEntry,
    UserListed,
)

_BARE = {
    Verb.HI: "refused: not registered",
    Verb.AR: "no such user",
    Verb.UL: "there are no users",
    Verb.RL: "there are no rooms",
    Verb.RC: "refused: no such room can be created",
    Verb.RJ: "refused: no such room",
}


@lru_cache(maxsize=4096)
def request_in_words(request: Request) -> str:
    """What a user asks of a server."""
    match request:
        case Register(name):
            return f"registers as {name_in_words(name)}"
        case Leave():
            return "leaves the server"
        case Locate(name):
            return f"asks where {name_in_words(name)} is"
        case ListUsers():
            return "asks for the users"
        case ListRooms():
            return "asks for the rooms"
        case CreateRoom(room):
            return f"creates the room {name_in_words(room)}"
        case JoinRoom(room):
            return f"joins the room {name_in_words(room)}"
        case LeaveRoom():
            return "leaves its room"


@lru_cache(maxsize=4096)
def answer_in_words(answer: Answer) -> str:
    """What a server, or another peer, says to a user."""
    match answer:
        case Bare(verb):
            return _BARE[verb]
        case Welcome(name):
            return f"accepted as {name_in_words(name)}"
        case Goodbye():
            return "has left the server"
        case Located(host, port):
            return f"the user is at {host_and_port(host, port)}"
        case UserListed(name):
            return f"one of the users: {name_in_words(name)}"
        case RoomListed(room):
            return f"one of the rooms: {name_in_words(room)}"
        case RoomReady(room):
            return f"the room {name_in_words(room)} is there now"
        case RosterCleared():
            return "roster: begins anew"
        case RosterEntry(host, port):
            return f"roster: one more member at {host_and_port(host, port)}"
        case NamedText(name, text):
            return f"{name_in_words(name)} says {quoted(text)}"


def name_in_words(name: str) -> str:
    """A name as it is shown: safe, and not without end."""
    shown = safe(name[: LONGEST_TEXT + 1])
    return shown if len(shown) <= LONGEST_TEXT else f"{shown[:LONGEST_TEXT]}…"
