"""Servers to compare with: python -m benchmarks.contenders NAME PORT

Each does what the original server does for `hi`, `ar` and `rl`, and nothing
else: no limits, no expiry, no check of names.
"""

import asyncio
import socket
import sys
from collections.abc import Callable
from typing import Any

Address = tuple[str, int]

HOST = "127.0.0.1"
SOCKET_BUFFER = 4 * 1024 * 1024
"""Bytes, as the room server asks for."""


def make_answer() -> Callable[[bytes, Address], bytes]:
    """The work of the original server: split the text, look in a dictionary, join a text."""
    users: dict[str, Address] = {}

    def answer(datagram: bytes, source: Address) -> bytes:
        verb, *arguments = datagram.decode().split()
        if verb == "hi":
            users[arguments[0]] = source
            return datagram
        if verb == "ar":
            found = users.get(arguments[0])
            return f"ar {found[0]} {found[1]}".encode() if found else b"ar"
        return verb.encode()

    return answer


def _socket(port: int) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for buffer in (socket.SO_RCVBUF, socket.SO_SNDBUF):
        made.setsockopt(socket.SOL_SOCKET, buffer, SOCKET_BUFFER)
    made.bind((HOST, port))
    return made


def loop(port: int) -> None:
    """A plain loop around a socket."""
    answer, here = make_answer(), _socket(port)
    while True:
        datagram, source = here.recvfrom(1024)
        here.sendto(answer(datagram, source), source)


def stock(port: int) -> None:
    """Twisted's own UDP port."""
    from twisted.internet import reactor as installed
    from twisted.internet.protocol import DatagramProtocol

    reactor: Any = installed
    answer = make_answer()

    class Server(DatagramProtocol):
        def datagramReceived(self, datagram: bytes, addr: Address) -> None:
            self.transport.write(answer(datagram, addr), addr)  # type: ignore[union-attr]

    reactor.adoptDatagramPort(_ready(_socket(port)), socket.AF_INET, Server(), 1024)
    reactor.run()


def _ready(made: socket.socket) -> int:
    made.setblocking(False)
    return made.detach()


class _AsyncioServer(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self._answer = make_answer()

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: Address) -> None:
        self._transport.sendto(self._answer(data, addr), addr)


async def _serve(port: int) -> None:
    await asyncio.get_running_loop().create_datagram_endpoint(_AsyncioServer, sock=_socket(port))
    await asyncio.Event().wait()


def on_asyncio(port: int) -> None:
    """asyncio's datagram endpoint."""
    asyncio.run(_serve(port))


def on_uvloop(port: int) -> None:
    """The same on uvloop."""
    import uvloop

    uvloop.run(_serve(port))


def unbatched(port: int) -> None:
    """This server, limits off, on the port that is used where there is no extension."""
    from twisted.internet import reactor as installed

    from twisted_chat.net.port import BoundedPort
    from twisted_chat.server.bounds import Bounds
    from twisted_chat.server.protocol import RoomServer

    reactor: Any = installed
    bounds = Bounds(rate=0)
    server = RoomServer(bounds, reactor)
    BoundedPort(port, server, reactor, interface=HOST, longest=bounds.datagram).startListening()
    reactor.run()


SERVERS = {
    "loop": loop,
    "stock": stock,
    "asyncio": on_asyncio,
    "uvloop": on_uvloop,
    "unbatched": unbatched,
}

if __name__ == "__main__":
    SERVERS[sys.argv[1]](int(sys.argv[2]))
