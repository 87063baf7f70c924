"""Validating addresses without remembering any."""

import os

from hypothesis import given
from hypothesis import strategies as st
from qh3.quic.connection import QuicConnection
from qh3.quic.packet import get_retry_integrity_tag
from twisted.trial.unittest import SynchronousTestCase

from tests.support.quic import CALLED, CALLER, KEYS, THIRD
from tests.support.strategies import many
from twisted_chat.net.quic_bounds import SMALLEST_INITIAL, TOKEN_LIFE, VERSION
from twisted_chat.net.quic_library import configuration, dialling
from twisted_chat.net.quic_retry import Initial, Retries, read_initial

SECRET = b"s" * 32
ORIGINAL, OWN = b"original", b"our own!"


def first_flight() -> bytes:
    """What the library sends to open a connection."""
    quic = QuicConnection(configuration=configuration(KEYS[0], dialled=True, keylog=None))
    quic.connect(CALLED, now=0.0)
    return bytes(quic.datagrams_to_send(0.0)[0][0])


class Reading(SynchronousTestCase):
    """What opens a connection."""

    def test_initial(self) -> None:
        """The library's first packet is one, without a token."""
        initial = read_initial(first_flight())
        assert initial is not None
        self.assertEqual((len(initial.destination), initial.token), (8, b""))

    @many
    @given(st.binary(max_size=64), st.integers(0xC0, 0xFF))
    def test_anything(self, some: bytes, first: int) -> None:
        """Whatever a long header goes on with, it is one or is not, and nothing is raised."""
        for padding in (b"", bytes(SMALLEST_INITIAL), b"\xff" * SMALLEST_INITIAL):
            read_initial(bytes((first,)) + VERSION + some + padding)

    def test_too_short(self) -> None:
        """A datagram that is shorter than what it would call forth opens nothing."""
        self.assertIsNone(read_initial(first_flight()[: SMALLEST_INITIAL - 1]))


class Again(SynchronousTestCase):
    """What the library says when it was sent a Retry."""

    def test_random(self) -> None:
        """The random of what it says first, which key logs name, stays (RFC 9000, 17.2.5.3)."""
        quic = dialling(configuration(KEYS[0], dialled=True, keylog=None), CALLED, 0.0)
        first = quic.datagrams_to_send(0.0)[0][0]
        assert quic._tls is not None
        random = quic._tls.tls.client_random
        initial = read_initial(first)
        assert initial is not None
        retry = Retries(SECRET).packet(initial, CALLER, 0.0)
        quic.receive_datagram(retry, CALLED, 0.1)
        again = read_initial(quic.datagrams_to_send(0.1)[0][0])
        assert again is not None
        self.assertTrue(again.token)
        self.assertEqual(quic._tls.tls.client_random, random)


class Tokens(SynchronousTestCase):
    """What an address must bring back."""

    def setUp(self) -> None:
        self.retries = Retries(SECRET)
        self.token = self.retries.token(CALLER, ORIGINAL, OWN, 10.0)

    def original(self, **changed: object) -> bytes | None:
        at = {"source": CALLER, "own": OWN, "token": self.token, "now": 11.0, **changed}
        initial = Initial(at["own"], b"theirs", at["token"])  # type: ignore[arg-type]
        return self.retries.original(initial, at["source"], at["now"])  # type: ignore[arg-type]

    def test_good(self) -> None:
        """A token is good where it was made, and at any server with the same secret."""
        self.assertEqual(self.original(), ORIGINAL)
        self.retries = Retries(SECRET)
        self.assertEqual(self.original(), ORIGINAL)

    def test_elsewhere(self) -> None:
        """It is not from another host or port, under another id, or with another secret."""
        for source in (THIRD, (CALLER[0], CALLER[1] + 1), ("::1", CALLER[1])):
            self.assertIsNone(self.original(source=source))
        self.assertIsNone(self.original(own=b"another!"))
        self.retries = Retries(b"x" * 32)
        self.assertIsNone(self.original())

    def test_in_time(self) -> None:
        """It expires, and none is good that has yet to be made."""
        self.assertIsNone(self.original(now=10.1 + TOKEN_LIFE))
        self.assertIsNone(self.original(now=1.0))

    def test_every_bit(self) -> None:
        """No bit of it can be changed, and nothing of it left out."""
        for bit in range(8 * len(self.token)):
            changed = bytearray(self.token)
            changed[bit // 8] ^= 1 << bit % 8
            self.assertIsNone(self.original(token=bytes(changed)))
        for cut in range(len(self.token)):
            self.assertIsNone(self.original(token=self.token[:cut]))

    @many
    @given(st.binary(max_size=200))
    def test_anything(self, token: bytes) -> None:
        """Whatever else comes back is not good."""
        self.token = token
        self.assertIsNone(self.original())


class Packets(SynchronousTestCase):
    """What is sent to an address that is to be validated."""

    def test_tag(self) -> None:
        """The packet carries the tag of RFC 9001, and is far smaller than what called it forth."""
        datagram = first_flight()
        initial = read_initial(datagram)
        assert initial is not None
        packet = Retries(os.urandom(32)).packet(initial, CALLER, 0.0)
        self.assertEqual(
            packet[-16:], get_retry_integrity_tag(packet[:-16], initial.destination, 1)
        )
        self.assertLess(10 * len(packet), len(datagram))
