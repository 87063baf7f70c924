"""Events: whose key is whose."""

from enum import Enum

from twisted_chat.events import Event
from twisted_chat.peer.events.event import Someone

# --- The server's


class ServerKeySeen(Event, frozen=True):
    """The server's key was seen for the first time, and is remembered."""

    fingerprint: str
    """The key's."""


class ServerKeyChanged(Event, frozen=True):
    """The server has another key than it has to have. Nothing was sent to it."""

    server: str
    """HOST:PORT, as it was given."""
    address: str
    """HOST:PORT where it was met, if that is not the same."""
    was: str
    """The fingerprint that it has to have; of a pinned one perhaps the beginning."""
    is_: str
    """The fingerprint that was found."""
    pinned: bool
    """Whether --server-key says what it has to be; otherwise `trust server` accepts the new."""


class OwnKeyAnswers(Event, frozen=True):
    """At the server's address our own key answers; it is tried on."""

    server: str
    """HOST:PORT, as it was given."""


class ServerKeyAccepted(Event, frozen=True):
    """The server's new key is accepted and remembered."""


class ServerUnencrypted(Event, frozen=True):
    """A server that had, or has, a key answers only without encryption. It is told nothing,
    and tried on."""

    server: str
    """HOST:PORT, as it was given."""
    was: str
    """The fingerprint of the key that it has to have; empty where that is not known."""
    decides: bool
    """Whether `trust server` goes on without encryption."""


# --- Those of people


class KeyChanged(Event, frozen=True):
    """Somebody has another key than the one that is known. Nothing goes to them, and nothing
    of them is told, until `trust` accepts it."""

    who: Someone
    """Who."""
    was: str
    """The fingerprint that is known."""
    is_: str
    """The fingerprint now; empty without a key."""


class LooksLike(Event, frozen=True):
    """A name only looks like another: ours, or that of somebody known."""

    who: Someone
    """Who has it."""
    like: str
    """The other name."""


class Withheld(Event, frozen=True):
    """Nothing goes to some without a key: nobody can show that they are where the server says,
    and have asked for our words. `trust` speaks to them all the same."""

    people: tuple[Someone, ...]
    """Who, with their addresses."""


class KeyAccepted(Event, frozen=True):
    """Somebody is taken as they are now, as `trust` asked."""

    name: str
    """Who."""
    encrypted: bool
    """Whether that is with the new key, which is remembered; otherwise without any."""


class NothingToAccept(Event, frozen=True):
    """There is nothing about somebody that `trust` could accept."""

    name: str
    """Who."""
    encrypted: bool
    """Whether they have a key."""


class OwnKey(Event, frozen=True):
    """Our own key alone, as `verify` was given our own name."""

    name: str
    """Our name."""
    fingerprint: str
    """Our fingerprint."""


class KeysToCompare(Event, frozen=True):
    """Our key and somebody's, to be read to each other by voice, as `verify` asked."""

    name: str
    """Who."""
    own: str
    """Our fingerprint."""
    theirs: str
    """Their fingerprint."""
    accepted: bool
    """Whether it is accepted; otherwise `trust` does that."""
    compared: bool
    """Whether it was compared before."""


class KeyCompared(Event, frozen=True):
    """Somebody's key is marked as compared."""

    name: str
    """Whose."""


class KeyNotCompared(Event, frozen=True):
    """Somebody's key is not marked as compared any more."""

    name: str
    """Whose."""


class HasNoKey(Event, frozen=True):
    """Somebody has no key that could be compared."""

    name: str
    """Who."""


class NoKeyKnown(Event, frozen=True):
    """No key of this name is known."""

    name: str
    """The name."""
    wanted: bool
    """Whether it was to be shown; otherwise a mark was to be taken back."""


class Remembering(Enum):
    """What cannot be done with what is remembered."""

    SERVER = "server"
    PERSON = "person"
    KEEPING = "keeping"


class MemoryFailed(Event, frozen=True):
    """What is known of keys cannot be read, or not written."""

    what: Remembering
    """The server's key was looked up, or somebody's, or a key was to be kept."""
    name: str
    """Whose key was looked up."""
    why: str
    """The problem, in words."""
