"""What a server says of others that serve the same names."""

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.support.strategies import addresses, many
from twisted_chat.addresses import Address
from twisted_chat.errors import WireError
from twisted_chat.wire.gen2.answers import parse_answer
from twisted_chat.wire.gen2.elsewhere import MAX_SERVERS, ServedElsewhere


class Elsewhere(SynchronousTestCase):
    """One message."""

    @many
    @given(st.lists(addresses, max_size=MAX_SERVERS), st.booleans())
    def test_inverse(self, others: list[Address], go: bool) -> None:
        """What is written is read as the same."""
        message = ServedElsewhere(tuple(others), go)
        self.assertEqual(parse_answer(message.encode()), message)

    def test_later(self) -> None:
        """A later version may say more."""
        message = parse_answer(b"servers 192.0.2.1,8090 soon or later")
        self.assertEqual(message, ServedElsewhere((("192.0.2.1", 8090),)))
        self.assertEqual(parse_answer(b"servers - go now"), ServedElsewhere((), True))

    def test_wrong(self) -> None:
        """Too many, no addresses, and none at all."""
        nine = ";".join(["192.0.2.1,8090"] * (MAX_SERVERS + 1))
        for words in (nine, "chat.example,8090", "192.0.2.1", "192.0.2.1,0", ";", ""):
            self.assertRaises(WireError, parse_answer, f"servers {words}".encode())
