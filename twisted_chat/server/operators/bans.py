"""Who is not let in: by key, by where they are, by what they are called."""

import ipaddress
import math
from collections.abc import Iterator
from enum import Enum
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Literal

from msgspec import Struct

from twisted_chat.errors import NameRefused, UsageMistake
from twisted_chat.identity.fingerprints import HEX_DIGITS, read_fingerprint
from twisted_chat.names import casefold

BANS = 10_000
"""Bans at once, of keys."""
PATTERNS = 256
"""Bans at once of ranges of addresses, and of patterns of names: each is looked at when
somebody comes."""
LONGEST_REASON = 200
"""Characters of a reason."""
_SPOKEN = HEX_DIGITS // 2
"""Digits of a fingerprint as it is spoken."""
WILD = "*?["
"""What makes a pattern of a name, as in a shell."""


class BanKind(Enum):
    """What a ban is of."""

    KEY = "key"
    ADDRESS = "address"
    NAME = "name"


class Ban(Struct, frozen=True):
    """Those with this key, at an address of this range or with a name like this are not let
    in, until then (seconds of the decisions' clock; math.inf: for good), for this reason."""

    kind: BanKind
    what: str
    until: float = math.inf
    reason: str = ""


class Bans:
    """All bans that there are. What is over is forgotten when it is met."""

    def __init__(self) -> None:
        self._bans: dict[BanKind, dict[str, Ban]] = {kind: {} for kind in BanKind}

    def __len__(self) -> int:
        return sum(map(len, self._bans.values()))

    def __bool__(self) -> Literal[True]:
        return True

    def read(self, now: float) -> Iterator[Ban]:
        """The bans that are not over."""
        for kind in BanKind:
            yield from list(self._living(kind, now))

    def add(self, ban: Ban) -> None:
        """Let there be this ban, in place of one of the same. Raises UsageMistake where
        there are too many."""
        bans = self._bans[ban.kind]
        most = BANS if ban.kind is BanKind.KEY else PATTERNS
        if ban.what not in bans and len(bans) >= most:
            raise UsageMistake(
                f"there are {most} bans by {ban.kind.value} already: lift one first"
            )
        bans[ban.what] = ban

    def lift(self, kind: BanKind, what: str) -> bool:
        """Let there be no such ban any more. False if there was none."""
        return self._bans[kind].pop(what, None) is not None

    def found(self, fingerprint: str, host: str, casefolded: str, now: float) -> Ban | None:
        """The ban that keeps somebody out; without a key the fingerprint is empty."""
        if not len(self):
            return None
        keys = self._bans[BanKind.KEY]
        for what in (fingerprint, fingerprint[:_SPOKEN]):
            if (by_key := keys.get(what)) is not None and by_key.until > now:
                return by_key
        for ban in self._living(BanKind.ADDRESS, now):
            if _is_in(host, ban.what):
                return ban
        for ban in self._living(BanKind.NAME, now):
            if fnmatchcase(casefolded, ban.what):
                return ban
        return None

    def _living(self, kind: BanKind, now: float) -> Iterator[Ban]:
        bans = self._bans[kind]
        for what in [what for what, ban in bans.items() if ban.until <= now]:
            del bans[what]
        yield from bans.values()


def read_target(kind: BanKind, text: str) -> str:
    """What a ban is of, as an operator writes it, in the form in which it is compared: a
    fingerprint, an address or a network, a name or a pattern of one. Raises UsageMistake."""
    match kind:
        case BanKind.KEY:
            return read_fingerprint(text)
        case BanKind.ADDRESS:
            try:
                return str(ipaddress.ip_network(text, strict=False))
            except ValueError:
                raise UsageMistake(
                    f"{text!r} is not a range of addresses: give one like 192.0.2.0/24"
                ) from None
        case BanKind.NAME:
            if not text or text.isspace():
                raise UsageMistake("give a name, or a pattern like troll*")
            if set(text) & set(WILD):
                return text.casefold()
            try:
                return casefold(text)
            except NameRefused as refused:
                raise UsageMistake(str(refused)) from None


@lru_cache(maxsize=4096)
def _network(what: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    return ipaddress.ip_network(what)


def _is_in(host: str, what: str) -> bool:
    address = ipaddress.ip_address(host.partition("%")[0])
    inner = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (inner or address) in _network(what)
