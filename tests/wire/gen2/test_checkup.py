"""What a user and a server say about what the network does."""

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.support.strategies import addresses, many, mutated
from twisted_chat.addresses import Address, unmapped
from twisted_chat.errors import WireError
from twisted_chat.wire.gen2.answers import parse_answer
from twisted_chat.wire.gen2.checkup import (
    LARGEST_ECHO,
    SMALLEST_ECHO,
    AskCheckup,
    Checkup,
    Echo,
    EchoKind,
    NoCheckup,
    read_echo,
)
from twisted_chat.wire.gen2.requests import parse_request

TOKENS = st.binary(min_size=8, max_size=8)
NUMBERS = st.integers(0, 0xFFFF)
ANSWERS = st.one_of(st.builds(Checkup, TOKENS, NUMBERS), st.builds(NoCheckup, NUMBERS))
PLACES = addresses.filter(lambda one: unmapped(one[0]) == one[0])
SIZES = st.integers(SMALLEST_ECHO, LARGEST_ECHO)


class Checkups(SynchronousTestCase):
    """Over links, and in datagrams."""

    @many
    @given(ANSWERS)
    def test_inverse(self, answer: Checkup | NoCheckup) -> None:
        """What is written is read as the same message, whatever follows it."""
        self.assertEqual(parse_answer(answer.encode()), answer)
        self.assertEqual(parse_answer(answer.encode() + b" more"), answer)
        self.assertEqual(parse_request(AskCheckup().encode()), AskCheckup())

    @many
    @given(st.sampled_from(EchoKind), TOKENS, NUMBERS, st.none() | PLACES, SIZES)
    def test_datagrams(
        self, kind: EchoKind, token: bytes, number: int, seen: Address | None, size: int
    ) -> None:
        """A datagram is as long as it says, and is read as what was written."""
        echo = Echo(kind, token, number, seen, size)
        self.assertEqual(len(echo.encode()), size)
        self.assertEqual(read_echo(echo.encode()), echo)

    @many
    @given(mutated(st.builds(Echo, st.just(EchoKind.BACK), TOKENS, NUMBERS).map(Echo.encode)))
    def test_any_bytes(self, datagram: bytes) -> None:
        """Any bytes are such a datagram, or a WireError."""
        try:
            echo = read_echo(datagram)
        except WireError:
            return
        self.assertEqual(read_echo(echo.encode()), echo)

    def test_written(self) -> None:
        """As the document has it."""
        self.assertEqual(Checkup(b"\1" * 8, 8091).encode(), b"check 0101010101010101 8091")
        self.assertEqual(NoCheckup(7).encode(), b"no check 7")
        there = Echo(EchoKind.THERE, b"\1" * 8, 0x0203).encode()
        self.assertEqual(there, b"\4" + b"\1" * 8 + b"\2\3" + bytes(18))

    def test_not_messages(self) -> None:
        """Tokens are whole, ports can be, and datagrams are neither shorter nor longer."""
        for wrong in (
            "check 01 8091",
            f"check {'01' * 8} 65536",
            f"check {'01' * 8}",
            "no check x",
        ):
            with self.assertRaises(WireError):
                parse_answer(wrong.encode())
        for size in (SMALLEST_ECHO - 1, LARGEST_ECHO + 1):
            with self.assertRaises(WireError):
                read_echo(b"\5" + bytes(size - 1))
        with self.assertRaises(WireError):
            read_echo(b"\6" + bytes(40))
