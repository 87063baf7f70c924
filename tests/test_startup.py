"""Reading options, and failing in one line."""

import contextlib
import errno
import io
import math
import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, ClassVar

from twisted.internet.error import CannotListenError
from twisted.python import usage
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat import __version__, startup
from twisted_chat.launch import program


class Example(startup.Options):
    """Options with an option that takes a value, one that takes none, and words."""

    optParameters: ClassVar[list[list[Any]]] = [
        ["name", "n", None, "A name"],
        ["size", "s", 1, "A size", startup.number(int, 1)],
    ]
    optFlags: ClassVar[list[list[Any]]] = [["loud", "l", "Be loud"]]

    def parseArgs(self, *words: str) -> None:
        self["words"] = list(words)


class Daemon(usage.Options):
    """Stands for twistd's own options, of which ours are a subcommand."""

    subCommands: ClassVar[Any] = [["example", None, Example, "An example"]]


class OptionsTests(SynchronousTestCase):
    """Words and options on a command line."""

    def parsed(self, *words: str) -> Example:
        options = Example()
        options.parseOptions(list(words))
        return options

    def test_words_anywhere(self) -> None:
        """Words may stand before, between and after options, and keep their order."""
        for line in (
            ("--name", "ann", "--loud", "host", "8090"),
            ("host", "8090", "--name", "ann", "--loud"),
            ("host", "--name=ann", "8090", "--loud"),
            ("-l", "host", "-n", "ann", "8090"),
            ("host", "-nann", "-l", "8090"),
        ):
            options = self.parsed(*line)
            self.assertEqual(options["words"], ["host", "8090"], line)
            self.assertEqual(options["name"], "ann", line)
            self.assertTrue(options["loud"], line)

    def test_words_that_look_like_options(self) -> None:
        """After `--` everything is a word; a value may begin with a hyphen."""
        self.assertEqual(self.parsed("a", "--", "--loud", "-n")["words"], ["a", "--loud", "-n"])
        self.assertEqual(self.parsed("--name", "-x")["name"], "-x")

    def test_empty_value(self) -> None:
        """An empty value is a value."""
        options = self.parsed("--name", "", "host")
        self.assertEqual((options["name"], options["words"]), ("", ["host"]))

    def test_unknown_option(self) -> None:
        """An option that does not exist is a UsageError that names it."""
        with self.assertRaises(usage.UsageError) as caught:
            self.parsed("host", "--nosuch")
        self.assertIn("nosuch", str(caught.exception))

    def test_version(self) -> None:
        """--version shows the version of this package and ends well."""
        output = io.StringIO()
        with contextlib.redirect_stdout(output), self.assertRaises(SystemExit) as caught:
            self.parsed("--version")
        self.assertEqual(output.getvalue(), f"twisted-chat {__version__}\n")
        self.assertEqual(caught.exception.code, 0)

    def test_mistake_under_twistd(self) -> None:
        """Under twistd a mistake is one line on standard error and status 2."""
        errors = io.StringIO()
        with contextlib.redirect_stderr(errors), self.assertRaises(SystemExit) as caught:
            Daemon().parseOptions(["example", "--nosuch"])
        self.assertEqual(caught.exception.code, 2)
        self.assertEqual(
            errors.getvalue(),
            "option --nosuch not recognized (twistd example --help tells more)\n",
        )

    def test_which_option(self) -> None:
        """A value that does not do is told with its option, by the long name."""
        for words in (("--size", "x"), ("-s", "x"), ("-sx",), ("--size=2", "--size=x")):
            with self.assertRaises(usage.UsageError) as caught:
                self.parsed(*words)
            self.assertTrue(str(caught.exception).startswith("--size: 'x' cannot be used: "))
        self.assertEqual(self.parsed("--size", "3")["size"], 3)


class CoercionTests(SynchronousTestCase):
    """Values of options."""

    def test_number(self) -> None:
        """A number of the kind, at or above the smallest, is read as that kind."""
        whole, fraction = startup.number(int, 1), startup.number(float, 0.5)
        self.assertEqual(whole("1"), 1)
        self.assertIsInstance(whole("17"), int)
        self.assertEqual(fraction("0.5"), 0.5)

    def test_not_a_number(self) -> None:
        """Anything else is a UsageError that says what would do."""
        for text in ("0", "-1", "1.5", "many", "", "nan", "inf"):
            with self.assertRaises(usage.UsageError) as caught:
                startup.number(int, 1)(text)
            self.assertEqual(
                str(caught.exception), f"{text!r} cannot be used: give a whole number, 1 or more"
            )
        for text in ("nan", "inf", "-inf", "1e999", "0.4", "x", str(math.pi) + "s"):
            with self.assertRaises(usage.UsageError) as caught:
                startup.number(float, 0.5)(text)
            self.assertIn("give a number, 0.5 or more", str(caught.exception))

    def test_interface(self) -> None:
        """A literal IPv4 or IPv6 address is an interface, a name is not."""
        for address in ("127.0.0.1", "0.0.0.0", "::", "::1"):
            self.assertEqual(startup.interface(address), address)
        for text in ("localhost", "eth0", "", "127.0.0.1:8090", "256.0.0.1"):
            with self.assertRaises(usage.UsageError) as caught:
                startup.interface(text)
            self.assertIn(f"{text!r} is not an IP address", str(caught.exception))

    def test_listening_port(self) -> None:
        """Ports from 0, for any, to 65535."""
        for port in (0, 1, 8090, 65535):
            self.assertEqual(startup.listening_port(str(port)), port)
        for text in ("65536", "-1", "", "80a", "٨", "9" * 5000):
            with self.assertRaises(usage.UsageError) as caught:
                startup.listening_port(text)
            self.assertIn("give a number from 0 to 65535", str(caught.exception))

    def test_unexpected(self) -> None:
        """A word where only options belong is named, with the option that was probably meant."""
        self.assertEqual(
            str(startup.unexpected(["8090", "more"], "--port")),
            "'8090' is not an option; a port is given with --port",
        )


def dead_process() -> int:
    """The number of a process that has ended."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    return ended.pid


class CannotStartTests(SynchronousTestCase):
    """Something outside prevents the start."""

    def test_ends_the_process(self) -> None:
        """It is a SystemExit whose text is the last line, and an Exception for twistd to see."""
        problem = startup.CannotStart("no room")
        self.assertIsInstance(problem, SystemExit)
        self.assertIsInstance(problem, Exception)
        self.assertEqual(problem.code, "no room")
        self.assertEqual(str(problem), "no room")

    def test_status(self) -> None:
        """A process that it ends has status 1 and the one line on standard error."""
        program = "from twisted_chat.startup import CannotStart; raise CannotStart('no room')"
        ended = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
        self.assertEqual((ended.returncode, ended.stderr), (1, b"no room\n"))

    def test_raw(self) -> None:
        """The name of a file, or what was typed, is shown as it is, and obeyed by no terminal."""
        problem = startup.CannotStart("no folder for a\x1b[31m\nb")
        self.assertEqual(problem.code, "no folder for a\u241b[31m\u240ab")

    def test_in_use(self) -> None:
        """A place in use is said to be, with what to do."""
        error = CannotListenError("", 8090, OSError(errno.EADDRINUSE, "Address already in use"))
        self.assertEqual(
            str(startup.cannot_listen("TCP port 8090", error)),
            "TCP port 8090 is in use: choose another, or end what uses it",
        )

    def test_other_reasons(self) -> None:
        """Any other reason is given in the system's words, or as it is."""
        denied = CannotListenError("", 80, OSError(errno.EACCES, "Permission denied"))
        self.assertEqual(
            str(startup.cannot_listen("TCP port 80", denied)),
            "cannot listen on TCP port 80: Permission denied",
        )
        bare = CannotListenError("", 80, OSError("something"))
        self.assertEqual(
            str(startup.cannot_listen("here", bare)), "cannot listen on here: something"
        )

    def test_unix_socket(self) -> None:
        """A UNIX socket that is locked is in use; one without its directory says that."""
        locked = CannotListenError(None, "chat.sock", "Cannot acquire lock")
        self.assertIn("unix:a.sock is in use", str(startup.cannot_listen("unix:a.sock", locked)))
        missing = FileNotFoundError(errno.ENOENT, "No such file or directory")
        self.assertEqual(
            str(startup.cannot_listen("unix:a.sock", missing)),
            "cannot listen on unix:a.sock: No such file or directory",
        )

    def test_check_port(self) -> None:
        """A port that is taken is told from one that is free, of either kind and family."""
        for kind, name in ((socket.SOCK_STREAM, "TCP"), (socket.SOCK_DGRAM, "UDP")):
            with socket.socket(socket.AF_INET, kind) as taken:
                taken.bind(("127.0.0.1", 0))
                if kind is socket.SOCK_STREAM:
                    taken.listen()
                port = taken.getsockname()[1]
                with self.assertRaises(startup.CannotStart) as caught:
                    startup.check_port(port, kind, "127.0.0.1")
                self.assertIn(f"{name} port {port} is in use", str(caught.exception))
            startup.check_port(port, kind, "127.0.0.1")
            with self.assertRaises(startup.CannotStart) as caught:
                startup.check_port(port, kind, "2001:db8::1")
            self.assertIn(f"cannot listen on {name} port {port}: ", str(caught.exception))

    def test_check_socket(self) -> None:
        """A UNIX socket is in use while the process that locked it lives, and only then."""
        with tempfile.TemporaryDirectory() as home:
            path = f"{home}/chat.sock"
            startup.check_socket(path)
            lock = Path(f"{path}.lock")
            for alive in (os.getpid(), 1):
                lock.symlink_to(str(alive))
                with self.assertRaises(startup.CannotStart) as caught:
                    startup.check_socket(path)
                self.assertEqual(
                    str(caught.exception),
                    f"unix:{path} is in use: choose another, or end what uses it",
                )
                lock.unlink()
            for left in (dead_process(), "9" * 30, "nonsense"):
                lock.symlink_to(str(left))
                startup.check_socket(path)
                self.assertTrue(lock.is_symlink())
                lock.unlink()

    def test_resolve(self) -> None:
        """An address is its own, of either family."""
        for address in ("127.0.0.1", "::1"):
            self.assertEqual(startup.resolve(address, socket.SOCK_STREAM), address)

    def test_resolve_unknown(self) -> None:
        """A host that does not exist, or cannot, costs one line that says what would do."""
        for host in ("nosuchhost.invalid", "a" * 300, "..", "1.2.3.4.5"):
            with self.assertRaises(startup.CannotStart) as caught:
                startup.resolve(host, socket.SOCK_DGRAM)
            self.assertEqual(
                str(caught.exception),
                f"there is no host {host}: check the spelling, or give its IP address",
            )


class CalledTests(SynchronousTestCase):
    """How a person is told to call a program."""

    def test_called(self) -> None:
        """By its name where the shell finds that one, and as it was called otherwise."""
        with tempfile.TemporaryDirectory() as place:
            ours = Path(place, "udpchat")
            ours.touch(0o700)
            for path, typed, shown in (
                (place, str(ours), "udpchat"),
                ("/nowhere", str(ours), str(ours)),
                ("/nowhere", ".venv/bin/udpchat", ".venv/bin/udpchat"),
                ("/nowhere", "-c", "udpchat"),
            ):
                self.patch(os, "environ", {"PATH": path})
                self.patch(sys, "argv", [typed])
                self.assertEqual(program.called("udpchat"), shown)


class Source(SynchronousTestCase):
    """Where datagrams leave from."""

    def test_loopback(self) -> None:
        """To our own machine they leave from it; where there is no way, from nowhere."""
        self.assertEqual(startup.source_host("127.0.0.1"), "127.0.0.1")
        self.assertEqual(startup.source_host("255.255.255.255"), "")
