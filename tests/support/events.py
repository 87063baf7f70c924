"""All events of a peer."""

from importlib import import_module
from typing import Any

from twisted_chat.peer.events.event import Event

MODULES = ("server", "rooms", "said", "talk", "keys")
"""Where events are, in the order in which they are documented."""


def events() -> list[Any]:
    """All of them."""
    modules = [import_module(f"twisted_chat.peer.events.{name}") for name in MODULES]
    return [
        one
        for module in modules
        for one in vars(module).values()
        if isinstance(one, type) and issubclass(one, Event) and one is not Event
    ]
