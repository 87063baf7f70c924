"""The console script `tcpchat`: one chat, or the terminal of a daemon."""

import os
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, ClassVar, NoReturn

from twisted.application.service import Service
from twisted.internet import defer
from twisted.internet.endpoints import connectProtocol
from twisted.logger import LogLevel
from twisted.python import usage

from twisted_chat.addresses import DEFAULT_PORT, host_and_port, port_number
from twisted_chat.errors import UsageMistake
from twisted_chat.launch import program
from twisted_chat.launch.clock import installed_reactor
from twisted_chat.launch.config import load_config
from twisted_chat.launch.faces import FaceKind, face_here, on_screen, with_input_line
from twisted_chat.launch.seat import Seat
from twisted_chat.launch.streams import FAILED
from twisted_chat.startup import complain
from twisted_chat.tcp.events import NobodyOnLine
from twisted_chat.tcp.options import ChatOptions, client_endpoint
from twisted_chat.tcp.person import person_service
from twisted_chat.tcp.unreached import reason_unreached
from twisted_chat.terminal.socket import Attachment, socket_path
from twisted_chat.terminal.tcp_face import for_people, for_programs
from twisted_chat.terminal.tcp_wording import TcpWording, why_unreached

PROGRAM = "tcpchat"
"""What this is called."""
CLOSED = "the daemon has closed this terminal, or has ended"
"""What a person is told who has not left."""
(NOT_SENT,) = TcpWording().lines(NobodyOnLine(unsent=True, stays=True))
"""The line of a daemon that tells that nobody has heard one."""
LEAVING = 1.0
"""Seconds that a daemon has to take what was typed before a signal."""


class TcpChatOptions(ChatOptions):
    """Options of `tcpchat`."""

    synopsis = "[PORT | HOST [PORT] | HOST:PORT | attach [PORT | SOCKET]] [options]"
    longdesc = (
        "With a PORT or nothing: wait there for a call (8090). With a HOST: call, and wait on"
        " PORT if nobody answers. With attach: talk through a daemon, twistd tcpchat."
    )

    optFlags: ClassVar[list[list[Any]]] = [
        ["json", None, "Tell each event in a line of JSON, and take orders so: docs/events.md"],
        ["line", None, "Chat in lines, with an input line below them"],
    ]

    def parseArgs(self, *words: str) -> None:
        if self["json"] and self["line"]:
            raise usage.UsageError("either --json or --line, not both")
        self["attach"], self["port"] = None, DEFAULT_PORT
        if words[:1] == ("attach",):
            if len(words) > 2:
                raise usage.UsageError("attach takes one PORT or SOCKET at most")
            if self["json"]:
                raise usage.UsageError("attach shows the terminal of a daemon: leave out --json")
            if self["trace"]:
                raise usage.UsageError("attach has nothing to record: give --trace to the daemon")
            self["attach"] = _terminal_endpoint(words[1] if len(words) == 2 else str(DEFAULT_PORT))
            return
        host, self["port"] = program.host_and_port(words, smallest=0)
        if words and host is None and self["listen"]:
            raise usage.UsageError("either PORT or --listen, not both")
        if host is not None:
            if self["connect"]:
                raise usage.UsageError("either HOST or --connect, not both")
            self["connect"] = host_and_port(host, self["port"])

    def postOptions(self) -> None:
        super().postOptions()
        try:
            self.config = load_config(None).terminal
        except UsageMistake as mistake:
            raise usage.UsageError(str(mistake)) from None
        if self["attach"]:
            self.terminal = client_endpoint(installed_reactor(), self["attach"])


def _terminal_endpoint(word: str) -> str:
    if word.lstrip("-").isdigit():
        try:
            return f"unix:{socket_path('tcpchat', port_number(word, smallest=0))}"
        except UsageMistake as mistake:
            raise usage.UsageError(str(mistake)) from None
    return word if ":" in word else f"unix:{word}"


def main(argv: Sequence[str] | None = None) -> NoReturn:
    """The console script `tcpchat`: one chat, or the terminal of a daemon."""
    options = program.parse(TcpChatOptions(), "tcpchat", argv)
    reactor = installed_reactor()
    seat = Seat(reactor)
    program.log_to_person(reactor, LogLevel.critical, seat)
    if options["attach"]:
        _attach(options, seat, reactor)
    service, chat = person_service(options, reactor, interactive=os.isatty(0))
    if options["json"]:
        seat.open(for_programs(chat, time.time))
    elif (make := _with_keys(options, reactor)) is not None:
        from twisted_chat.terminal.edited_tcp_face import EditedTcpFace

        seat.open(make(EditedTcpFace(chat)))
    else:
        seat.open(for_people(chat))
    raise SystemExit(program.run(service, chat.finished, seat))


def _with_keys(options: TcpChatOptions, reactor: Any) -> Callable[..., Any] | None:
    """What makes the screen, or an input line, where the terminal can have one."""
    face = face_here(line=options["line"] or options.config.face == "line")
    if face is FaceKind.LINE:
        from twisted_chat.terminal.edited_tcp_face import edited_talk

        return with_input_line(edited_talk, PROGRAM, reactor)
    if face is FaceKind.SCREEN:
        from twisted_chat.terminal.screen.one_talk import OneTalkScreen

        return on_screen(OneTalkScreen, PROGRAM, reactor, options.config)
    return None


def _failed(why: str) -> int:
    complain(why)
    return FAILED


def _how_it_went(attachment: Attachment) -> int:
    """The exit status. A person has seen what was not sent; a script is told by it."""
    return FAILED if attachment.unsent and not os.isatty(0) else 0


class _Leaving(Service):
    """Lets the daemon have what was typed for it before we end."""

    def __init__(self, attachment: Attachment, reactor: Any) -> None:
        self._attachment = attachment
        self._reactor = reactor

    def stopService(self) -> Any:
        super().stopService()
        left = self._attachment.leave().addTimeout(LEAVING, self._reactor)
        return left.addErrback(lambda failure: failure.trap(defer.TimeoutError))


def _attach(options: TcpChatOptions, seat: Seat, reactor: Any) -> NoReturn:
    if (make := _with_keys(options, reactor)) is not None:
        from twisted_chat.terminal.edited_keyboard import EditedKeyboard

        attachment = Attachment(seat.open, NOT_SENT, partial(EditedKeyboard, make=make))
    else:
        attachment = Attachment(seat.open, NOT_SENT)
    missing = f"no tcpchat daemon at {options['attach']}: start one with twistd tcpchat"
    connecting = connectProtocol(options.terminal, attachment)
    connecting.addCallback(lambda _: attachment.over)
    connecting.addCallbacks(
        lambda left: _how_it_went(attachment) if left else _failed(CLOSED),
        lambda failure: _failed(f"{missing} ({why_unreached(*reason_unreached(failure.value))})"),
    )
    raise SystemExit(program.run(_Leaving(attachment, reactor), connecting, seat))
