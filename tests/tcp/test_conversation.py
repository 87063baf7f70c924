"""What happens on a line between two people."""

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.tcp.conversation import (
    CloseTerminal,
    Conversation,
    Finish,
    HangUp,
    Say,
    Show,
)


class Person(SynchronousTestCase):
    """A person's own program."""

    def test_held(self) -> None:
        """What is typed before anybody is there is delivered first, then the line is closed."""
        line = Conversation(once=True, hold=True, interactive=False)
        self.assertEqual(line.typed("a", 0) + line.typed("b", 0) + line.ended(0), [])
        effects = line.connected("bob", 0)[1:]
        self.assertEqual(effects, [Say("a"), Say("b"), HangUp()])
        self.assertEqual(line.disconnected("over", 0)[-1], Finish(0))

    def test_listening_script(self) -> None:
        """A script with nothing to say still listens; a person who ends the input goes."""
        self.assertEqual(Conversation(once=True, hold=True, interactive=False).ended(0), [])
        self.assertEqual(Conversation(once=True, hold=True).ended(0), [Finish(0)])

    def test_no_forged_notice(self) -> None:
        """What the other person sends is shown safely and never looks like a notice."""
        line = Conversation(once=True, hold=True)
        self.assertEqual(line.said("> \x1b[2Jbye", 0), [Show("< > ␛[2Jbye")])

    def test_quit(self) -> None:
        """`:q` hangs up once, and nothing is said after it."""
        line = Conversation(once=True, hold=True)
        line.connected("bob", 0)
        self.assertEqual(line.typed("hello", 0) + line.typed(":q", 0), [Say("hello"), HangUp()])
        self.assertNotIn(Say("late"), line.typed("late", 0))


class Daemon(SynchronousTestCase):
    """A chat whose terminal comes and goes."""

    def test_missed(self) -> None:
        """What came while nobody was attached is shown with its time, up to the bound."""
        line = Conversation(once=False, hold=False, detachable=True)
        for number in range(1005):
            self.assertEqual(line.said(f"line {number}", 0.0), [])
        shown = line.attached(0)
        self.assertEqual(shown[0], Show("> 5 older lines were not kept"))
        self.assertEqual(len(shown), 1002)
        self.assertRegex(str(shown[1]), r"< \[19\d\d-\d\d-\d\d \d\d:\d\d:\d\d\] line 5")
        self.assertEqual(line.said("now", 0), [Show("< now")])

    def test_nobody_there(self) -> None:
        """What is typed to nobody is not kept for the next stranger, and detaching is no end."""
        line = Conversation(once=False, hold=False, detachable=True)
        line.attached(0)
        self.assertIn("not sent", str(line.typed("secret", 0)))
        self.assertNotIn(Say("secret"), line.connected("eve", 0))
        self.assertEqual(line.ended(0), [CloseTerminal()])
