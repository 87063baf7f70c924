"""What load.c does, for a machine without a C compiler: much slower, and the tables say so."""

import json
import select
import socket
import struct
import sys
import time

FIRST_SOURCE = 0x7F010000
PATIENCE = 0.05
IP_PKTINFO = 8


def request(kind: str, number: int, sources: int) -> bytes:
    """The request that this number stands for."""
    turn = number % 20
    if kind in ("register", "hi") or (kind == "mix" and turn < 4):
        return b"hi u%d" % (number % sources)
    if kind == "mix" and turn == 4:
        return b"rl"
    if kind == "mix" and turn == 5:
        return b"ar nobody"
    return b"ar u%d" % (number * 7 % sources)


def main(port: int, longest: float, window: int, sources: int, kind: str) -> None:
    """Send, count, and print one line of JSON."""
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    one.bind(("0.0.0.0", 0))
    one.setblocking(False)
    sent = answered = lost = flying = 0
    begun, worked = time.monotonic(), time.process_time()
    while time.monotonic() - begun < longest:
        if kind == "register" and sent == sources and not flying:
            break
        while (kind == "flood" or flying < window) and not (
            kind == "register" and sent == sources
        ):
            source = struct.pack("!iIi", 0, FIRST_SOURCE + sent % sources, 0)
            control = [(socket.IPPROTO_IP, IP_PKTINFO, source)]
            try:
                one.sendmsg([request(kind, sent, sources)], control, 0, ("127.0.0.1", port))
            except BlockingIOError:
                break
            sent += 1
            flying += 1
            if kind == "flood":
                break
        if kind == "flood":
            continue
        if not select.select([one], [], [], PATIENCE)[0]:
            lost, flying = lost + flying, 0
            continue
        try:
            while flying:
                one.recv(2048)
                answered += 1
                flying -= 1
        except BlockingIOError:
            pass
    took = time.monotonic() - begun
    busy = (time.process_time() - worked) / took
    seen = {"sent": sent, "answered": answered, "lost": lost, "seconds": took, "busy": busy}
    print(json.dumps(seen))


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), sys.argv[5])
