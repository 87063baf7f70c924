"""All events."""

from importlib import import_module
from typing import Any

from twisted_chat.events import Event

MODULES = (
    "server",
    "rooms",
    "moves",
    "said",
    "histories",
    "kept",
    "talk",
    "ignoring",
    "paths",
    "keys",
)
"""Where events are, in the order in which they are documented."""


def events(*modules: str) -> list[Any]:
    """Those of a peer, or of modules that are named in full."""
    every = modules or tuple(f"twisted_chat.peer.events.{name}" for name in MODULES)
    return [
        one
        for module in map(import_module, every)
        for one in vars(module).values()
        if isinstance(one, type) and issubclass(one, Event) and one is not Event
    ]
