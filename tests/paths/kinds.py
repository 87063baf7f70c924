"""The kinds of network that people are in, and between which of them there is a direct way.

In the words of RFC 4787: how a router chooses the outside port of a host (mapping), and
whom it lets in (filtering).
"""

from enum import Enum


class Kind(Enum):
    """What is between a host and the others."""

    PUBLIC = "public"
    """Nothing; an address of each family."""
    CONE = "full cone"
    """A router that lets everybody in to a port that was used."""
    ADDRESS = "address-dependent"
    """One that lets those in, from any port, whose address was written to."""
    HOME = "home router"
    """One that lets in what answers, from the address and port that were written to."""
    SYMMETRIC = "symmetric"
    """One that also takes another outside port for each destination."""
    CARRIER = "carrier"
    """A home router, and that of a carrier before it."""
    SERVER_ONLY = "server only"
    """A home router that lets datagrams out to the server, and nobody else."""
    SIX = "IPv6 firewall"
    """Addresses of IPv6 alone, and a firewall that lets in what answers."""
    ANSWERING = "answering"
    """A home router that tells those who were not asked that nobody is there (ICMP): Linux
    then takes what they sent for a connection of its own, and maps the host to another port."""


MATRIX = tuple(kind for kind in Kind if kind is not Kind.ANSWERING)
"""The eight kinds of which every pair is tried."""


class Together(Enum):
    """Two hosts that have a router in common."""

    HAIRPIN = "behind one, which turns back"
    """Their own outside addresses lead them to each other."""
    NO_HAIRPIN = "behind one"
    """They do not."""
    SYMMETRIC = "behind a symmetric one"
    CARRIER_HAIRPIN = "behind one carrier, which turns back"
    """Each has a home router, and before both is one of a carrier."""
    CARRIER = "behind one carrier"
    CARRIER_SYMMETRIC = "behind one symmetric carrier"


_KNOWS_ADDRESS = {Kind.PUBLIC, Kind.CONE, Kind.ADDRESS}
"""Those that let in whoever comes from the right host."""
_IPV6 = {Kind.PUBLIC, Kind.SIX}
"""Those where there are addresses of IPv6."""
_ONE_PORT = _KNOWS_ADDRESS | {Kind.HOME, Kind.CARRIER}
"""Those behind which a host has one outside port for everybody."""


def direct(one: Kind, other: Kind) -> bool:
    """Whether two can link without help once both have sent something to where the server
    has seen the other, over each family that they have."""
    if Kind.SIX in (one, other):
        return {one, other} <= _IPV6
    if Kind.SERVER_ONLY in (one, other):
        return False
    if Kind.SYMMETRIC in (one, other):
        return bool({one, other} & _KNOWS_ADDRESS)
    return {one, other} <= _ONE_PORT | {Kind.ANSWERING}


DIRECT_TOGETHER = {
    Together.HAIRPIN,
    Together.NO_HAIRPIN,
    Together.SYMMETRIC,
    Together.CARRIER_HAIRPIN,
}
"""Where two can, once they know each other's own addresses."""
