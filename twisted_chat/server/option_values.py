"""What the options of a room server can be: each is read, or refused with what would be right."""

import os

from twisted.python import usage

from twisted_chat import startup
from twisted_chat.names import LONGEST_NAME

SECONDS = startup.number(float, 0.1)
COUNT = startup.number(int, 1)
RATE = startup.number(float, 0)
_LARGEST_DATAGRAM = 65_507
"""Bytes of payload in the largest UDP datagram over IPv4."""


def datagram(text: str) -> float:
    """Reads a number of bytes that a datagram can have. Raises UsageError."""
    value = startup.number(int, 64)(text)
    if value > _LARGEST_DATAGRAM:
        raise usage.UsageError(f"{text!r} cannot be used: give {_LARGEST_DATAGRAM} or less")
    return value


def share(text: str) -> float:
    """Reads a share of something. Raises UsageError."""
    value = RATE(text)
    if value > 1:
        raise usage.UsageError(f"{text!r} is not a share: give a number from 0 to 1")
    return value


def name_length(text: str) -> float:
    """Reads a number of characters that a name can have. Raises UsageError."""
    value = startup.number(int, 1)(text)
    if value > LONGEST_NAME:
        raise usage.UsageError(f"{text!r} cannot be used: give {LONGEST_NAME} or less")
    return value


def generation(text: str) -> int:
    """Reads the number of a generation. Raises UsageError."""
    if text not in ("1", "2"):
        raise usage.UsageError(f"{text!r} is not a generation of the protocol: give 1 or 2")
    return int(text)


def second_port(text: str) -> int | None:
    """Reads a port to listen on, or none. Raises UsageError."""
    return None if text == NONE else startup.listening_port(text)


NONE = "none"
"""What is given for a socket that is not to be there."""


def control(text: str) -> str:
    """Reads where operators are served. Raises UsageError."""
    if not text:
        raise usage.UsageError("give the path of a socket, or none")
    return text if text == NONE else os.path.abspath(text)
