"""What was said to one receiver."""

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.errors import WireError
from twisted_chat.peer.contacts.line import Line, size_of
from twisted_chat.peer.gen2.outbox import (
    WINDOW,
    WINDOW_BYTES,
    Outbox,
    Piece,
)
from twisted_chat.wire.gen2.speech import Acknowledgement


def filled(*texts: str) -> tuple[Outbox, list[Line]]:
    """An outbox in which these wait."""
    outbox, lines = Outbox(7), [Line(text, "alice", "lab", 0.0, 1, time=5) for text in texts]
    for line in lines:
        size = size_of(line.text)
        outbox.put([Piece(line.text.encode(), size, line, True, b"#lab")], size)
    return outbox, lines


class Sending(SynchronousTestCase):
    """What is not acknowledged."""

    def test_numbered(self) -> None:
        """Messages are numbered from 1 and sent once, until they are to be sent again."""
        outbox, _ = filled("a", "b")
        self.assertEqual(outbox.to_send(), [b"msg #lab 7 1 5 a", b"msg #lab 7 2 5 b"])
        self.assertEqual(outbox.to_send(), [])
        outbox.rewind()
        outbox.heard(Acknowledgement(7, 1))
        self.assertEqual(outbox.to_send(), [b"msg #lab 7 2 5 b"])

    def test_arrived(self) -> None:
        """An acknowledgement is of everything up to its number."""
        outbox, lines = filled("a", "b", "c")
        outbox.to_send()
        outbox.heard(Acknowledgement(7, 2))
        self.assertEqual([line.arrived for line in lines], [1, 1, 0])
        self.assertEqual((len(outbox), outbox.oldest), (1, lines[2]))
        outbox.heard(Acknowledgement(7, 1))
        self.assertEqual(len(outbox), 1)

    def test_never_said(self) -> None:
        """What was never sent cannot be acknowledged; another epoch is of no interest."""
        outbox, _ = filled("a")
        outbox.heard(Acknowledgement(6, 9))
        for number in (1, 2):
            self.assertRaises(WireError, outbox.heard, Acknowledgement(7, number))

    def test_window(self) -> None:
        """So many messages are on the way, and so many bytes of them."""
        outbox, _ = filled(*["x"] * (WINDOW + 1))
        self.assertEqual(len(outbox.to_send()), WINDOW)
        outbox.heard(Acknowledgement(7, 1))
        self.assertEqual(len(outbox.to_send()), 1)
        outbox, _ = filled(*["x" * (WINDOW_BYTES // 2)] * 3)
        self.assertEqual(len(outbox.to_send()), 1)
