"""The datagrams by which a user keeps the way from its server open, and learns that it is not.

A server gives each user a token over its link. What comes with it from where that link came
up is not answered: it has opened the way through whatever stands between the two, which is
all that it is for. From elsewhere it is, as the user has another address by now, or the
server no such link.

    kind        1 byte      6 a beat
    token       8 bytes     as the server has told it
    number      8 bytes     random; to the server's other address, what it has sent back last

    kind        1 byte      7 an answer to a beat that came from elsewhere
    number      8 bytes     of the beat
    what        1 byte      0 there is no link with this token from there

    kind        1 byte      8 an answer to a beat that came over the other family
    number      8 bytes     with which a beat shows that what is sent there is read there
"""

from msgspec import Struct

from twisted_chat.errors import WireError

BEAT_TOKEN_BYTES = 8
"""Of the token by which a server knows the beats of a user."""
BEAT, BEAT_ANSWER, BEAT_BACK = 6, 7, 8
"""The first bytes of these."""
NUMBER_BYTES = 8
BEAT_BYTES = 1 + BEAT_TOKEN_BYTES + NUMBER_BYTES
ANSWER_BYTES = 1 + NUMBER_BYTES + 1
BACK_BYTES = 1 + NUMBER_BYTES
_NO_LINK = 0


class Beat(Struct, frozen=True):
    """A user is here, by the token that it was told."""

    token: bytes
    number: bytes

    def encode(self) -> bytes:
        return bytes((BEAT,)) + self.token + self.number


class NoLinkThere(Struct, frozen=True):
    """The server has no link with that token from where the beat of this number came."""

    number: bytes

    def encode(self) -> bytes:
        return bytes((BEAT_ANSWER,)) + self.number + bytes((_NO_LINK,))


class BeatBack(Struct, frozen=True):
    """The server was sent a beat over the other family; with this number the next shows that its
    sender reads there what is sent there."""

    number: bytes

    def encode(self) -> bytes:
        return bytes((BEAT_BACK,)) + self.number


def read_beat(datagram: bytes) -> Beat:
    """Read a beat, by its first byte. Raises WireError."""
    if len(datagram) != BEAT_BYTES:
        raise WireError("not as long as a beat")
    return Beat(datagram[1 : 1 + BEAT_TOKEN_BYTES], datagram[1 + BEAT_TOKEN_BYTES :])


def read_beat_answer(datagram: bytes) -> NoLinkThere | BeatBack:
    """Read an answer to a beat, by its first byte. Raises WireError where it is none that is
    known."""
    if datagram[:1] == bytes((BEAT_BACK,)) and len(datagram) == BACK_BYTES:
        return BeatBack(datagram[1:])
    if (
        datagram[:1] != bytes((BEAT_ANSWER,))
        or len(datagram) != ANSWER_BYTES
        or datagram[-1] != _NO_LINK
    ):
        raise WireError("no answer to a beat")
    return NoLinkThere(datagram[1:-1])
