"""What is said of somebody who waits for somebody else."""

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.errors import WireError
from twisted_chat.wire.gen2.answers import parse_answer
from twisted_chat.wire.gen2.requests import parse_request
from twisted_chat.wire.gen2.waiting import AwaitUser, UserHere

KEY = "0123456789abcdef" * 4


class Waiting(SynchronousTestCase):
    """Messages between a user and a server."""

    def test_both_ways(self) -> None:
        """Each is read as what it was, whatever more there is."""
        for message, read in (
            (AwaitUser(KEY), parse_request),
            (UserHere("bob", KEY), parse_answer),
        ):
            self.assertEqual(read(message.encode()), message)
            self.assertEqual(read(message.encode() + b" more"), message)

    def test_nonsense(self) -> None:
        """What is no name, or no key, is no message."""
        for text in (f"wait {KEY.upper()}", f"wait {KEY[1:]}", "wait -", "wait "):
            with self.assertRaises(WireError):
                parse_request(text.encode())
        for text in (f"here {KEY}", f"here bob {KEY[1:]}", "here bob -", f"here b\x1bb {KEY}"):
            with self.assertRaises(WireError):
                parse_answer(text.encode())
