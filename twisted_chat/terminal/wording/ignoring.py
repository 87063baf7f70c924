"""What the person is told of those of whom nothing is to be shown."""

from collections.abc import Callable
from typing import Any

from twisted_chat.peer.events import ignoring
from twisted_chat.terminal.wording.people import shown_name


def _ignored(event: ignoring.IgnoredNow) -> str:
    name = shown_name(event.name)
    how_long = "" if event.remembered else ", as long as this program runs"
    return (
        f"nothing of {name} is shown any more, and nothing goes to {name}{how_long};"
        f" $unignore {name} ends that"
    )


def _ignored_no_more(event: ignoring.IgnoredNoMore) -> str:
    name = shown_name(event.name)
    return f"{name} is not ignored any more" + (f": {name} hears you again" if event.hears else "")


WORDS: dict[type, Callable[[Any], str | list[str]]] = {
    ignoring.IgnoredNow: _ignored,
    ignoring.IgnoredNoMore: _ignored_no_more,
    ignoring.NotIgnored: lambda event: (
        f"{shown_name(event.name)} is not ignored; $who shows who is"
    ),
    ignoring.IsIgnored: lambda event: (
        f"{shown_name(event.name)} is ignored; $unignore {shown_name(event.name)} ends that"
    ),
    ignoring.TooManyIgnored: lambda event: (
        "too many are ignored already; $unignore NAME makes room"
    ),
}
