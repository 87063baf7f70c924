"""Events: whom the person ignores."""

from dataclasses import dataclass

from twisted_chat.events import Event


@dataclass(frozen=True, slots=True)
class IgnoredNow(Event):
    """Nothing of somebody is told any more, and nothing goes to them."""

    name: str
    """Who."""
    remembered: bool
    """Whether that is so by their key, also when the program is started again."""


@dataclass(frozen=True, slots=True)
class IgnoredNoMore(Event):
    """Somebody is not ignored any more."""

    name: str
    """Who."""
    hears: bool
    """Whether they hear us again."""


@dataclass(frozen=True, slots=True)
class NotIgnored(Event):
    """Somebody was not ignored."""

    name: str
    """Who."""


@dataclass(frozen=True, slots=True)
class IsIgnored(Event):
    """Somebody is ignored, and so cannot be talked to, or trusted."""

    name: str
    """Who."""


@dataclass(frozen=True, slots=True)
class TooManyIgnored(Event):
    """Nobody more can be ignored."""
