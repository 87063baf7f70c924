"""The rules of a line between two people, without any network."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.tcp.conversation import (
    MAX_HELD,
    MAX_MISSED_LINES,
    CloseTerminal,
    Conversation,
    EndProgram,
    HangUp,
    SendLine,
    Show,
)
from twisted_chat.tcp.events import LineEnding, NowhereToWait, WaitingForCall
from twisted_chat.tcp.typed import read
from twisted_chat.terminal.tcp_wording import TcpWording


@dataclass(frozen=True)
class Line:
    """A line that is shown."""

    line: str


NOON = datetime(2026, 3, 4, 12, 0, 0).timestamp()
HELD_NOTICE = Line("> nobody is there yet; it is sent when somebody is")
NOT_SENT = Line("> nobody is on the line; that was not sent")
LEAVE = "Ctrl-D leaves, and the daemon stays; :q hangs up"
SOMEBODY = Line(f"> attached; 192.0.2.1:8090 is on the line. {LEAVE}")
NOBODY = Line(f"> attached; nobody is on the line. {LEAVE}")
ELSEWHERE = "this is a call from elsewhere, and not bob:8090"
NOT_GIVEN = [Line("> not sent: one"), Line(f"> {ELSEWHERE}; nothing is sent")]
GREETING = Line("> connected with 192.0.2.1:8090; :q hangs up")


class Worded:
    """A conversation at a terminal: lines are typed, and events are lines."""

    def __init__(self, **how: Any) -> None:
        self._conversation = Conversation(**how)

    def typed(self, line: str, now: float) -> Any:
        """A line was typed."""
        todo = read(line, person=self._conversation.person)
        return self._lines(self._conversation.typed(todo, now))

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._conversation, name)
        if not callable(found):
            return found
        return lambda *given, **named: self._lines(found(*given, **named))

    def _lines(self, effects: Any) -> Any:
        return [
            Line(*TcpWording().lines(one.event, one.at)) if isinstance(one, Show) else one
            for one in effects or ()
        ]


def person(*, interactive: bool = True) -> Worded:
    """The conversation of a person's own program."""
    return Worded(once=True, hold=True, interactive=interactive)


def daemon(*, hold: bool = False) -> Worded:
    """The conversation of a daemon, whose terminal comes and goes."""
    return Worded(once=False, hold=hold, interactive=False, detachable=True)


def foreground() -> Worded:
    """The conversation of twistd -n, whose terminal is standard input and output."""
    return Worded(once=False, hold=True, interactive=False)


def connect(conversation: Worded) -> Any:
    return conversation.connected("192.0.2.1:8090", NOON)


class TalkingTests(SynchronousTestCase):
    """Somebody is on the line."""

    def test_typed_is_said(self) -> None:
        """A line typed while somebody is there is said at once, and nothing is shown."""
        conversation = person()
        self.assertEqual(connect(conversation), [GREETING])
        self.assertEqual(conversation.typed("hello", NOON), [SendLine("hello")])

    def test_typed_is_said_as_it_is(self) -> None:
        """Spaces, an empty line and the quit word inside a text reach the other side unchanged."""
        conversation = person()
        connect(conversation)
        for line in ("", "  two  ", "say :q to leave", ":D", "/ or not"):
            self.assertEqual(conversation.typed(line, NOON), [SendLine(line)])

    def test_said_is_shown(self) -> None:
        """What the other person says starts with `< `."""
        conversation = person()
        connect(conversation)
        self.assertEqual(conversation.said("hello", NOON), [Line("< hello")])

    def test_notices_cannot_be_forged(self) -> None:
        """A line that looks like a notice is still shown as the other person's."""
        conversation = person()
        connect(conversation)
        self.assertEqual(conversation.said("> you hung up", NOON), [Line("< > you hung up")])
        self.assertEqual(conversation.said("\r> forged", NOON), [Line("< ␍> forged")])

    def test_notice_prefix(self) -> None:
        """The program's own words start with `> `."""
        happened = person().happened(WaitingForCall("port 8090"), NOON)
        self.assertEqual(happened, [Line("> waiting on port 8090")])

    def test_nothing_is_obeyed(self) -> None:
        """Escape sequences, control characters and bidirectional overrides are made visible."""
        conversation = person()
        connect(conversation)
        self.assertEqual(
            conversation.said("\x1b[2J\x07\u202eevil\x9b", NOON),
            [Line("< ␛[2J␇<U+202E>evil<U+009B>")],
        )

    def test_wants_input(self) -> None:
        """With somebody on the line there is no bound on what may be typed."""
        conversation = person()
        connect(conversation)
        conversation.typed("x" * MAX_HELD, NOON)
        self.assertTrue(conversation.wants_input)


class HoldingTests(SynchronousTestCase):
    """Nobody is on the line yet."""

    def test_held_lines_are_said_in_order(self) -> None:
        """What was typed before anybody is there is said to the first who comes, once."""
        conversation = person()
        conversation.typed("one", NOON)
        conversation.typed("two", NOON)
        self.assertEqual(connect(conversation), [GREETING, SendLine("one"), SendLine("two")])
        conversation.disconnected(LineEnding.THEY_HUNG_UP, NOON)
        self.assertEqual(connect(conversation), [GREETING])

    def test_holding_is_said_once(self) -> None:
        """A person is told at the first held line that it waits, and not again."""
        conversation = person()
        self.assertEqual(conversation.typed("one", NOON), [HELD_NOTICE])
        self.assertEqual(conversation.typed("two", NOON), [])

    def test_script_is_not_told(self) -> None:
        """A script reads no notice about its held lines."""
        self.assertEqual(person(interactive=False).typed("one", NOON), [])

    def test_holding_is_bounded(self) -> None:
        """No more is read once the bound on what is kept is reached, until somebody is there."""
        conversation = person()
        conversation.typed("x" * (MAX_HELD - 1), NOON)
        self.assertTrue(conversation.wants_input)
        conversation.typed("x", NOON)
        self.assertFalse(conversation.wants_input)
        connect(conversation)
        self.assertTrue(conversation.wants_input)

    def test_daemon_does_not_hold(self) -> None:
        """At a daemon with nobody on the line a typed line is not sent, and that is said."""
        conversation = daemon()
        conversation.attached(NOON, NOON)
        self.assertEqual(conversation.typed("hello", NOON), [NOT_SENT])
        self.assertEqual(connect(conversation), [GREETING])

    def test_calling_daemon_holds_for_the_first(self) -> None:
        """A daemon that calls keeps lines for whom it calls, but not for the next caller."""
        conversation = daemon(hold=True)
        conversation.attached(NOON, NOON)
        self.assertEqual(conversation.typed("hello", NOON), [])
        self.assertEqual(connect(conversation), [GREETING, SendLine("hello")])
        conversation.disconnected(LineEnding.THEY_HUNG_UP, NOON)
        self.assertEqual(conversation.typed("again", NOON), [NOT_SENT])


class StrangerTests(SynchronousTestCase):
    """Somebody was called, and somebody else calls."""

    def test_person(self) -> None:
        """What was typed for the one who is called is shown as not sent, and can be sent again."""
        conversation = Worded(once=True, hold=True, whom="bob:8090")
        self.assertEqual(
            conversation.typed("my secret \u202e", NOON),
            [Line("> nobody is there yet; it is sent when bob:8090 is")],
        )
        conversation.typed("two", NOON)
        self.assertEqual(
            conversation.connected("192.0.2.1:8090", NOON, called=False),
            [
                GREETING,
                Line("> not sent: my secret <U+202E>"),
                Line("> not sent: two"),
                Line(f"> {ELSEWHERE}; type it again to send it"),
            ],
        )
        self.assertEqual(conversation.typed("two", NOON), [SendLine("two")])
        self.assertEqual(
            conversation.disconnected(LineEnding.THEY_HUNG_UP, NOON),
            [Line("> the other side hung up"), EndProgram(0)],
        )

    def test_nothing_was_typed(self) -> None:
        """A person who has typed nothing yet just talks to who calls."""
        conversation = Worded(once=True, hold=True, whom="bob:8090")
        self.assertEqual(conversation.connected("192.0.2.1:8090", NOON, called=False), [GREETING])
        self.assertEqual(conversation.typed("hello", NOON), [SendLine("hello")])

    def test_called(self) -> None:
        """The one who is called gets all of it, also by a call of theirs, as does anybody where
        nobody is called."""
        for whom, called in (("bob:8090", True), ("", True), ("", False)):
            conversation = Worded(once=True, hold=True, whom=whom)
            conversation.typed("one", NOON)
            self.assertEqual(
                conversation.connected("192.0.2.1:8090", NOON, called=called),
                [GREETING, SendLine("one")],
            )

    def test_person_who_waits_to_deliver(self) -> None:
        """After `:q` nobody is there to send it again: the chat ends with status 1."""
        conversation = Worded(once=True, hold=True, whom="bob:8090")
        conversation.typed("one", NOON)
        conversation.typed(":q", NOON)
        self.assertEqual(
            conversation.connected("192.0.2.1:8090", NOON, called=False),
            [GREETING, *NOT_GIVEN, HangUp()],
        )
        self.assertEqual(
            conversation.disconnected(LineEnding.THEY_HUNG_UP, NOON),
            [Line("> the other side hung up"), EndProgram(1)],
        )

    def test_script(self) -> None:
        """A script says nothing to somebody else, shows what was not sent, and has status 1."""
        for ended in (True, False):
            conversation = Worded(once=True, hold=True, whom="bob:8090", interactive=False)
            conversation.typed("one", NOON)
            if ended:
                conversation.ended(NOON)
            self.assertEqual(
                conversation.connected("192.0.2.1:8090", NOON, called=False),
                [GREETING, *NOT_GIVEN, HangUp()],
            )
            self.assertEqual(conversation.typed("last", NOON), [Line("> not sent: last")])
            self.assertEqual(conversation.ended(NOON), [])
            self.assertEqual(
                conversation.disconnected(LineEnding.THEY_HUNG_UP, NOON),
                [Line("> the other side hung up"), EndProgram(1)],
            )

    def test_script_that_has_said_nothing_yet(self) -> None:
        """What a script is still to say is not for somebody else either."""
        conversation = Worded(once=True, hold=True, whom="bob:8090", interactive=False)
        self.assertEqual(
            conversation.connected("192.0.2.1:8090", NOON, called=False),
            [GREETING, NOT_GIVEN[-1], HangUp()],
        )
        self.assertEqual(conversation.typed("secret", NOON), [Line("> not sent: secret")])
        self.assertEqual(
            conversation.disconnected(LineEnding.THEY_HUNG_UP, NOON),
            [Line("> the other side hung up"), EndProgram(1)],
        )

    def test_silent_script(self) -> None:
        """Nor does it stay with somebody else when there was nothing to say."""
        conversation = Worded(once=True, hold=True, whom="bob:8090", interactive=False)
        conversation.ended(NOON)
        self.assertEqual(
            conversation.connected("192.0.2.1:8090", NOON, called=False),
            [GREETING, NOT_GIVEN[-1], HangUp()],
        )
        self.assertEqual(
            conversation.disconnected(LineEnding.THEY_HUNG_UP, NOON),
            [Line("> the other side hung up"), EndProgram(1)],
        )

    def test_daemon(self) -> None:
        """At a daemon's terminal it is as for a person; who is not attached sees it later."""
        for attached in (True, False):
            conversation = Worded(
                once=False, hold=True, whom="bob:8090", interactive=False, detachable=True
            )
            conversation.attached(NOON, NOON)
            conversation.typed("one", NOON)
            if not attached:
                conversation.detached()
            effects = conversation.connected("192.0.2.1:8090", NOON, called=False)
            shown = effects if attached else conversation.attached(NOON, NOON)
            lines = [effect.line for effect in shown if isinstance(effect, Line)]
            self.assertIn("not sent: one", lines[1])
            self.assertIn(f"{ELSEWHERE}; type it again to send it", lines[2])
            self.assertEqual(conversation.typed("one", NOON), [SendLine("one")])

    def test_daemon_with_a_script(self) -> None:
        """twistd -n at the end of a pipe hangs up on somebody else, and stays for the called."""
        conversation = Worded(once=False, hold=True, whom="bob:8090", interactive=False)
        conversation.typed("one", NOON)
        self.assertEqual(
            conversation.connected("192.0.2.1:8090", NOON, called=False),
            [GREETING, *NOT_GIVEN, HangUp()],
        )
        self.assertEqual(conversation.typed("two", NOON), [NOT_SENT])
        conversation.disconnected(LineEnding.THEY_HUNG_UP, NOON)
        conversation.typed("three", NOON)
        self.assertEqual(connect(conversation), [GREETING, SendLine("three")])


class MistakeTests(SynchronousTestCase):
    """What looks like a command and is none."""

    def test_person(self) -> None:
        """It is not said, and its mark twice says it, also before anybody is there."""
        conversation = person()
        (shown,) = conversation.typed("/quit", NOON)
        assert isinstance(shown, Line)
        self.assertTrue(shown.line.startswith("> /quit is no command, and was not said"))
        conversation.typed("//quit", NOON)
        self.assertEqual(connect(conversation), [GREETING, SendLine("/quit")])
        self.assertIsInstance(conversation.typed(":help", NOON)[0], Line)
        self.assertEqual(conversation.typed("::help", NOON), [SendLine(":help")])

    def test_daemon(self) -> None:
        """So at a daemon's terminal."""
        conversation = daemon()
        conversation.attached(NOON, NOON)
        connect(conversation)
        self.assertIsInstance(conversation.typed(":wq", NOON)[0], Line)

    def test_script(self) -> None:
        """What comes from a pipe is delivered as it is."""
        conversation = person(interactive=False)
        connect(conversation)
        self.assertEqual(conversation.typed("/etc/passwd", NOON), [SendLine("/etc/passwd")])


class QuittingTests(SynchronousTestCase):
    """`:q`, and the end of input."""

    def test_quit_hangs_up(self) -> None:
        """`:q` hangs up, whatever spaces stand around it, and is not said."""
        for word in (":q", " :q ", ":q\t"):
            conversation = person()
            connect(conversation)
            self.assertEqual(conversation.typed(word, NOON), [HangUp()])

    def test_quit_twice(self) -> None:
        """Hanging up twice is hanging up once."""
        conversation = person()
        connect(conversation)
        conversation.typed(":q", NOON)
        self.assertEqual(conversation.typed(":q", NOON), [])
        self.assertEqual(conversation.ended(NOON), [])

    def test_typed_after_quit(self) -> None:
        """A line typed after hanging up is not said, and that is told."""
        conversation = person()
        connect(conversation)
        conversation.typed(":q", NOON)
        self.assertEqual(conversation.typed("wait", NOON), [NOT_SENT])

    def test_heard_after_quit(self) -> None:
        """What the other side still says after we hung up is shown."""
        conversation = person()
        connect(conversation)
        conversation.typed(":q", NOON)
        self.assertEqual(conversation.said("bye", NOON), [Line("< bye")])

    def test_quit_before_anybody_came(self) -> None:
        """`:q` with nothing to deliver ends a person's program well."""
        self.assertEqual(person().typed(":q", NOON), [EndProgram(0)])

    def test_quit_with_held_lines(self) -> None:
        """`:q` with lines to deliver waits, says them to whoever comes, and hangs up."""
        conversation = person()
        conversation.typed("one", NOON)
        self.assertEqual(
            conversation.typed(":q", NOON),
            [Line("> waiting to deliver what you typed; Ctrl-C gives up")],
        )
        self.assertEqual(conversation.typed(":q", NOON), [])
        self.assertEqual(conversation.typed("late", NOON), [NOT_SENT])
        self.assertEqual(connect(conversation), [GREETING, SendLine("one"), HangUp()])

    def test_stopped_with_held_lines(self) -> None:
        """One who ends the program is told what was not sent; a script has its status."""
        for who in (person(), daemon(hold=True)):
            who.attached(NOON, NOON)
            who.typed("one", NOON)
            who.typed("two", NOON)
            self.assertEqual(who.stopped(NOON), [Line("> not sent: one"), Line("> not sent: two")])
            self.assertEqual(who.stopped(NOON), [])
        script = person(interactive=False)
        script.typed("one", NOON)
        self.assertEqual(script.stopped(NOON), [])

    def test_script_ends_with_held_lines(self) -> None:
        """A script's end of input waits in silence until its lines are delivered."""
        conversation = person(interactive=False)
        conversation.typed("one", NOON)
        self.assertEqual(conversation.ended(NOON), [])
        self.assertEqual(connect(conversation), [GREETING, SendLine("one"), HangUp()])

    def test_person_ends_input(self) -> None:
        """The end of input at a terminal means to go, whether something was said or not."""
        self.assertEqual(person().ended(NOON), [EndProgram(0)])
        conversation = person()
        connect(conversation)
        self.assertEqual(conversation.ended(NOON), [HangUp()])

    def test_script_that_spoke_ends(self) -> None:
        """The end of a script's input hangs up after what it said."""
        conversation = person(interactive=False)
        connect(conversation)
        conversation.typed("one", NOON)
        self.assertEqual(conversation.ended(NOON), [HangUp()])

    def test_silent_script_listens(self) -> None:
        """A script that waits with nothing to say, such as </dev/null, goes on listening."""
        conversation = person(interactive=False)
        self.assertEqual(conversation.ended(NOON), [])
        self.assertEqual(connect(conversation), [GREETING])
        self.assertEqual(conversation.said("hello", NOON), [Line("< hello")])

    def test_silent_script_that_calls(self) -> None:
        """One that calls hangs up as soon as somebody is there, also if its input ends then."""
        for early in (True, False):
            conversation = Worded(once=True, hold=True, whom="bob:8090", interactive=False)
            if early:
                self.assertEqual(conversation.ended(NOON), [])
                self.assertEqual(connect(conversation), [GREETING, HangUp()])
            else:
                self.assertEqual(connect(conversation), [GREETING])
                self.assertEqual(conversation.ended(NOON), [HangUp()])
            self.assertEqual(conversation.said("hello", NOON), [Line("< hello")])
            gone = conversation.disconnected(LineEnding.WE_HUNG_UP, NOON)
            self.assertEqual(gone, [Line("> you hung up"), EndProgram(0)])

    def test_silent_foreground_service_stays(self) -> None:
        """The end of input at twistd -n ends nothing when nothing was typed."""
        conversation = foreground()
        connect(conversation)
        self.assertEqual(conversation.ended(NOON), [])

    def test_quit_at_idle_daemon(self) -> None:
        """`:q` at a daemon with nobody on the line says so, and ends nothing."""
        conversation = daemon()
        conversation.attached(NOON, NOON)
        self.assertEqual(
            conversation.typed(":q", NOON), [Line("> nobody is on the line; Ctrl-D leaves")]
        )

    def test_quit_at_daemon(self) -> None:
        """`:q` at a daemon hangs up on this caller and leaves the next one a working line."""
        conversation = daemon()
        conversation.attached(NOON, NOON)
        connect(conversation)
        self.assertEqual(conversation.typed(":q", NOON), [HangUp()])
        conversation.disconnected(LineEnding.WE_HUNG_UP, NOON)
        connect(conversation)
        self.assertEqual(conversation.typed("hello", NOON), [SendLine("hello")])
        self.assertEqual(conversation.typed(":q", NOON), [HangUp()])

    def test_detached_by_end_of_input(self) -> None:
        """The end of input at a daemon's terminal closes that, and not the line."""
        conversation = daemon()
        conversation.attached(NOON, NOON)
        connect(conversation)
        conversation.typed("hello", NOON)
        self.assertEqual(conversation.ended(NOON), [CloseTerminal()])
        conversation.detached()
        conversation.attached(NOON, NOON)
        self.assertEqual(conversation.typed("back", NOON), [SendLine("back")])


class EndingTests(SynchronousTestCase):
    """The other person is gone."""

    def test_person_finishes(self) -> None:
        """A person's program says why, and ends with status 0 where somebody hung up."""
        lost = "> the connection was lost: "
        for how, said, status in (
            (LineEnding.WE_HUNG_UP, "> you hung up", 0),
            (LineEnding.THEY_HUNG_UP, "> the other side hung up", 0),
            (LineEnding.LOST, f"{lost}reset {{}}", 1),
            (LineEnding.SILENT, f"{lost}the other side does not answer any more", 1),
            (LineEnding.NOT_TEXT, "> the chat was ended: the other side sent reset {}", 1),
        ):
            conversation = person()
            connect(conversation)
            self.assertEqual(
                conversation.disconnected(how, NOON, problem="reset {}"),
                [Line(said), EndProgram(status)],
            )

    def test_daemon_waits_for_the_next(self) -> None:
        """A daemon says why and that it waits, and does not end."""
        conversation = daemon()
        conversation.attached(NOON, NOON)
        connect(conversation)
        self.assertEqual(
            conversation.disconnected(LineEnding.LOST, NOON, problem="reset"),
            [Line("> the connection was lost: reset; waiting for the next caller")],
        )

    def test_failed(self) -> None:
        """Where there can be no conversation the program says why and ends with status 1."""
        taken = NowhereToWait("TCP port 80", "Permission denied", False)
        told = Line("> cannot listen on TCP port 80: Permission denied")
        self.assertEqual(person().failed(taken, NOON), [told, EndProgram(1)])


class UnseenTests(SynchronousTestCase):
    """The terminal of a program of one's own is gone, or takes nothing more."""

    def test_nobody_there(self) -> None:
        """With nobody on the line it is over: what was typed cannot even be told as not sent."""
        for conversation in (person(), person(interactive=False), foreground()):
            conversation.typed("one", NOON)
            self.assertEqual(conversation.detached(), [EndProgram(1)])

    def test_on_the_line(self) -> None:
        """What was said is delivered before we hang up; the status says that not all was shown."""
        for conversation in (person(), person(interactive=False), foreground()):
            connect(conversation)
            conversation.typed("one", NOON)
            self.assertEqual(conversation.detached(), [HangUp()])
            effects = conversation.disconnected(LineEnding.WE_HUNG_UP, NOON)
            self.assertEqual(effects, [Line("> you hung up"), EndProgram(1)])

    def test_hanging_up(self) -> None:
        """So it is for who hangs up already."""
        conversation = person()
        connect(conversation)
        conversation.typed(":q", NOON)
        self.assertEqual(conversation.detached(), [])
        self.assertEqual(conversation.disconnected(LineEnding.WE_HUNG_UP, NOON)[-1], EndProgram(1))

    def test_daemon(self) -> None:
        """The terminal of a daemon comes back, and it stays."""
        conversation = daemon()
        connect(conversation)
        self.assertEqual(conversation.detached(), [])


class BacklogTests(SynchronousTestCase):
    """What happens while nobody is attached to a daemon's terminal."""

    def test_missed_is_shown_with_its_time(self) -> None:
        """What arrived meanwhile is shown on attaching, in order, each line with its time."""
        conversation = daemon()
        self.assertEqual(connect(conversation), [])
        self.assertEqual(conversation.said("hello  there", NOON + 61), [])
        self.assertEqual(
            conversation.attached(NOON + 100, NOON + 100),
            [
                Line("> [2026-03-04 12:00:00] connected with 192.0.2.1:8090; :q hangs up"),
                Line("< [2026-03-04 12:01:01] hello  there"),
                SOMEBODY,
            ],
        )

    def test_time_of_day(self) -> None:
        """The times shown are those of the day, though the durations are another clock's."""
        conversation = daemon()
        conversation.said("hello", 5.0)
        self.assertEqual(
            conversation.attached(65.0, NOON)[0], Line("< [2026-03-04 11:59:00] hello")
        )

    def test_missed_is_shown_once(self) -> None:
        """What was shown is not shown again to who attaches next."""
        conversation = daemon()
        connect(conversation)
        conversation.attached(NOON, NOON)
        conversation.detached()
        self.assertEqual(conversation.attached(NOON, NOON), [SOMEBODY])

    def test_attached_sees_at_once(self) -> None:
        """While somebody is attached nothing is kept: it is shown, without a time."""
        conversation = daemon()
        conversation.attached(NOON, NOON)
        connect(conversation)
        self.assertEqual(conversation.said("hello", NOON), [Line("< hello")])
        conversation.detached()
        self.assertEqual(len(conversation.attached(NOON, NOON)), 1)

    def test_nobody_on_the_line(self) -> None:
        """Who attaches is told whether somebody is on the line."""
        self.assertEqual(daemon().attached(NOON, NOON), [NOBODY])

    def test_bound_on_lines(self) -> None:
        """The newest 1,000 lines are kept, and how many were not is said first."""
        conversation = daemon()
        for number in range(1003):
            conversation.said(str(number), NOON)
        *shown, state = conversation.attached(NOON, NOON)
        self.assertEqual(shown[0], Line("> 3 older lines were not kept"))
        kept = [Line(f"< [2026-03-04 12:00:00] {number}") for number in range(3, 1003)]
        self.assertEqual(shown[1:], kept)
        self.assertEqual(state, NOBODY)

    def test_bound_on_bytes(self) -> None:
        """Of few long lines 1 MiB is kept, in bytes of UTF-8, the prefix included."""
        for character in ("x", "é", "😀"):
            conversation = daemon()
            line = character * ((64 * 1024 - len("< ")) // len(character.encode()))
            line += "x" * (64 * 1024 - len(f"< {line}".encode()))
            for _ in range(16):
                conversation.said(line, NOON)
            kept = [Line(f"< [2026-03-04 12:00:00] {line}")] * 16
            self.assertEqual(conversation.attached(NOON, NOON)[:-1], kept)
            conversation.detached()
            for _ in range(16):
                conversation.said(line, NOON)
            conversation.said("", NOON)
            *shown, last, _ = conversation.attached(NOON, NOON)
            self.assertEqual(shown, [Line("> 1 older line was not kept"), *kept[1:]])
            self.assertEqual(last, Line("< [2026-03-04 12:00:00] "))

    def test_bound_starts_anew(self) -> None:
        """After the missed lines were shown, the next ones have the whole bound."""
        conversation = daemon()
        for number in range(MAX_MISSED_LINES + 1):
            conversation.said(str(number), NOON)
        conversation.attached(NOON, NOON)
        conversation.detached()
        conversation.said("new", NOON)
        self.assertEqual(
            conversation.attached(NOON, NOON),
            [
                Line("< [2026-03-04 12:00:00] new"),
                NOBODY,
            ],
        )

    def test_missed_is_safe(self) -> None:
        """A kept line cannot do anything to a terminal either."""
        conversation = daemon()
        conversation.said("\x1b[2J", NOON)
        self.assertEqual(
            conversation.attached(NOON, NOON)[0], Line("< [2026-03-04 12:00:00] ␛[2J")
        )

    def test_own_terminal_keeps_nothing(self) -> None:
        """A terminal that cannot be detached is shown everything when it happens."""
        conversation = foreground()
        self.assertEqual(conversation.said("hello", NOON), [Line("< hello")])
        self.assertEqual(conversation.attached(NOON, NOON), [])
