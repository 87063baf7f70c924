"""What the log of a cluster tells a server."""

from msgspec import Struct

from twisted_chat.server.cluster.absences import Absences
from twisted_chat.server.cluster.entries import Key
from twisted_chat.server.cluster.replica import Logged


class Tell(Struct, frozen=True):
    """A message of generation 2 for the user of another server who has this key."""

    server: str
    fingerprint: str
    message: bytes


class Acked(Struct, frozen=True):
    """What was written for this key is the entry of this number."""

    key: Key
    number: int
    sequence: int


class CasRefused(Struct, frozen=True):
    """What was written for this key is not: the last entry is of this number."""

    key: Key
    number: int
    last: int


class PublishFailed(Struct, frozen=True):
    """Nobody knows whether what was written for this key stands there."""

    key: Key
    number: int


class LogReached(Struct, frozen=True):
    """All that stood in the log has been read."""


class LogLost(Struct, frozen=True):
    """The log is not reached, and why."""

    why: str


class LogDamaged(Struct, frozen=True):
    """Something in the log is not an entry."""

    what: str


LogEvent = (
    Logged
    | Absences
    | Acked
    | CasRefused
    | PublishFailed
    | LogReached
    | LogLost
    | LogDamaged
    | Tell
)
