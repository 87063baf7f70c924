"""The whole screen as text, at several sizes."""

from twisted.trial.unittest import SynchronousTestCase

from tests.terminal.screen.screens import DEN, LAB, NOON, WITH_BOB, Screen
from twisted_chat.peer.events.event import Talk
from twisted_chat.peer.events.talk import Part, Present
from twisted_chat.terminal.editing.clusters import columns_of
from twisted_chat.terminal.screen.roles import text_of
from twisted_chat.terminal.screen.shown_line import Progress
from twisted_chat.terminal.screen.subjects import shown_member, subject_of
from twisted_chat.terminal.screen.talk_state import ShownMember

MEMBERS = (
    Present("bob", Part.HEARS, encrypted=True, compared=True, linked=True),
    Present("carol", Part.HEARS, encrypted=True, new=True, linked=True, relayed=True),
    Present("dave", Part.NEW_KEY, encrypted=True, linked=False),
    Present("erin", Part.HEARS, encrypted=False),
    Present("frank", Part.HEARS, encrypted=True, linked=False),
)

AT_80 = """\
 lab  what we brew on Tuesdays                        alice @ chat.example:8090
 1 server       │                                              │   alice
 2 lab          │                                              │!. dave
 3 den !1       │--- Thursday, 26 November 2026 -------------- │✓  bob
 4 bob !1       │12:00 > you are in lab with bob               │+~ carol
                │12:00 < bob: shall we meet at the old mill,   │-  erin
                │        | or is that too far for you?         │ . frank
                │12:00 ✓ alice: the mill is fine               │
                │12:00 . alice: at six?                        │
                                                                        F1 keys
lab>"""

AT_40 = """\
 lab  what we brew on Tuesdays    alice
12:00 < bob: shall we meet at the old
        | mill, or is that too far for
        | you?
12:00 ✓ alice: the mill is fine
12:00 . alice: at six?
 3:!1 4:!1                      F1 keys
lab>"""

AT_60 = """\
 lab  what we brew on Tuesdays     alice @ chat.example:8090
 1 server       │12:00 > you are in lab with bob
 2 lab          │12:00 < bob: shall we meet at the old
 3 den !1       │        | mill, or is that too far for you?
 4 bob !1       │12:00 ✓ alice: the mill is fine
                │12:00 . alice: at six?
                                                     F1 keys
lab>"""

AT_20 = """\
✓ alice: the mill
  | is fine
. alice: at six?
lab>"""


class Sizes(SynchronousTestCase):
    """The same conversation on terminals of several sizes."""

    def setUp(self) -> None:
        self.screen = Screen()
        model, lab = self.screen.model, self.screen.state(LAB)
        lab.topic, lab.members = "what we brew on Tuesdays", tuple(map(shown_member, MEMBERS))
        self.screen.tell("you are in lab with bob")
        self.screen.hear("shall we meet at the old mill, or is that too far for you?")
        model.said(lab, "the mill is fine", NOON, 1)
        model.came(1, Progress.AT_ALL, settled=True)
        model.said(lab, "at six?", NOON, 2)
        model.came(2, Progress.WAITING, settled=False)
        self.screen.hear("alice: hello?", DEN)
        self.screen.hear("psst", WITH_BOB)

    def drawn(self, width: int, height: int) -> str:
        return self.screen.drawing.draw(width, height).text()

    def test_whole(self) -> None:
        """Conversations at the left, members at the right, the server at the top."""
        self.assertEqual(self.drawn(80, 11), AT_80)

    def test_private(self) -> None:
        """What is typed in private is not taken for what goes to a room of the same name, at the
        top and where it is typed."""
        room = Talk("bob")
        self.screen.there_are(LAB, room, WITH_BOB)
        for talk, shown in ((room, "bob"), (WITH_BOB, "bob, private")):
            self.screen.look_at(talk)
            rows = self.drawn(80, 11).split("\n")
            self.assertTrue(rows[0].startswith(f" {shown}  "), rows[0])
            self.assertEqual(rows[-1], f"{shown}>")

    def test_folded(self) -> None:
        """On a narrow terminal the members fold away, then the conversations, whose unread
        counts stand in the bar; then times, and the bars."""
        self.assertEqual(self.drawn(61, 8), AT_60)
        self.assertEqual(self.drawn(40, 8), AT_40)

    def test_tiny(self) -> None:
        """The smallest has a place for words still."""
        self.assertEqual(self.drawn(21, 4), AT_20)
        for width in range(1, 30):
            for height in range(1, 8):
                picture = self.screen.drawing.draw(width, height)
                self.assertEqual(len(picture.rows), height)

    def test_every_size(self) -> None:
        """No part of a row is wider than its place, and the cursor is on the screen."""
        for width in (1, 2, 16, 20, 39, 56, 57, 80, 119, 120, 200):
            for height in (1, 2, 3, 5, 8, 24, 50):
                picture = self.screen.drawing.draw(width, height)
                assert picture.cursor is not None
                self.assertTrue(picture.cursor[0] < width and picture.cursor[1] < height)
                for parts in picture.rows:
                    ends = [column for column, _ in parts[1:]] + [width]
                    for (column, row), end in zip(parts, ends, strict=True):
                        self.assertLessEqual(column + columns_of(text_of(row)), end)

    def test_hostile_topic(self) -> None:
        """A topic, or a server's name, stands in its place, whatever is in it."""
        self.screen.state(LAB).topic = "\x1b[2J\n> forged " + "\u4e16" * 200
        self.screen.model.server = "\u4e16" * 200
        for width in (20, 40, 80, 200):
            (first, left), (second, right) = self.screen.drawing.draw(width, 24).rows[0]
            self.assertEqual((first, columns_of(text_of(left))), (0, second))
            self.assertLessEqual(second + columns_of(text_of(right)), width)

    def test_long_input(self) -> None:
        """What is typed has as many rows as it takes, up to half the screen."""
        self.screen.type("word " * 1000)
        rows = self.drawn(80, 24).split("\n")
        self.assertEqual([row[:4] for row in rows[-10:]], ["lab>", *["    "] * 9])
        self.assertEqual(len(rows), 24)
        self.assertIn("at six?", rows[-12])

    def test_many(self) -> None:
        """Of more members than there is room for, it is said how many are left out; of more
        conversations, those around the one that is looked at are shown."""
        lab = self.screen.state(LAB)
        lab.members = tuple(ShownMember(f"p{n:03}") for n in range(300))
        self.assertIn("and 290 more", self.drawn(80, 15))
        for number in range(100):
            self.screen.model.states.open(subject_of(Talk(f"room{number}")))
        self.screen.look_at(Talk("room60"))
        self.assertIn("room60", "\n".join(row[:16] for row in self.drawn(80, 15).split("\n")[1:]))

    def test_away(self) -> None:
        """That the server does not answer stands at the top."""
        self.screen.model.away = True
        self.assertTrue(self.drawn(80, 11).split("\n")[0].endswith(": no answer"))

    def test_alone(self) -> None:
        """A chat of one conversation has nothing at its sides."""
        screen = Screen(alone=True)
        self.assertNotIn("\u2502", "\n".join(screen.rows))
