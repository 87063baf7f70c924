"""One direction of a conversation."""

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.support.strategies import many
from twisted_chat.errors import WireError
from twisted_chat.peer.outbox import (
    MAX_EPOCHS,
    MAX_HELD,
    MAX_OUTBOX,
    OVERHEAD,
    WINDOW,
    WINDOW_BYTES,
    Inbox,
    Line,
    Outbox,
)
from twisted_chat.wire.gen2.speech import Acknowledgement, NumberedText


def filled(*texts: str) -> tuple[Outbox, list[Line]]:
    """An outbox in which these wait."""
    outbox, lines = Outbox(7), [Line(text, 0.0, 1) for text in texts]
    for line in lines:
        outbox.put(line.text, line, whole=True)
    return outbox, lines


class Sending(SynchronousTestCase):
    """What is not acknowledged."""

    def test_numbered(self) -> None:
        """Messages are numbered from 1 and sent once, until they are to be sent again."""
        outbox, _ = filled("a", "b")
        self.assertEqual(
            list(outbox.to_send()), [NumberedText(7, 1, "a"), NumberedText(7, 2, "b")]
        )
        self.assertEqual(list(outbox.to_send()), [])
        outbox.rewind()
        outbox.heard(Acknowledgement(7, 1))
        self.assertEqual(list(outbox.to_send()), [NumberedText(7, 2, "b")])

    def test_arrived(self) -> None:
        """An acknowledgement is of everything up to its number."""
        outbox, lines = filled("a", "b", "c")
        list(outbox.to_send())
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
        self.assertEqual(len(list(outbox.to_send())), WINDOW)
        outbox.heard(Acknowledgement(7, 1))
        self.assertEqual(len(list(outbox.to_send())), 1)
        outbox, _ = filled(*["x" * (WINDOW_BYTES // 2)] * 3)
        self.assertEqual(len(list(outbox.to_send())), 1)

    def test_full(self) -> None:
        """There is room for so many bytes, and again when they have arrived."""
        outbox, _ = filled("x" * (MAX_OUTBOX - OVERHEAD))
        self.assertFalse(outbox.has_room(1))
        list(outbox.to_send())
        outbox.heard(Acknowledgement(7, 1))
        self.assertTrue(outbox.has_room(MAX_OUTBOX))


class Receiving(SynchronousTestCase):
    """What somebody has said."""

    def test_once(self) -> None:
        """What comes again is not shown again, and is acknowledged."""
        inbox = Inbox()
        for number in (1, 2, 1, 2, 3):
            inbox.take(NumberedText(7, number, str(number)))
        self.assertEqual([inbox.show_next().number for _ in range(len(inbox))], [1, 2, 3])
        self.assertEqual(inbox.heard(7), Acknowledgement(7, 3))

    def test_not_shown(self) -> None:
        """What is not shown is not acknowledged."""
        inbox = Inbox()
        inbox.take(NumberedText(7, 1, ""))
        self.assertIsNone(inbox.heard(7))

    def test_we_restarted(self) -> None:
        """The first number of an unknown epoch may be any: who we were before heard the others."""
        inbox = Inbox()
        inbox.take(NumberedText(7, 57, ""))
        self.assertRaises(WireError, inbox.take, NumberedText(7, 59, ""))

    def test_another_program_heard_it(self) -> None:
        """The first over a link may be any: another program with our key had the others."""
        inbox = Inbox()
        inbox.take(NumberedText(7, 1, ""))
        inbox.begin_anew()
        inbox.take(NumberedText(7, 5, ""))
        self.assertRaises(WireError, inbox.take, NumberedText(7, 7, ""))
        inbox.begin_anew()
        self.assertFalse(inbox.take(NumberedText(7, 3, "")))
        self.assertRaises(WireError, inbox.take, NumberedText(7, 7, ""))

    def test_they_restarted(self) -> None:
        """A new epoch begins anew; what is late from the former one is not shown again."""
        inbox = Inbox()
        for epoch, number in ((7, 1), (8, 1), (7, 1), (8, 1), (8, 2)):
            inbox.take(NumberedText(epoch, number, ""))
        self.assertEqual(len(inbox), 3)

    def test_refused(self) -> None:
        """A gap, the number 0, and more than may be on the way are not in the language."""
        inbox = Inbox()
        self.assertRaises(WireError, inbox.take, NumberedText(7, 0, ""))
        inbox.take(NumberedText(7, 1, ""))
        self.assertRaises(WireError, inbox.take, NumberedText(7, 3, ""))
        for number in range(2, MAX_HELD + 1):
            inbox.take(NumberedText(7, number, ""))
        self.assertRaises(WireError, inbox.take, NumberedText(7, MAX_HELD + 1, ""))

    def test_epochs(self) -> None:
        """So many epochs are remembered."""
        inbox = Inbox()
        for epoch in range(MAX_EPOCHS + 1):
            inbox.take(NumberedText(epoch, 1, ""))
        inbox.take(NumberedText(0, 5, ""))


class Both(SynchronousTestCase):
    """An outbox and an inbox with a link between them that is lost at any time."""

    @many
    @given(st.lists(st.sampled_from(["say", "send", "carry", "show", "ack", "lose"]), max_size=80))
    def test_once_and_in_order(self, steps: list[str]) -> None:
        """Whatever happens in which order: each message once, in order."""
        outbox, inbox, said, shown = Outbox(7), Inbox(), 0, list[int]()
        there: list[NumberedText] = []
        back: list[Acknowledgement] = []
        for step in [*steps, "lose", "send", *["carry"] * 80, *["show"] * 80, "ack", "ack"]:
            if step == "say":
                said += 1
                outbox.put(str(said), Line("", 0), whole=True)
            elif step == "send":
                there += outbox.to_send()
            elif step == "carry" and there:
                inbox.take(there.pop(0))
            elif step == "show" and len(inbox):
                shown.append(int(inbox.show_next().text))
            elif step == "ack":
                back += filter(None, [inbox.heard(7)])
                if back:
                    outbox.heard(back.pop(0))
            elif step == "lose":
                there, back = [], []
                outbox.rewind()
        self.assertEqual(shown, list(range(1, said + 1)))
        self.assertEqual(len(outbox), 0)
