"""The console script `udpchat`: a room server, or a peer of one."""

import os
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from twisted.internet.defer import Deferred
from twisted.logger import LogLevel

from twisted_chat.addresses import Address, host_and_port
from twisted_chat.identity.claim import claim, claim_file
from twisted_chat.identity.key_file import data_directory
from twisted_chat.identity.known_file import FILE as KNOWN
from twisted_chat.identity.known_file import KnownFile
from twisted_chat.launch import program, streams
from twisted_chat.launch.clock import installed_reactor
from twisted_chat.launch.faces import FaceKind, face_here, on_screen, with_input_line
from twisted_chat.launch.identity import show_identity
from twisted_chat.launch.log import log_lines, write_rows
from twisted_chat.launch.naming import introduced
from twisted_chat.launch.seat import Seat
from twisted_chat.launch.udp_options import UdpChatOptions
from twisted_chat.peer.commands import Command, Order
from twisted_chat.trace.options import recorder_from

CTL, LINK, DOCTOR = "ctl", "link", "doctor"
"""The first word of what is asked of a running server, of what lets others in, and of what looks
at one's network."""
KEPT = ("history", "search", "export", "import")
"""The first word of what is asked of what was said before."""


def main(argv: Sequence[str] | None = None) -> NoReturn:
    """The console script `udpchat`: a room server, or a peer of one."""
    words = sys.argv[1:] if argv is None else argv
    if words[:1] == [CTL]:
        from twisted_chat.launch import ctl

        ctl.main(words[1:])
    if words[:1] and words[0] in KEPT:
        from twisted_chat.launch import history

        history.main(words)
    if words[:1] == [LINK]:
        from twisted_chat.launch import link

        link.main(words[1:])
    if words[:1] == [DOCTOR]:
        from twisted_chat.launch import doctor

        doctor.main(words[1:])
    options = program.parse(UdpChatOptions(), "udpchat", argv)
    if options["identity"]:
        show_identity(options)
    reactor = installed_reactor()
    if options["host"] is None:
        _serve(options, reactor)
    _chat(options, reactor)


def _serve(options: UdpChatOptions, reactor: Any) -> NoReturn:
    from twisted_chat.server.service import server_service  # A peer starts sooner without.

    server = server_service(options, reactor)
    server.privilegedStartService()
    port = server.port.getHost().port if server.port else 0
    interface = options["interface"]
    host = {"0.0.0.0": "127.0.0.1", "::": "127.0.0.1"}.get(interface, interface)
    status = 0

    def lost(problem: OSError) -> None:
        nonlocal status
        status = streams.status_of(problem)

    log = program.log_stream(reactor, sys.stdout, lost)
    write_rows(
        log,
        f"> room server on UDP port {port};"
        f" join it from a second terminal: {program.called('udpchat')} {host} {port}",
    )
    log_lines(log, LogLevel.info)
    program.run(server, Deferred(), Seat(reactor))  # A signal is the end that there is.
    # A server outlives its terminal: that one has hung up is no failure of its own.
    raise SystemExit(0 if status == streams.HUNG_UP else status)


def _chat(options: UdpChatOptions, reactor: Any) -> NoReturn:
    # A server starts sooner without these.
    from twisted_chat.launch.store import IN_MEMORY, open_store
    from twisted_chat.net.resolve import look_up_now
    from twisted_chat.peer.service import Keys, PeerService
    from twisted_chat.peer.whereabouts import Whereabouts
    from twisted_chat.store.file import StoreFile
    from twisted_chat.terminal.face import for_people, for_programs, for_scripts

    seat = Seat(reactor)
    program.log_to_person(reactor, LogLevel.warn, seat)
    place = (options["host"], options["port"])
    server = Whereabouts(place, look_up_now(place))
    name, keys = options["name"], None
    if not options["plain"]:
        directory, key = data_directory(), options["key"]
        if key:
            identity = claim_file(Path(key))
        elif name is None and os.isatty(0) and not options["json"]:
            name, identity = introduced(directory)
        else:
            identity = claim(directory, name)
        known, pinned = KnownFile(directory / KNOWN), options["server-key"] or ""
        maps = not options["no-port-mapping"]
        keys = Keys(identity, known, pinned, relays=not options["direct-only"], maps=maps)
    if options["no-store"]:
        store = StoreFile(None, IN_MEMORY)
    else:
        own = "" if keys is None else keys.identity.fingerprint
        store = open_store(own, name, options["retention"])
    patient, face = os.isatty(0), face_here(line=_in_lines(options))
    terminal: Callable[..., Any] = for_scripts if face is FaceKind.SCRIPT else for_people
    if options["json"]:
        terminal = partial(for_programs, time_of_day=time.time)
    elif face is FaceKind.LINE:
        from twisted_chat.terminal.edited_face import edited

        own = "" if keys is None else keys.identity.fingerprint
        terminal = partial(with_input_line(edited, "udpchat", reactor), key=own)
    elif face is FaceKind.SCREEN:
        terminal = _screen(options, place, keys, reactor)
    peer = PeerService(
        server,
        name,
        reactor,
        seat.open,
        keys=keys,
        patient=patient,
        recorder=recorder_from(options, reactor),
        terminal=terminal,
        port=options["own-port"],
        store=store,
    )
    # The first comes last, so that what is typed goes there.
    peer.peer.first = [Order(Command.ROOMJOIN, room) for room in reversed(options["rooms"])]
    raise SystemExit(program.run(peer, peer.peer.finished, seat))


def _in_lines(options: UdpChatOptions) -> bool:
    """Whether the person would rather chat in lines than on the screen."""
    return options["line"] or options.terminal.face == "line"


def _screen(
    options: UdpChatOptions, place: Address, keys: Any, reactor: Any
) -> Callable[..., Any]:
    from twisted_chat.terminal.screen.udp_face import udp_screen

    return partial(
        on_screen(udp_screen, "udpchat", reactor, options.terminal),
        server=host_and_port(*place),
        key="" if keys is None else keys.identity.fingerprint,
        rooms=options["rooms"],
    )
