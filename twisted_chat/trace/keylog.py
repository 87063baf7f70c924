"""The secrets of one's own connections, as programs write them for Wireshark.

The format is that of NSS (draft-ietf-tls-keylogfile): a label, the random of the
ClientHello, and a secret, in each line.
"""

import re
from typing import Literal

MAX_CONNECTIONS = 100_000
"""Connections whose secrets are kept."""

_LINE = re.compile(
    rb"((?:CLIENT|SERVER)_(?:HANDSHAKE_TRAFFIC_SECRET|TRAFFIC_SECRET_0))"
    rb" ([0-9a-fA-F]{64}) ((?:[0-9a-fA-F]{64}|[0-9a-fA-F]{96}))"
)

Secrets = dict[str, bytes]
"""Those of one connection, by their labels."""


class KeyLog:
    """What is known of secrets."""

    def __init__(self) -> None:
        self._by_random: dict[bytes, Secrets] = {}

    def __len__(self) -> int:
        return len(self._by_random)

    def __bool__(self) -> Literal[True]:
        return True

    def add(self, text: bytes) -> None:
        """Read some lines; what is none of ours is passed over."""
        for line in text.splitlines():
            found = _LINE.fullmatch(line.strip())
            if found is None:
                continue
            random = bytes.fromhex(found[2].decode())
            if random in self._by_random or len(self._by_random) < MAX_CONNECTIONS:
                secrets = self._by_random.setdefault(random, {})
                secrets[found[1].decode()] = bytes.fromhex(found[3].decode())

    def of(self, random: bytes) -> Secrets | None:
        """The secrets of the connection that began with this random."""
        return self._by_random.get(random)

    def latest(self, most: int) -> list[Secrets]:
        """So many of those that were read last."""
        return list(self._by_random.values())[-most:]
