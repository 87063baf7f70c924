"""Beats of users, and the answers to them."""

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.support.strategies import many, mutated
from twisted_chat.errors import WireError
from twisted_chat.wire.gen2.beats import (
    Beat,
    BeatBack,
    NoLinkThere,
    read_beat,
    read_beat_answer,
)

EIGHT = st.binary(min_size=8, max_size=8)


class Datagrams(SynchronousTestCase):
    """Reading and writing."""

    @many
    @given(st.builds(Beat, EIGHT, EIGHT), EIGHT.map(NoLinkThere) | EIGHT.map(BeatBack))
    def test_inverse(self, beat: Beat, answer: NoLinkThere | BeatBack) -> None:
        """What is written is read as the same, and an answer is shorter than what it answers."""
        self.assertEqual(read_beat(beat.encode()), beat)
        self.assertEqual(read_beat_answer(answer.encode()), answer)
        self.assertLess(len(answer.encode()), len(beat.encode()))

    @many
    @given(mutated((EIGHT.map(NoLinkThere) | EIGHT.map(BeatBack)).map(lambda one: one.encode())))
    def test_any_bytes(self, datagram: bytes) -> None:
        """Any bytes are what they say, or a WireError."""
        for read in (read_beat, read_beat_answer):
            try:
                read(datagram)
            except WireError:
                continue
            self.assertIn(len(datagram), (9, 10, 17))

    def test_written(self) -> None:
        """As the document has it."""
        self.assertEqual(Beat(b"t" * 8, b"n" * 8).encode(), b"\6" + b"t" * 8 + b"n" * 8)
        self.assertEqual(NoLinkThere(b"n" * 8).encode(), b"\7" + b"n" * 8 + b"\0")
        self.assertEqual(BeatBack(b"n" * 8).encode(), b"\x08" + b"n" * 8)
        self.assertRaises(WireError, read_beat_answer, b"\7" + b"n" * 8 + b"\1")
