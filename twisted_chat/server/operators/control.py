"""A UNIX socket at which the operator of a running server asks and is answered, in JSON lines."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from twisted.application.internet import StreamServerEndpointService
from twisted.internet.endpoints import UNIXServerEndpoint
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IStreamServerEndpoint
from twisted.internet.protocol import Factory, Protocol
from twisted.logger import Logger

from twisted_chat import startup
from twisted_chat.errors import WireError
from twisted_chat.lines import Lines
from twisted_chat.terminal.socket import MODE, prepare_directory

LONGEST = 8192
"""Bytes of an order."""
LOOKS = frozenset({"status", "users", "rooms", "who", "bans"})
"""The orders that change nothing; all others are in the log."""

Operate = Callable[[dict[str, Any]], dict[str, Any]]


class Control(Protocol):
    """One operator. Each line is an order, each reply is a line."""

    transport: Any
    log = Logger()

    def __init__(self, operate: Operate) -> None:
        self._operate = operate
        self._lines = Lines(LONGEST)

    def dataReceived(self, data: bytes) -> None:
        try:
            for line in self._lines.feed(data):
                self._reply(self._answer(line))
        except WireError as error:
            self._reply({"ok": False, "why": str(error)})
            self.transport.loseConnection()

    def _answer(self, line: str) -> dict[str, Any]:
        try:
            order = json.loads(line)
        except (ValueError, RecursionError):
            order = None
        if not isinstance(order, dict) or not isinstance(order.get("do"), str):
            return {"ok": False, "why": 'an order is an object in one line: {"do": "status"}'}
        reply = self._operate(order)
        if order["do"] not in LOOKS:
            done = "done" if reply["ok"] else f"not done: {reply['why']}"
            self.log.info("operator: {order}: {done}", order=json.dumps(order), done=done)
        return reply

    def _reply(self, reply: dict[str, Any]) -> None:
        self.transport.write(json.dumps(reply).encode() + b"\n")


class LocalService(StreamServerEndpointService):
    """Serves those on this machine at an endpoint, which `where` names. Starting raises
    CannotStart where that cannot be."""

    def __init__(self, endpoint: IStreamServerEndpoint, where: str, factory: Any) -> None:
        super().__init__(endpoint, factory)
        self._where = where
        self._raiseSynchronously = True

    def privilegedStartService(self) -> None:
        try:
            super().privilegedStartService()
        except (CannotListenError, OSError) as error:
            raise startup.cannot_listen(self._where, error) from None


class ControlService(LocalService):
    """Serves operators at this path. Where that cannot be, a server that was not told to is
    one without: another of the same port may run, at another address or in another network."""

    log = Logger()

    def __init__(self, path: Path, operate: Operate, reactor: Any, *, wanted: bool) -> None:
        self._path = path
        self._wanted = wanted
        endpoint = UNIXServerEndpoint(reactor, str(path), mode=MODE, wantPID=True)
        factory = Factory.forProtocol(lambda: Control(operate))
        factory.noisy = False
        super().__init__(endpoint, f"unix:{path}", factory)

    def privilegedStartService(self) -> None:
        try:
            if not self._wanted:
                prepare_directory(self._path)
            super().privilegedStartService()
        except startup.CannotStart as problem:
            if self._wanted:
                raise
            self.log.warn("no udpchat ctl for me, give a --control: {why}", why=str(problem))
