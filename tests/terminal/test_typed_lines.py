"""What can be typed into UDP chat."""

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.errors import UsageMistake
from twisted_chat.peer.commands import Command, Order, Say
from twisted_chat.terminal.typed_lines import (
    PURPOSES,
    help_lines,
    read_line,
    read_persons_line,
    usage,
)


class ReadLineTests(SynchronousTestCase):
    """Reading one typed line."""

    def test_every_command(self) -> None:
        """Each command is read, with its argument where it takes one."""
        for line, order in (
            ("$poke ann", Order(Command.POKE, "ann")),
            ("$kick", Order(Command.KICK)),
            ("$roomlist", Order(Command.ROOMLIST)),
            ("$userlist", Order(Command.USERLIST)),
            ("$roomcreate lab", Order(Command.ROOMCREATE, "lab")),
            ("$roomjoin lab", Order(Command.ROOMJOIN, "lab")),
            ("$roomleave", Order(Command.ROOMLEAVE)),
            ("$kick ann", Order(Command.KICK, "ann")),
            ("$roomclose", Order(Command.ROOMCLOSE)),
            ("$roomgive ann", Order(Command.ROOMGIVE, "ann")),
            ("$status", Order(Command.STATUS)),
            ("$verify ann", Order(Command.VERIFY, "ann")),
            ("$verify ann YES", Order(Command.VERIFY, "ann", "yes")),
            ("$verify ann no", Order(Command.VERIFY, "ann", "no")),
            ("$trust ann", Order(Command.TRUST, "ann")),
            ("$help", Order(Command.HELP)),
            ("$quit", Order(Command.QUIT)),
        ):
            self.assertEqual(read_line(line), order)

    def test_spaces_and_case(self) -> None:
        """Case and spaces around a command do not matter; an argument keeps its case."""
        self.assertEqual(read_line("$RoomJoin   Lab "), Order(Command.ROOMJOIN, "Lab"))

    def test_text(self) -> None:
        """Everything else is said as it is typed, with its spaces."""
        for line in ("hello", "", "  $help", "costs 5$", "\x1b", "/", "/ help", "/5", "a/b"):
            self.assertEqual(read_line(line), Say(line))

    def test_text_that_begins_with_the_mark(self) -> None:
        """A doubled mark begins a text with the mark."""
        self.assertEqual(read_line("$$help"), Say("$help"))
        self.assertEqual(read_line("$$"), Say("$"))
        self.assertEqual(read_line("$$$"), Say("$$"))

    def test_commands_of_other_chats(self) -> None:
        """A command may begin with `/`, and be called as elsewhere; what nobody knows is not
        said, and a doubled `/` begins a text with it."""
        for line, order in (
            ("/help", Order(Command.HELP)),
            ("/join #lab", Order(Command.ROOMJOIN, "lab")),
            ("/ROOMJOIN lab", Order(Command.ROOMJOIN, "lab")),
            ("$join lab", Order(Command.ROOMJOIN, "lab")),
            ("/msg bob  are you  there?", Order(Command.MSG, "bob", text="are you  there?")),
            ("/query bob", Order(Command.POKE, "bob")),
            ("/names", Order(Command.WHO)),
            ("/part", Order(Command.ROOMLEAVE)),
            ("/part lab", Order(Command.ROOMLEAVE, "lab")),
            ("/quit", Order(Command.QUIT)),
            ("/quit so long", Order(Command.QUIT)),
            ("/me waves", Say("* waves")),
        ):
            self.assertEqual(read_line(line), order, line)
        for line in ("/etc/hosts is a file", "/\u00e4h", "/me", "/jion lab"):
            with self.assertRaises(UsageMistake) as caught:
                read_line(line)
            self.assertIn("$help lists them", str(caught.exception))
            self.assertIn("// begins a text with /", str(caught.exception))
        for line in ("//etc/hosts", "//", "///"):
            self.assertEqual(read_line(line), Say(line[1:]))

    def test_keys_that_write_nothing(self) -> None:
        """A person who presses an arrow, or Ctrl-L, says nothing by that."""
        for line in ("\x1b[A", "hel\x1b[Dlo", "\x0c$userlist", "\x0chello", "hel\x08p", "\x7f"):
            with self.assertRaises(UsageMistake) as caught:
                read_persons_line(line)
            self.assertIn("type it again", str(caught.exception))
        for line in ("a\tb", "gr\u00fcezi \U0001f600", "\u200d", "\ufeffa"):
            self.assertEqual(read_persons_line(line), Say(line))

    def test_leaving_like_elsewhere(self) -> None:
        """A person who types what leaves other programs is told what leaves this one; a script
        says it, and so does everybody with more on the line."""
        for line in ("q", ":q", " :Q! ", ":quit", "quit", "Exit ", ":wq", ":x"):
            with self.assertRaises(UsageMistake) as caught:
                read_persons_line(line)
            told = f"$quit leaves; {line.strip()} alone was not said to anybody"
            self.assertEqual(str(caught.exception), told)
            self.assertEqual(read_line(line), Say(line))
        for line in ("quit it", "q?", ":)", "", "hello"):
            self.assertEqual(read_persons_line(line), Say(line))
        self.assertEqual(read_persons_line("$quit"), Order(Command.QUIT))

    def test_blank_before_a_command(self) -> None:
        """A person who types a command with blanks before it is told; a script says it."""
        for line in (" $roomlist", "\t$RoomJoin lab", " /join lab", "  /etc/hosts"):
            with self.assertRaises(UsageMistake) as caught:
                read_persons_line(line)
            self.assertIn(f"{line.split()[0]} was not done", str(caught.exception))
            self.assertEqual(read_line(line), Say(line))
        for line in (" $5", " hello", "  ", " $$help", " //", " / 2"):
            self.assertEqual(read_persons_line(line), Say(line))

    def test_help_first(self) -> None:
        """A first line that is `help` is not said; later, or with more in it, it is a text."""
        for line in ("help", " Help "):
            with self.assertRaises(UsageMistake) as caught:
                read_line(line, first=True)
            self.assertIn("$help", str(caught.exception))
            self.assertEqual(read_line(line), Say(line))
        self.assertEqual(read_line("help me", first=True), Say("help me"))

    def test_help_with(self) -> None:
        """Help with one command, by any of its names; one that there is not is told."""
        for line in ("$help topic", "$help $topic", "/help TOPIC"):
            self.assertEqual(read_line(line), Order(Command.HELP, "topic"))
        self.assertEqual(read_line("$help /query"), Order(Command.HELP, "poke"))
        with self.assertRaises(UsageMistake) as caught:
            read_line("$help me")
        self.assertEqual(str(caught.exception), "there is no command me: $help lists them")
        (topic,) = help_lines([Command.TOPIC])
        self.assertTrue(topic.startswith("$topic [TEXT]: show what the room is about"))
        first, second = help_lines([Command.UNBAN])
        self.assertEqual((first[:9], second), ("$ban NAME", "$unban NAME: end that"))

    def test_wrong_arguments(self) -> None:
        """An argument too few or too many costs one line with the usage."""
        for command in Command:
            words = [f"${command.word} one two three"] if not command.has_text else []
            if not command.argument.startswith("["):
                words.append(f"${command.word}" if command.argument else f"${command.word} one")
            for line in words:
                with self.assertRaises(UsageMistake) as caught:
                    read_line(line)
                self.assertEqual(str(caught.exception), f"usage: {usage(command)}")

    def test_wrong_names(self) -> None:
        """What cannot be a name is refused with the reason; a name is read as others know it."""
        with self.assertRaises(UsageMistake) as caught:
            read_line(f"$poke {'x' * 40}")
        self.assertEqual(str(caught.exception), "a name has at most 32 characters, this one 40")
        self.assertEqual(read_line("$poke \uff21nn"), Order(Command.POKE, "Ann"))

    def test_usage(self) -> None:
        """The usage is the command as it is typed, without a trailing space."""
        self.assertEqual(usage(Command.POKE), "$poke NAME")
        self.assertEqual(usage(Command.KICK), "$kick [NAME]")

    def test_unknown(self) -> None:
        """An unknown command is named, and what would be right is said, in one line."""
        for line, shown in (("$dance lab", "$dance:"), ("$", "$:")):
            with self.assertRaises(UsageMistake) as caught:
                read_line(line)
            self.assertIn(f"there is no command {shown}", str(caught.exception))
            self.assertIn("$help lists them", str(caught.exception))
            self.assertNotIn("\n", str(caught.exception))


class HelpTests(SynchronousTestCase):
    """What `$help` shows."""

    def test_lists_every_command(self) -> None:
        """Each command has a line with its usage and what it does."""
        lines = help_lines()
        for command in Command:
            found = [line for line in lines if line.startswith(f"{usage(command)} ")]
            self.assertEqual(len(found), 1, command)
            self.assertTrue(found[0].endswith(PURPOSES[command]))

    def test_lists_what_is_said(self) -> None:
        """Saying a text, and one that begins with the mark, are in the list too."""
        self.assertEqual(
            [line.split()[0] for line in help_lines()[len(Command) :]],
            ["$$TEXT", "TEXT", "/me", "as"],
        )

    def test_words_of_irssi(self) -> None:
        """Those that an irssi user tries first are there, with the command of each."""
        shown = " ".join(help_lines())
        for other, command in (("join", "roomjoin"), ("part", "roomleave"), ("names", "who")):
            self.assertIn(f"/{other} for ${command}", shown)
        for same in ("msg", "who", "topic", "kick", "ban", "invite", "op", "ignore", "quit"):
            self.assertIn(f"${same}", shown)
