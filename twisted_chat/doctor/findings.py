"""What was found about our network, as it is told to people and programs.

In the words of RFC 4787: how a router chooses the outside port of a host (mapping, 4.1), and
whom it lets in (filtering, 5).
"""

from enum import Enum

from msgspec import Struct

from twisted_chat.events import Event


class Response(Enum):
    """What came of asking the server at one address."""

    ANSWERED = "answered"
    NO_CHECKUP = "no_checkup"
    TOO_SOON = "too_soon"
    OTHER_KEY = "other_key"
    SILENT = "silent"


class Mapping(Enum):
    """Which outside port our router gives us."""

    UNKNOWN = "unknown"
    NONE = "none"
    ONE_PORT = "one_port"
    VARIES = "varies"


class Filtering(Enum):
    """Whom it lets in."""

    UNKNOWN = "unknown"
    OTHER_PORTS = "other_ports"
    ANSWERS_ALONE = "answers_alone"


class PortMapper(Enum):
    """Whether our router would lead a port to us when it is asked."""

    PCP = "pcp"
    NAT_PMP = "nat_pmp"
    SILENT = "silent"
    NO_GATEWAY = "no_gateway"
    NOT_ASKED = "not_asked"


class Prospect(Enum):
    """What it comes to."""

    NOBODY_ANSWERS = "nobody_answers"
    NOT_KNOWN = "not_known"
    OPEN = "open"
    PROBING = "probing"
    ANOTHER_PORT = "another_port"


class Examined(Struct, frozen=True):
    """What was found at one address of the server."""

    server: str
    """HOST:PORT of the server."""
    outcome: Response
    """It has answered; it has, but cannot look at networks; it does not now, as it was asked
    often; it has another key than it should, and was asked nothing; or nothing came back."""
    here: str
    """Our own address, from which we write to there; empty if there is no way."""
    seen: str
    """HOST:PORT where the server sees us; empty if it has not said so."""
    mapping: Mapping
    """Not known; nobody changes our address; our router gives us one port for both ports of the
    server; or another one for each."""
    second_seen: str
    """HOST:PORT where the second port of the server sees us; empty if nothing came back."""
    filtering: Filtering
    """Not known; what comes from another port of the server was let in, though nothing was sent
    to that; or only what answers."""
    milliseconds: float | None
    """How long there and back, the median; null if nothing came back."""
    sent: int
    """How many small datagrams were to come back."""
    lost: int
    """How many of them did not."""
    largest: int | None
    """Bytes of the largest datagram (of UDP, without headers) that arrived and came back without
    being cut on its way there; null if that was not found out."""
    mtu: int | None
    """The same with the headers of UDP and IP: the MTU of the path is at least that."""
    carries: bool | None
    """Whether 1,200 bytes come through, cut or not, which every link needs; null if that was not
    found out."""


class Diagnosis(Event, frozen=True):
    """What the network does to us, as `udpchat doctor` has found."""

    server: str
    """The server that was asked, as it was given."""
    reached: tuple[Examined, ...]
    """What was found over each family of addresses that the server has: IPv4, IPv6."""
    families: tuple[str, ...]
    """The families of which this machine has an address that is good beyond its own network."""
    gateway: str
    """Our router, which was asked for its language; empty if there is none of IPv4."""
    port_mapper: PortMapper
    """The language in which it leads ports to us when it is asked; it has not answered in any;
    there is none; or it was not asked, as the server is on this machine."""
    outside: str
    """Its own address outside, where it has said it."""
    prospect: Prospect
    """No server answered; it is not known; everybody reaches us who looks for us at the same time
    as we for them; those of these do whose router gives one port for everybody; or those whose
    router lets in whoever they have written to, from any port. As far as one server can tell."""


def prospect(reached: tuple[Examined, ...]) -> Prospect:
    """What it comes to, by the best of the ways that there are."""
    answered = [one for one in reached if one.outcome is Response.ANSWERED]
    if not answered:
        heard = any(one.outcome in (Response.NO_CHECKUP, Response.TOO_SOON) for one in reached)
        return Prospect.NOT_KNOWN if heard else Prospect.NOBODY_ANSWERS
    found = {_prospect(one) for one in answered}
    best = (Prospect.OPEN, Prospect.PROBING, Prospect.ANOTHER_PORT)
    return next((one for one in best if one in found), Prospect.NOT_KNOWN)


def _prospect(one: Examined) -> Prospect:
    if one.mapping is Mapping.UNKNOWN:
        return Prospect.NOT_KNOWN
    if one.mapping is Mapping.VARIES:
        return Prospect.ANOTHER_PORT
    open_to_all = one.filtering is Filtering.OTHER_PORTS
    return Prospect.OPEN if open_to_all else Prospect.PROBING
