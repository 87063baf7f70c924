"""What was said to one receiver in several conversations."""

from itertools import count

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.support.strategies import many
from twisted_chat.peer.contacts.line import OVERHEAD, Line
from twisted_chat.peer.gen2.inbox import MAX_EPOCHS, Inbox
from twisted_chat.peer.gen2.outbox import MAX_OUTBOX, WINDOW, pieces_of
from twisted_chat.peer.gen2.outboxes import MOST, Outboxes
from twisted_chat.wire.gen2.speech import Acknowledgement, NumberedText, parse_speech

ROOMS = ("", "lab", "den", "hall")


def put(outboxes: Outboxes, text: str, room: str = "lab", time: int = 5) -> tuple[int, int] | None:
    """Have this to say."""
    pieces = pieces_of(Line(text, "alice", room, float(time), 1, time=time))
    return outboxes.put(pieces, sum(piece.size for piece in pieces))


class Several(SynchronousTestCase):
    """An outbox for each conversation."""

    def setUp(self) -> None:
        self.outboxes = Outboxes(count(7).__next__)

    def sent(self, *held_back: str) -> list[str]:
        """The texts of what is sent now."""
        return [one.decode().split(" ", 5)[5] for one in self.outboxes.to_send(held_back)]

    def test_epochs(self) -> None:
        """Each counts by itself, in an epoch of its own."""
        self.assertEqual(put(self.outboxes, "one"), (7, 1))
        self.assertEqual(put(self.outboxes, "two", ""), (8, 1))
        self.assertEqual(put(self.outboxes, "three", "LAB"), (7, 2))
        self.assertEqual((self.outboxes.epochs, len(self.outboxes)), ([7, 8], 3))
        self.assertEqual(self.outboxes.conversations(), {"lab", "", "LAB"})

    def test_held_back(self) -> None:
        """What waits in one conversation holds up no other."""
        for text, room in (("secret", "lab"), ("psst", ""), ("hello", "den")):
            put(self.outboxes, text, room)
        self.assertEqual(set(self.sent("lab")), {"psst", "hello"})
        self.assertEqual(self.sent("lab"), [])
        self.assertEqual(self.sent(), ["secret"])

    def test_oldest(self) -> None:
        """Of all that has not arrived the oldest is the first, and lines are in order."""
        for time, room in ((3, "lab"), (1, ""), (2, "lab")):
            put(self.outboxes, str(time), room, time)
        oldest, besides = self.outboxes.oldest, self.outboxes.oldest_besides({""})
        assert oldest is not None
        assert besides is not None
        self.assertEqual((oldest.text, besides.text), ("1", "3"))
        self.assertEqual([line.text for line in self.outboxes.lines()], ["1", "2", "3"])
        self.sent("lab")
        self.assertEqual([line.text for line in self.outboxes.ever_sent()], ["1"])

    def test_latest(self) -> None:
        """When something was said last that has not arrived, and whether it is private."""
        self.assertEqual((self.outboxes.latest, self.outboxes.private), (0, False))
        put(self.outboxes, "one", "lab", 1)
        self.assertEqual((self.outboxes.latest, self.outboxes.private), (1, False))
        for time, room in ((4, "lab"), (2, ""), (3, "den")):
            put(self.outboxes, str(time), room, time)
        self.assertEqual((self.outboxes.latest, self.outboxes.private), (4, True))
        self.sent()
        self.outboxes.heard(Acknowledgement(8, 1))
        self.assertEqual((self.outboxes.latest, self.outboxes.private), (4, False))

    def test_window(self) -> None:
        """So many messages are on the way in all, and each conversation has its share."""
        for number in range(WINDOW):
            put(self.outboxes, str(number))
        self.assertEqual(len(self.sent()), WINDOW)
        put(self.outboxes, "psst", "")
        self.assertEqual(self.sent(), ["psst"])
        for number in range(9):
            put(self.outboxes, str(number), "")
        self.assertEqual(self.sent(), [])
        self.outboxes.heard(Acknowledgement(7, 4))
        self.assertEqual(len(self.sent()), 3)
        self.outboxes.rewind()
        self.assertLessEqual(len(self.sent()), WINDOW + MOST)

    def test_full(self) -> None:
        """There is room for so many bytes in all, and again when they have arrived."""
        self.assertTrue(self.outboxes.has_room(MAX_OUTBOX))
        put(self.outboxes, "x" * 50_000, "")
        while put(self.outboxes, "x" * 1000) is not None:
            pass
        self.assertTrue(self.outboxes.crowded)
        self.assertFalse(self.outboxes.has_room(1000 + OVERHEAD))
        self.assertIsNone(put(self.outboxes, "x" * 1000, "den"))
        self.sent()
        self.outboxes.heard(Acknowledgement(7, 1))
        self.assertIsNotNone(put(self.outboxes, "x" * 1000, "den"))

    def test_many_rooms(self) -> None:
        """However many rooms there are, there are so many epochs, which a receiver remembers."""
        for number in range(1000):
            put(self.outboxes, "x", f"room{number}")
        put(self.outboxes, "x", "")
        self.assertEqual(len(self.outboxes.epochs), MOST)
        self.assertGreater(MAX_EPOCHS, 2 * MOST)

    @many
    @given(
        st.lists(
            st.tuples(
                st.sampled_from(["say", "say", "send", "carry", "show", "ack", "lose", "absent"]),
                st.sampled_from(ROOMS),
            ),
            max_size=80,
        )
    )
    def test_once_and_in_order(self, steps: list[tuple[str, str]]) -> None:
        """Whatever happens in which order, each message is there once, in the order of its
        conversation; and what waits for a room is there when they are in it again."""
        outboxes, inbox = Outboxes(count(7).__next__), Inbox()
        said: dict[str, list[str]] = {room: [] for room in ROOMS}
        shown: dict[str, list[str]] = {room: [] for room in ROOMS}
        there, back, absent = list[NumberedText](), list[Acknowledgement](), set[str]()
        end = [("send", ""), *[("carry", "")] * 90, *[("show", "")] * 90, *[("ack", "")] * 9]
        for step, room in [*steps, ("lose", ""), *end]:
            if step == "say":
                text = str(sum(map(len, said.values())))
                said[room].append(text)
                put(outboxes, text, room)
            elif step == "absent" and room:
                absent ^= {room}
            elif step == "send":
                there += map(_read, outboxes.to_send(absent if steps and there else set()))
            elif step == "carry" and there:
                speech = there.pop(0)
                if inbox.accept(speech):
                    inbox.hold(speech)
            elif step == "show" and len(inbox):
                speech = inbox.next()
                inbox.show(speech)
                shown[speech.room].append(speech.text)
            elif step == "ack":
                back += filter(None, map(inbox.heard, outboxes.epochs))
                while back:
                    outboxes.heard(back.pop(0))
            elif step == "lose":
                there, back = [], []
                outboxes.rewind()
                inbox.begin_anew()
        self.assertEqual(shown, said)
        self.assertEqual(len(outboxes), 0)


def _read(message: bytes) -> NumberedText:
    speech = parse_speech(message)
    assert isinstance(speech, NumberedText)
    return speech
