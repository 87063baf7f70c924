"""A room server in memory, and users of generation 1 at it."""

from twisted_chat.addresses import Address
from twisted_chat.directory.directory import Change
from twisted_chat.server.bounds import Bounds
from twisted_chat.server.core import Core

CLEAR = b"rj __clear_peers__"
ALICE, BOB, EVE = ("192.0.2.1", 1000), ("192.0.2.2", 2000), ("192.0.2.3", 3000)


class Server:
    """A core with a clock that stands until it is moved."""

    def __init__(self, **bounds: float) -> None:
        self.changes: list[Change] = []
        self.core = Core(
            Bounds(**bounds),  # type: ignore[arg-type]
            lambda change, name: self.changes.append(change),
        )
        self.now = 1000.0

    def ask(self, source: Address, datagram: bytes) -> list[bytes]:
        """What this source gets at once."""
        return [sent for sent, to in self.all(source, datagram) if to == source]

    def all(self, source: Address, datagram: bytes) -> list[tuple[bytes, Address]]:
        """What everybody gets at once."""
        self.core.gen1.receive(datagram, source, self.now)
        return self.core.gen1.flush(self.now)

    def wait(self, seconds: float) -> list[tuple[bytes, Address]]:
        """What everybody gets in this time."""
        until, sent = self.now + seconds, []
        while self.core.wake <= until:
            self.now = max(self.now, self.core.wake)
            sent += self.core.tick(self.now)
        self.now = until
        return sent

    def join(self, count: int, room: bytes = b"lab") -> list[Address]:
        """That many users in one room."""
        crowd = [(f"198.51.{n // 250}.{n % 250}", 4000) for n in range(count)]
        for number, user in enumerate(crowd):
            self.ask(user, b"hi user%d" % number)
            self.ask(user, b"rc " + room)
            self.ask(user, b"rj " + room)
        self.wait(3)
        return crowd
