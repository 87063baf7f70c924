"""What the doctor has found, in lines for people."""

from twisted_chat.addresses import is_public
from twisted_chat.doctor.findings import (
    Diagnosis,
    Examined,
    Filtering,
    Mapping,
    PortMapper,
    Prospect,
    Response,
)

NEEDED_MTU = {"IPv4": 1228, "IPv6": 1280}
"""Of a path on which no datagram of a link is cut (RFC 9000, 14; RFC 8200, 5)."""

_OUTCOMES = {
    Response.NO_CHECKUP: "UDP arrives, but this server is of before: it sends nothing back by"
    " which your network could be judged",
    Response.TOO_SOON: "UDP arrives, but the server has been asked often from where you are: ask"
    " again in a minute",
    Response.OTHER_KEY: "the server there has another key than the one that you know: it was asked"
    " nothing",
    Response.SILENT: "nothing comes back: UDP does not get through, or no server is there",
}
_MAPPINGS = {
    Mapping.NONE: "nobody on the way changes your address",
    Mapping.ONE_PORT: "your router gives you one port for everybody",
    Mapping.VARIES: "your router gives you another port for everybody: {second} for the second"
    " port of the server",
    Mapping.UNKNOWN: "which ports your router gives you is not known: nothing came back from the"
    " second port of the server, which its own firewall may close",
}
_FILTERS = {
    Filtering.OTHER_PORTS: "it lets in what comes from other ports of whom you have written to",
    Filtering.ANSWERS_ALONE: "it lets in nothing but what answers",
    Filtering.UNKNOWN: "whom it lets in is not known",
}
_FIREWALLS = {
    Filtering.OTHER_PORTS: "no firewall on the way kept out what comes from another port",
    Filtering.ANSWERS_ALONE: "a firewall on the way lets in nothing but what answers",
    Filtering.UNKNOWN: "whether a firewall is on the way is not known",
}
_MAPPERS = {
    PortMapper.PCP: "it leads a port to you when it is asked (PCP), and is asked while you chat",
    PortMapper.NAT_PMP: "it leads a port to you when it is asked (NAT-PMP), and is asked while you"
    " chat",
    PortMapper.NOT_ASKED: "it was not asked for anything, as the server is on this machine",
    PortMapper.SILENT: "it does not answer when it is asked to lead a port to you (PCP, NAT-PMP)",
}
_PROSPECTS = {
    Prospect.NOBODY_ANSWERS: "no server could be asked: check its host and port, and whether your"
    " network lets UDP out to it",
    Prospect.NOT_KNOWN: "how others reach you cannot be said; in a chat $path NAME tells it",
    Prospect.OPEN: "others reach you directly, as far as one server can tell, also those whose"
    " router gives another port for everybody",
    Prospect.PROBING: "others reach you directly, as far as one server can tell, but those whose"
    " router gives another port for everybody: with them it goes over the server, which"
    " cannot read it; a UDP port forwarded to you (udpchat HOST --port PORT) would do",
    Prospect.ANOTHER_PORT: "you reach those directly whose router lets in whoever they have"
    " written to, from any port; with others it goes over the server, which cannot read it; a"
    " UDP port forwarded to you (udpchat HOST --port PORT) would do",
}


def _host(one: Examined) -> str:
    return one.server.rpartition(":")[0].strip("[]")


def family(one: Examined) -> str:
    """Of its addresses."""
    return "IPv6" if one.server.startswith("[") else "IPv4"


def worded(found: Diagnosis) -> list[str]:
    """The lines."""
    lines = []
    for one in found.reached:
        lines += _reached(one)
    have = " and ".join(found.families) or "no family"
    lines.append(f"> this machine has addresses of {have} beyond its own network")
    if found.gateway:
        outside = f"; its own address outside is {found.outside}" if found.outside else ""
        mapper = _MAPPERS.get(found.port_mapper, "")
        lines.append(f"> your router is {found.gateway}: {mapper}{outside}")
    else:
        lines.append("> no router was found that could lead a port to you")
    lines.append(f"> in short: {_PROSPECTS[found.prospect]}")
    answered = [one for one in found.reached if one.outcome is Response.ANSWERED]
    if answered and not any(is_public(_host(one)) for one in answered):
        lines.append(">   (as far as the network of this server goes, which is a private one)")
    return lines


def _reached(one: Examined) -> list[str]:
    head = f"> {family(one)}, {one.server}: "
    if one.outcome is not Response.ANSWERED:
        return [head + _OUTCOMES[one.outcome]]
    lines = [f"{head}UDP arrives; you write from {one.here}, and are seen at {one.seen}"]
    lines.append(f">   {_MAPPINGS[one.mapping].format(second=one.second_seen)}")
    filters = _FIREWALLS if one.mapping is Mapping.NONE else _FILTERS
    lines.append(f">   {filters[one.filtering]}")
    if one.milliseconds is None:
        lines.append(f">   none of {one.sent} small datagrams came back")
    else:
        lost = f"{one.lost} of {one.sent} lost"
        lines.append(f">   {one.milliseconds:g} ms there and back, {lost}")
    lines.append(f">   {_size(one)}")
    return lines


def _size(one: Examined) -> str:
    needed = NEEDED_MTU[family(one)]
    if one.carries is False:
        return "datagrams of 1,200 bytes do not come through, which every link needs: no chat here"
    if one.largest is None or one.mtu is None:
        return "how large datagrams may be was not found out; those of 1,200 bytes come through"
    size = f"datagrams of {one.largest:,} bytes come through whole (an MTU of {one.mtu:,} or more)"
    if one.mtu < needed:
        size += (
            "; those of 1,200 bytes, which every link needs, are cut on the way and put together"
        )
    return size
