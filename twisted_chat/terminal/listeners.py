"""Sentences about who hears the person, the same in both generations."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

MAX_NAMED = 5
"""Names in a notice."""
MAX_LISTED = 100
"""Names of one kind that `$who` shows."""


def listing(names: Iterable[str], most: int = MAX_NAMED) -> str:
    """Names as a notice shows them, the first few of many."""
    every = sorted(names, key=str.lower)
    some = ", ".join(every[:most])
    return f"{some} and {len(every) - most} more" if len(every) > most else some


def _verb(names: list[str], one: str, many: str) -> str:
    return one if len(names) == 1 else many


# --- Beginning


def poked(name: str, where: str, room: str, others: list[str], *, member: bool) -> str:
    """That the person talks to `name` now, and who else hears it. `where` is an
    address that may be shown, `others` those outside the room who hear too."""
    begin = f"you talk to {name} now{where}"
    if member:
        return f"{begin}, who is in {room} with you: what you say is said to everybody there"
    if room:
        return f"{begin}: {name} hears what you say in {room} too, until $kick {name}"
    if others:
        return f"{begin}; {listing(others)} {_verb(others, 'hears', 'hear')} it too"
    return begin


def itself(name: str) -> str:
    """Why the person cannot talk to somebody who is themselves."""
    return f"you cannot talk to {name}: that is you"


def too_many(name: str) -> str:
    """Why the person cannot talk to somebody more."""
    return f"you cannot talk to {name}: too many people are known already; $kick parts from them"


def withheld(places: list[str], names: list[str]) -> str:
    """To whom nothing goes, as anybody can have put them there, and what changes that."""
    return (
        f"nothing goes to {listing(places)}: without a key nobody can show that they are there,"
        f" and asked for your words. $trust {_one(names)} speaks to {_them(names)},"
        " without encryption"
    )


# --- Ending


def ended_by_room(names: list[str], room: str) -> str:
    """Who does not hear the person any more, in this room."""
    return f"{_deaf(names)}: you are in {room} now; $poke NAME lets NAME hear what you say there"


def ended_by_poke(names: list[str], name: str) -> str:
    """Who does not hear the person any more, who talks to `name`."""
    return f"{_deaf(names)}: you have turned to {name}; $poke NAME lets NAME hear it too"


def ended_by_refusal(names: list[str], room: str) -> str:
    """Who does not hear the person any more, who wanted to be in a room."""
    return f"{_deaf(names)}, as you asked for {room}; $poke NAME answers NAME"


def _deaf(names: list[str]) -> str:
    return f"{listing(names)} {_verb(names, 'does', 'do')} not hear you any more"


def kicked(heard: list[str], room: str) -> str:
    """That the person talks to nobody any more, and whom they still hear in a room."""
    if not heard:
        return "you talk to nobody now"
    return (
        f"you talk to nobody now, but still hear {listing(heard)}: $roomleave ends that,"
        f" and $roomjoin {room} talks to {_them(heard)} again"
    )


def kicked_one(name: str) -> str:
    """That the person does not talk to somebody outside the room any more."""
    return f"you do not talk to {name} any more"


def gone(name: str) -> str:
    """That somebody outside the room does not listen any more."""
    return f"{name} does not talk to you any more; $poke {name} asks again"


def not_kicked(name: str, *, heard: bool) -> str:
    """That somebody cannot be put out of the room."""
    text = f"only who created a room can put {name} out of it, and only a member"
    return f"{text}; {name} still hears you, as you hear {name}" if heard else text


def still_hearing(names: list[str]) -> str:
    """What goes behind a notice that a room is over for the person."""
    if not names:
        return ""
    return f"; {listing(names)} still {_verb(names, 'hears', 'hear')} you, $kick ends it"


# --- Ignoring


def ignored(name: str) -> str:
    """That somebody is ignored from now on."""
    return (
        f"nothing of {name} is shown any more, and nothing goes to {name}, as long as this"
        f" program runs; $unignore {name} ends that"
    )


def unignored(name: str, *, hears: bool) -> str:
    """That somebody is not ignored any more."""
    return f"{name} is not ignored any more" + (f": {name} hears you again" if hears else "")


def not_ignored(name: str) -> str:
    """That somebody was not ignored."""
    return f"{name} is not ignored; $who shows who is"


def too_many_ignored() -> str:
    """That nobody more can be ignored."""
    return "too many are ignored already; $unignore NAME makes room"


def unknown(name: str) -> str:
    """That nobody of this name is known."""
    return f"nobody called {name} is here; $who shows who is"


# --- Who there is


class Part(Enum):
    """What part somebody has in what is said, as `$who` words it."""

    HEARS = "you talk to"
    ONLY_HEARD = "you only hear"
    NEW_KEY = "nothing goes to these, whose new key $trust NAME accepts:"
    LOST_KEY = "nothing goes to these, who had a key and have none now, until $trust NAME:"
    IGNORED = "you ignore"
    WITHHELD = "nothing goes to these, at public addresses and without a key, until $trust NAME:"


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody, as `$who` shows it. `marks` are words about them."""

    name: str
    part: Part
    marks: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.name} ({', '.join(self.marks)})" if self.marks else self.name


def who(name: str, room: str, people: Iterable[Present], dropped: int = 0) -> list[str]:
    """What `$who` shows. `dropped` is how many messages of strangers were not shown."""
    present = list(people)
    lines = [f"you are {name}, " + (f"in {room}" if room else "in no room")]
    for part in Part:
        if some := [str(one) for one in present if one.part is part]:
            lines.append(f"{part.value} {listing(some, MAX_LISTED)}")
        elif part is Part.HEARS:
            lines.append("you talk to nobody")
    if dropped:
        lines.append(f"{dropped:,} unencrypted messages of strangers were not shown")
    return lines


def silence(room: str, people: Iterable[Present]) -> str:
    """Why nobody heard a text, where there is somebody: empty if there is nobody."""
    names: dict[Part, list[str]] = {}
    for one in people:
        names.setdefault(one.part, []).append(one.name)
    reasons = []
    if new := names.get(Part.NEW_KEY):
        reasons.append(f"the key of {listing(new)} is not accepted; $trust {_one(new)} accepts it")
    if lost := names.get(Part.LOST_KEY):
        reasons.append(
            f"{listing(lost)} {_verb(lost, 'has', 'have')} no key any more;"
            f" $trust {_one(lost)} speaks without one"
        )
    if away := names.get(Part.WITHHELD):
        reasons.append(
            f"{listing(away)} {_verb(away, 'has', 'have')} no key and a public address;"
            f" $trust {_one(away)} speaks to {_them(away)} all the same"
        )
    if unwanted := names.get(Part.IGNORED):
        reasons.append(f"you ignore {listing(unwanted)}; $unignore {_one(unwanted)} ends that")
    if heard := names.get(Part.ONLY_HEARD):
        begin = f"you talk to nobody in {room}" if room else "you are in no room"
        again = f"$roomjoin {room}" if room else f"$poke {_one(heard)}"
        reasons.append(f"{begin}, but hear {listing(heard)}; {again} talks to {_them(heard)}")
    return "nobody heard that: " + ", and ".join(reasons) if reasons else ""


def _one(names: list[str]) -> str:
    return names[0] if len(names) == 1 else "NAME"


def _them(names: list[str]) -> str:
    return names[0] if len(names) == 1 else "them"
