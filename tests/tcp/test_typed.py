"""What a typed line means in TCP chat."""

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.tcp.events import Misread, NoCommand
from twisted_chat.tcp.typed import TypedCommand, read, said_aloud
from twisted_chat.terminal.tcp_wording import words


class Typed(SynchronousTestCase):
    """One line at a time."""

    def test_text(self) -> None:
        """Almost every line is said as it is, smileys, paths, prices and addresses among them."""
        for line in (
            *("", "  two  ", "hello", "say :q to leave", "help", "quit it", "1/2", "and /quit"),
            *(":D", ":P", ":p you", ":)", ":", "::", ":ok: then", ":q-", ":8090", "::1 answers"),
            *(
                "::ffff:192.0.2.1",
                "/",
                "//",
                "/ that",
                "// a comment",
                "/1",
                "$",
                "$5",
                "$HOME is",
            ),
        ):
            self.assertEqual(read(line, person=True), line)

    def test_quit(self) -> None:
        """`:q` alone hangs up, whatever spaces stand around it, for a person and a script."""
        for line in (":q", " :q ", ":q\t"):
            for person in (True, False):
                self.assertIs(read(line, person=person), TypedCommand.QUIT)

    def test_mistakes(self) -> None:
        """What looks like a command is not said aloud: it costs a line that says what is right."""
        for line, word in (
            *(("/quit", "/quit"), ("/q", "/q"), ("/help", "/help"), ("/join lab", "/join")),
            *((":help", ":help"), (":quit", ":quit"), (":wq", ":wq"), (":q!", ":q!")),
            *((":quit!", ":quit!"), (":Q", ":Q"), (" :Q ", ":Q"), (":q now", ":q")),
            *(("$quit", "$quit"), ("$help", "$help"), ("$poke bob", "$poke")),
        ):
            mistake = read(line, person=True)
            assert isinstance(mistake, NoCommand), line
            self.assertEqual(
                words(mistake),
                f"{word} is no command, and was not said; :q alone hangs up,"
                f" and {word[0]}{word} says it",
            )

    def test_aloud(self) -> None:
        """What was pasted is said, also where it looks like a command."""
        for line in (
            ":q",
            "/quit",
            " :Q ",
            ":wq",
            "$quit now",
            "::q",
            "$$quit",
            "a",
            "",
            ":D",
            "$5",
        ):
            self.assertEqual(read(said_aloud(line), person=True), line)
        self.assertEqual(said_aloud("quit"), "quit")

    def test_leaving_like_elsewhere(self) -> None:
        """What leaves other programs is not said, alone, by a person; a script says it."""
        for line in ("quit", " Exit ", "q"):
            mistake = read(line, person=True)
            assert isinstance(mistake, NoCommand), line
            word = line.strip()
            self.assertEqual(words(mistake), f":q hangs up; {word} alone was not said")
            self.assertEqual(read(line, person=False), line)

    def test_keys_that_write_nothing(self) -> None:
        """A person who presses an arrow, or Ctrl-L, says nothing by that."""
        for line in ("\x1b[A", "hel\x1b[Dlo", "\x0chello", "hel\x08p"):
            mistake = read(line, person=True)
            assert isinstance(mistake, Misread), line
            self.assertIn("type it again", words(mistake))
            self.assertEqual(read(line, person=False), line)
        self.assertEqual(read("a\tb", person=True), "a\tb")

    def test_said_after_all(self) -> None:
        """The mark twice says what once is refused; three times, what begins with two."""
        for line, said in (
            *(("//quit", "/quit"), ("//join lab", "/join lab"), ("///quit", "//quit")),
            *(("::q", ":q"), ("::help me", ":help me"), (":::q", "::q"), ("::wq", ":wq")),
            *(("$$help", "$help"), ("$$$help", "$$help")),
        ):
            self.assertEqual(read(line, person=True), said)

    def test_script(self) -> None:
        """A script's lines are delivered as they are; only for `:q` there is `::q`."""
        for line in ("/etc/passwd", "/quit", ":wq", "//quit", "$help", "::help", ":Q", "::1"):
            self.assertEqual(read(line, person=False), line)
        for line, said in (("::q", ":q"), (" ::q", " :q"), (":::q", "::q")):
            self.assertEqual(read(line, person=False), said)
