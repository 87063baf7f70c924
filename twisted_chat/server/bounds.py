"""How much the room server takes on: every bound, with its default and its unit."""

from dataclasses import dataclass, fields

from twisted_chat.names import MAX_NAME
from twisted_chat.wire.framing import MAX_FRAME
from twisted_chat.wire.gen1 import MAX_DATAGRAM

HEARD = 1.0
"""Seconds within which another word from a user is no news, but at most a
2,000th of its time to live: so exact is the silence after which it is gone."""


@dataclass(slots=True)
class Bounds:
    """Each field is an option of the server, and its default. A server has one, which is
    changed in place while it runs."""

    user_ttl: float = 86_400.0
    """Seconds without a word from a user without a key after which it is gone: a day, as
    those who talk in a room with the original's client say nothing to the server.
    One with a key is gone when its link is, see `RETURN`."""
    room_ttl: float = 3600.0
    """Seconds that an empty room stays."""
    datagram: int = MAX_DATAGRAM
    """Bytes in a datagram that is read."""
    name: int = MAX_NAME
    """Characters in the name of a user or a room."""
    users: int = 1_000_000
    """Users registered at once."""
    users_per_host: int = 64
    """Users registered at once from one IPv4 address or one IPv6 /64."""
    rooms: int = 10_000
    """Rooms at once."""
    rooms_per_user: int = 16
    """Rooms at once that are one user's."""
    rooms_joined: int = 64
    """Rooms that a user with a key is in at once. One without is in one."""
    rooms_per_host: int = 256
    """Rooms at once of those from one IPv4 address or one IPv6 /64."""
    keyed_share: float = 0.5
    """Of all places for users and of all rooms, the share that those without a key
    cannot take: those who have one have shown where they are."""
    members: int = 10_000
    """Members of a room at once: more than this no peer keeps."""
    name_ttl: float = 30 * 86_400
    """Seconds that a name is kept for the key that had it, after its user went."""
    names: int = 100_000
    """Names kept for users who went, the latest; each takes about 400 bytes."""
    names_per_host: int = 256
    """Names kept for users who went from one IPv4 address or one IPv6 /64: four
    times as many as can be there at once, and so few that all the 256 /64s of
    an IPv6 /56, which many a home has, do not fill `names`."""
    rate: float = 50.0
    """Requests a second from one IPv4 address or IPv6 /64; 0: as many as come."""
    burst: int = 100
    """Requests at once from a source that was quiet before."""
    answer_rate: int = 128 * 1024
    """Bytes of answers a second, with their headers, to one IPv4 address or IPv6 /64;
    0: as many as are due."""
    public_answer_rate: int = 4 * 1024
    """The same, to those without a key at an address of the open internet."""

    relay: bool = True
    """Whether datagrams are carried between two whom no other way leads to each other."""
    relay_rate: int = 32 * 1024
    """Bytes a second of what is carried for one pair; four times as many at once."""
    relay_user_rate: int = 128 * 1024
    """The same that one user sends; those of one site send twice as many, and four times as
    many go to one user."""
    relay_rate_in_all: int = 8 * 1024 * 1024
    """The same for everybody."""

    def become(self, other: "Bounds") -> None:
        """Take over all values of another."""
        for one in fields(self):
            setattr(self, one.name, getattr(other, one.name))

    def without_key(self, places: int) -> int:
        """How many of so many places those without a key can take."""
        return places - int(places * self.keyed_share)


PUBLIC_DATAGRAMS = 50
"""Answers a second, and at once, to those without a key at one IPv4 address or IPv6 /64
of the open internet: as many as the requests that they may make."""

SMALL_ROOM = 32
"""Members up to which a room gets the whole list at every change, as the original did."""

REMEMBERED = 16_384
"""Answers of each kind that are kept as the bytes they are."""

REPEATS, REPEATS_AT_ONCE = 1.0, 64
"""Answers a second, and at once, to users of one site who ask in datagrams for what they
have already, as after a lost answer: one for each user that there may be."""

GATHER = 1.0
"""Seconds for which changes of a larger room are gathered: in generation 1 departures,
into one list, in generation 2 all of them."""

LISTS = 20_000
"""Datagrams a second that lists for all members of one larger room may be, if it
changes again and again: a tenth of what goes out at most."""

TELL_RATE, TELL_BURST = 2_000.0, 30_000
"""Messages to others a second, and at once, that those of one site may cause by coming
into rooms, and leaving them again: at most 5 % of a core. So many at once are caused by
32 who come one after the other into a room without keys."""

LINK_WINDOW = 16 * 1024
"""Bytes that a user may send over its link before the server has read them. It reads nothing while
a request of that link waits until it is earned: then no more than this and one request wait here,
in 200 KB of memory where a request is a byte, and in the library four times this and its UNREAD
events, in 500 KB."""

HELD_BYTES = LINK_WINDOW + MAX_FRAME
"""Bytes of requests of a link, as frames, that wait until they are earned: what may be granted,
and one that was nearly there. More comes over no link that is held."""

OVER_RATE = 900.0
"""Seconds that something may wait over a link, less those in which nothing does: the one who says
more after that, at 50 a second 45,000 requests, loses the link. Until then it is only slowed."""

RETURN = 18.0
"""Seconds in which a user whose link was lost may come back over another and
still be in its room. A link is lost here up to 26 seconds after the last word, so
somebody who has crashed is gone 44 seconds after it; and a peer that the network
left for 20 seconds has dialled again before, by then at most 35 after it."""

SIGN_OF_LIFE = 5.0
"""Seconds that a link has to show a sign of life when another with the same key wants to take its
place, until that one is told that it cannot. Where three of ten datagrams are lost, a question
and its answer are repeated some six times."""

KEPT_FOR_FIRST = 4.0
"""Seconds after the end of its link in which nobody takes a user's place but its own program. A
link ends 26 seconds after its last word: 30 seconds of silence in all."""

STRANGER = 30.0
"""Seconds that a link may stay without a user registered over it."""

SETTLE = 1.0
"""Seconds that a link has to stay at a new address before another has to be made from there."""
