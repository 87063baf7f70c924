"""What each contact is to the person: the rooms that both are in, and, besides, whether
there is a private conversation.

A room's members hear what is said in it, and nobody else does. In private only the one
hears with whom the person talks. Somebody who knocks, that is asks for us, hears nothing
in generation 2. In generation 1, where it is the sender of a message, a conversation with
them begins when we are in no room and talk to nobody. Nobody is added back when that has
ended.
"""

from collections import OrderedDict

from twisted_chat.peer.contacts.contact import Contact, Identity, SharedRoom, Standing

MAX_TURNED_AWAY = 1_000
"""Those who have to be poked to hear the person again, the last ones."""


class Audience:
    """Everybody who is something to the person."""

    def __init__(self) -> None:
        self._outside: dict[Contact, None] = {}
        self._callers: dict[Contact, None] = {}
        self._turned_away: OrderedDict[Identity, None] = OrderedDict()
        self.changes = 0
        """How often it has changed who hears something."""

    @property
    def callers(self) -> int:
        """How many have knocked and were not answered."""
        return len(self._callers)

    def outside(self) -> list[Contact]:
        """Those who have something to do with us in private."""
        return list(self._outside)

    def talking(self) -> list[Contact]:
        """Those with whom there is a private conversation, the one begun last at the end."""
        return [one for one in self._outside if one.talking]

    def oldest_caller(self) -> Contact:
        return next(iter(self._callers))

    # --- Rooms

    def came(self, one: Contact, room: SharedRoom) -> None:
        """The roster of a room names somebody."""
        if room not in one.rooms:
            one.rooms += (room,)
            self.changes += 1

    def went(self, one: Contact, room: SharedRoom) -> None:
        """Somebody is not in a room any more, or we are not."""
        one.rooms = tuple(other for other in one.rooms if other is not room)
        one.awaited = tuple(other for other in one.awaited if other is not room)
        self.changes += 1

    # --- Pokes and knocks

    def poke(self, one: Contact) -> None:
        """The person wants to talk to somebody."""
        self._turned_away.pop(one.identity, None)
        self._set(one, Standing.SPOKEN_TO)

    def knock(self, one: Contact, *, free: bool) -> None:
        """Somebody wants to talk to the person. A conversation begins if the person is
        `free`, talks to nobody, and has not turned them away."""
        if one.standing is not Standing.SPOKEN_TO:
            alone = free and not self.talking() and one.identity not in self._turned_away
            self._set(one, Standing.SPOKEN_TO if alone else Standing.INTRODUCED)

    # --- The end of it

    def turn_away(self, one: Contact) -> None:
        """The person wants nothing of somebody in private any more."""
        self.hang_up(one)
        self._turned_away[one.identity] = None
        self._turned_away.move_to_end(one.identity)
        if len(self._turned_away) > MAX_TURNED_AWAY:
            self._turned_away.popitem(last=False)

    def is_turned_away(self, one: Contact) -> bool:
        """Whether the person has wanted nothing of somebody in private since, and they have
        not asked again."""
        return one.standing is Standing.UNKNOWN and one.identity in self._turned_away

    def hang_up(self, one: Contact) -> None:
        """Nothing is private between somebody and us any more."""
        self._set(one, Standing.UNKNOWN)

    def drop(self, one: Contact) -> None:
        """Somebody is nobody to us any more."""
        one.rooms = one.awaited = ()
        self._set(one, Standing.UNKNOWN)

    def _set(self, one: Contact, standing: Standing) -> None:
        one.standing = standing
        self.changes += 1
        for group, belongs in (
            (self._outside, standing is not Standing.UNKNOWN),
            (self._callers, standing is Standing.INTRODUCED),
        ):
            if belongs:
                group[one] = None
            else:
                group.pop(one, None)
