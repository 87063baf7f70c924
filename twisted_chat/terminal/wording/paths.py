"""Lines about the ways that words go."""

from collections.abc import Callable
from typing import Any

from twisted_chat.peer.events import paths
from twisted_chat.peer.events.paths import Hindrance, Origin, PathTo, Way
from twisted_chat.terminal.wording.people import called, listed, shown_name, sole, verb

MAX_SHOWN = 100
"""People of whose ways `$path` tells."""

_WHY = {
    Hindrance.LOOKING: "a direct way is being looked for",
    Hindrance.NO_LINK_WANTED: "there is to be no link",
    Hindrance.NO_INTRODUCTION: "{who} cannot be looked for together: the server, or {who}'s"
    " program, is of before; $poke {who} asks the server for {who} again",
    Hindrance.FAMILIES: "one of you has IPv4 alone and the other IPv6: an address of the same kind"
    " on either side would do",
    Hindrance.NO_ADDRESS: "nothing may be sent to where the server says that {who} is: a private"
    " address, or a port below 1024",
    Hindrance.BOTH_VARY: "both your router and {who}'s give another port for everybody: UDP port"
    " {port} forwarded to you, or {who}'s port to {who}, would do",
    Hindrance.OURS_VARIES: "your router gives you another port for everybody, and {who}'s lets"
    " nothing in that {who} has not asked for: UDP port {port} forwarded to you would do",
    Hindrance.THEIRS_VARIES: "{who}'s router gives another port for everybody, and yours lets"
    " nothing in that you have not asked for: UDP port {port} forwarded to you would do",
    Hindrance.ONE_WAY: "{who} reaches you, but nothing that you send reaches {who}: a firewall on"
    " the way lets your UDP datagrams out to the server alone, or none in to {who}",
    Hindrance.SILENT: "nothing that you and {who} send each other directly arrives: one of your"
    " routers gives another port for everybody, or lets UDP go to the server alone; UDP port"
    " {port} forwarded to you, or {who}'s port to {who}, would do",
}
_ORIGINS = {
    Origin.SEEN: "where the server sees {}",
    Origin.OWN: "an address of {}'s own machine",
    Origin.HEARD: "where {} was heard",
    Origin.CLAIMED: "an address of {}'s own machine",
}
_UNITS = ((86_400, "days"), (3_600, "hours"), (60, "minutes"), (1, "seconds"))


def _lasting(seconds: int) -> str:
    size, unit = next(one for one in _UNITS if seconds >= 2 * one[0] or one[0] == 1)
    many = seconds // size
    return f"for {many} {verb(many, unit.removesuffix('s'), unit)}"


def _way(one: PathTo) -> str:
    who = called(one.who)
    if one.way is Way.DIRECT:
        return f"{who}: directly, at {one.address}, {_lasting(one.seconds)}{_quality(one)}"
    if one.way is Way.RELAYED:
        since = f"{_lasting(one.seconds)}{_quality(one)}"
        return f"{who}: over the server, which cannot read it, {since}"
    return f"{who}: no link {_lasting(one.seconds)}"


def _quality(one: PathTo) -> str:
    said = f", {one.milliseconds} ms there and back" if one.milliseconds is not None else ""
    if one.sent:
        said += f", {one.lost} of {one.sent:,} datagrams lost"
    return said


def _why(one: PathTo, port: int) -> str | None:
    if one.why_not_direct is None:
        return None
    return "not directly, as " + _WHY[one.why_not_direct].format(who=called(one.who), port=port)


def _tried(one: paths.Tried, who: str) -> str:
    where = f"{one.address}, {_ORIGINS[one.origin].format(who)}"
    if one.answered and one.milliseconds is not None:
        return f"{where}: answers in {one.milliseconds} ms"
    asked = f"asked {one.probes} times" if one.probes != 1 else "asked once"
    heard = ", was heard from there" if one.heard else ""
    return f"{where}: {asked}, no answer{heard}"


def _paths(event: paths.PathsShown) -> list[str]:
    seen = f"the server sees you at {event.here}" if event.here else "the server has not said"
    seen += "" if event.here else " where it sees you"
    lines = [f"{seen}; your own UDP port is {event.port}"]
    if not event.relays:
        lines.append("you take nothing that a server carries (--direct-only)")
    if not event.people:
        nobody = f"nobody called {shown_name(event.asked_for)} is here"
        lines.append(nobody if event.asked_for else "there is nobody to whom there could be a way")
    for one in event.people[:MAX_SHOWN]:
        lines.append(_way(one))
        if not event.asked_for and one.way is not Way.NONE:
            continue
        if (why := _why(one, event.port)) is not None:
            lines.append(f"  {why}")
        if one.way is Way.NONE and not one.carried:
            lines.append("  nor over the server: it carries nothing between you")
        if event.asked_for and one.largest is not None:
            lines.append(f"  in datagrams of {one.largest:,} bytes at most, which come through")
        if event.asked_for:
            lines += [f"  tried {_tried(address, called(one.who))}" for address in one.tried]
    if (more := len(event.people) - MAX_SHOWN) > 0:
        lines.append(f"and {more} others; $path NAME shows the way to NAME")
    return lines


def _over(event: paths.GoesOverServer) -> str:
    names = [called(one) for one in event.people]
    return (
        f"what you and {listed(event.people)} say goes over the server, which cannot read it, as"
        f" there is no direct way; $path {sole(names)} says why"
    )


WORDS: dict[type, Callable[[Any], str | list[str]]] = {
    paths.PathsShown: _paths,
    paths.GoesOverServer: _over,
    paths.GoesDirectly: lambda event: (
        f"what you and {listed(event.people)} say goes directly now, and no longer over the server"
    ),
}
