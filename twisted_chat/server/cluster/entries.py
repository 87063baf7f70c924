"""What stands in the log of a cluster: the latest entry of each name, room, ban and server.

An entry is an object of JSON with short names, and its subject says what it is of: the kind
and, in base64 for URLs (RFC 4648, 5), the text. An empty one says that there is none any more.
"""

import json
from base64 import urlsafe_b64encode
from binascii import a2b_base64
from collections.abc import Callable
from typing import Any

from msgspec import Struct

from twisted_chat.addresses import Address
from twisted_chat.directory.entries import Who

NAME, ROOM, BAN, SERVER = "n", "r", "b", "s"
"""What an entry can be of."""
KINDS = frozenset((NAME, ROOM, BAN, SERVER))

Key = tuple[str, str]
"""What an entry is of: its kind, and the casefolded name, the ban or the number of a server."""

FREED = b""
"""There is no such name, room or ban any more."""


_KINDS = {f"{kind}.".encode(): kind for kind in KINDS}
_STANDARD = bytes.maketrans(b"-_", b"+/")
# As `json.loads`, which first finds out by itself which encoding it is given.
_read_json = json.JSONDecoder().decode


class NoEntry(ValueError):
    """This is no entry of ours."""


class NameEntry(Struct, frozen=True):
    """A name is that of this key; empty: of one without, as long as it is here. Where a `server`
    is named its holder is there, at this address and in these rooms, by their casefolded names;
    `how` it left the last one, if it was made to. Else it went from this `site`, `since` then
    (seconds since 1970)."""

    name: str
    fingerprint: str
    server: str = ""
    address: Address = ("", 0)
    rooms: tuple[str, ...] = ()
    site: str = ""
    since: float = 0.0
    how: str = ""

    def encode(self) -> bytes:
        if not self.server:
            return _encode({"k": self.fingerprint, "w": self.site, "t": round(self.since, 3)})
        entry = {
            "k": self.fingerprint,
            "n": self.name,
            "s": self.server,
            "a": list(self.address),
            "r": list(self.rooms),
        }
        return _encode({**entry, "h": self.how} if self.how else entry)


class RoomEntry(Struct, frozen=True):
    """A room, whose it is, from which site, and how it is run, as `directory.rules` encodes it."""

    name: str
    owner: Who
    site: str
    rules: str

    def encode(self) -> bytes:
        return _encode({"n": self.name, "o": self.owner, "w": self.site, "u": self.rules})


class BanEntry(Struct, frozen=True):
    """A ban, until then (seconds since 1970), or for good, and why."""

    until: float | None
    reason: str

    def encode(self) -> bytes:
        return _encode({"t": self.until, "y": self.reason})


class ClusterServer(Struct, frozen=True):
    """A server of the cluster, where others reach it, and whether it is to be taken out."""

    address: Address
    draining: bool = False

    def encode(self) -> bytes:
        return _encode({"a": list(self.address), "d": self.draining})


Entry = NameEntry | RoomEntry | BanEntry | ClusterServer


def subject(key: Key) -> str:
    """The two tokens of a key."""
    kind, what = key
    return f"{kind}.{urlsafe_b64encode(what.encode()).decode().rstrip('=')}"


def read_subject(tokens: bytes) -> Key:
    """Read these two tokens. Raises NoEntry."""
    kind = _KINDS.get(tokens[:2])
    try:
        what = read_token(tokens[2:])
    except ValueError:
        what = ""
    if not what or kind is None:
        raise NoEntry(f"there is no subject {tokens.decode(errors='replace')!r}")
    return kind, what


def read_token(token: bytes) -> str:
    """Read the second of them. Raises ValueError."""
    # Of what is to fill it up at its end more may stand there than is needed.
    return a2b_base64(token.translate(_STANDARD) + b"==").decode()


def read_entry(kind: str, data: bytes) -> Entry | None:
    """Read an entry of this kind; None where it says that there is none. Raises NoEntry."""
    if data == FREED:
        return None
    try:
        return _READERS[kind](_read_json(data.decode()))
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as wrong:
        raise NoEntry(f"not an entry of kind {kind}: {wrong}") from None


def _encode(entry: dict[str, Any]) -> bytes:
    return json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode()


def _address(found: list[Any]) -> Address:
    host, port = found
    return str(host), int(port)


def _name(entry: dict[str, Any]) -> NameEntry:
    key = str(entry["k"])
    if "s" not in entry:
        return NameEntry("", key, site=str(entry["w"]), since=float(entry["t"]))
    rooms = tuple(map(str, entry["r"]))
    address, how = _address(entry["a"]), str(entry.get("h", ""))
    return NameEntry(str(entry["n"]), key, str(entry["s"]), address, rooms, how=how)


def _room(entry: dict[str, Any]) -> RoomEntry:
    owner = entry["o"]
    who = owner if isinstance(owner, str) else _address(owner)
    return RoomEntry(str(entry["n"]), who, str(entry["w"]), str(entry["u"]))


def _ban(entry: dict[str, Any]) -> BanEntry:
    until = entry["t"]
    return BanEntry(None if until is None else float(until), str(entry["y"]))


def _server(entry: dict[str, Any]) -> ClusterServer:
    return ClusterServer(_address(entry["a"]), bool(entry["d"]))


_READERS: dict[str, Callable[[dict[str, Any]], Entry]] = {
    NAME: _name,
    ROOM: _room,
    BAN: _ban,
    SERVER: _server,
}
