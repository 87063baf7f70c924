"""How a stream is cut into messages."""

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.support.strategies import many
from twisted_chat.errors import WireError
from twisted_chat.wire.framing import MAX_FRAME, Frames, frame


class FramesTests(SynchronousTestCase):
    """Cutting a stream into messages."""

    @many
    @given(st.lists(st.binary(min_size=1, max_size=300), max_size=9), st.integers(1, 50))
    def test_whatever_the_pieces(self, messages: list[bytes], size: int) -> None:
        """The messages come out whole, however the stream was cut."""
        stream, cut, got = b"".join(map(frame, messages)), Frames(), list[bytes]()
        for at in range(0, len(stream), size):
            got += cut.feed(stream[at : at + size])
        self.assertEqual(got, messages)

    def test_bounds(self) -> None:
        """The longest message passes; an empty and a longer one are refused on both sides,
        by their length alone."""
        self.assertEqual(Frames().feed(frame(b"x" * MAX_FRAME)), [b"x" * MAX_FRAME])
        for message in (b"", b"x" * (MAX_FRAME + 1)):
            with self.assertRaises(WireError):
                frame(message)
            cut = Frames()
            self.assertEqual(cut.feed(len(message).to_bytes(4)), [])
            self.assertIsNotNone(cut.broken)

    def test_what_came_before_is_read(self) -> None:
        """The messages before a length that cannot be are read, and nothing behind it."""
        cut = Frames()
        self.assertEqual(cut.feed(frame(b"hi") + b"\xff\xff\xff\xff"), [b"hi"])
        self.assertEqual(str(cut.broken), "a frame of 4,294,967,295 bytes")
        self.assertEqual(cut.feed(frame(b"hi")), [])
