"""Captures for tests, built with scapy, and what the analysis says of them."""

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from scapy.layers.inet import IP, TCP, UDP
from scapy.layers.l2 import Ether
from scapy.packet import Raw
from scapy.utils import EDecimal, wrpcap, wrpcapng
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.addresses import Address
from twisted_chat.trace.analysis import Analysis
from twisted_chat.trace.frame import Frame
from twisted_chat.trace.report import ConversationSummary, Finding, Purpose, Row

USER, SERVER = ("192.168.122.9", 36396), ("192.168.122.25", 8090)
OTHER = ("192.168.122.25", 34456)
"""Where the second user of the recorded exchange sits."""

EXCHANGE: Sequence[tuple[float, bool, bytes]] = (
    (33.192, True, b"hi debian"),
    (33.193, False, b"hi debian"),
    (113.551, True, b"rl"),
    (113.552, False, b"rl"),
    (127.421, True, b"rc testroom"),
    (127.422, False, b"rc testroom"),
    (143.069, True, b"rj testroom"),
    (143.070, False, b"rj __clear_peers__"),
    (159.978, False, b"rj __clear_peers__"),
    (159.978, False, b"rj 192.168.122.25 34456"),
    (199.291, True, b"rk"),
)
"""The recorded exchange: time in seconds, whether to the server, payload."""

SPEAKING: dict[bytes, bool] = {
    b"hi ann": True,
    b"hi": True,
    b"by": True,
    b"rk": True,
    b"ul": True,
    b"ul ann": True,
    b"rl lab": True,
    b"rc lab": True,
    b"rj lab": True,
    b"rj __clear_peers__": True,
    b"rj 10.0.0.1 80": True,
    b"ar 2001:db8::1 8090": True,
    b"msg a> b": True,
    b"msg a> hello, > you\n": True,
    "hi Jürgen".encode(): True,
    b"hi " + b"a" * 32: True,
    b"": False,
    b"h": False,
    b"hi all, lunch at 12?": False,
    b"hi there you": False,
    b"hi " + b"a" * 33: False,
    b"hi ": False,
    b"ar \x01": False,
    b"by now": False,
    b"rk lab": False,
    b"msg a": False,
    b"HI ann": False,
    b"GET / HTTP/1.1": False,
    b"hi\0ann": False,
}
"""Datagrams on a port that says nothing, and whether each is of the language: so say
the analysis and the dissector for Wireshark."""

ETHERNET = 1


def datagram(at: float, source: Address, destination: Address, payload: bytes) -> Any:
    """One datagram on Ethernet; without a payload it has no layer for one."""
    packet = (
        Ether(src="52:54:00:00:00:01", dst="52:54:00:00:00:02")
        / IP(src=source[0], dst=destination[0])
        / UDP(sport=source[1], dport=destination[1])
    )
    packet = packet / Raw(payload) if payload else packet
    packet.time = EDecimal(f"{at:.6f}")
    return packet


def exchange() -> list[Any]:
    """The recorded exchange between the original's client and server."""
    return [
        datagram(at, *((USER, SERVER) if asks else (SERVER, USER)), payload)
        for at, asks, payload in EXCHANGE
    ]


class FileTestCase(SynchronousTestCase):
    """Its files are gone with the test, where pytest would leave trial's behind."""

    def mktemp(self) -> str:
        """A path where nothing is yet."""
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        return str(Path(temporary.name) / "file")


class Call:
    """A TCP connection as it is recorded, segment by segment, 10 ms apart.

    `a` calls `b`. Sequence numbers follow what was sent, unless told.
    """

    A, B = ("192.0.2.1", 40000), ("192.0.2.2", 8090)

    def __init__(self, start: float = 0.0, sequences: tuple[int, int] = (1000, 5000)) -> None:
        self.packets: list[Any] = []
        self.now = start
        self.next = dict(zip("ab", sequences, strict=True))

    def send(
        self,
        who: str,
        flags: str,
        data: bytes = b"",
        *,
        sequence: int | None = None,
        acknowledged: int | None = None,
        window: int = 8192,
        after: float = 0.01,
        lost: bool = False,
    ) -> "Call":
        """One segment; a `lost` one does not reach where the capture is made."""
        self.now += after
        other = "b" if who == "a" else "a"
        ends = (self.A, self.B) if who == "a" else (self.B, self.A)
        here = self.next[who] if sequence is None else sequence
        packet = (
            Ether(src="52:54:00:00:00:01", dst="52:54:00:00:00:02")
            / IP(src=ends[0][0], dst=ends[1][0])
            / TCP(
                sport=ends[0][1],
                dport=ends[1][1],
                seq=here % 2**32,
                ack=(self.next[other] if acknowledged is None else acknowledged) % 2**32
                if "A" in flags
                else 0,
                flags=flags,
                window=window,
            )
        )
        packet = packet / Raw(data) if data else packet
        packet.time = EDecimal(f"{self.now:.6f}")
        if sequence is None:
            self.next[who] = here + len(data) + ("S" in flags) + ("F" in flags)
        if not lost:
            self.packets.append(packet)
        return self

    def handshake(self) -> "Call":
        return self.send("a", "S").send("b", "SA").send("a", "A")

    def close(self, first: str = "a") -> "Call":
        """An orderly close, begun by this one."""
        second = "b" if first == "a" else "a"
        return self.send(first, "FA").send(second, "FA").send(first, "A")


def chat_over_tcp() -> list[Any]:
    """Handshake, two pushes, and an orderly close begun by the caller."""
    call = Call().handshake().send("a", "PA", b"hello\n").send("b", "A")
    call.send("b", "PA", b"hi from alpine\n").send("a", "A")
    return call.close().packets


def frames(packets: Iterable[Any], *comments: str, linktype: int = ETHERNET) -> list[Frame]:
    """Packets as they come out of a capture."""
    found = []
    for number, packet in enumerate(packets, 1):
        data = bytes(packet)
        at = int(packet.time * 1_000_000_000)
        found.append(Frame(number, at, linktype, data, len(data), comments))
    return found


class Notes:
    """A sink that remembers what it is told."""

    def __init__(self) -> None:
        self.rows: dict[int, list[Row]] = {}
        self.findings: dict[int, list[Finding]] = {}
        self.summaries: dict[int, ConversationSummary] = {}

    def row(self, conversation: int, row: Row) -> None:
        self.rows.setdefault(conversation, []).append(row)

    def finding(self, conversation: int, finding: Finding) -> None:
        self.findings.setdefault(conversation, []).append(finding)

    def concluded(self, conversation: int, summary: ConversationSummary) -> None:
        self.summaries[conversation] = summary

    def merged(self, conversation: int, into: int) -> None:
        self.rows.setdefault(into, []).extend(self.rows.pop(conversation, []))
        self.findings.setdefault(into, []).extend(self.findings.pop(conversation, []))

    @property
    def whats(self) -> list[str]:
        """What every packet is, in the order of the capture."""
        rows = sorted((row for rows in self.rows.values() for row in rows), key=_number)
        return [row.verdict.whole for row in rows]

    @property
    def purposes(self) -> list[Purpose]:
        """What every packet is for, in the order of the capture."""
        rows = sorted((row for rows in self.rows.values() for row in rows), key=_number)
        return [row.verdict.purpose for row in rows]

    def texts(self, topic: str) -> list[str]:
        """What was found about this, in all conversations."""
        return [
            finding.text
            for findings in self.findings.values()
            for finding in findings
            if finding.topic == topic
        ]


def _number(row: Row) -> int:
    return row.number


def analyzed(given: Iterable[Frame], *ports: int) -> Notes:
    """What the analysis says of these frames, of chats on these ports or on 8090."""
    notes = Notes()
    analysis = Analysis(set(ports or (8090,)), notes)
    for frame in given:
        analysis.feed(frame)
    analysis.conclude()
    return notes


def write(path: Path, packets: Sequence[Any]) -> Path:
    """A capture file, pcapng if its name says so."""
    (wrpcapng if path.suffix == ".pcapng" else wrpcap)(str(path), packets)
    return path
