"""Where probes may go, and how many: a server says where others are, and can say anything."""

from twisted_chat.addresses import Address, AddressKind, is_public, is_six, kind
from twisted_chat.peer.events.paths import Origin
from twisted_chat.peer.whereabouts import Whereabouts
from twisted_chat.rate import Rate

MAX_TOLD = 4
"""Addresses of one peer that are probed on the server's word."""
MAX_HEARD = 4
"""Addresses of one peer that are probed because it was heard from there, the latest."""
MAX_CLAIMED = 2
"""Addresses of one peer that are probed on its own word, over the server."""
SMALLEST_PORT = 1024
"""The first port that is probed on anybody's word: below it are services."""
HOST_RATE, HOST_BURST = 10, 10
"""Probes a second to one IPv4 address or IPv6 /64, and at once: so 20 in any second."""
HOST_HOURLY, HOST_HOURLY_BURST = 500 / 3600, 500
"""The same over longer: 1,000 in any hour."""
ALL_RATE, ALL_BURST = 50, 50
"""Probes a second in all, and at once: so 100 in any second."""
ANSWER_RATE, ANSWER_BURST = 5, 5
"""Answers a second to one IPv4 address or IPv6 /64, and at once: so 10 in any second."""
LONGEST_WAIT = 30.0
"""Seconds that a probe may wait for its turn; one that would wait longer is left out."""
HOSTS = 10_000
"""Hosts of which this is known, in each of two generations."""
_EVERYBODY = ""


class ProbePlaces:
    """Which addresses may be probed. `server` is where the server is, also later, `here`
    where our own datagrams leave from, if that is known; `observed` is where the server
    sees us, once it has said so, and `own` are the addresses of this machine."""

    def __init__(self, server: Whereabouts, here: Address | None) -> None:
        self._server = server
        self._here = here
        self.observed: Address | None = None
        self.mapped: Address | None = None
        """Where our router leads to us."""
        self.own: tuple[Address, ...] = () if here is None else (here,)

    def allow(self, address: Address, origin: Origin, seen: Address) -> bool:
        """Whether a peer whom the server sees at `seen` may be probed at this address.

        Not many at once, nor ourselves, nor what listens on our own machine, unless the
        server is on it too. On the server's word no service; addresses that the peer has
        claimed only behind our own router; private ones that the server claims to
        see only where the server is in such a network itself.
        """
        host, port = address
        where = kind(host)
        local = kind(self._server.current[0]) is AddressKind.OURSELVES
        if (
            where is AddressKind.NOBODY
            or address in (*self.own, self._here, self.observed, self.mapped)
            or port == 0
        ):
            return False
        if where is AddressKind.OURSELVES and not local:
            return False
        if origin is Origin.HEARD:
            return True
        if port < SMALLEST_PORT:
            return False
        if origin is Origin.OWN:
            return self.observed is not None and self.observed[0] == seen[0]
        return is_public(host) or not self._server.may_be_far()

    def allow_server(self, address: Address) -> bool:
        """Whether a server may be spoken to where it says that it is over the other family: as
        far away as where we know it, and where this machine has an address of that family."""
        host, port = address
        here = self._server.current
        return (
            is_six(address) is not is_six(here)
            and any(is_six(one) is is_six(address) for one in self.own)
            and kind(host) is AddressKind.SOMEBODY
            and (is_public(host) or not self._server.may_be_far())
            and (port >= SMALLEST_PORT or port == here[1])
        )

    def allow_claimed(self, address: Address) -> bool:
        """Whether a peer may be probed where it says itself that it is: on the internet, and
        not at a service, nor where we are."""
        host, port = address
        return (
            kind(host) is AddressKind.SOMEBODY
            and is_public(host)
            and port >= SMALLEST_PORT
            and address not in (*self.own, self._here, self.observed, self.mapped)
        )


class ProbeRates:
    """How many probes go out, and answers to those of others."""

    def __init__(self) -> None:
        self._hosts = Rate(HOST_RATE, HOST_BURST, HOSTS)
        self._hourly = Rate(HOST_HOURLY, HOST_HOURLY_BURST, HOSTS)
        self._all = Rate(ALL_RATE, ALL_BURST)
        self._answers = Rate(ANSWER_RATE, ANSWER_BURST, HOSTS)

    def reserve(self, host: str, now: float) -> float | None:
        """Seconds until a probe may go to this host, which then counts. None where it would
        have to wait for too long."""
        used = ((self._hosts, host), (self._hourly, host), (self._all, _EVERYBODY))
        wait = max(rate.wait(whose, now, 1) for rate, whose in used)
        if wait > LONGEST_WAIT:
            return None
        for rate, whose in used:
            rate.charge(whose, now, 1)
        return wait

    def answer(self, host: str, now: float) -> bool:
        """Whether a probe from this host may be answered."""
        return self._answers.spend(host, now)
