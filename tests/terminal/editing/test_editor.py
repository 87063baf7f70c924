"""What keys make of an input line."""

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.terminal.editing.buffer import MAX_BUFFER
from twisted_chat.terminal.editing.completion import Completion, NoCompleter
from twisted_chat.terminal.editing.editor import Editor
from twisted_chat.terminal.editing.history import History
from twisted_chat.terminal.editing.outcomes import (
    EndOfInput,
    Interrupt,
    LineEntered,
    NotEntered,
    Offered,
    Outcome,
    Redraw,
    Remembered,
    RoomsWanted,
    Rung,
    Suspend,
    Unbound,
)

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
"""One picture of five characters."""


def editor(*entered: str, joined: bool = True, longest: int = 1000) -> Editor:
    """An input line, and what was entered before."""
    return Editor(NoCompleter(), History(entered), joined=joined, longest=longest)


def pressed(line: Editor, *keys: str) -> list[Outcome]:
    """Press these keys; `|TEXT` is typed. Returns all that came of them, but what is kept."""
    outcomes: list[Outcome] = []
    for key in keys:
        outcomes += line.type(key[1:]) if key[:1] == "|" and key[1:] else line.press(key)
    return [one for one in outcomes if not isinstance(one, Remembered)]


class Typing(SynchronousTestCase):
    """The text, with `^` where its cursor is."""

    def check(self, keys: str, shown: str, line: Editor | None = None) -> None:
        """Keys, with a comma between them, leave this."""
        line = line or editor()
        pressed(line, *keys.split(","))
        self.assertEqual(line.text[: line.cursor] + "^" + line.text[line.cursor :], shown, keys)

    def test_moving(self) -> None:
        """The cursor goes by clusters, by words, and to both ends; typing goes on there."""
        for keys, shown in (
            ("|one two,left,left,x", "one tx^wo"),
            ("|one two,ctrl b,ctrl b,ctrl f,x", "one twx^o"),
            ("|one two,home,x", "x^one two"),
            ("|one two,ctrl a,end,x", "one twox^"),
            ("|one two,ctrl a,ctrl e,x", "one twox^"),
            ("|one two  ,meta b,x", "one x^two  "),
            ("|one two,meta b,meta b,x", "x^one two"),
            ("|ze\u0301ro\u0301 one,meta b,meta b,x", "x^ze\u0301ro\u0301 one"),
            ("|one e\u0301,meta b,x", "one x^e\u0301"),
            ("|one. two,home,meta f,x", "onex^. two"),
            ("|one two,ctrl left,ctrl right,x", "one twox^"),
            ("|one,left,left,left,left,left,x", "x^one"),
            ("|one,right,x", "onex^"),
        ):
            self.check(keys, shown)

    def test_marks_and_pictures(self) -> None:
        """What people see as one thing is passed, and taken out, as one."""
        for text in (
            "e\u0301",
            "\u65e5",
            FAMILY,
            "\U0001f1e9\U0001f1ea",
            "\u0915\u094d\u0937\u093f",
        ):
            self.check(f"|a{text}b,left,left,x", f"ax^{text}b")
            self.check(f"|a{text},backspace", "a^")
            self.check(f"|a{text}b,home,right,delete", "a^b")
            self.check(f"|a{text}b,home,right,right,x", f"a{text}x^b")

    def test_taking_out(self) -> None:
        """Each key takes out as much as in a shell."""
        for keys, shown in (
            ("|one two,backspace", "one tw^"),
            ("|one two,ctrl h", "one tw^"),
            ("|one two,home,delete", "^ne two"),
            ("|one two,home,ctrl d", "^ne two"),
            ("|one two-three,ctrl w", "one ^"),
            ("|one two-three,meta backspace", "one two-^"),
            ("|one two,home,meta d", "^ two"),
            ("|one two,meta b,ctrl u", "^two"),
            ("|one two,meta b,ctrl k", "one ^"),
            ("|,backspace", "^"),
        ):
            self.check(keys, shown)

    def test_putting_in_again(self) -> None:
        """Ctrl-Y puts in what was taken out, several in a row as one, and Alt-Y another."""
        for keys, shown in (
            ("|one two,ctrl w,x,ctrl y", "one xtwo^"),
            ("|one two,ctrl w,ctrl w,ctrl y", "one two^"),
            ("|one two,home,meta d,meta d,end,ctrl y", "one two^"),
            ("|one two,ctrl w,left,ctrl u,ctrl y", "one^ "),
            ("|one two,ctrl w,left,ctrl u,ctrl y,meta y", "two^ "),
            ("|one two,ctrl w,left,ctrl u,ctrl y,meta y,meta y", "one^ "),
        ):
            self.check(keys, shown)
        self.assertEqual(pressed(editor(), "ctrl y"), [Rung()])
        self.assertEqual(pressed(editor(), "|a", "meta y"), [Rung()])

    def test_other_changes(self) -> None:
        """Letters are swapped, and words get another case; all of that can be undone."""
        for keys, shown in (
            ("|teh,ctrl t", "the^"),
            ("|teh,left,ctrl t", "the^"),
            ("|one two,home,meta u", "ONE^ two"),
            ("|ONE two,home,meta l", "one^ two"),
            ("|one two,home,meta c,meta c", "One Two^"),
            ("|one two,ctrl w,ctrl _", "one two^"),
            ("|one two,ctrl w,ctrl _,ctrl _", "^"),
        ):
            self.check(keys, shown)
        self.assertEqual(pressed(editor(), "|a", "ctrl t"), [Rung()])
        self.assertEqual(pressed(editor(), "ctrl _"), [Rung()])

    def test_several_lines(self) -> None:
        """Alt-Enter begins a line; the keys of a line keep to it, and Up and Down go to others."""
        for keys, shown in (
            ("|one,meta enter,|two,home,x", "one\nx^two"),
            ("|one,meta enter,|two,up,x", "onex^\ntwo"),
            ("|one,meta enter,|two,left,up,x", "onx^e\ntwo"),
            ("|one,meta enter,|two,up,home,down,x", "one\nx^two"),
            ("|longer,meta enter,|a,up,end,down,x", "longer\nax^"),
            ("|one,meta enter,|two,ctrl u", "one\n^"),
            ("|one,meta enter,|two,ctrl u,ctrl u", "one^"),
            ("|one,meta enter,|two,up,home,ctrl k,ctrl k", "^two"),
            ("|one,meta enter,backspace", "one^"),
        ):
            self.check(keys, shown)

    def test_enter(self) -> None:
        """Enter hands out the whole text, wherever the cursor is, with its lines."""
        line = editor()
        self.assertEqual(pressed(line, "|one two", "home", "enter"), [LineEntered("one two")])
        self.assertEqual((line.text, line.cursor), ("", 0))
        self.assertEqual(pressed(line, "enter"), [LineEntered("")])
        self.assertEqual(pressed(line, "|a", "meta enter", "|b", "ctrl j"), [LineEntered("a\nb")])

    def test_lines_that_cannot_be_joined(self) -> None:
        """Where a message is one line, each line is entered by itself."""
        line = editor(joined=False)
        self.assertEqual(
            pressed(line, "|a", "meta enter", "|b", "enter"), [LineEntered("a"), LineEntered("b")]
        )

    def test_too_long(self) -> None:
        """What no message can hold is refused in bytes, and stays."""
        line = editor(longest=10)
        line.type("\u00e4" * 6)
        (refused,) = pressed(line, "enter")
        assert isinstance(refused, NotEntered)
        self.assertEqual(
            refused.why, "that has 12 bytes, and a message 10 at most: say it in parts"
        )
        self.assertEqual(pressed(line, "backspace", "enter"), [LineEntered("\u00e4" * 5)])

    def test_bounded(self) -> None:
        """A text has a bound, and typing beyond it has no effect."""
        line = editor(longest=MAX_BUFFER * 2)
        line.type("x" * MAX_BUFFER)
        self.assertEqual(pressed(line, "y"), [Rung()])
        self.assertEqual(len(line.text), MAX_BUFFER)

    def test_keys_of_the_program(self) -> None:
        """Ctrl-C forgets what is typed, then is an end; so is Ctrl-D; the rest is told."""
        line = editor()
        self.assertEqual(pressed(line, "|secret", "ctrl c"), [])
        self.assertEqual(line.text, "")
        self.assertEqual(pressed(line, "ctrl c"), [Interrupt()])
        self.assertEqual(pressed(line, "ctrl y"), [])
        self.assertEqual(line.text, "secret")
        self.assertEqual(pressed(line, "ctrl d"), [Rung()])
        self.assertEqual(pressed(line, "ctrl u", "ctrl d"), [EndOfInput()])
        self.assertEqual(
            pressed(line, "ctrl z", "ctrl l", "f5", "ctrl k"),
            [Suspend(), Redraw(), Unbound("f5"), Unbound("ctrl k")],
        )


class Recalling(SynchronousTestCase):
    """What was entered before."""

    def test_up_and_down(self) -> None:
        """The entries come one after another, and what was being typed is kept."""
        line = editor("first", "second")
        line.type("half")
        seen = []
        for key in ("up", "up", "up", "down", "ctrl n", "down"):
            outcomes = pressed(line, key)
            seen.append((line.text, outcomes))
        self.assertEqual(
            seen,
            [
                ("second", []),
                ("first", []),
                ("first", [Rung()]),
                ("second", []),
                ("half", []),
                ("half", [Rung()]),
            ],
        )

    def test_entered(self) -> None:
        """What is entered is the newest, unless it begins with a blank or is there already."""
        line = editor("first")
        pressed(line, "|second", "enter", "|second", "enter", "| hidden", "enter", "enter")
        self.assertEqual(line.history.entries, ("first", "second"))
        self.assertEqual(
            [Remembered("third"), LineEntered("third")], line.type("third") + line.press("enter")
        )
        pressed(line, "up", "up", "up", "enter", "ctrl p")
        self.assertEqual(line.text, "first")

    def test_search(self) -> None:
        """Ctrl-R finds by letters, the newest first, and any other key goes on with it."""
        line = editor("$to lab", "hello lab", "bye")
        self.assertEqual(pressed(line, "|half", "ctrl r", "l", "a"), [])
        self.assertEqual(line.view("", 80, 24).rows, ("(search) la: hello lab",))
        self.assertEqual(pressed(line, "ctrl r"), [])
        self.assertEqual(line.view("", 80, 24).rows, ("(search) la: $to lab",))
        self.assertEqual(pressed(line, "ctrl r"), [Rung()])
        self.assertEqual(line.view("", 80, 24).rows, ("(nothing with) la: $to lab",))
        self.assertEqual(pressed(line, "ctrl s"), [])
        self.assertEqual(pressed(line, "backspace", "backspace"), [])
        self.assertEqual(line.view("", 80, 24).rows, ("(search) : half",))
        self.assertEqual(pressed(line, "t", "o", "end", "!", "enter"), [LineEntered("$to lab!")])

    def test_search_given_up(self) -> None:
        """Ctrl-G brings back what was typed; Escape keeps what was found."""
        line = editor("hello")
        pressed(line, "|half", "left", "ctrl r", "l", "ctrl g")
        self.assertEqual((line.text, line.cursor), ("half", 3))
        pressed(line, "ctrl r", "l", "esc")
        self.assertEqual(line.text, "hello")
        self.assertEqual(pressed(editor(), "ctrl r", "ctrl r", "x", "enter")[-1], LineEntered(""))


class Names:
    """Completes names, wherever, and rooms."""

    rooms: tuple[str, ...] = ()

    def complete(self, text: str, cursor: int) -> Completion:
        start = text.rfind(" ", 0, cursor) + 1
        names = ("anna", "annette", "bob", *self.rooms)
        found = tuple(one for one in names if one.startswith(text[start:cursor]))
        return Completion(start, found, rooms=text.startswith("$join "))


class Completing(SynchronousTestCase):
    """Tab."""

    def setUp(self) -> None:
        self.names = Names()
        self.line = Editor(self.names, History())

    def test_one(self) -> None:
        """The only word goes in, with a blank, before what is behind the cursor."""
        pressed(self.line, "|$to b now", "meta b", "left", "tab")
        self.assertEqual(self.line.text, "$to bob  now")

    def test_several(self) -> None:
        """As much as they have in common goes in; then they are shown."""
        self.assertEqual(pressed(self.line, "|$to a", "tab"), [])
        self.assertEqual(self.line.text, "$to ann")
        self.assertEqual(pressed(self.line, "tab"), [Offered(("anna", "annette"))])
        self.assertEqual(pressed(self.line, "z", "tab"), [Rung()])

    def test_rooms(self) -> None:
        """Rooms are asked for first, and what was typed is completed when they are known; with
        another Tab before that, with those that are known; not when something was typed since."""
        self.assertEqual(pressed(self.line, "|$join l", "tab"), [RoomsWanted()])
        self.assertEqual(self.line.text, "$join l")
        self.names.rooms = ("lab",)
        self.assertEqual(self.line.learned(), [])
        self.assertEqual(self.line.text, "$join lab ")
        self.assertEqual(self.line.learned(), [])
        pressed(self.line, "ctrl u")
        self.assertEqual(pressed(self.line, "|$join b", "tab", "tab"), [RoomsWanted()])
        self.assertEqual(self.line.text, "$join bob ")
        pressed(self.line, "ctrl u")
        for keys in (("x",), ("backspace",), ("left",), ("ctrl r",)):
            pressed(self.line, "ctrl g", "end", "ctrl u")
            self.assertEqual(pressed(self.line, "|$join z", "tab"), [RoomsWanted()])
            pressed(self.line, *keys)
            self.assertEqual(self.line.learned(), [], keys)
        pressed(self.line, "esc", "end", "ctrl u", "|$join z", "tab")
        self.line.paste("a\nb")
        self.assertEqual(self.line.learned(), [])
        pressed(self.line, "n", "end", "ctrl u")
        self.assertEqual(pressed(self.line, "|$join z", "tab"), [RoomsWanted()])
        self.assertEqual(self.line.learned(), [Rung()])


class Pasting(SynchronousTestCase):
    """A text that comes at once."""

    def test_one_line(self) -> None:
        """One line is put in, and not entered, whatever is behind it."""
        line = editor()
        line.type("see  now")
        pressed(line, "meta b", "left")
        self.assertEqual(line.paste("http://x/\r\n"), [])
        self.assertEqual(line.text, "see http://x/ now")

    def asked(self, line: Editor, text: str, words: str) -> None:
        """Pasting this lets the person be asked so."""
        self.assertEqual(line.paste(text), [])
        self.assertEqual("".join(line.view("[lab] ", 400, 24).rows), words)

    def test_one_message(self) -> None:
        """Several lines can be one message, with what was typed around it."""
        line = editor()
        pressed(line, "|log: ", "|!", "left")
        self.asked(
            line,
            "a\r\n\r\nb\r\n",
            "say these 3 lines as [o]ne message, [l]ine by line, or [n]ot at all? ",
        )
        self.assertEqual(pressed(line, "o"), [LineEntered("log: a\n\nb!")])
        self.assertEqual(line.text, "")
        pressed(line, "up")
        self.assertEqual(line.text, "log: a\n\nb!")

    def test_line_by_line(self) -> None:
        """Or each its own; blank ones say nothing. A `$` in what was pasted is no command."""
        line = editor()
        line.paste("a\n\n$quit\n")
        self.assertEqual(pressed(line, "l"), [LineEntered("a", True), LineEntered("$quit", True)])

    def test_not_at_all(self) -> None:
        """Or nothing is said, and what was typed is as it was; other keys answer nothing."""
        line = editor()
        line.type("half")
        for key in ("n", "esc", "ctrl c", "ctrl g"):
            line.paste("a\nb")
            self.assertEqual(pressed(line, "enter", "x", "up", key), [Rung()] * 3)
            self.assertEqual(line.text, "half")
        self.assertEqual(pressed(line, "enter"), [LineEntered("half")])

    def test_behind_a_command(self) -> None:
        """Behind a command the lines are its one text, so that none goes elsewhere."""
        line = editor()
        line.type("$msg bob ")
        self.asked(line, "a\nb", "say these 2 lines as [o]ne message, or [n]ot at all? ")
        self.assertEqual(pressed(line, "l", "o"), [Rung(), LineEntered("$msg bob a\nb")])

    def test_where_lines_cannot_be_joined(self) -> None:
        """Where a message is one line, that is not offered."""
        line = editor(joined=False)
        self.asked(line, "a\nb", "say these 2 lines as [l]ine by line, or [n]ot at all? ")
        self.assertEqual(pressed(line, "o"), [Rung()])
        pressed(line, "n", "|/msg bob ")
        self.assertIsInstance(line.paste("a\nb")[0], NotEntered)

    def test_too_long_for_one(self) -> None:
        """What is too long for one message is refused as that, and can be pasted again."""
        line = editor(longest=10)
        text = "123456\n123456"
        line.paste(text)
        self.assertIsInstance(pressed(line, "o")[0], NotEntered)
        line.paste(text)
        self.assertEqual(len(pressed(line, "l")), 2)
        self.assertIsInstance(line.paste("x\n" * MAX_BUFFER)[0], NotEntered)
