"""A terminal that hands out keys: taken, and given back as it was found."""

import os
import pty
import termios
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.terminal import raw
from twisted_chat.terminal.raw import BRACKETED, NOT_BRACKETED, RawMode, may_change


class Raw(SynchronousTestCase):
    """One end of a pseudo-terminal; this test is at the other."""

    def setUp(self) -> None:
        self.other, self.ours = pty.openpty()
        self.addCleanup(os.close, self.other)
        self.addCleanup(os.close, self.ours)
        self.is_ours: bool = True
        self.patch(raw, "may_change", lambda descriptor: self.is_ours)
        self.mode = RawMode(self.ours, self.ours)

    def modes(self) -> Any:
        return termios.tcgetattr(self.ours)

    def shown(self, length: int) -> bytes:
        """So many bytes that come out at the other end."""
        data = b""
        while len(data) < length:
            data += os.read(self.other, length - len(data))
        return data

    def test_taken(self) -> None:
        """Keys come as they are pressed, Enter and the keys of signals too, and none is shown;
        pastes are marked."""
        self.mode.keep()
        self.assertTrue(self.mode.taken)
        self.assertEqual(self.shown(len(BRACKETED)), BRACKETED)
        for key in (b"a", b"\r", b"\n", b"\x03", b"\x1a", b"\x16", b"\x13", b"\x04"):
            os.write(self.other, key)
            self.assertEqual(os.read(self.ours, 10), key)
        os.write(self.ours, b"b\n")
        self.assertEqual(self.shown(3), b"b\r\n")

    def test_given_back(self) -> None:
        """It is as it was found, once; what it is made afterwards is its own affair."""
        found = self.modes()
        self.mode.keep()
        self.assertNotEqual(self.modes(), found)
        self.mode.put_back()
        self.assertEqual(self.modes(), found)
        self.assertEqual(self.shown(len(BRACKETED + NOT_BRACKETED)), BRACKETED + NOT_BRACKETED)
        changed = self.modes()
        changed[3] &= ~termios.ECHO
        termios.tcsetattr(self.ours, termios.TCSANOW, changed)
        self.mode.put_back()
        self.assertEqual(self.modes(), changed)
        self.mode.keep()
        self.mode.put_back()
        self.assertEqual(self.modes(), changed)

    def test_somebody_elses(self) -> None:
        """One that is somebody else's at the moment is left alone."""
        found = self.modes()
        self.is_ours = False
        self.mode.keep()
        self.assertEqual((self.modes(), self.mode.taken, self.mode.take()), (found, False, None))
        self.is_ours = True
        self.mode.keep()
        taken = self.modes()
        self.is_ours = False
        self.mode.put_back()
        self.assertEqual((self.modes(), self.mode.taken), (taken, False))

    def test_interrupted(self) -> None:
        """What was typed behind Ctrl-C is thrown away."""
        self.mode.keep()
        os.write(self.other, b"typed ahead")
        self.assertEqual(self.mode.take(), [])
        os.write(self.other, b"x")
        self.assertEqual(os.read(self.ours, 100), b"x")

    def test_that_controls_nobody(self) -> None:
        """One that is no terminal of a session's is nobody else's."""
        self.assertTrue(may_change(self.ours))

    def test_no_terminal(self) -> None:
        """What is no terminal, or has hung up, is none."""
        reading, writing = os.pipe()
        self.addCleanup(os.close, reading)
        self.addCleanup(os.close, writing)
        mode = RawMode(reading, writing)
        mode.keep()
        self.assertFalse(mode.taken)
        mode.put_back()
