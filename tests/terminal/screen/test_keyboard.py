"""What keys do on the screen."""

from twisted.trial.unittest import SynchronousTestCase

from tests.terminal.screen.screens import DEN, LAB, NOON, WITH_BOB, Screen
from twisted_chat.peer.events.event import Talk
from twisted_chat.terminal.screen.keys_help import KEYS
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
        self.press("x")
        self.assertEqual(self.input, "lab>")

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
