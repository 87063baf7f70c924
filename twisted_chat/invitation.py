"""One line with which somebody gets in: which server, with which key, and which room.

    udpchat://HOST:PORT/ROOM?key=FINGERPRINT

The fingerprint is in the digits that people are shown, without dashes, so that the line is short
enough for a mail and can be compared. HOST, PORT and ROOM are quoted as in any URL (RFC 3986).
"""

import re
from urllib.parse import parse_qs, quote, unquote, urlsplit

from msgspec import Struct

from twisted_chat import names
from twisted_chat.addresses import DEFAULT_PORT, host_and_port, port_number
from twisted_chat.errors import NameRefused, UsageMistake
from twisted_chat.identity.fingerprints import read_fingerprint, spoken

SCHEME = "udpchat"
LONGEST = 2048
"""Characters of a link that is read."""

_AUTHORITY = re.compile(r"(?:\[([^\[\]]+)\]|([^:\[\]@]+))(?::([^:]*))?")
_EXAMPLE = f"{SCHEME}://HOST:PORT/ROOM?key=FINGERPRINT"


class Invitation(Struct, frozen=True):
    """`key` is as many hexadecimal digits of the server's fingerprint as are known; a room and
    a key may be empty."""

    host: str
    port: int = DEFAULT_PORT
    room: str = ""
    key: str = ""

    def __str__(self) -> str:
        host = quote(self.host, safe=":")
        key = f"?key={spoken(self.key).replace('-', '')}" if self.key else ""
        room = quote(self.room, safe="")
        return f"{SCHEME}://{host_and_port(host, self.port)}/{room}{key}"


def is_invitation(text: str) -> bool:
    """Whether a word is meant to be a link."""
    return text[: len(SCHEME) + 1].lower() == f"{SCHEME}:"


def read_invitation(text: str) -> Invitation:
    """Read a link. Raises UsageMistake."""
    try:
        parts = urlsplit(text.strip()[:LONGEST])
        found = _AUTHORITY.fullmatch(parts.netloc)
        query = parse_qs(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError:
        found = None
    if found is None or not is_invitation(text) or parts.fragment:
        raise UsageMistake(f"that is no link: one is {_EXAMPLE}")
    host = unquote(found[1] or found[2])
    port = DEFAULT_PORT if found[3] is None else port_number(found[3])
    room = _room(unquote(parts.path.removeprefix("/")))
    keys = query.pop("key", [])
    if len(keys) > 1 or query:
        raise UsageMistake(f"a link has one key and nothing else after its room: {_EXAMPLE}")
    return Invitation(host, port, room, read_fingerprint(keys[0]) if keys else "")


def _room(text: str) -> str:
    try:
        return names.canonical(text) if text else ""
    except NameRefused as refused:
        raise UsageMistake(f"the link names no room: {refused}") from None
