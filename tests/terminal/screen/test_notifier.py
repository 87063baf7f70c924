"""A program of the person's own is run for what is for them."""

import sys

from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase, TestCase

from twisted_chat.terminal.screen.attention import Noticed
from twisted_chat.terminal.screen.notifier import APART, Notifier, filled_in

NOTICED = Noticed("bob", "lab", "hello {who} $(reboot); `x` -- --urgency")


class Arguments(SynchronousTestCase):
    """What is filled in."""

    def test_filled_in(self) -> None:
        """Each stays in its argument, and nothing in it is read."""
        command = ["notify", "--", "{who} in {where}", "{text}", "{other}", "{{who}}"]
        expected = ["notify", "--", "bob in lab", NOTICED.text, "{other}", "{bob}"]
        self.assertEqual(filled_in(command, NOTICED), expected)


class FakeProcesses(Clock):
    """Runs nothing, and writes down what."""

    def __init__(self) -> None:
        super().__init__()
        self.runs: list[tuple[str, list[str]]] = []
        self.problem: OSError | None = None
        self.pid = 7
        self.killed = 0

    def spawnProcess(
        self, protocol: object, program: str, arguments: list[str], **_: object
    ) -> object:
        if self.problem is not None:
            raise self.problem
        self.runs.append((program, arguments))
        return self

    def signalProcess(self, name: str) -> None:
        self.killed += 1


class Running(SynchronousTestCase):
    """How often it is run."""

    def setUp(self) -> None:
        self.reactor, self.failures = FakeProcesses(), list[str]()
        self.notify = Notifier(["say", "{text}"], self.reactor, self.failures.append)

    def test_one_at_a_time(self) -> None:
        """One after the other, and no more than one a second."""
        self.notify(NOTICED)
        self.reactor.advance(APART)
        self.notify(NOTICED)
        self.assertEqual(self.reactor.runs, [("say", ["say", NOTICED.text])])
        self.notify.ended("")
        self.notify(NOTICED)
        self.notify.ended("")
        self.notify(NOTICED)
        self.assertEqual(len(self.reactor.runs), 2)

    def test_endless(self) -> None:
        """One that does not end is ended."""
        self.notify(NOTICED)
        self.reactor.advance(10.0)
        self.assertEqual(self.reactor.killed, 1)

    def test_not_there(self) -> None:
        """That it cannot be run is told once."""
        self.reactor.problem = FileNotFoundError(2, "No such file or directory")
        for _ in range(3):
            self.notify(NOTICED)
            self.reactor.advance(APART)
        self.assertEqual(len(self.failures), 1)
        self.assertIn("No such file", self.failures[0])


class Really(TestCase):
    """A real program."""

    def test_run(self) -> None:
        """It gets what was said as one argument, and no shell sees it; how it ends is known."""
        ended: Deferred[str] = Deferred()
        text = "hello $(reboot); `x` -- --urgency"
        check = f"import sys; sys.exit(3 if sys.argv[1] == {text!r} else 4)"
        notify = Notifier([sys.executable, "-c", check, "{text}"], reactor, ended.callback)
        notify(Noticed("bob", "lab", text))

        def check_told(why: str) -> None:
            self.assertIn("status 3", why)

        return ended.addCallback(check_told)  # type: ignore[return-value]
