"""Names in sentences. What strangers are called comes by here, and by `safe`."""

from collections.abc import Iterable
from functools import lru_cache
from unicodedata import category

from twisted_chat.display import safe
from twisted_chat.errors import NameRefused
from twisted_chat.names import MAX_NAME, casefold
from twisted_chat.peer.events.event import Someone

UNENCRYPTED = "(unencrypted)"
MAX_NAMED = 5
"""Names in a notice."""
INSIDE = ".-+@'"
"""What may stand in a name that is shown without quotes, but not begin or end it."""
REMEMBERED = 4_096
"""Names of which it is remembered how they are shown."""
MAX_EXCERPT = 40
"""Characters of a line in a notice."""


@lru_cache(maxsize=REMEMBERED)
def shown_name(name: str) -> str:
    """A name as it is safe to show. In quotes stands what is no name by our rule, and what
    could be taken for more than a name, as `bob:` or `x,bob`."""
    try:
        casefold(name)
    except NameRefused:
        return f'"{safe(name[:MAX_NAME])}"'
    return name if _is_plain(name) else f'"{name}"'


def _is_plain(name: str) -> bool:
    """Whether it is made of letters, digits, marks and `_`, with INSIDE only between them."""
    if name.isascii() and name.isalnum():
        return True
    inner = [one for one in name if not (one.isalnum() or one == "_" or category(one)[0] == "M")]
    ends = {name[0], name[-1]}
    return all(one in INSIDE for one in inner) and not ends & set(INSIDE)


def called(one: Someone) -> str:
    """How to speak of somebody."""
    name = shown_name(one.name) if one.name else f"somebody at {one.address}"
    return f"{name} {UNENCRYPTED}" if one.keyless else name


def listing(names: Iterable[str], most: int | None = MAX_NAMED) -> str:
    """Names as a notice shows them, the first few of many."""
    every = sorted(names, key=str.lower)
    if most is None or len(every) <= most:
        return ", ".join(every)
    return f"{', '.join(every[:most])} and {len(every) - most} more"


def listed(people: Iterable[Someone]) -> str:
    """People as a notice shows them."""
    return listing(map(called, people))


def several(people: Iterable[Someone], others: int) -> str:
    """People in the order in which it happened, and how many more."""
    names = ", ".join(map(called, people))
    return f"{names} and {others} others" if others else names


def verb(how_many: int, one: str, many: str) -> str:
    """The form of a verb for so many."""
    return one if how_many == 1 else many


def sole(names: list[str]) -> str:
    """What stands for these in a command."""
    return names[0] if len(names) == 1 else "NAME"


def them(names: list[str]) -> str:
    """What stands for these in the rest of a sentence."""
    return names[0] if len(names) == 1 else "them"


def excerpt(text: str) -> str:
    """The beginning of a line, to know it by."""
    start = safe(text[:MAX_EXCERPT])
    return f'"{start}..."' if len(text) > MAX_EXCERPT else f'"{start}"'
