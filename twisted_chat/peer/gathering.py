"""Notices of what others do, gathered so that nobody can fill a screen with them.

A few at once are told as they happen. What follows within a second is told
together at its end, and while it goes on ever longer stretches are. Somebody of
whom more than a few lines a minute would tell gets one at the end of it, with a
count. The last that is told of somebody is always how it is now.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from twisted_chat.deadlines import Deadlines
from twisted_chat.moments import NEVER

PROMPT = 3
"""Lines that are told as they happen, before the others of their stretch are gathered."""
FIRST, LONGEST = 1.0, 30.0
"""Seconds of a stretch; each that follows one with something in it is twice as long."""
MINUTE, FEW = 60.0, 6
"""Seconds, and lines in them about one person that are told one by one."""
MAX_NAMED = 8
"""Names in one line."""


def named(names: Iterable[str]) -> str:
    """The names of a line, the first few of many."""
    every = list(names)
    left_out = len(every) - MAX_NAMED
    some = ", ".join(every[:MAX_NAMED])
    return f"{some} and {left_out} others" if left_out > 1 else ", ".join(every)


@dataclass(frozen=True, slots=True)
class Kind:
    """What somebody can do again and again: how it is told of several (`{}`), and of
    one who has done it so many (`{count}`) times."""

    several: str
    often: str


KNOCK = Kind("{} want to talk; $poke NAME answers", "{} wanted to talk {count} times")
TALK = Kind(
    "{} want to talk: you talk to each other now; $kick ends it",
    "{} wanted to talk {count} times: you talk to each other now; $kick ends it",
)
LIKENESS = Kind(
    "the names of {} only look like others that you know; $verify NAME tells",
    "{} only looks like another that you know ({count} times)",
)
NEW_KEY = Kind(
    "THE KEYS OF {} ARE NOT THE ONES YOU KNOW: nothing goes to them until $trust NAME",
    "{} CAME WITH {count} OTHER KEYS THAN THE ONE YOU KNOW: nothing goes there until $trust",
)


@dataclass(slots=True)
class _Doings:
    """What one person has done and nobody was told yet: comings and goings, the first
    and the last of them, and others by kind."""

    moves: int = 0
    here: bool = False
    others: dict[Kind, tuple[int, str]] = field(default_factory=dict)
    """How often, and the line that tells of the last."""


@dataclass(slots=True)
class _Minute:
    lines: int = 0
    held: _Doings = field(default_factory=_Doings)


class Gathering:
    """Tells by `notice`. `wake` is when `tick` is due."""

    def __init__(self, notice: Callable[[str], None]) -> None:
        self._notice = notice
        self._until = NEVER
        self._stretch = FIRST
        self._prompt = 0
        self._waiting: dict[str, _Doings] = {}
        self._minutes: dict[str, _Minute] = {}
        self._ends: Deadlines[str] = Deadlines()

    @property
    def wake(self) -> float:
        return min(self._until, self._ends.next)

    def came(self, who: str, now: float) -> None:
        """Somebody is in the room."""
        self._moved(who, True, now)

    def left(self, who: str, now: float) -> None:
        """Somebody is in the room no longer."""
        self._moved(who, False, now)

    def did(self, kind: Kind, who: str, line: str, now: float) -> bool:
        """Somebody has done something else, which this line tells. Whether it was told at once."""
        at_once = self._at_once(who, now)
        if at_once:
            self._notice(line)
        else:
            its = self._doings(who).others
            count, _ = its.get(kind, (0, ""))
            its[kind] = (count + 1, line)
        return at_once

    def forget_moves(self) -> None:
        """We are not in the room any more: who comes and goes there is no news."""
        for its in (*self._waiting.values(), *(one.held for one in self._minutes.values())):
            its.moves = 0

    def forget(self, who: str) -> None:
        """What somebody has done is of no interest any more."""
        self._waiting.pop(who, None)
        if who in self._minutes:
            self._minutes[who].held = _Doings()

    def flush(self) -> None:
        """Tell everything: this is the end."""
        self._tell_waiting()
        for who, minute in self._minutes.items():
            self._tell_often(who, minute.held)
        self._minutes, self._ends, self._until = {}, Deadlines(), NEVER

    def tick(self, now: float) -> None:
        """Tell what is due."""
        if self._until <= now:
            busy = bool(self._waiting)
            self._tell_waiting()
            self._stretch = min(2 * self._stretch, LONGEST) if busy else FIRST
            self._prompt = PROMPT if busy else 0
            self._until = now + self._stretch if busy else NEVER
        for who in list(self._ends.due(now)):
            self._tell_often(who, self._minutes.pop(who).held)

    # --- Now or later

    def _moved(self, who: str, here: bool, now: float) -> None:
        if self._at_once(who, now):
            self._notice(f"{who} {'came' if here else 'left'}")
        else:
            its = self._doings(who)
            its.moves += 1
            its.here = here

    def _at_once(self, who: str, now: float) -> bool:
        self.tick(now)
        minute = self._minutes.get(who)
        if minute is None:
            minute = self._minutes[who] = _Minute()
            self._ends.set(who, now + MINUTE)
        if minute.lines >= FEW or who in self._waiting or self._prompt >= PROMPT:
            if self._until == NEVER:
                self._until = now + self._stretch
            return False
        minute.lines += 1
        self._prompt += 1
        if self._until == NEVER:
            self._until = now + self._stretch
        return True

    def _doings(self, who: str) -> _Doings:
        minute = self._minutes[who]
        if minute.lines >= FEW:
            return minute.held
        return self._waiting.setdefault(who, _Doings())

    # --- Telling

    def _tell_waiting(self) -> None:
        waiting, self._waiting = self._waiting, {}
        moved: dict[tuple[bool, bool], list[str]] = {}
        others: dict[Kind, list[str]] = {}
        for who, its in waiting.items():
            if who in self._minutes:
                self._minutes[who].lines += 1
            if its.moves:
                moved.setdefault((its.moves % 2 == 1, its.here), []).append(who)
            for kind in its.others:
                others.setdefault(kind, []).append(who)
        for (changed, here), people in sorted(moved.items(), reverse=True):
            if changed:
                what = "came" if here else "left"
            else:
                what = "left and came back" if here else "came and left again"
            self._notice(f"{named(people)} {what}")
        for kind, people in others.items():
            if len(people) > 1:
                self._notice(kind.several.format(named(people)))
            else:
                self._tell_of_one(kind, people[0], *waiting[people[0]].others[kind])

    def _tell_often(self, who: str, its: _Doings) -> None:
        if its.moves:
            where = "is here now" if its.here else "is not here now"
            times = "once more" if its.moves == 1 else f"{its.moves} times more"
            self._notice(f"{who} came or left {times}, and {where}")
        for kind, (count, line) in its.others.items():
            self._tell_of_one(kind, who, count, line)

    def _tell_of_one(self, kind: Kind, who: str, count: int, line: str) -> None:
        self._notice(kind.often.format(who, count=count) if count > 1 else line)
