"""What `$path` tells of the way to somebody, and why it is not a direct one."""

from collections.abc import Iterable

from twisted_chat.addresses import Address
from twisted_chat.links import Link
from twisted_chat.peer.events.event import Someone, at
from twisted_chat.peer.events.paths import Hindrance, Origin, PathTo, Tried, Way
from twisted_chat.peer.gen2.paths.path_finder import PathFinder
from twisted_chat.peer.gen2.paths.peer_path import PeerPath
from twisted_chat.peer.gen2.paths.search import Search, Try

SOON = 5.0
"""Seconds from the beginning of a search in which an answer may still come."""


LARGEST = 1200
"""Bytes of the datagrams of a link, which its handshake has shown to arrive (RFC 9000, 14.1)."""


def report(finder: PathFinder, who: Someone, link: Link | None, now: float) -> PathTo:
    """The way to this one, to whom there is this link."""
    path = finder.get(who.fingerprint)
    if path is None:
        none = Hindrance.NO_LINK_WANTED
        return PathTo(who, Way.NONE, "", 0, None, 0, 0, None, (), none, False)
    search = path.search
    tries = () if search is None else tuple(search.tries.values())
    direct = path.way is Way.DIRECT and path.address is not None
    quality = None if link is None else link.quality
    trip = None
    if quality is not None:
        trip = round(quality.round_trip * 1000)
    elif direct and search is not None and path.address in search.tries:
        trip = _milliseconds(search.tries[path.address])
    return PathTo(
        who,
        path.way,
        at(path.address) if direct and path.address is not None else "",
        int(now - path.since),
        trip,
        0 if quality is None else quality.sent,
        0 if quality is None else quality.lost,
        None if path.way is Way.NONE else LARGEST,
        tuple(map(_tried, tries)),
        None if direct else why_not_direct(finder, path, now),
        search is not None and search.pairing.carried and finder.relays,
    )


def why_not_direct(finder: PathFinder, path: PeerPath, now: float) -> Hindrance:
    """What stands in the way, as far as one can tell from here."""
    search = path.search
    if not path.wanted:
        return Hindrance.NO_LINK_WANTED
    if search is None:
        return Hindrance.NO_INTRODUCTION if path.as_before else Hindrance.LOOKING
    here, there = finder.observed, (search.pairing.contact.host, search.pairing.contact.port)
    heard = [one for one in search.tries.values() if one.heard is not None]
    if here is not None and (":" in here[0]) != (":" in there[0]) and not heard:
        return Hindrance.FAMILIES
    if not search.tries:
        return Hindrance.NO_ADDRESS
    if path.dialled is not None or now < search.began + SOON:
        return Hindrance.LOOKING
    ours = here is not None and _varies(here, finder.views.values())
    theirs = _varies(there, (one.address for one in heard))
    if ours and theirs:
        return Hindrance.BOTH_VARY
    if ours or theirs:
        return Hindrance.OURS_VARIES if ours else Hindrance.THEIRS_VARIES
    return Hindrance.ONE_WAY if heard and not _answered(search) else Hindrance.SILENT


def _varies(usual: Address, others: Iterable[Address]) -> bool:
    """Whether somebody who is at the usual address for one is elsewhere for others."""
    return any(host == usual[0] and port != usual[1] for host, port in others)


def _answered(search: Search) -> bool:
    return any(one.answered is not None for one in search.tries.values())


def _milliseconds(one: Try) -> int | None:
    return None if one.round_trip is None else round(one.round_trip * 1000)


def _tried(one: Try) -> Tried:
    answered = one.answered is not None
    milliseconds = _milliseconds(one) if answered else None
    heard = one.heard is not None
    return Tried(at(one.address), Origin(one.origin), one.probes, heard, answered, milliseconds)
