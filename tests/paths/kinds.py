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


class Why(Enum):
    """Why nothing goes directly between two, whatever they do."""

    BLOCKED = "the router of one lets UDP go to the server alone"
    FAMILIES = "one has IPv4 alone, the other IPv6 alone"
    PORT = "one is seen at another port by each, the other lets in only ports it wrote to"
    """Address and port-dependent mapping, and address and port-dependent filtering (RFC 4787, 4.1,
    5): what the first sends comes from a port that the second cannot have written to."""
    WITHIN = "where they are within their carrier's network nobody but their routers knows"
    """The carrier does not turn back what they send to the address at which others see them
    (RFC 4787, 6)."""


_IPV4 = frozenset(Kind) - {Kind.SIX}
_IPV6 = {Kind.PUBLIC, Kind.SIX}
"""Those where there are addresses of the family."""
_KNOWS_ADDRESS = {Kind.PUBLIC, Kind.CONE, Kind.ADDRESS}
"""Those that let in whoever comes from the right host, from whatever port."""
_PORT_FOR_EACH = {Kind.SYMMETRIC}
"""Those behind which a host has another outside port for each destination."""


def why_not(one: Kind, other: Kind) -> Why | None:
    """Why two have no direct way without help, once both have sent something to where the server
    has seen the other, over each family that they have; None where they have one."""
    both = {one, other}
    if Kind.SERVER_ONLY in both:
        return Why.BLOCKED
    if both <= _IPV6:
        return None
    if not both <= _IPV4:
        return Why.FAMILIES
    if both & _PORT_FOR_EACH and not both & _KNOWS_ADDRESS:
        return Why.PORT
    return None


def direct(one: Kind, other: Kind) -> bool:
    """Whether they have one."""
    return why_not(one, other) is None


WHY_NOT_TOGETHER = {Together.CARRIER: Why.WITHIN, Together.CARRIER_SYMMETRIC: Why.WITHIN}
"""Where two have none; all others do, once they know each other's own addresses."""
