"""A link of QUIC as a capture has it, with the secrets that open it."""

import io

from twisted.internet.task import Clock

from tests.support.network import FakeNetwork
from tests.support.quic import CALLED, CALLER, KEYS, End
from twisted_chat.trace import headers
from twisted_chat.trace.frame import Frame
from twisted_chat.wire.common import JoinRoom, Register, Welcome
from twisted_chat.wire.gen2.roster import RosterBegins, RosterEnds

RAW = 101
SAID = (Register("ann").encode(), JoinRoom("lab").encode())
ANSWERED = (
    Welcome("ann").encode(),
    RosterBegins("lab", 1).encode(),
    RosterEnds("lab").encode(),
)


def link() -> tuple[list[Frame], str]:
    """Two ends that link up, say something and part; and the key log of the caller."""
    clock, keylog = Clock(), io.StringIO()
    network = FakeNetwork(clock)
    caller = End(network, KEYS[0], CALLER, keylog)
    called = End(network, KEYS[1], CALLED)

    def later(seconds: float) -> None:
        for _ in range(int(seconds * 1000)):
            clock.advance(0.001)

    caller.dial(called)
    later(0.3)
    caller.say(*SAID)
    later(0.1)
    called.say(*ANSWERED)
    later(0.1)
    caller.hang_up("enough")
    later(0.1)
    frames = []
    for number, datagram in enumerate(network.sent, 1):
        data = headers.udp(datagram.source, datagram.to, datagram.payload)
        at = 1_700_000_000_000_000_000 + int(datagram.at * 1e9)
        frames.append(Frame(number, at, RAW, data, len(data)))
    return frames, keylog.getvalue()
