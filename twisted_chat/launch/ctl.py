"""`udpchat ctl`: what the operator of a running room server asks it."""

import json
import re
import socket
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar, NoReturn

from twisted.python import usage

from twisted_chat import startup
from twisted_chat.addresses import DEFAULT_PORT
from twisted_chat.display import one_line
from twisted_chat.launch import program
from twisted_chat.server.operators.bans import BanKind
from twisted_chat.terminal.socket import socket_path

PATIENCE = 10.0
"""Seconds to wait for an answer."""
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_DURATION = re.compile(r"([1-9][0-9]{0,6})([smhd])")
_KINDS = tuple(kind.value for kind in BanKind)

Words = Sequence[str]


class ControlOptions(startup.Options):
    """Options of `udpchat ctl`."""

    synopsis = "ctl [options] ORDER"
    longdesc = (
        "Orders: status; users [LIKE]; rooms [LIKE]; who NAME; kick NAME [REASON]; close ROOM;"
        " ban key|address|name WHAT [for 30s|10m|2h|7d] [REASON]; unban key|address|name WHAT;"
        " bans; drain; undrain; reload."
    )
    optParameters: ClassVar[list[list[Any]]] = [
        ["port", "p", DEFAULT_PORT, "Port of the server", startup.listening_port],
        ["control", None, None, "Its socket, where it is not in your runtime directory"],
    ]
    optFlags: ClassVar[list[list[Any]]] = [["json", None, "Show the answer as it comes, in JSON"]]

    def parseArgs(self, *words: str) -> None:
        self.order = _read(words)

    @property
    def socket(self) -> Path:
        """Where the server listens. Raises CannotStart."""
        given = self["control"]
        return socket_path("udpchat", self["port"]) if given is None else Path(given)


def main(argv: Words) -> NoReturn:
    """`udpchat ctl`, with the words after it. Ends with 0 if it was done, 1 if it was not."""
    options = program.parse(ControlOptions(), "udpchat ctl", argv)
    reply = ask(options.socket, options.order)
    if options["json"]:
        sys.stdout.write(json.dumps(reply) + "\n")
    elif reply["ok"]:
        sys.stdout.write("".join(f"{line}\n" for line in shown(reply)))
    else:
        sys.stderr.write(f"{one_line(str(reply.get('why', 'not done')))}\n")
    raise SystemExit(0 if reply["ok"] else 1)


def ask(path: Path, order: dict[str, Any]) -> dict[str, Any]:
    """What a server answers to an order. Raises CannotStart where none does."""
    try:
        with socket.socket(socket.AF_UNIX) as channel:
            channel.settimeout(PATIENCE)
            channel.connect(str(path))
            channel.sendall(json.dumps(order).encode() + b"\n")
            with channel.makefile("rb") as answers:
                reply = json.loads(answers.readline())
    except (OSError, ValueError) as problem:
        reason = getattr(problem, "strerror", None) or problem
        raise startup.CannotStart(
            f"no room server answers at {path} ({reason}): is one running, on this port (--port)"
            " and with this --control?"
        ) from None
    if not isinstance(reply, dict) or not isinstance(reply.get("ok"), bool):
        raise startup.CannotStart(f"what listens at {path} is no room server")
    return reply


# --- Orders


def _nothing(words: Words) -> dict[str, Any]:
    if words:
        raise usage.UsageError(f"nothing is to follow, and {words[0]!r} does")
    return {}


def _like(words: Words) -> dict[str, Any]:
    return {"like": words[0], **_nothing(words[1:])} if words else {}


def _one(field: str) -> Callable[[Words], dict[str, Any]]:
    def read(words: Words) -> dict[str, Any]:
        if not words:
            raise usage.UsageError(f"the {field.upper()} is missing")
        return {field: words[0], **_nothing(words[1:])}

    return read


def _kick(words: Words) -> dict[str, Any]:
    return {**_one("name")(words[:1]), "reason": " ".join(words[1:])}


def _target(words: Words) -> dict[str, Any]:
    if len(words) < 2 or words[0] not in _KINDS:
        raise usage.UsageError(f"give {', '.join(_KINDS[:-1])} or {_KINDS[-1]}, and which")
    return {words[0]: words[1]}


def _ban(words: Words) -> dict[str, Any]:
    order, rest = _target(words), list(words[2:])
    if rest[:1] == ["for"]:
        found = _DURATION.fullmatch(rest[1]) if len(rest) > 1 else None
        if found is None:
            raise usage.UsageError("after for comes how long: 30s, 10m, 2h or 7d")
        order["seconds"] = int(found[1]) * _SECONDS[found[2]]
        del rest[:2]
    return {**order, "reason": " ".join(rest)}


def _unban(words: Words) -> dict[str, Any]:
    return {**_target(words), **_nothing(words[2:])}


_ORDERS: dict[str, Callable[[Words], dict[str, Any]]] = {
    "status": _nothing,
    "users": _like,
    "rooms": _like,
    "who": _one("name"),
    "kick": _kick,
    "close": _one("room"),
    "ban": _ban,
    "unban": _unban,
    "bans": _nothing,
    "drain": _nothing,
    "undrain": _nothing,
    "reload": _nothing,
}


def _read(words: Words) -> dict[str, Any]:
    """The order that these words are. Raises UsageError."""
    word = words[0] if words else ""
    if word not in _ORDERS:
        raise usage.UsageError(
            f"{word!r} is no order: give one of {', '.join(_ORDERS)}"
            if word
            else f"give an order: {', '.join(_ORDERS)}"
        )
    return {"do": word, **_ORDERS[word](words[1:])}


# --- Answers


def shown(reply: dict[str, Any]) -> list[str]:
    """An answer in lines for people."""
    lines = []
    for field, value in reply.items():
        match value:
            case True if field == "ok" and len(reply) > 1:
                pass
            case list() if field != "in":
                lines += [_entry(one) for one in value] or [f"no {field}"]
            case dict():
                lines += [f"{field}: {_said(what)}: {many}" for what, many in value.items()]
            case int() if field == "left_out":
                lines += [f"{value} more: give a part of the name"] if value else []
            case _:
                lines.append(f"{field.replace('_', ' ')}: {_said(value)}")
    return lines


def _entry(entry: dict[str, Any] | str) -> str:
    if isinstance(entry, str):
        return one_line(entry)
    return ", ".join(
        f"{field} {_said(value)}" for field, value in entry.items() if value not in (None, "", [])
    )


def _said(value: Any) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case None:
            return "-"
        case list():
            return " ".join(map(_said, value)) or "-"
        case _:
            return one_line(str(value))
