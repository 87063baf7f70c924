"""What was entered at a terminal, when a key sends a signal."""

import contextlib
import os
import termios

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.terminal.entered import Entered


class EnteredTests(SynchronousTestCase):
    """A terminal, as if it were the one that sends us signals."""

    def setUp(self) -> None:
        self.ours, self.theirs = os.openpty()
        for descriptor in (self.ours, self.theirs):
            self.addCleanup(os.close, descriptor)
        os.set_blocking(self.theirs, False)
        self.patch(Entered, "_is_ours", lambda entered: os.isatty(entered._descriptor))
        self.entered = Entered(self.theirs)

    def flushes(self) -> bool:
        return not termios.tcgetattr(self.theirs)[3] & termios.NOFLSH

    def test_kept(self) -> None:
        """It is kept while we are there, and the terminal is left as it was."""
        self.entered.keep()
        self.assertFalse(self.flushes())
        self.entered.put_back()
        self.assertTrue(self.flushes())

    def test_kept_before(self) -> None:
        """Where somebody wanted it so before us, it stays so."""
        Entered(self.theirs).keep()
        self.entered.keep()
        self.entered.keep()
        self.entered.put_back()
        self.assertFalse(self.flushes())

    def test_kept_again(self) -> None:
        """Whoever had the terminal meanwhile may have changed it: it is kept once more."""
        other = Entered(self.theirs)
        self.entered.keep()
        self.entered.put_back()
        self.entered.keep()
        self.entered.keep()
        self.assertFalse(self.flushes())
        other.put_back()
        self.assertFalse(self.flushes())
        self.entered.put_back()
        self.assertTrue(self.flushes())

    def test_taken(self) -> None:
        """Whole lines are taken, and what has no end goes to nobody."""
        os.write(self.ours, b"one\ntwo\nhalf")
        self.assertEqual(self.entered.take(), [b"one\n", b"two\n"])
        os.write(self.ours, b"three\n")
        self.assertEqual(self.entered.take(), [b"three\n"])
        self.assertEqual(self.entered.take(), [])

    def test_not_in_lines(self) -> None:
        """A terminal that hands out every key at once has no lines that wait."""
        modes = termios.tcgetattr(self.theirs)
        modes[3] &= ~termios.ICANON
        termios.tcsetattr(self.theirs, termios.TCSANOW, modes)
        self.assertIsNone(self.entered.take())


class NotOursTests(SynchronousTestCase):
    """What is no terminal of ours is left alone."""

    def test_pipe(self) -> None:
        """Nothing is taken from a pipe, nor where there is nothing at all."""
        reading, writing = os.pipe()
        os.write(writing, b"hello\n")
        for descriptor in (reading, writing):
            self.addCleanup(self.close, descriptor)
        for number in (reading, 12345):
            entered = Entered(number)
            entered.keep()
            self.assertIsNone(entered.take())
            entered.put_back()
        self.assertEqual(os.read(reading, 9), b"hello\n")

    def test_terminal_of_others(self) -> None:
        """A terminal that sends its signals to others keeps its modes, and what waits there."""
        ours, theirs = os.openpty()
        for descriptor in (ours, theirs):
            self.addCleanup(self.close, descriptor)
        before = termios.tcgetattr(theirs)
        os.write(ours, b"hello\n")
        entered = Entered(theirs)
        entered.keep()
        self.assertIsNone(entered.take())
        self.assertEqual(termios.tcgetattr(theirs), before)
        self.assertEqual(os.read(theirs, 9), b"hello\n")

    def close(self, descriptor: int) -> None:
        with contextlib.suppress(OSError):
            os.close(descriptor)
