"""`udpchat doctor`: what the network does to us, found by asking a server."""

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, NoReturn

from twisted.internet.defer import Deferred
from twisted.logger import LogLevel
from twisted.python import usage

from twisted_chat import startup
from twisted_chat.errors import UsageMistake
from twisted_chat.identity.key_file import data_directory
from twisted_chat.identity.known_file import FILE, KnownFile
from twisted_chat.launch import program
from twisted_chat.launch.clock import installed_reactor
from twisted_chat.launch.config import entry_for, load_config
from twisted_chat.launch.link import server_key
from twisted_chat.terminal.json_lines import JsonLines


class DoctorOptions(startup.Options):
    """Options of `udpchat doctor`."""

    synopsis = "doctor HOST [PORT] [options]"
    longdesc = (
        "Says what your network does to you: what your router makes of your address, whom it lets"
        " in, how long datagrams take and how large they may be, and what would help. It asks the"
        " server at HOST, and takes some seconds."
    )
    optParameters: ClassVar[list[list[Any]]] = [
        ["server-key", None, None, "The fingerprint that the server must have", server_key],
        ["config", None, None, "A file in place of your config.toml", Path],
        ["port", None, 0, "Your own UDP port, which a router may lead to", startup.listening_port],
    ]
    optFlags: ClassVar[list[list[Any]]] = [
        ["json", None, "Show what is found in a line of JSON: docs/doctor.md"]
    ]

    def parseArgs(self, *words: str) -> None:
        if not words:
            raise usage.UsageError("which server is to be asked? Give its HOST, or its short name")
        try:
            config = load_config(self["config"])
            entry = config.servers.get(words[0])
            if entry is not None:
                if words[1:]:
                    raise UsageMistake(f"{words[0]} has its port in your config.toml")
                self.place = entry.host, entry.port
            else:
                host, port = program.host_and_port(words, smallest=1)
                if host is None:
                    raise UsageMistake(
                        "which server is to be asked? Give its HOST before the PORT"
                    )
                self.place = host, port
                entry = entry_for(config, host, port)
        except UsageMistake as mistake:
            raise usage.UsageError(str(mistake)) from None
        self.server_key = self["server-key"] or ("" if entry is None else entry.key)


def main(argv: Sequence[str]) -> NoReturn:
    """`udpchat doctor`, with the words after it. Ends with 0 if a server answered, and 1 if none
    did."""
    options = program.parse(DoctorOptions(), "udpchat doctor", argv)
    # What follows takes time to import.
    from twisted_chat.doctor.findings import Response
    from twisted_chat.doctor.service import DoctorService
    from twisted_chat.doctor.wording import worded
    from twisted_chat.launch.seat import Seat
    from twisted_chat.net.resolve import look_up_now

    reactor = installed_reactor()
    seat = Seat(reactor)
    program.log_to_person(reactor, LogLevel.error, seat)
    addresses = look_up_now(options.place)
    key = options.server_key or _known(addresses)
    found: Deferred[Any] = Deferred()
    doctor = DoctorService(options.place, addresses, key, reactor, found.callback, options["port"])

    def show(diagnosis: Any) -> int:
        lines = JsonLines(time.time).lines(diagnosis) if options["json"] else worded(diagnosis)
        sys.stdout.write("".join(f"{line}\n" for line in lines))
        sys.stdout.flush()
        silent = (Response.SILENT, Response.OTHER_KEY)
        return int(all(one.outcome in silent for one in diagnosis.reached))

    raise SystemExit(program.run(doctor, found.addCallback(show), seat))


def _known(addresses: Sequence[tuple[str, int]]) -> str:
    """The key that the server had when one was there last; empty where one was not."""
    memory = KnownFile(data_directory() / FILE)
    known = (memory.server(one) for one in addresses)
    return next((one.fingerprint for one in known if one is not None), "")
