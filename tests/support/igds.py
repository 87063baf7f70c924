"""A gateway that speaks UPnP: in memory, as miniupnpc has it, and as a program on a router of
Linux, which tells what it is asked to do:

python -m tests.support.igds INSIDE OUTSIDE
"""

import re
import socket
import sys
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

from tests.support.gateways import OUTSIDE, RouterRules, say

GROUP = "239.255.255.250"
"""Where gateways listen to those who look for them (UPnP Device Architecture 1.0, 1.2)."""
SSDP_PORT = 1900
_ROOT = "urn:schemas-upnp-org:device:InternetGatewayDevice:1"
_SERVICE = "urn:schemas-upnp-org:service:WANIPConnection:1"
_FOUND = "HTTP/1.1 200 OK\r\nST: {root}\r\nUSN: uuid:1::{root}\r\nEXT:\r\nLOCATION: {at}\r\n\r\n"
_KIND = "<deviceType>urn:schemas-upnp-org:device:{}:1</deviceType>"
_WITHIN = f"<device>{_KIND}<UDN>uuid:{{}}</UDN>{{}}</device>"
_DEVICES = "<deviceList>{}</deviceList>"
_CONTROLLED = (
    "<serviceList><service>"
    f"<serviceType>{_SERVICE}</serviceType><serviceId>urn:upnp-org:serviceId:WANIPConn1</serviceId>"
    "<controlURL>/control</controlURL><eventSubURL>/events</eventSubURL><SCPDURL>/what</SCPDURL>"
    "</service></serviceList>"
)
_ENVELOPE = (
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"'
    ' s:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><s:Body>'
    '<u:{verb}Response xmlns:u="' + _SERVICE + '">{said}</u:{verb}Response></s:Body></s:Envelope>'
)


class FakeSpeaker:
    """miniupnpc, as far as we use it, beside a gateway at this address. `refuses` are what it
    raises at the next requests, in turn; `led` is what it leads, and for how many seconds."""

    def __init__(self, host: str, *refuses: str, outside: str = OUTSIDE[0]) -> None:
        self.discoverdelay = 0
        self.led: dict[int, tuple[str, int, int]] = {}
        self.asked: list[tuple[int, int]] = []
        """Ports that were asked for, and for how many seconds."""
        self.refuses = list(refuses)
        self._host = host
        self._outside = outside

    def discover(self) -> int:
        assert self.discoverdelay
        if not self._host:
            raise Exception("Success")
        return 1

    def selectigd(self) -> str:
        return f"http://{self._host}:5000/control"

    def externalipaddress(self) -> str:
        return self._outside

    def addportmapping(
        self, port: int, kind: str, own: str, inside: int, name: str, remote: str, seconds: int
    ) -> bool:
        self.asked.append((port, seconds))
        assert (kind, remote) == ("UDP", "")
        assert name
        if self.refuses and (refusal := self.refuses.pop(0)):
            raise Exception(refusal)
        self.led[port] = (own, inside, seconds)
        return True

    def deleteportmapping(self, port: int, kind: str) -> bool:
        assert kind == "UDP"
        del self.led[port]
        return True


def _described() -> str:
    connection = _WITHIN.format("WANConnectionDevice", 3, _CONTROLLED)
    wan = _WITHIN.format("WANDevice", 2, _DEVICES.format(connection))
    root = _WITHIN.format("InternetGatewayDevice", 1, _DEVICES.format(wan))
    return f'<?xml version="1.0"?><root xmlns="urn:schemas-upnp-org:device-1-0">{root}</root>'


def _controls(outside: str, change: Callable[[str, int, int, bool], None]) -> type[Any]:
    """What answers HTTP for a gateway with this address outside."""

    class Control(BaseHTTPRequestHandler):
        led: dict[int, tuple[str, int]] = {}

        def do_GET(self) -> None:
            self._answer(_described())

        def do_POST(self) -> None:
            asked = self.rfile.read(int(self.headers["Content-Length"])).decode()
            verb = self.headers["SOAPAction"].strip('"').rpartition("#")[2]
            words = dict(re.findall(r"<New(\w+)>([^<]*)</New", asked))
            if verb == "AddPortMapping":
                there = words["InternalClient"], int(words["InternalPort"])
                self.led[int(words["ExternalPort"])] = there
                change(*there, int(words["ExternalPort"]), True)
            elif verb == "DeletePortMapping":
                port = int(words["ExternalPort"])
                change(*self.led.pop(port), port, False)
            said = {
                "GetExternalIPAddress": f"<NewExternalIPAddress>{outside}</NewExternalIPAddress>",
                "GetStatusInfo": "<NewConnectionStatus>Connected</NewConnectionStatus>"
                "<NewUptime>1</NewUptime><NewLastConnectionError/>",
            }
            self._answer(_ENVELOPE.format(verb=verb, said=said.get(verb, "")))

        def _answer(self, text: str) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *words: object) -> None:
            """Nothing."""

    return Control


def main(inside: str, outside: str) -> None:
    """Answer in UPnP at the address inside, and have iptables do what is asked."""
    rules = RouterRules(outside)

    def change(host: str, port: int, outer: int, led: bool) -> None:
        rules.change(host, port, outer, led=led)
        say(f"led {outer} to {host}:{port}" if led else "given back")

    server = HTTPServer((inside, 0), _controls(outside, change))
    Thread(target=server.serve_forever, daemon=True).start()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as port:
        port.bind(("", SSDP_PORT))
        group = socket.inet_aton(GROUP) + socket.inet_aton(inside)
        port.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group)
        say("ready")
        while True:
            asked, source = port.recvfrom(1500)
            if _ROOT.encode() in asked:
                at = f"http://{inside}:{server.server_port}/"
                port.sendto(_FOUND.format(root=_ROOT, at=at).encode(), source)


if __name__ == "__main__":
    main(*sys.argv[1:])
