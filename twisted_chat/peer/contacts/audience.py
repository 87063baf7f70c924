"""Those who hear the person: each contact has one standing, whatever its generation.

A room's members hear what is said in it. One who is outside hears it only if the
person poked them since joining. Somebody who knocks, that is asks for us, hears
nothing in generation 2. In generation 1, where it is the sender of a message, they
hear when we are in no room and talk to nobody, until the person begins something
else. Nobody is added back when that has ended.
"""

from collections import OrderedDict
from collections.abc import Iterable

from twisted_chat.peer.contacts.contact import Contact, Identity, Standing

MAX_TURNED_AWAY = 1_000
"""Those who have to be poked to hear the person again, the last ones."""


class Audience:
    """Everybody who has a standing, and who of them hears."""

    def __init__(self) -> None:
        self._hearing: dict[Contact, None] = {}
        self._members: dict[Contact, None] = {}
        self._outside: dict[Contact, None] = {}
        self._callers: dict[Contact, None] = {}
        self._turned_away: OrderedDict[Identity, None] = OrderedDict()
        self.changed = False
        """Whether somebody has another standing since this was set to false."""

    @property
    def callers(self) -> int:
        """How many have knocked and do not hear."""
        return len(self._callers)

    def listeners(self) -> list[Contact]:
        return list(self._hearing)

    def members(self) -> list[Contact]:
        return list(self._members)

    def outside(self) -> list[Contact]:
        """Those who are not in the room."""
        return list(self._outside)

    def oldest_caller(self) -> Contact:
        return next(iter(self._callers))

    # --- Rooms

    def enter(self, members: Iterable[Contact]) -> list[Contact]:
        """We have joined a room, and left any other. Returns those outside it who
        do not hear any more; they are still known."""
        inside = dict.fromkeys(members)
        for one in self.members():
            if one not in inside:
                self.drop(one)
        ended = [one for one in self._hearing if one not in inside]
        for one in ended:
            self._set(one, Standing.INTRODUCED, False)
        for one in inside:
            self._set(one, Standing.IN_ROOM, True)
        return ended

    def came(self, one: Contact) -> None:
        """The roster names somebody. One who was in it already hears as before."""
        if one.standing is not Standing.IN_ROOM:
            self._set(one, Standing.IN_ROOM, True)

    # --- Pokes and knocks

    def poke(self, one: Contact) -> list[Contact]:
        """The person wants to talk to somebody. Returns those who do not hear any
        more, as only a knock had begun it."""
        ended = [other for other in self.end_knocks() if other is not one]
        self._turned_away.pop(one.identity, None)
        member = one.standing is Standing.IN_ROOM
        self._set(one, Standing.IN_ROOM if member else Standing.SPOKEN_TO, True)
        return ended

    def knock(self, one: Contact, *, free: bool) -> None:
        """Somebody wants to talk to the person. They hear if the person is `free`,
        talks to nobody, and has not turned them away."""
        if one.standing in (Standing.IN_ROOM, Standing.SPOKEN_TO):
            return
        alone = free and not self._hearing and one.identity not in self._turned_away
        self._set(one, Standing.INTRODUCED, one.hears or alone)

    def end_knocks(self) -> list[Contact]:
        """What only a knock began is over. Returns those who do not hear any more."""
        ended = [one for one in self._hearing if one.standing is Standing.INTRODUCED]
        for one in ended:
            self._set(one, Standing.INTRODUCED, False)
        return ended

    # --- The end of it

    def stop(self) -> list[Contact]:
        """The person talks to nobody any more. Returns those outside the room, who
        are nobody now; its members are still members."""
        for one in self.listeners():
            self._set(one, one.standing, False)
        outside = self.outside()
        for one in outside:
            self.turn_away(one)
        return outside

    def turn_away(self, one: Contact) -> None:
        """The person wants nothing of somebody outside the room any more."""
        self.drop(one)
        self._turned_away[one.identity] = None
        self._turned_away.move_to_end(one.identity)
        if len(self._turned_away) > MAX_TURNED_AWAY:
            self._turned_away.popitem(last=False)

    def drop(self, one: Contact) -> None:
        """Somebody is nobody to us any more."""
        self._set(one, Standing.UNKNOWN, False)

    def _set(self, one: Contact, standing: Standing, hears: bool) -> None:
        one.standing, one.hears = standing, hears
        self.changed = True
        caller = standing is Standing.INTRODUCED and not hears
        outside = standing in (Standing.SPOKEN_TO, Standing.INTRODUCED)
        for group, belongs in (
            (self._hearing, hears),
            (self._members, standing is Standing.IN_ROOM),
            (self._outside, outside),
            (self._callers, caller),
        ):
            if belongs:
                group[one] = None
            else:
                group.pop(one, None)
