"""A UDP port as a service."""

from collections.abc import Callable
from typing import Any

from twisted.application.service import Service
from twisted.internet.error import CannotListenError

from twisted_chat.net.port import BoundedPort
from twisted_chat.startup import cannot_listen


class DatagramService(Service):
    """Listens while it runs. The port is bound before privileges are shed;
    where it cannot be, starting raises CannotStart."""

    def __init__(self, make_port: Callable[[], BoundedPort]) -> None:
        self._make_port = make_port
        self.port: BoundedPort | None = None

    def privilegedStartService(self) -> None:
        super().privilegedStartService()
        self._listen()

    def startService(self) -> None:
        super().startService()
        self._listen()

    def stopService(self) -> Any:
        super().stopService()
        port, self.port = self.port, None
        return port.stopListening() if port else None

    def _listen(self) -> None:
        if self.port is not None:
            return
        port = self._make_port()
        try:
            port.startListening()
        except CannotListenError as error:
            raise cannot_listen(f"UDP port {error.port}", error) from None
        self.port = port
