"""What one sender has said."""

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.support.strategies import many
from twisted_chat.errors import WireError
from twisted_chat.peer.contacts.line import Line
from twisted_chat.peer.gen2.inbox import MAX_EPOCHS, MAX_HELD, MAX_HELD_BYTES, Inbox
from twisted_chat.peer.gen2.outbox import Outbox, pieces_of
from twisted_chat.wire.gen2.speech import Acknowledgement, NumberedText, parse_speech


def text_of(message: bytes) -> NumberedText:
    """What is said with a message."""
    speech = parse_speech(message)
    assert isinstance(speech, NumberedText)
    return speech


def take(inbox: Inbox, said: NumberedText) -> bool:
    """Hold what is new."""
    new = inbox.accept(said)
    if new:
        inbox.hold(said)
    return new


def keep(inbox: Inbox, said: NumberedText) -> None:
    """Show at once what is new, and write it, which is not done yet."""
    inbox.accept(said)
    inbox.wait(said)


def kept(inbox: Inbox, said: NumberedText) -> None:
    """That is done."""
    inbox.ready(said)
    inbox.show(said)


def show_next(inbox: Inbox) -> NumberedText:
    """Show the first that is held."""
    said = inbox.next()
    inbox.show(said)
    return said


class Receiving(SynchronousTestCase):
    """What somebody has said."""

    def test_once(self) -> None:
        """What comes again is not shown again, and is acknowledged."""
        inbox = Inbox()
        for number in (1, 2, 1, 2, 3):
            take(inbox, NumberedText(7, number, str(number)))
        self.assertEqual([show_next(inbox).number for _ in range(len(inbox))], [1, 2, 3])
        self.assertEqual(inbox.heard(7), Acknowledgement(7, 3))

    def test_not_shown(self) -> None:
        """What is not shown is not acknowledged."""
        inbox = Inbox()
        take(inbox, NumberedText(7, 1, ""))
        self.assertIsNone(inbox.heard(7))

    def test_we_restarted(self) -> None:
        """The first number of an unknown epoch may be any: who we were before heard the others."""
        inbox = Inbox()
        take(inbox, NumberedText(7, 57, ""))
        self.assertRaises(WireError, take, inbox, NumberedText(7, 59, ""))

    def test_another_program_heard_it(self) -> None:
        """The first over a link may be any: another program with our key had the others."""
        inbox = Inbox()
        take(inbox, NumberedText(7, 1, ""))
        inbox.begin_anew()
        take(inbox, NumberedText(7, 5, ""))
        self.assertRaises(WireError, take, inbox, NumberedText(7, 7, ""))
        inbox.begin_anew()
        self.assertFalse(take(inbox, NumberedText(7, 3, "")))
        self.assertRaises(WireError, take, inbox, NumberedText(7, 7, ""))

    def test_they_restarted(self) -> None:
        """A new epoch begins anew; what is late from the former one is not shown again."""
        inbox = Inbox()
        for epoch, number in ((7, 1), (8, 1), (7, 1), (8, 1), (8, 2)):
            take(inbox, NumberedText(epoch, number, ""))
        self.assertEqual(len(inbox), 3)

    def test_refused(self) -> None:
        """A gap, the number 0, and more than may be on the way are not in the language."""
        inbox = Inbox()
        self.assertRaises(WireError, take, inbox, NumberedText(7, 0, ""))
        take(inbox, NumberedText(7, 1, ""))
        self.assertRaises(WireError, take, inbox, NumberedText(7, 3, ""))
        for number in range(2, MAX_HELD + 1):
            take(inbox, NumberedText(7, number, ""))
        self.assertRaises(WireError, take, inbox, NumberedText(7, MAX_HELD + 1, ""))

    def test_not_kept(self) -> None:
        """So it is with what is shown and not in the store, whatever its epoch; and more may come
        when some of it is."""
        inbox = Inbox()
        for number in range(1, MAX_HELD + 1):
            keep(inbox, NumberedText(number % 2, number // 2 + 1, ""))
        self.assertRaises(WireError, inbox.accept, NumberedText(9, 1, ""))
        kept(inbox, NumberedText(1, 1, ""))
        keep(inbox, NumberedText(9, 1, ""))
        self.assertRaises(WireError, inbox.accept, NumberedText(9, 2, ""))
        inbox = Inbox()
        keep(inbox, NumberedText(9, 1, "x" * MAX_HELD_BYTES))
        self.assertRaises(WireError, inbox.accept, NumberedText(9, 2, ""))
        kept(inbox, NumberedText(9, 1, "x" * MAX_HELD_BYTES))
        self.assertTrue(inbox.accept(NumberedText(9, 2, "")))

    def test_epochs(self) -> None:
        """So many epochs are remembered."""
        inbox = Inbox()
        for epoch in range(MAX_EPOCHS + 1):
            take(inbox, NumberedText(epoch, 1, ""))
        take(inbox, NumberedText(0, 5, ""))


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
                outbox.put(pieces_of(Line(str(said), "alice", "lab", 0)), 0)
            elif step == "send":
                there += map(text_of, outbox.to_send())
            elif step == "carry" and there:
                take(inbox, there.pop(0))
            elif step == "show" and len(inbox):
                shown.append(int(show_next(inbox).text))
            elif step == "ack":
                back += filter(None, [inbox.heard(7)])
                if back:
                    outbox.heard(back.pop(0))
            elif step == "lose":
                there, back = [], []
                outbox.rewind()
        self.assertEqual(shown, list(range(1, said + 1)))
        self.assertEqual(len(outbox), 0)
