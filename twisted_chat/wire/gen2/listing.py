"""A list of users or rooms, in as many messages as it takes."""

from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct

from twisted_chat.wire.common import Verb
from twisted_chat.wire.framing import MAX_FRAME
from twisted_chat.wire.gen2.contact import read_name


class Listed(Struct, frozen=True):
    """`ul NAME ...` or `rl ROOM ...`: some of a list; a bare `ul` or `rl` is its end."""

    verb: Verb
    names: tuple[str, ...]

    def encode(self) -> bytes:
        return " ".join((self.verb.value, *self.names)).encode()


def read_listed(verb: Verb) -> Callable[[str], Listed]:
    """A reader of the names that follow this verb, which raises WireError."""
    return lambda argument: Listed(verb, tuple(map(read_name, argument.split(" "))))


def pack(verb: Verb, names: Iterable[str]) -> Iterator[Listed]:
    """A list in as few messages as hold it, without its end."""
    some, size = list[str](), len(verb.value)
    for name in names:
        length = len(name.encode()) + 1
        if size + length > MAX_FRAME:
            yield Listed(verb, tuple(some))
            some, size = [], len(verb.value)
        some.append(name)
        size += length
    if some:
        yield Listed(verb, tuple(some))
