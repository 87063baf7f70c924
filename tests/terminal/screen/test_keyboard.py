"""What keys do on the screen."""

from twisted.trial.unittest import SynchronousTestCase

from tests.terminal.screen.screens import DEN, LAB, NOON, WITH_BOB, Screen
from twisted_chat.peer.events.event import Talk
from twisted_chat.terminal.screen.keys_help import KEYS, MARKS
from twisted_chat.terminal.screen.shown_line import LineKind, ShownLine
from twisted_chat.terminal.screen.subjects import subject_of
from twisted_chat.terminal.screen.talk_state import HOME
from twisted_chat.terminal.screen.wishes import (
    BellWanted,
    Copied,
    DrawAnew,
    EarlierWanted,
    LeaveWanted,
    PauseWanted,
    TextEntered,
    ToRemember,
    TurnedTo,
)


def turned_to(talk: Talk) -> TurnedTo:
    """The wish to look at this."""
    return TurnedTo(subject_of(talk).key)


class KeyboardCase(SynchronousTestCase):
    """alice at her screen."""

    def setUp(self) -> None:
        self.screen = Screen()
        self.model = self.screen.model
        self.press = self.screen.press

    @property
    def input(self) -> str:
        """The row in which is typed."""
        return self.screen.rows[-1]


class Turning(KeyboardCase):
    """Looking at conversations."""

    def test_by_number(self) -> None:
        """Alt and a number go there; one that nothing has rings."""
        self.assertEqual(self.press("meta 3"), [turned_to(DEN)])
        self.assertEqual(self.press("meta 4"), [turned_to(WITH_BOB)])
        self.assertEqual(self.press("meta 1"), [turned_to(Talk())])
        self.assertEqual(self.press("meta 9", "meta 0"), [BellWanted(), BellWanted()])
        self.assertIs(self.model.shown, self.model.states.home)

    def test_beside(self) -> None:
        """Alt and arrows go up and down, and around."""
        seen = [self.press("meta down")[0] for _ in range(4)]
        self.assertEqual(seen, [turned_to(one) for one in (DEN, WITH_BOB, Talk(), LAB)])
        self.assertEqual(self.press("meta up"), [turned_to(Talk())])

    def test_unread(self) -> None:
        """Alt-A goes to what is for the person first, then to what is unread."""
        self.screen.hear("hello", DEN)
        self.screen.hear("psst", WITH_BOB)
        self.assertEqual(self.press("meta a", "meta a"), [turned_to(WITH_BOB), turned_to(DEN)])
        self.assertEqual(self.press("meta a"), [BellWanted()])

    def test_half_typed(self) -> None:
        """What is half typed stays with its conversation."""
        self.screen.type("for lab")
        self.press("meta 3")
        self.assertEqual(self.input, "den>")
        self.screen.type("for den")
        self.press("meta 2")
        self.assertEqual(self.input, "lab> for lab")
        self.assertEqual(
            self.press("enter"),
            [ToRemember("for lab"), TextEntered("for lab", self.screen.state(LAB).key)],
        )

    def test_forgotten(self) -> None:
        """One that is over can be forgotten, and no other."""
        self.assertEqual(self.press("meta k"), [BellWanted()])
        self.screen.there_are(DEN)
        self.assertEqual(self.press("meta k"), [turned_to(Talk())])
        self.assertIsNone(self.model.states.find(subject_of(LAB)))
        self.assertEqual(self.model.shown.key, HOME.key)


class TheNew(KeyboardCase):
    """Alt-U goes to where what is new begins."""

    def setUp(self) -> None:
        super().setUp()
        for number in range(50):
            self.screen.hear(f"old {number}", DEN)
        self.press("meta 3", "meta 2")

    def new(self, count: int) -> None:
        """So much is said in den, which is turned to then."""
        for number in range(count):
            self.screen.hear(f"new {number}", DEN)
        self.press("meta 3")

    @property
    def told(self) -> bool:
        """Whether it stands below that something is new above."""
        return "new begins above: Alt-U" in self.screen.rows[-2]

    def test_goes_there(self) -> None:
        """It stands at the top then, with its line; and the person is told of it before."""
        self.new(60)
        self.assertTrue(self.told)
        self.assertEqual(self.press("meta u"), [])
        self.assertIn("--- new ---", self.screen.talk[0])
        self.assertTrue(self.screen.talk[1].endswith("bob: new 0"))
        self.press("ctrl end")
        self.assertFalse(self.told)

    def test_in_sight(self) -> None:
        """Where it is in sight anyway nobody is told, and nothing moves."""
        self.new(3)
        before = self.screen.rows
        self.assertFalse(self.told)
        self.assertEqual(self.press("meta u"), [])
        self.assertEqual(self.screen.rows, before)

    def test_nothing_new(self) -> None:
        """Without anything new it rings; so it does where it has gone as too old."""
        self.assertEqual(self.press("meta u"), [BellWanted()])
        self.new(60)
        shown = self.model.shown
        while shown.seen is not None and shown.lines.first <= shown.seen:
            shown.lines.drop_oldest()
        self.assertEqual(self.press("meta u"), [BellWanted()])

    def test_sought(self) -> None:
        """Nobody is told of it who has read back, or said something; the next time they are."""
        self.new(60)
        self.press("page up", "ctrl end")
        self.assertFalse(self.told)
        self.press("meta 2")
        self.new(60)
        self.assertTrue(self.told)
        self.screen.type("hello")
        self.press("enter")
        self.assertFalse(self.told)


class Finding(KeyboardCase):
    """Ctrl-K finds a conversation by letters of its name."""

    def test_found(self) -> None:
        """Letters in their order; Enter goes there."""
        for letters, found in (("d", DEN), ("dn", DEN), ("LAB", LAB), ("bo", WITH_BOB)):
            self.press("ctrl k")
            self.screen.type(letters)
            self.assertEqual(self.input, f"go to: {letters}")
            self.assertEqual(self.press("enter"), [turned_to(found)])

    def test_picked(self) -> None:
        """The best comes first, and arrows pick another."""
        self.press("ctrl k")
        self.screen.type("e")
        self.assertEqual([row.split()[0] for row in self.screen.talk], ["den", "server"])
        self.assertEqual(self.press("down", "enter"), [turned_to(Talk())])

    def test_left(self) -> None:
        """Escape goes back, with what was typed before; nothing found rings."""
        self.press("ctrl k")
        self.screen.type("zz")
        self.assertEqual(self.press("enter"), [BellWanted()])
        self.press("ctrl k", "d", "esc")
        self.assertEqual(self.input, "lab>")
        self.assertIs(self.model.shown, self.screen.state(LAB))

    def test_kills_a_text(self) -> None:
        """With something typed, Ctrl-K cuts to the end, as in readline."""
        self.screen.type("hello")
        self.press("ctrl a", "ctrl k")
        self.assertEqual(self.input, "lab>")
        self.assertIsNone(self.screen.keyboard.mode)


class Searching(KeyboardCase):
    """Ctrl-F searches in the conversation."""

    def setUp(self) -> None:
        super().setUp()
        for number in range(100):
            self.screen.hear(f"line {number}")

    def test_found(self) -> None:
        """The newest line is found, and shown; then older ones, and back."""
        self.press("ctrl f")
        self.screen.type("LINE 1")
        self.assertTrue(any(row.endswith("line 19") for row in self.screen.talk))
        self.assertEqual(self.model.shown.chosen, 19)
        self.press("up", "ctrl f")
        self.assertEqual(self.model.shown.chosen, 17)
        self.press("down")
        self.assertEqual(self.model.shown.chosen, 18)

    def test_not_found(self) -> None:
        """That is said, and Backspace goes back to what was."""
        self.model.shown.earlier = False
        self.press("ctrl f")
        self.screen.type("line 7x")
        self.assertEqual(self.input, "nothing with: line 7x")
        self.press("backspace")
        self.assertEqual(self.input, "search: line 7")
        self.assertEqual(self.model.shown.chosen, 79)

    def test_further_back(self) -> None:
        """Where nothing is found in what is here, what was said before that is read, until
        something is found or there is no more; it is the same when more letters are typed."""
        shown = self.model.shown
        shown.earlier = True
        self.press("ctrl f")
        self.assertEqual(self.screen.type("r"), [EarlierWanted(shown.key)])
        self.assertEqual(self.screen.type("ose"), [])
        self.assertEqual(self.input, "search further back: rose")
        for text, more in (("thyme", True), ("12 Rose Street", True)):
            line = ShownLine(NOON, LineKind.HEARD, text, "bob")
            self.model.earlier(shown, [line], more=more)
            self.assertEqual(self.screen.keyboard.earlier_came("room den"), [])
            wanted = [] if "Rose" in text else [EarlierWanted(shown.key)]
            self.assertEqual(self.screen.keyboard.earlier_came(shown.key), wanted)
        self.assertEqual((self.input, shown.chosen), ("search: rose", shown.lines.first))
        self.assertTrue(any(row.endswith("12 Rose Street") for row in self.screen.talk))
        self.assertEqual(self.press("up"), [EarlierWanted(shown.key)])
        self.assertEqual(self.screen.keyboard.earlier_came(shown.key), [BellWanted()])
        self.assertEqual(self.input, "nothing with: rose")

    def test_who(self) -> None:
        """Also by who has said it."""
        self.screen.hear("hm", who="carol")
        self.screen.hear("last")
        self.press("ctrl f")
        self.screen.type("carol")
        self.assertEqual(self.model.shown.chosen, 100)

    def test_copied(self) -> None:
        """Enter keeps the line that was found, and then copies it."""
        self.press("ctrl f")
        self.screen.type("line 42")
        self.assertEqual(self.press("enter", "enter"), [Copied("line 42")])
        self.assertIsNone(self.model.shown.chosen)
        self.assertIn("copied", self.screen.rows[-2])
        self.press("x")
        self.assertNotIn("copied", self.screen.rows[-2])


class Selecting(KeyboardCase):
    """Ctrl-Up selects a line."""

    def setUp(self) -> None:
        super().setUp()
        for number in range(100):
            self.screen.hear(f"line {number}\nrest")

    def test_copied(self) -> None:
        """All of it is copied, as it was sent."""
        self.assertEqual(self.press("ctrl up", "up", "enter"), [Copied("line 98\nrest")])

    def test_quoted(self) -> None:
        """Its first line stands in the input, with who said it."""
        self.press("ctrl up", "q")
        self.assertEqual(self.input, "lab> > bob: line 99")
        self.assertIsNone(self.screen.keyboard.mode)

    def test_quoted_safely(self) -> None:
        """No control character gets into what is typed."""
        self.screen.hear("\x1b[2Jx")
        self.press("ctrl up", "q")
        self.assertEqual(self.model.shown.editor.text, "> bob: \u241b[2Jx ")

    def test_far(self) -> None:
        """Pages back, to the oldest, and there to an end."""
        self.press("ctrl up", *["page up"] * 50)
        self.assertEqual(self.model.shown.chosen, 0)
        self.assertTrue(any(row.endswith("line 0") for row in self.screen.talk))
        self.press(*["page down"] * 50)
        self.assertEqual(self.model.shown.chosen, 99)

    def test_left(self) -> None:
        """Escape goes back; any other key is typed."""
        self.press("ctrl up", "esc")
        self.assertIsNone(self.model.shown.chosen)
        self.press("ctrl up", "x")
        self.assertEqual(self.input, "lab> x")

    def test_nothing_there(self) -> None:
        """An empty conversation rings."""
        self.press("meta 3")
        self.assertEqual(self.press("ctrl up"), [BellWanted()])


class Others(KeyboardCase):
    """All other keys."""

    def test_keys(self) -> None:
        """F1 shows the keys, over the whole width, and any key goes back."""
        self.press("f1")
        shown = "\n".join(self.screen.rows)
        for keys, what in KEYS:
            self.assertIn(f"{keys:16}", shown)
            self.assertIn(what, shown)
        self.press("enter")
        self.assertEqual(self.input, "lab>")

    def test_keys_typed_on(self) -> None:
        """What is typed while the keys are shown is not lost, and a key does nothing else."""
        self.screen.type("so ")
        for keys in (("f1",), ("enter",), ("meta 3",), ("ctrl d",), ("esc",)):
            self.press("f1")
            self.assertEqual(self.press(*keys), [], keys)
            self.assertEqual(self.input, "lab> so")
        self.press("f1")
        self.screen.type("I say")
        self.assertEqual(self.input, "lab> so I say")

    def test_keys_in_little_room(self) -> None:
        """All of it can be read on a screen of any size, further down and up again."""
        words = " ".join(f"{keys} {what}" for keys, what in KEYS + MARKS).split()
        for width, height in ((80, 24), (60, 12), (40, 10), (30, 6)):
            self.screen = Screen(width, height)
            press = self.screen.press
            press("f1")
            first = self.screen.rows
            seen = [*first]
            for _ in range(200):
                press("down")
                seen += self.screen.rows
            seen = " ".join(seen).split()
            self.assertEqual([one for one in words if one not in seen], [], width)
            for _ in range(200):
                press("page up")
            self.assertEqual(self.screen.rows, first)

    def test_covered(self) -> None:
        """While the keys are shown nothing is told of where one reads beneath."""
        for number in range(100):
            self.screen.hear(f"line {number}")
        self.press("page up")
        self.assertIn("lines below", self.screen.rows[-2])
        self.press("f1")
        self.assertNotIn("below", self.screen.rows[-2])

    def test_keys_of_one(self) -> None:
        """Where there is one conversation, no key is shown that goes to another, and that which
        hangs up is."""
        self.screen = Screen(alone=True)
        self.screen.press("f1")
        shown = "\n".join(self.screen.rows)
        self.assertIn("hang up", shown)
        self.assertNotIn("conversation of", shown)
        self.assertNotIn("Alt-A", shown)

    def test_leaving(self) -> None:
        """Ctrl-D and Ctrl-C leave where nothing is typed; Ctrl-C drops what is."""
        self.assertEqual(self.press("ctrl d"), [LeaveWanted()])
        self.assertEqual(self.press("x", "ctrl c", "ctrl c"), [LeaveWanted(hurried=True)])

    def test_drawn_anew(self) -> None:
        """Ctrl-L, whatever else is done; Ctrl-Z is for the shell."""
        self.assertEqual(self.press("ctrl l", "ctrl f", "ctrl l"), [DrawAnew(), DrawAnew()])
        self.assertEqual(self.press("esc", "ctrl z"), [PauseWanted()])

    def test_pasted(self) -> None:
        """Several lines ask once, and are then said one by one."""
        self.screen.keyboard.paste("one\n$two\n")
        self.assertIn("say these 2 lines", self.input)
        key = self.screen.state(LAB).key
        said = [one for one in self.press("l") if isinstance(one, TextEntered)]
        self.assertEqual(said, [TextEntered("one", key, True), TextEntered("$two", key, True)])

    def test_held(self) -> None:
        """While nothing more is taken, what is typed stays, and that is said; Ctrl-C works."""
        self.screen.keyboard.held = True
        self.screen.type("hello")
        self.assertEqual(self.press("enter"), [BellWanted()])
        self.assertEqual(self.input, "lab> hello")
        self.assertIn("too much", self.screen.rows[-2])
        self.assertEqual(self.press("ctrl c", "ctrl c"), [LeaveWanted(hurried=True)])

    def test_no_use(self) -> None:
        """A key that nothing is bound to rings."""
        self.assertEqual(self.press("f9"), [BellWanted()])
