"""What goes between users and servers beside links: datagrams that are told by their first
byte, and by how long they are."""

from twisted_chat.trace.report import Purpose
from twisted_chat.wire.gen2.beats import (
    ANSWER_BYTES,
    BACK_BYTES,
    BEAT,
    BEAT_ANSWER,
    BEAT_BACK,
    BEAT_BYTES,
)
from twisted_chat.wire.gen2.between_servers import BETWEEN_SERVERS, HEADER_BYTES, LARGEST_BETWEEN
from twisted_chat.wire.gen2.checkup import SMALLEST_ECHO, EchoKind
from twisted_chat.wire.gen2.signs import (
    SIGN,
    SIGN_ANSWER,
    SIGN_ANSWER_BYTES,
    SIGN_BYTES,
    SIGN_CALL,
    SMALLEST_CALL,
)

_BEATS = {
    BEAT: (BEAT_BYTES, "shows the server that it is there"),
    BEAT_ANSWER: (ANSWER_BYTES, "has no link from where that came"),
    BEAT_BACK: (BACK_BYTES, "has heard that over the other family"),
}
_SIGNS = {
    SIGN: (SIGN_BYTES, "a sign of life in place of a link", "a sign of life, and says something"),
    SIGN_ANSWER: (SIGN_ANSWER_BYTES, "answers a sign of life", ""),
    SIGN_CALL: (SMALLEST_CALL, "asks for a link", "says something to one who has no link"),
}
"""How long each is where nothing is said in it, and what it is then, and otherwise."""
_ECHOES = {
    EchoKind.THERE.value: "asks for this to be sent back",
    EchoKind.BACK.value: "sent back, with where it came from",
}
BESIDE = (*_ECHOES, *_BEATS, *_SIGNS, BETWEEN_SERVERS)
"""Their first bytes."""


def beside_links(datagram: bytes) -> tuple[str, Purpose] | None:
    """What such a datagram is, and what for; None where it is none of them."""
    kind, long = datagram[0], len(datagram)
    if kind in _ECHOES:
        return (_ECHOES[kind], Purpose.SET_UP) if long >= SMALLEST_ECHO else None
    if kind in _BEATS:
        size, what = _BEATS[kind]
        return (what, Purpose.KEEPALIVE) if long == size else None
    if kind == BETWEEN_SERVERS:
        fits = HEADER_BYTES < long <= LARGEST_BETWEEN
        return ("carries something to another server", Purpose.DATA) if fits else None
    size, what, more = _SIGNS[kind]
    if long == size:
        return what, Purpose.KEEPALIVE
    return (more, Purpose.DATA) if long > size and more else None
