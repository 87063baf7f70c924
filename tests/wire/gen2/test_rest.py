"""What a user and a server say of a link that rests."""

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.support.strategies import many
from twisted_chat.errors import WireError
from twisted_chat.wire.gen2.answers import parse_answer
from twisted_chat.wire.gen2.requests import parse_request
from twisted_chat.wire.gen2.rest import AskRest, AtRest, CameBack, ComeBack
from twisted_chat.wire.gen2.signs import RestKeys

IDS, KEYS = st.binary(min_size=16, max_size=16), st.binary(min_size=32, max_size=32)
NUMBERS = st.integers(0, 2**32 - 1)


class Messages(SynchronousTestCase):
    """Over links."""

    @many
    @given(st.just(AskRest()) | st.builds(ComeBack, IDS, NUMBERS))
    def test_requests(self, request: AskRest | ComeBack) -> None:
        """What a user says is read as the same, whatever a later version says after it."""
        self.assertEqual(parse_request(request.encode()), request)
        self.assertEqual(parse_request(request.encode() + b" more"), request)

    @many
    @given(st.builds(AtRest, st.builds(RestKeys, IDS, KEYS, KEYS)) | NUMBERS.map(CameBack))
    def test_answers(self, answer: AtRest | CameBack) -> None:
        """What a server says is, too."""
        self.assertEqual(parse_answer(answer.encode()), answer)
        self.assertEqual(parse_answer(answer.encode() + b" more"), answer)

    def test_written(self) -> None:
        """As the document has it."""
        keys = RestKeys(b"\1" * 16, b"\2" * 32, b"\3" * 32)
        written = f"rest {'01' * 16} {'02' * 32}{'03' * 32}"
        self.assertEqual(AtRest(keys).encode(), written.encode())
        self.assertEqual(AskRest().encode(), b"rest")
        self.assertEqual(ComeBack(keys.id, 7).encode(), f"back {'01' * 16} 7".encode())
        self.assertEqual(CameBack(7).encode(), b"back 7")

    def test_wrong(self) -> None:
        """What has other arguments is not in the language."""
        for wrong in (b"back", b"back 01 7", b"back " + b"01" * 16):
            self.assertRaises(WireError, parse_request, wrong)
        for wrong in (b"rest", b"rest " + b"01" * 16 + b" 02", b"back x"):
            self.assertRaises(WireError, parse_answer, wrong)
