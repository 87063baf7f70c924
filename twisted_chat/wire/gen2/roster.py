"""The roster of a room, as a server tells it: all of it, or who came and who went since."""

from msgspec import Struct

from twisted_chat.wire.gen2.contact import (
    CONTACT,
    NUMBER,
    WORD,
    ContactInfo,
    arguments,
    grammar,
    read_contact,
    read_name,
)


class RosterBegins(Struct, frozen=True):
    """`ro ROOM NUMBER`, or `ro ROOM NUMBER private`: you are in this room, into which nobody
    comes uninvited if it is private; who else is follows, then `re ROOM`."""

    room: str
    number: int
    private: bool = False

    def encode(self) -> bytes:
        return f"ro {self.room} {self.number}{' private' * self.private}".encode()


class RosterMember(Struct, frozen=True):
    """`rm ROOM NAME FINGERPRINT IP PORT`: another member."""

    room: str
    contact: ContactInfo

    def encode(self) -> bytes:
        return f"rm {self.room} {self.contact}".encode()


class RosterEnds(Struct, frozen=True):
    """`re ROOM`: that is everybody."""

    room: str

    def encode(self) -> bytes:
        return f"re {self.room}".encode()


class Came(Struct, frozen=True):
    """`r+ ROOM NUMBER NAME FINGERPRINT IP PORT`: with this the roster has this number."""

    room: str
    number: int
    contact: ContactInfo

    def encode(self) -> bytes:
        return f"r+ {self.room} {self.number} {self.contact}".encode()


class Went(Struct, frozen=True):
    """`r- ROOM NUMBER NAME`: with this the roster has this number."""

    room: str
    number: int
    name: str

    def encode(self) -> bytes:
        return f"r- {self.room} {self.number} {self.name}".encode()


# --- Reading

_room_contact = grammar(WORD, CONTACT)
_room_number_contact = grammar(WORD, NUMBER, CONTACT)
_room_number_word = grammar(WORD, NUMBER, WORD)
_room_number = grammar(WORD, NUMBER)


def read_member(argument: str) -> RosterMember:
    """The arguments of `rm`. Raises WireError."""
    room, *contact = arguments(_room_contact, argument)
    return RosterMember(read_name(room), read_contact(*contact))


def read_came(argument: str) -> Came:
    """The arguments of `r+`. Raises WireError."""
    room, number, *contact = arguments(_room_number_contact, argument)
    return Came(read_name(room), int(number), read_contact(*contact))


def read_went(argument: str) -> Went:
    """The arguments of `r-`. Raises WireError."""
    room, number, name = arguments(_room_number_word, argument)
    return Went(read_name(room), int(number), read_name(name))


def read_begins(argument: str) -> RosterBegins:
    """The arguments of `ro`. Raises WireError."""
    room, number = arguments(_room_number, argument)
    private = argument.split(" ")[2:3] == ["private"]
    return RosterBegins(read_name(room), int(number), private)


def read_ends(room: str) -> RosterEnds:
    """The argument of `re`. Raises WireError."""
    return RosterEnds(read_name(room))
