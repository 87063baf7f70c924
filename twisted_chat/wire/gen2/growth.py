"""How the language grows while programs speak it that know no more than today's.

A message with a verb that its receiver does not know is skipped, and answered `no
VERB` by a server. Arguments beyond those that are known are ignored, but where the
last one is a text or the arguments are a list. And each end of a link says first what
it can do beyond the first version, so that nothing else need be sent to it.
"""

import re
from collections.abc import Callable
from typing import TypeVar

from msgspec import Struct

from twisted_chat.errors import WireError

PATHS, RELAY, CHECKUP, SERVERS = "paths", "relay", "check", "servers"
WAIT, HISTORY, REST = "wait", "history", "rest"
"""Looking for a way to others, with what a server says of it; taking, or carrying, over a
server what finds no other way; sending back what shows a user what its network does; going
to another server of those that share their names; telling a user that one for whom it waits is
here; what was said in a room, signed, which others hand on; and a link that is put to rest while
nothing is said."""
OF_SERVERS: tuple[str, ...] = (PATHS, RELAY, CHECKUP, WAIT, HISTORY, REST)
OF_USERS: tuple[str, ...] = (PATHS, RELAY, SERVERS, HISTORY, REST)
OF_PEERS: tuple[str, ...] = (PATHS, HISTORY)
"""The features of this program: as a server, to a server, and to another peer."""
KNOWN = frozenset((*OF_SERVERS, *OF_USERS, *OF_PEERS))
"""Those that are worth remembering of the other end."""

MORE = r"(?s:| .*)"
"""What may follow the arguments that are known."""
MAX_FEATURES = 64
"""Features that one end may have."""

_VERB = re.compile(rb"[a-z][a-z0-9+-]{0,15}")
_FEATURE = re.compile("[a-z][a-z0-9-]{0,31}")

M = TypeVar("M")

_SETS: dict[frozenset[str], frozenset[str]] = {}
"""Those of them that were said so far, each once: 700 bytes for each link otherwise."""


class UnknownVerb(WireError):
    """A message, as far as one can see, of a version that says more than this one."""

    def __init__(self, verb: str) -> None:
        super().__init__(f"no such message: {verb}")
        self.verb = verb


class Can(Struct, frozen=True):
    """`can FEATURE ...`: what this end can beyond the first version."""

    features: tuple[str, ...] = ()

    @property
    def known(self) -> frozenset[str]:
        """Those of the features that this program knows."""
        found = KNOWN.intersection(self.features)
        return _SETS.setdefault(found, found)

    def encode(self) -> bytes:
        return " ".join(("can", *self.features)).encode()


def read_can(argument: str) -> Can:
    """Read the features. Raises WireError."""
    features = tuple(argument.split(" "))
    if len(features) > MAX_FEATURES or not all(map(_FEATURE.fullmatch, features)):
        raise WireError("what are no features")
    return Can(features)


def first(argument: str) -> str:
    """The first of the arguments, which is the only one that is known."""
    return argument.partition(" ")[0]


def of_first(read: Callable[[str], M]) -> Callable[[str], M]:
    """A reader of arguments that reads the first, and ignores the others."""
    return lambda argument: read(first(argument))


def read(message: bytes, bare: dict[bytes, M], table: dict[bytes, Callable[[str], M]]) -> M:
    """Read a message: a verb alone, by `bare`, or with arguments, by a table of their
    readers. Raises WireError, and UnknownVerb where it may be one of another version."""
    found = bare.get(message)
    if found is not None:
        return found
    verb, space, argument = message.partition(b" ")
    read = table.get(verb)
    if read is not None and space:
        try:
            return read(argument.decode())
        except UnicodeDecodeError:
            raise WireError("not UTF-8") from None
    if space and verb in bare:
        return bare[verb]
    if read is None and _VERB.fullmatch(verb):
        raise UnknownVerb(verb.decode())
    raise WireError("no such message")
