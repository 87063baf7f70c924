"""Where a daemon's terminal is, and who gets to it."""

import os
import shutil
import stat
import tempfile
from pathlib import Path
from typing import Any

from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import IProtocol
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import implementer

from twisted_chat.lines import MAX_LINE
from twisted_chat.startup import CannotStart
from twisted_chat.terminal import socket
from twisted_chat.terminal.rows import fresh_row
from twisted_chat.terminal.socket import Attachment, prepare_directory, socket_path
from twisted_chat.terminal.window import IWindow


class SocketPathTests(SynchronousTestCase):
    """The place of the socket."""

    def test_in_the_runtime_directory(self) -> None:
        """It is in the person's runtime directory, one for each program and port."""
        home = tempfile.mkdtemp()
        self.addCleanup(os.rmdir, home)
        self.set("XDG_RUNTIME_DIR", home)
        self.assertEqual(
            socket_path("tcpchat", 8090), Path(home, "twisted-chat", "tcpchat-8090.sock")
        )

    def test_place_taken(self) -> None:
        """Where somebody else has taken its place in /tmp, that is said in one line."""
        home = Path(tempfile.mkdtemp())
        self.addCleanup(home.rmdir)
        taken = home / f"runtime-{os.getuid()}"
        taken.symlink_to("/")
        self.addCleanup(taken.unlink)
        self.set("XDG_RUNTIME_DIR", str(home / "none" / "such"))
        self.set("TMPDIR", str(home))
        self.patch(tempfile, "tempdir", None)
        try:
            path = socket_path("tcpchat", 8090)
        except CannotStart as problem:
            self.assertIn(f"{taken} is a symlink", str(problem))
        else:
            self.assertNotEqual(path.parent.parent, taken)

    def set(self, name: str, value: str) -> None:
        """Set a variable of the environment for this test."""
        self.patch(os, "environ", {**os.environ, name: value})


class PrepareDirectoryTests(SynchronousTestCase):
    """The directory of the socket is its owner's alone."""

    def setUp(self) -> None:
        base = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, base)
        self.home = Path(base, "home")
        self.directory = self.home / "run"
        self.socket = self.directory / "chat.sock"

    def mode(self) -> int:
        return stat.S_IMODE(self.directory.stat().st_mode)

    def test_made(self) -> None:
        """A directory that is not there is made, its parents too, for its owner alone."""
        prepare_directory(self.socket)
        self.assertEqual(self.mode(), 0o700)

    def test_closed_to_others(self) -> None:
        """One's own directory that others could enter is closed to them."""
        self.directory.mkdir(parents=True)
        self.directory.chmod(0o777)
        prepare_directory(self.socket)
        self.assertEqual(self.mode(), 0o700)

    def test_symbolic_link(self) -> None:
        """A symbolic link in its place, which another can turn elsewhere, is refused."""
        elsewhere = self.home / "elsewhere"
        elsewhere.mkdir(parents=True)
        elsewhere.chmod(0o755)
        self.directory.symlink_to(elsewhere.absolute())
        with self.assertRaises(CannotStart) as caught:
            prepare_directory(self.socket)
        self.assertIn("is not yours; give another place with --terminal", str(caught.exception))
        self.assertEqual(stat.S_IMODE(elsewhere.stat().st_mode), 0o755)

    def test_file(self) -> None:
        """A file in its place costs one line that says what would do."""
        self.home.mkdir()
        self.directory.touch()
        with self.assertRaises(CannotStart) as caught:
            prepare_directory(self.socket)
        self.assertIn(f"cannot make {self.directory}: File exists", str(caught.exception))
        self.assertIn("--terminal", str(caught.exception))

    def test_somebody_elses(self) -> None:
        """A directory that belongs to somebody else is refused."""
        if os.getuid() == 0:
            self.directory.mkdir(parents=True)
            os.chown(self.directory, 12345, 12345)
            socket = self.socket
        else:
            socket = Path("/usr/chat.sock")
        with self.assertRaises(CannotStart) as caught:
            prepare_directory(socket)
        self.assertIn("is not yours", str(caught.exception))


NOT_SENT = "> nobody is on the line; that was not sent"


class HalfCloseable(StringTransport):
    """A transport whose writing side can be closed alone."""

    write_closed = False

    def loseWriteConnection(self) -> None:
        self.write_closed = True


class AttachmentTests(SynchronousTestCase):
    """A person at a daemon's terminal."""

    def setUp(self) -> None:
        self.screen = StringTransport()
        self.daemon = HalfCloseable()
        self.attachment = Attachment(self.open_terminal, NOT_SENT)
        self.attachment.makeConnection(self.daemon)

    def open_terminal(self, keyboard: IProtocol) -> Any:
        self.keyboard: Any = keyboard
        keyboard.makeConnection(self.screen)

    def test_both_ways(self) -> None:
        """Bytes go through unchanged, both ways."""
        self.keyboard.dataReceived(b"hel")
        self.keyboard.dataReceived(b"lo\xff\n")
        self.attachment.dataReceived(b"< hi\n")
        self.assertEqual(self.daemon.value(), b"hello\xff\n")
        self.assertEqual(self.screen.value(), b"< hi\n")

    def test_rows(self) -> None:
        """At a terminal the daemon's lines are broken as its own would be, whole or in pieces."""

        @implementer(IWindow)
        class Window(StringTransport):
            def width(self) -> int:
                return 9

            def cuts(self, data: bytes) -> bool:
                return data.startswith(b"cut")

        self.screen = window = Window()
        self.attachment = Attachment(self.open_terminal, NOT_SENT)
        self.attachment.makeConnection(HalfCloseable())
        self.attachment.dataReceived("< grü".encode()[:-1])
        self.attachment.dataReceived("ü".encode()[1:] + b"e du\x1b\nlast")
        self.keyboard.dataReceived(b"hello\n")
        self.assertEqual((self.keyboard.unread, window.value().count(b"cuts")), (False, 0))
        shown = f"{fresh_row(9)}< grüe \n| du␛\n"
        self.assertEqual(window.value().decode(), shown)
        self.attachment.connectionLost(Failure(ConnectionDone()))
        self.assertEqual(window.value().decode(), f"{shown}{fresh_row(9)}last\n")

    def test_cut(self) -> None:
        """A line that the terminal has cut is not passed on, and why is shown."""
        self.patch(socket, "has_cut", lambda data, transport: transport is self.screen)
        self.keyboard.dataReceived(b"hello\n")
        self.assertEqual(self.daemon.value(), b"")
        self.assertIn(b"> the terminal cuts lines", self.screen.value())

    def test_not_read(self) -> None:
        """What was entered in the moment of Ctrl-C is not passed on, and that is shown."""
        self.keyboard.not_read(b"hello\n")
        self.keyboard.not_read(b"\n")
        self.assertEqual(self.daemon.value(), b"")
        self.assertEqual(
            self.screen.value(), b"> this came with Ctrl-C, and was not said: hello\n"
        )

    def test_too_long(self) -> None:
        """A line that the daemon does not read is noticed here too, for the exit status."""
        for length, unread in ((MAX_LINE, False), (MAX_LINE + 1, True)):
            self.setUp()
            self.keyboard.dataReceived(b"x" * length + b"\n")
            self.assertEqual(self.keyboard.unread, unread)

    def test_no_daemon(self) -> None:
        """Something at the socket that shows an endless line is left."""
        self.patch(socket, "is_terminal", lambda _: True)
        self.attachment.dataReceived(b"x" * (16 * MAX_LINE + 1))
        self.assertTrue(self.daemon.disconnecting)

    def test_end_of_input(self) -> None:
        """The end of input is passed on, and what the daemon still shows is shown."""
        self.keyboard.readConnectionLost()
        self.assertTrue(self.daemon.write_closed)
        self.assertFalse(self.daemon.disconnecting)
        self.attachment.dataReceived(b"< last\n")
        self.assertEqual(self.screen.value(), b"< last\n")

    def test_not_sent(self) -> None:
        """That a line was not sent is noticed for the exit status, shown once, and not forged."""
        for forged in (f"< {NOT_SENT}", f"> not sent: {NOT_SENT}"):
            self.attachment.dataReceived(f"{forged}\n".encode())
        self.assertFalse(self.attachment.unsent)
        for piece in (NOT_SENT[:9], NOT_SENT[9:], "\nx"):
            self.attachment.dataReceived(piece.encode())
        self.assertTrue(self.attachment.unsent)
        self.attachment.connectionLost(Failure(ConnectionDone()))
        shown = self.screen.value().decode()
        self.assertTrue(shown.endswith(f"\n{NOT_SENT}\nx"), shown)

    def test_daemon_closes(self) -> None:
        """When the daemon lets go the screen is closed, and that ends it."""
        self.attachment.readConnectionLost()
        self.assertTrue(self.daemon.disconnecting)
        self.attachment.connectionLost(Failure(ConnectionDone()))
        self.assertTrue(self.screen.disconnecting)
        self.assertNoResult(self.attachment.over)
        self.keyboard.connectionLost(Failure(ConnectionDone()))
        self.assertFalse(self.successResultOf(self.attachment.over))

    def test_person_leaves(self) -> None:
        """A person who ends the input, or whose screen is gone, has left."""
        for leave in (self.keyboard.readConnectionLost, self.keyboard.writeConnectionLost):
            self.setUp()
            getattr(self.keyboard, leave.__name__)()
            self.attachment.connectionLost(Failure(ConnectionDone()))
            self.keyboard.connectionLost(Failure(ConnectionDone()))
            self.assertTrue(self.successResultOf(self.attachment.over))

    def test_lost_before_the_keyboard(self) -> None:
        """A program that is ended loses the daemon first: its keyboard ends nothing there."""
        self.attachment.connectionLost(Failure(ConnectionDone()))
        self.keyboard.readConnectionLost()
        self.assertFalse(self.daemon.write_closed)
        self.assertIsNone(self.successResultOf(self.attachment.leave()))

    def test_leave(self) -> None:
        """One who is ended with a line on its way waits until the daemon has read it."""
        self.keyboard.dataReceived(b"bye\n")
        gone = self.attachment.leave()
        self.assertTrue(self.daemon.write_closed)
        self.attachment.dataReceived(b"> nobody is on the line\n")
        self.assertEqual(self.screen.value(), b"> nobody is on the line\n")
        self.assertNoResult(gone)
        self.attachment.connectionLost(Failure(ConnectionDone()))
        self.assertIsNone(self.successResultOf(gone))

    def test_screen_gone(self) -> None:
        """When nobody reads the screen any more the daemon is let go."""
        self.keyboard.writeConnectionLost()
        self.assertTrue(self.daemon.disconnecting)

    def test_flow_control(self) -> None:
        """Either side that does not take what it gets pauses the other."""
        self.assertIs(self.daemon.producer, self.screen)
        self.assertIs(self.screen.producer, self.daemon)
        self.assertTrue(self.daemon.streaming)
        self.assertTrue(self.screen.streaming)
