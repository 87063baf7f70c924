"""How a link to a server is put to rest, and how another takes its place: what the user and the
server say of it over links. What is sent meanwhile are datagrams: see `signs`.
"""

from msgspec import Struct

from twisted_chat.wire.gen2.contact import NUMBER, arguments, grammar
from twisted_chat.wire.gen2.signs import ID_BYTES, KEY_BYTES, RestKeys

_ID = f"([0-9a-f]{{{2 * ID_BYTES}}})"
_rest = grammar(_ID, f"([0-9a-f]{{{4 * KEY_BYTES}}})")
_back = grammar(_ID, NUMBER)
_said = grammar(NUMBER)


class AskRest(Struct, frozen=True):
    """`rest`: nothing is being said over this link; let it rest."""

    def encode(self) -> bytes:
        return b"rest"


class AtRest(Struct, frozen=True):
    """`rest ID SECRET`: it rests from now on, unless you have said something since you asked:
    end it, and be known by ID until there is another."""

    keys: RestKeys

    def encode(self) -> bytes:
        keys = self.keys
        return f"rest {keys.id.hex()} {keys.proves.hex()}{keys.seals.hex()}".encode()


class ComeBack(Struct, frozen=True):
    """`back ID HEARD`: this link takes the place of the one that rests as ID, over which I have
    heard all up to the sealed number HEARD."""

    id: bytes
    heard: int

    def encode(self) -> bytes:
        return f"back {self.id.hex()} {self.heard}".encode()


class CameBack(Struct, frozen=True):
    """`back HEARD`: it does, and I have heard all up to the sealed number HEARD."""

    heard: int

    def encode(self) -> bytes:
        return f"back {self.heard}".encode()


def read_at_rest(argument: str) -> AtRest:
    """The arguments of the server's `rest`. Raises WireError."""
    identifier, secret = arguments(_rest, argument)
    keys = bytes.fromhex(secret)
    return AtRest(RestKeys(bytes.fromhex(identifier), keys[:KEY_BYTES], keys[KEY_BYTES:]))


def read_come_back(argument: str) -> ComeBack:
    """The arguments of a user's `back`. Raises WireError."""
    identifier, heard = arguments(_back, argument)
    return ComeBack(bytes.fromhex(identifier), int(heard))


def read_came_back(argument: str) -> CameBack:
    """The argument of the server's `back`. Raises WireError."""
    return CameBack(int(arguments(_said, argument)[0]))
