"""Events: whom the person ignores."""

from twisted_chat.events import Event


class IgnoredNow(Event, frozen=True):
    """Nothing of somebody is told any more, and nothing goes to them."""

    name: str
    """Who."""
    remembered: bool
    """Whether that is so by their key, also when the program is started again."""


class IgnoredNoMore(Event, frozen=True):
    """Somebody is not ignored any more."""

    name: str
    """Who."""
    hears: bool
    """Whether they hear us again."""


class NotIgnored(Event, frozen=True):
    """Somebody was not ignored."""

    name: str
    """Who."""


class IsIgnored(Event, frozen=True):
    """Somebody is ignored, and so cannot be talked to, or trusted."""

    name: str
    """Who."""


class TooManyIgnored(Event, frozen=True):
    """Nobody more can be ignored."""
