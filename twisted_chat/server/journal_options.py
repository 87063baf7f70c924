"""Where names and rooms are kept: in a file, in memory, or in a log that several servers share."""

import ipaddress
import os
from typing import Any

from twisted.python import usage

from twisted_chat import startup
from twisted_chat.addresses import Address
from twisted_chat.errors import UsageMistake
from twisted_chat.server.cluster.location import SCHEMES, read_location

MEMORY = "memory"
"""What is given for a journal that nothing is written into."""


def reached_at(text: str) -> Address:
    """Reads an address of this machine. Raises UsageError."""
    host, _, port = text.rpartition(":")
    try:
        return str(ipaddress.ip_address(host.strip("[]"))), startup.listening_port(port)
    except ValueError:
        raise usage.UsageError(
            f"{text!r} is not an address: give one like 192.0.2.1:8090"
        ) from None


def journal(text: str) -> str:
    """Reads where a journal is. Raises UsageError."""
    if not text:
        raise usage.UsageError("give a file, memory, or nats://HOST:PORT/NAME")
    if text.startswith(SCHEMES):
        try:
            read_location(text)
        except UsageMistake as mistake:
            raise usage.UsageError(str(mistake)) from None
        return text
    return text if text == MEMORY else os.path.abspath(text)


JOURNAL_OPTIONS: list[list[Any]] = [
    [
        "journal",
        None,
        None,
        "File in which names and rooms outlive the server, else beside the key; memory; nats://...",
        journal,
    ],
    [
        "reached-at",
        None,
        None,
        "HOST:PORT at which users of other servers that share the journal reach this one",
        reached_at,
    ],
]
