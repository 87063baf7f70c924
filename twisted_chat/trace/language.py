"""Reading datagrams of generation 1, of which nobody says which way they go."""

from contextlib import suppress
from functools import lru_cache

from twisted_chat import names
from twisted_chat.errors import NameRefused, WireError
from twisted_chat.wire.common import Request, Verb
from twisted_chat.wire.gen1 import Answer, NamedText, parse_answer, parse_request

_BEGINNINGS = frozenset({b"ms", *(verb.value.encode() for verb in Verb)})
"""The first two bytes of every message."""


def speaks(datagram: bytes) -> bool:
    """Whether a datagram is a message of generation 1, in one direction or the
    other, and names only what may be a name."""
    if datagram[:2] not in _BEGINNINGS:  # Nearly all that other programs say to each other.
        return False
    request, answer = read_datagram(datagram)
    message = answer or request
    if message is None or isinstance(message, NamedText):
        return message is not None
    name = getattr(message, "name", getattr(message, "room", None))
    try:
        return name is None or bool(names.casefold(name))
    except NameRefused:
        return False


def is_message(datagram: bytes) -> bool:
    """Whether it is one, in one direction or the other."""
    return read_datagram(datagram) != (None, None)


@lru_cache(maxsize=4096)
def read_datagram(datagram: bytes) -> tuple[Request | None, Answer | None]:
    """What it means as a request, and as an answer."""
    request: Request | None = None
    answer: Answer | None = None
    with suppress(WireError):
        answer = parse_answer(datagram)
    if not isinstance(answer, NamedText):
        with suppress(WireError):
            request = parse_request(datagram)
    return request, answer
