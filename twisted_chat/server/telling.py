"""How much others are told because of one user: each change of a room is told to its members."""

from twisted_chat.directory.directory import Room, User
from twisted_chat.rate import Rate
from twisted_chat.server.bounds import SMALL_ROOM, TELL_BURST, TELL_RATE, Bounds


class TellingRates:
    """What those of each site have caused others to be told by coming and going: with a key those
    with one, and without those without, as in whose name datagrams come is not known."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._rates = {keyed: Rate(self._rate, TELL_BURST) for keyed in (False, True)}

    @property
    def _rate(self) -> float:
        return TELL_RATE if self._bounds.rate else 0

    def renew(self) -> None:
        """The bounds have changed."""
        for rate in self._rates.values():
            rate.renew(self._rate, TELL_BURST)

    def wait(self, host: str, now: float, *, keyed: bool) -> float:
        """Seconds until a user at this host address may cause more."""
        return self._rates[keyed].wait(host, now)

    def charge(self, user: User, now: float, messages: int) -> None:
        """Note that a user has caused so many messages to others."""
        self._rates[bool(user.fingerprint)].charge(user.address[0], now, messages)


def caused(room: Room) -> int:
    """Messages to others that one change of this room causes, before they are gathered."""
    count = len(room.members)
    without_key = count - room.holders
    return room.holders + without_key * (count if count <= SMALL_ROOM else 1)
