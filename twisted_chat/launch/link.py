"""`udpchat link`: a line that lets others in, to a server and a room."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, NoReturn

from twisted.python import usage

from twisted_chat import names, startup
from twisted_chat.addresses import host_and_port
from twisted_chat.errors import NameRefused, UsageMistake
from twisted_chat.identity.fingerprints import read_fingerprint
from twisted_chat.identity.key_file import data_directory
from twisted_chat.identity.known_file import FILE, KnownFile
from twisted_chat.invitation import Invitation
from twisted_chat.launch import program
from twisted_chat.launch.config import entry_for, load_config
from twisted_chat.startup import CannotStart

_WHITE_ON_BLACK = "\x1b[97;40m", "\x1b[0m"
"""Of ECMA-48, 8.3.117: so that a code is read whatever colours the terminal has."""


def server_key(text: str) -> str:
    """Reads a fingerprint as it is spoken or in full. Raises UsageError."""
    try:
        return read_fingerprint(text)
    except UsageMistake as mistake:
        raise usage.UsageError(str(mistake)) from None


class LinkOptions(startup.Options):
    """Options of `udpchat link`."""

    synopsis = "link HOST [PORT] [ROOM] [options]"
    longdesc = (
        "Shows one line that others start udpchat with, to get into ROOM on the server at HOST."
        " The server's key is in it: the one that is given, or known because you have been there."
    )
    optParameters: ClassVar[list[list[Any]]] = [
        ["server-key", None, None, "The fingerprint of the server", server_key],
        ["config", None, None, "A file in place of your config.toml", Path],
    ]
    optFlags: ClassVar[list[list[Any]]] = [["qr", None, "Show it as a QR code too"]]

    def parseArgs(self, *words: str) -> None:
        if not words:
            raise usage.UsageError("of which server? Give its HOST, or its short name")
        try:
            config = load_config(self["config"])
            place, room = _split(words)
            entry = config.servers.get(words[0])
            if entry is None:
                host, port = program.host_and_port(place, smallest=1)
                if host is None:
                    raise usage.UsageError("of which server? Give its HOST before the PORT")
                entry = entry_for(config, host, port)
            elif len(place) > 1:
                raise usage.UsageError(f"{words[0]} has its port in your config.toml")
            else:
                host, port = entry.host, entry.port
            known = "" if entry is None else entry.key
            self.invitation = Invitation(
                host, port, names.canonical(room) if room else "", self["server-key"] or known
            )
        except (UsageMistake, NameRefused) as mistake:
            raise usage.UsageError(str(mistake)) from None


def _split(words: Sequence[str]) -> tuple[list[str], str]:
    """HOST and PORT, and the ROOM: what comes after a port, and is not one itself."""
    place = [words[0], *(word for word in words[1:2] if word.isascii() and word.isdigit())]
    rest = words[len(place) :]
    if len(rest) > 1:
        raise UsageMistake(f"one ROOM at most, not {' '.join(rest)}")
    return place, rest[0] if rest else ""


def main(argv: Sequence[str]) -> NoReturn:
    """`udpchat link`, with the words after it."""
    options = program.parse(LinkOptions(), "udpchat link", argv)
    invitation: Invitation = options.invitation
    if not invitation.key:
        invitation = _with_known_key(invitation)
    text = f"{invitation}\n"
    if options["qr"]:
        text += qr_code(str(invitation))
    sys.stdout.write(text)
    raise SystemExit(0)


def _with_known_key(invitation: Invitation) -> Invitation:
    """The same, with the key that the server there had when one was there last."""
    from twisted_chat.net.resolve import look_up_now

    place = invitation.host, invitation.port
    memory = KnownFile(data_directory() / FILE)
    for address in look_up_now(place):
        if (known := memory.server(address)) is not None:
            return Invitation(*place, invitation.room, known.fingerprint)
    raise CannotStart(
        f"the key of the server at {host_and_port(*place)} is not known here:"
        " join it once, or give --server-key"
    )


def qr_code(text: str) -> str:
    """A QR code in lines for a terminal. Raises CannotStart without the library."""
    try:
        import segno
    except ImportError:
        raise CannotStart("--qr needs segno: pip install '.[qr]' in the clone") from None
    rows = [list(row) for row in segno.make(text, error="m", micro=False).matrix_iter(border=2)]
    if len(rows) % 2:
        rows.append([0] * len(rows[0]))
    # Two rows in one: light is drawn, so that it is read where the terminal is dark.
    drawn = {(0, 0): "\u2588", (0, 1): "\u2580", (1, 0): "\u2584", (1, 1): " "}
    pairs = zip(rows[::2], rows[1::2], strict=True)
    begin, end = _WHITE_ON_BLACK if os.isatty(1) else ("", "")
    return "".join(
        begin + "".join(drawn[bool(a), bool(b)] for a, b in zip(*pair, strict=True)) + end + "\n"
        for pair in pairs
    )
