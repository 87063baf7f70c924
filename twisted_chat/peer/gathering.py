"""Notices of what others do, gathered so that nobody can fill a screen with them.

A few at once are told as they happen. What follows within a second is told
together at its end, and while it goes on ever longer stretches are. Somebody of
whom more than a few lines a minute would tell gets one at the end of it, with a
count. The last that is told of somebody is always how it is now, and nothing is
said to anybody before that was told.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from twisted_chat.deadlines import Deadlines
from twisted_chat.events import Event
from twisted_chat.moments import NEVER
from twisted_chat.peer.events.event import Someone
from twisted_chat.peer.events.moves import (
    CameAndLeft,
    CameOrLeftOften,
    LeftAndCameBack,
    PeopleCame,
    PeopleLeft,
)
from twisted_chat.peer.events.talk import DidOften, Doing, SeveralDid

PROMPT = 3
"""Lines that are told as they happen, before the others of their stretch are gathered."""
FIRST, LONGEST = 1.0, 30.0
"""Seconds of a stretch; each that follows one with something in it is twice as long."""
MINUTE, FEW = 60.0, 6
"""Seconds, and lines in them about one person that are told one by one."""
MAX_NAMED = 8
"""Names in one line."""


def named(people: Sequence[Someone]) -> tuple[tuple[Someone, ...], int]:
    """The first few of many, and how many others there are. One more is named too."""
    left_out = len(people) - MAX_NAMED
    if left_out > 1:
        return tuple(people[:MAX_NAMED]), left_out
    return tuple(people), 0


_MOVES: dict[tuple[bool, bool], type[PeopleCame | PeopleLeft | LeftAndCameBack | CameAndLeft]] = {
    (True, True): PeopleCame,
    (True, False): PeopleLeft,
    (False, True): LeftAndCameBack,
    (False, False): CameAndLeft,
}
"""What is told of those who are now where they were not before, or again where they
were; and whether that is the room."""


_Whose = tuple[str, Someone]
"""A room, or none, and somebody who did something there."""


@dataclass(slots=True)
class _Doings:
    """What one person has done and nobody was told yet: comings and goings, the first
    and the last of them, and others by kind."""

    moves: int = 0
    here: bool = False
    others: dict[Doing, tuple[int, Event]] = field(default_factory=dict)
    """How often, and the last of it."""


@dataclass(slots=True)
class _Minute:
    lines: int = 0
    held: _Doings = field(default_factory=_Doings)


class Gathering:
    """Tells by `tell`. `wake` is when `tick` is due."""

    def __init__(self, tell: Callable[[Event], None]) -> None:
        self._tell = tell
        self._until = NEVER
        self._stretch = FIRST
        self._prompt = 0
        self._waiting: dict[_Whose, _Doings] = {}
        self._minutes: dict[_Whose, _Minute] = {}
        self._ends: Deadlines[_Whose] = Deadlines()
        self._kept_back = False  # Something, since that was told last which has to be.

    @property
    def wake(self) -> float:
        return min(self._until, self._ends.next)

    def came(self, who: Someone, room: str, now: float) -> None:
        """Somebody is in a room."""
        self._moved((room, who), True, now)

    def left(self, who: Someone, room: str, now: float) -> None:
        """Somebody is in a room no longer."""
        self._moved((room, who), False, now)

    def did(self, doing: Doing, event: Event, who: Someone, now: float) -> None:
        """Somebody has done something else, of which this tells."""
        if self._at_once(("", who), now):
            self._tell(event)
        else:
            its = self._doings(("", who)).others
            count, _ = its.get(doing, (0, event))
            its[doing] = (count + 1, event)

    def tell_moves(self) -> None:
        """Tell who is in a room now, as something is going to be said to them, and who
        is not, where that is not what was told last, and who does not hear us any more."""
        if not self._kept_back:
            return  # As nearly always: it is asked before each word.
        self._kept_back = False
        moved: dict[tuple[bool, str], list[Someone]] = {}
        for (room, who), its in self._held():
            if its.moves % 2 == 1:
                moved.setdefault((its.here, room), []).append(who)
                its.moves = 0
            if Doing.PART in its.others:
                self._tell_of_one(Doing.PART, who, *its.others.pop(Doing.PART))
        for (here, room), people in sorted(moved.items(), key=_in_order):
            self._tell(_MOVES[True, here](*named(people), room))

    def _held(self) -> Iterator[tuple[_Whose, _Doings]]:
        yield from self._waiting.items()
        yield from ((who, one.held) for who, one in self._minutes.items())

    def forget_moves(self, room: str) -> None:
        """We are not in a room any more: who comes and goes there is no news."""
        for (where, _), its in self._held():
            if where == room:
                its.moves = 0

    def undo(self, doing: Doing, who: Someone) -> None:
        """What somebody has done is so no longer."""
        for (_, one), its in self._held():
            if one == who:
                its.others.pop(doing, None)

    def forget(self, who: Someone) -> None:
        """What somebody has done is of no interest any more."""
        for whose in [whose for whose in self._waiting if whose[1] == who]:
            del self._waiting[whose]
        for whose, minute in self._minutes.items():
            if whose[1] == who:
                minute.held = _Doings()

    def flush(self) -> None:
        """Tell everything: this is the end."""
        self._tell_waiting()
        for whose, minute in self._minutes.items():
            self._tell_often(whose, minute.held)
        self._minutes, self._ends, self._until = {}, Deadlines(), NEVER

    def tick(self, now: float) -> None:
        """Tell what is due."""
        if self._until <= now:
            busy = bool(self._waiting)
            self._tell_waiting()
            self._stretch = min(2 * self._stretch, LONGEST) if busy else FIRST
            self._prompt = PROMPT if busy else 0
            self._until = now + self._stretch if busy else NEVER
        for whose in list(self._ends.due(now)):
            self._tell_often(whose, self._minutes.pop(whose).held)

    # --- Now or later

    def _moved(self, whose: _Whose, here: bool, now: float) -> None:
        room, who = whose
        if self._at_once(whose, now):
            self._tell(_MOVES[True, here]((who,), 0, room))
        else:
            its = self._doings(whose)
            its.moves += 1
            its.here = here

    def _at_once(self, whose: _Whose, now: float) -> bool:
        self.tick(now)
        minute = self._minutes.get(whose)
        if minute is None:
            minute = self._minutes[whose] = _Minute()
            self._ends.set(whose, now + MINUTE)
        if minute.lines >= FEW or whose in self._waiting or self._prompt >= PROMPT:
            if self._until == NEVER:
                self._until = now + self._stretch
            return False
        minute.lines += 1
        self._prompt += 1
        if self._until == NEVER:
            self._until = now + self._stretch
        return True

    def _doings(self, whose: _Whose) -> _Doings:
        self._kept_back = True
        minute = self._minutes[whose]
        if minute.lines >= FEW:
            return minute.held
        return self._waiting.setdefault(whose, _Doings())

    # --- Telling

    def _tell_waiting(self) -> None:
        waiting, self._waiting = self._waiting, {}
        moved: dict[tuple[bool, bool, str], list[Someone]] = {}
        others: dict[Doing, list[Someone]] = {}
        for (room, who), its in waiting.items():
            if (room, who) in self._minutes:
                self._minutes[room, who].lines += 1
            if its.moves:
                moved.setdefault((its.moves % 2 == 1, its.here, room), []).append(who)
            for doing in its.others:
                others.setdefault(doing, []).append(who)
        for (changed, here, room), people in sorted(moved.items(), key=_in_order):
            self._tell(_MOVES[changed, here](*named(people), room))
        for doing, people in others.items():
            if len(people) > 1:
                self._tell(SeveralDid(doing, *named(people)))
            else:
                self._tell_of_one(doing, people[0], *waiting["", people[0]].others[doing])

    def _tell_often(self, whose: _Whose, its: _Doings) -> None:
        room, who = whose
        if its.moves:
            self._tell(CameOrLeftOften(who, its.moves, its.here, room))
        for doing, (count, event) in its.others.items():
            self._tell_of_one(doing, who, count, event)

    def _tell_of_one(self, doing: Doing, who: Someone, count: int, event: Event) -> None:
        # A changed key takes several lines, so that of many in a row only some are told in full.
        in_full = count == 1 and doing is not Doing.NEW_KEY
        self._tell(event if in_full else DidOften(doing, who, count))


def _in_order(moved: tuple[tuple[bool | str, ...], object]) -> tuple[str, list[bool]]:
    """The rooms one after the other, and in each first those who are there."""
    *how, room = moved[0]
    return str(room), [not one for one in how]
