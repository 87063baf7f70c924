"""What the log of a cluster tells a server."""

from dataclasses import dataclass

from twisted_chat.server.cluster.absences import Absences
from twisted_chat.server.cluster.entries import Key
from twisted_chat.server.cluster.replica import Logged


@dataclass(frozen=True, slots=True)
class Tell:
    """A message of generation 2 for the user of another server who has this key."""

    server: str
    fingerprint: str
    message: bytes


@dataclass(frozen=True, slots=True)
class Acked:
    """What was written for this key is the entry of this number."""

    key: Key
    number: int
    sequence: int


@dataclass(frozen=True, slots=True)
class CasRefused:
    """What was written for this key is not: the last entry is of this number."""

    key: Key
    number: int
    last: int


@dataclass(frozen=True, slots=True)
class PublishFailed:
    """Nobody knows whether what was written for this key stands there."""

    key: Key
    number: int


@dataclass(frozen=True, slots=True)
class LogReached:
    """All that stood in the log has been read."""


@dataclass(frozen=True, slots=True)
class LogLost:
    """The log is not reached, and why."""

    why: str


@dataclass(frozen=True, slots=True)
class LogDamaged:
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
