"""What servers of a cluster send each other of what they carry."""

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.support.mixed_server import KEYS
from tests.support.strategies import many
from twisted_chat.errors import WireError
from twisted_chat.wire.gen2.between_servers import (
    BETWEEN_SERVERS,
    HEADER_BYTES,
    LARGEST_BETWEEN,
    ServersSeal,
    ask_to_carry,
    read_ask,
)
from twisted_chat.wire.gen2.datagrams import LARGEST_RELAYED, RELAY_HEADER, relayed

DATAGRAM = relayed(b"t" * 8, b"a packet")


class Sealed(SynchronousTestCase):
    """Two servers with one key."""

    def setUp(self) -> None:
        self.seal = ServersSeal(b"k" * 32)

    def test_there_and_back(self) -> None:
        """What one has sealed the other opens, with whose it is."""
        for larger in (False, True):
            sealed = self.seal.seal(DATAGRAM, larger=larger)
            self.assertEqual(
                (sealed[0], len(sealed)), (BETWEEN_SERVERS, HEADER_BYTES + len(DATAGRAM))
            )
            self.assertEqual(ServersSeal(b"k" * 32).open(sealed), (larger, DATAGRAM))

    def test_largest(self) -> None:
        """There is room for the largest that is carried, and for nothing larger, and for none
        without anything in it."""
        largest = self.seal.seal(
            relayed(b"t" * 8, bytes(LARGEST_RELAYED - RELAY_HEADER)), larger=True
        )
        self.assertEqual(len(largest), LARGEST_BETWEEN)
        self.assertEqual(len(self.seal.open(largest)[1]), LARGEST_RELAYED)
        for size in (LARGEST_RELAYED - RELAY_HEADER + 1, 0):
            wrong = self.seal.seal(relayed(b"t" * 8, bytes(size)), larger=True)
            self.assertRaises(WireError, self.seal.open, wrong)

    def test_other_key(self) -> None:
        """Who does not have the key of the servers carries nothing."""
        for key in (b"", b"j" * 32):
            self.assertRaises(
                WireError, self.seal.open, ServersSeal(key).seal(DATAGRAM, larger=True)
            )

    @many
    @given(st.integers(1, HEADER_BYTES + len(DATAGRAM) - 1), st.integers(1, 255))
    def test_damaged(self, at: int, by: int) -> None:
        """No byte of it can be another, nor be missing."""
        sealed = bytearray(self.seal.seal(DATAGRAM, larger=False))
        sealed[at] ^= by
        self.assertRaises(WireError, self.seal.open, bytes(sealed))
        self.assertRaises(WireError, self.seal.open, self.seal.seal(DATAGRAM, larger=False)[:at])


class Asking(SynchronousTestCase):
    """What is asked over the log."""

    def test_there_and_back(self) -> None:
        """What one asks the other reads."""
        self.assertEqual(read_ask(ask_to_carry(KEYS[0])), KEYS[0])

    def test_else(self) -> None:
        """Nothing else is that."""
        asked = ask_to_carry(KEYS[0])
        for wrong in (b"carry " + KEYS[0].encode(), asked[:-1], asked + b"0", asked.upper(), b""):
            self.assertIsNone(read_ask(wrong))
