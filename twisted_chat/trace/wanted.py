"""What a person asks `chat-analyze` for."""

import ipaddress
import math
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from twisted.python import usage

from twisted_chat import startup
from twisted_chat.addresses import DEFAULT_PORT, host_and_port, port_number
from twisted_chat.errors import UsageMistake
from twisted_chat.trace.choice import KINDS, Choice
from twisted_chat.trace.table import COLUMNS

_FORMS = ("json", "ladder", "html", "follow-text")
_OF_TABLE = ("hex", "columns", "follow")


def _some_of(known: Sequence[str]) -> Callable[[str], tuple[str, ...]]:
    """Reads words with commas between, each of which is one of these."""

    def read(text: str) -> tuple[str, ...]:
        words = tuple(text.split(","))
        for word in words:
            if word not in known:
                raise usage.UsageError(f"{word!r} is none of {', '.join(known)}")
        return words

    return read


def _hosts(text: str) -> frozenset[str]:
    return frozenset(map(_host, text.split(",")))


def _host(text: str) -> str:
    """An address, with a port or without, as the analysis writes it."""
    host, port = text, ""
    if text.startswith("[") or text.count(":") == 1:
        host, _, port = text.rpartition(":")
    try:
        address = str(ipaddress.ip_address(host.strip("[]")))
        return host_and_port(address, port_number(port)) if port else address
    except (ValueError, UsageMistake):
        raise usage.UsageError(
            f"{text!r} is not an address: give one such as 192.0.2.1 or 192.0.2.1:8090"
        ) from None


def _words(text: str) -> frozenset[str]:
    return frozenset(text.casefold().split(","))


def _moment(text: str) -> int:
    """Nanoseconds from the first packet, of seconds as the table has them."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not math.isfinite(seconds):
        raise usage.UsageError(f"{text!r} is not a time: give seconds, such as 12.5")
    return round(seconds * 1e9)


class AnalysisOptions(startup.Options):
    """Options of `chat-analyze`."""

    synopsis = "FILE [options]"
    longdesc = (
        "Show the chats in a capture (pcap or pcapng) from tcpdump, Wireshark or --trace:"
        " every packet, what it is for, and what they say together. With - for FILE, or"
        " --follow, packets are shown as they come, until Ctrl-C."
    )
    optParameters: ClassVar[list[list[Any]]] = [
        ["html", None, None, "Write a page with the ladders to this file"],
        ["columns", "c", None, "Columns of the table, such as no,time,flags,seq,ack,what"],
        ["follow-text", "t", None, "Print what was said in the conversation of this number"],
        ["keys", "k", None, "A key log (SSLKEYLOGFILE), to look into QUIC of one's own"],
        ["write", None, None, "Write the packets that are shown to this new capture"],
        ["host", None, None, "Show packets of these addresses", _hosts],
        ["name", None, None, "Show packets of those with these names", _words],
        ["room", None, None, "Show packets of these rooms and their members", _words],
        ["kind", None, None, "Show these purposes or protocols: data, recovery, tcp, quic"],
        ["from", None, None, "Show packets from this second on", _moment],
        ["to", None, None, "Show packets until this second", _moment],
    ]
    optFlags: ClassVar[list[list[Any]]] = [
        ["hex", "x", "Show the bytes too, layer by layer, and what each field says"],
        ["ladder", "l", "Draw ladders instead of tables"],
        ["json", "j", "Print JSON, for programs"],
        ["follow", "f", "Go on with a file that is being written, until Ctrl-C"],
        ["wireshark", "w", "Tell where Wireshark wants our dissector, and exit"],
    ]

    def opt_port(self, text: str) -> None:
        """Port of the chats (8090), or several; verbs and recordings are found on any"""
        try:
            ports = frozenset(map(port_number, text.split(",")))
        except UsageMistake as mistake:
            raise usage.UsageError(f"--port: {mistake}") from None
        self["port"] = self.get("port", frozenset()) | ports

    opt_p = opt_port

    def parseArgs(self, *words: str) -> None:
        if self["wireshark"]:
            if words:
                raise usage.UsageError("--wireshark needs no FILE")
        elif len(words) != 1:
            raise usage.UsageError(f"give one FILE, not {len(words)}")
        self["file"] = words[0] if words else None

    def postOptions(self) -> None:
        self.setdefault("port", frozenset({DEFAULT_PORT}))
        forms = [f"--{form}" for form in _FORMS if self[form]]
        if len(forms) > 1:
            raise usage.UsageError(f"either {' or '.join(forms)}")
        for one in _OF_TABLE:
            if self[one] and forms:
                raise usage.UsageError(f"--{one} is for the table: leave out it or {forms[0]}")
        if self["columns"] is not None:
            self["columns"] = _some_of(COLUMNS)(self["columns"])
        if self["kind"]:
            self["kind"] = _some_of(KINDS)(self["kind"])
        number = self["follow-text"]
        if number is not None and not (number.isascii() and number.isdigit() and int(number)):
            raise usage.UsageError(
                f"{number!r} is not the number of a conversation: give 1, 2, ..."
            )

    def choice(self) -> Choice | None:
        """Which packets are wanted, where not all are."""
        chosen = Choice(
            self["host"] or frozenset(),
            self["name"] or frozenset(),
            self["room"] or frozenset(),
            frozenset(self["kind"] or ()),
            self["from"],
            self["to"],
        )
        return None if chosen == Choice() else chosen
