"""A gateway that leads ports to those inside: in memory, and as a program on a router of Linux:

python -m tests.support.gateways INSIDE OUTSIDE
"""

import socket
import struct
import subprocess
import sys

from twisted_chat.gateway.mapping import SECONDS
from twisted_chat.gateway.messages import PORT, Language

OUTSIDE = ("203.0.112.5", 40_000)
FOUR = bytes(10) + b"\xff\xff"


class FakeGateway:
    """Speaks what it is told to, for `lifetime` seconds each time; what it leads to us is in
    `led`, by our port: until when. `outside` is its own address there."""

    def __init__(
        self,
        *languages: Language,
        lifetime: int = SECONDS,
        code: int = 0,
        outside: str = OUTSIDE[0],
    ) -> None:
        self._outside = socket.inet_aton(outside)
        self.languages = languages
        self.lifetime = lifetime
        self.code = code
        self.led: dict[int, float] = {}
        self.asked: list[tuple[float, int, int]] = []
        """When, in which version, and for how many seconds."""

    def answer(self, datagram: bytes, now: float) -> bytes | None:
        if datagram[0] == 2:
            return self._pcp(datagram, now)
        if not self.languages:
            return None
        if Language.NAT_PMP not in self.languages:
            return b"\2" + bytes((datagram[1] | 0x80, 0, 1)) + bytes(20)
        if datagram == b"\0\0":
            return struct.pack("!BBHI4s", 0, 0x80, 0, 9, self._outside)
        _, _, _, inside, _, seconds = struct.unpack("!BBHHHI", datagram)
        self._lead(inside, seconds, 0, now)
        granted = min(seconds, self.lifetime)
        return struct.pack("!BBHIHHI", 0, 0x81, self.code, 9, inside, OUTSIDE[1], granted)

    def _pcp(self, datagram: bytes, now: float) -> bytes | None:
        if Language.PCP not in self.languages:
            return b"\0\x81\0\1" + bytes(12) if self.languages else None
        (seconds,) = struct.unpack("!I", datagram[4:8])
        (inside,) = struct.unpack("!H", datagram[40:42])
        self._lead(inside, seconds, 2, now)
        head = struct.pack(
            "!BBBBII12s", 2, 0x81, 0, self.code, min(seconds, self.lifetime), 9, b""
        )
        host = FOUR + self._outside
        return head + datagram[24:42] + struct.pack("!H", OUTSIDE[1]) + host

    def _lead(self, inside: int, seconds: int, version: int, now: float) -> None:
        self.asked.append((now - 100.0, version, seconds))
        if seconds and not self.code:
            self.led[inside] = now + min(seconds, self.lifetime)
        else:
            self.led.pop(inside, None)


class RouterRules:
    """Has iptables lead a port of a router to a host inside, and from there out by it."""

    def __init__(self, outside: str) -> None:
        self._outside = outside

    def change(self, host: str, inside: int, port: int = OUTSIDE[1], *, led: bool) -> None:
        """Lead it, or no longer."""
        do = "-I" if led else "-D"
        udp = ("-p", "udp")
        for rule in (
            (
                "nat",
                "PREROUTING",
                "-i",
                "wan",
                *udp,
                "--dport",
                port,
                "-j",
                "DNAT",
                "--to",
                f"{host}:{inside}",
            ),
            (
                "nat",
                "POSTROUTING",
                "-o",
                "wan",
                *udp,
                "-s",
                host,
                "--sport",
                inside,
                "-j",
                "SNAT",
                "--to",
                f"{self._outside}:{port}",
            ),
            (
                "filter",
                "FORWARD",
                "-i",
                "wan",
                *udp,
                "-d",
                host,
                "--dport",
                inside,
                "-j",
                "ACCEPT",
            ),
        ):
            table, chain, *rest = map(str, rule)
            subprocess.run(["iptables", "-w", "-t", table, do, chain, *rest], check=True)


def say(what: str) -> None:
    """Tell the test."""
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


def main(inside: str, outside: str) -> None:
    """Answer in PCP at the address inside, and do what is asked."""
    gateway, rules = FakeGateway(Language.PCP, outside=outside), RouterRules(outside)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as port:
        port.bind((inside, PORT))
        say("ready")
        while True:
            datagram, source = port.recvfrom(1200)
            before = set(gateway.led)
            answer = gateway.answer(datagram, 0.0)
            for changed in before ^ set(gateway.led):
                rules.change(source[0], changed, led=changed in gateway.led)
                say("led" if changed in gateway.led else "given back")
            if answer is not None:
                port.sendto(answer, source)


if __name__ == "__main__":
    main(*sys.argv[1:])
