"""What every way to start the room server is told: where it listens, and its bounds."""

import os
from pathlib import Path
from typing import Any, ClassVar

from twisted_chat import startup
from twisted_chat.net.port import BATCH
from twisted_chat.server.bounds import Bounds
from twisted_chat.server.cluster.location import SCHEMES, LogLocation, read_location
from twisted_chat.server.journal_options import JOURNAL_OPTIONS, MEMORY
from twisted_chat.server.option_values import (
    COUNT,
    NONE,
    RATE,
    SECONDS,
    control,
    datagram,
    generation,
    name_length,
    second_port,
    share,
)
from twisted_chat.terminal.socket import socket_path
from twisted_chat.trace.options import TRACE_OPTIONS

_DEFAULTS = Bounds()

BOUND_OPTIONS: list[list[Any]] = [
    [
        "user-ttl",
        None,
        _DEFAULTS.user_ttl,
        "Seconds of silence before a user without a key is gone",
        SECONDS,
    ],
    [
        "room-ttl",
        None,
        _DEFAULTS.room_ttl,
        "Seconds that an empty room stays",
        SECONDS,
    ],
    [
        "max-datagram",
        None,
        _DEFAULTS.datagram,
        "Bytes in a datagram",
        datagram,
    ],
    [
        "max-name",
        None,
        _DEFAULTS.name,
        "Characters in the name of a user or a room",
        name_length,
    ],
    ["max-users", None, _DEFAULTS.users, "Users at once", COUNT],
    [
        "max-users-per-host",
        None,
        _DEFAULTS.users_per_host,
        "Users at once from one IPv4 address or IPv6 /64",
        COUNT,
    ],
    ["max-rooms", None, _DEFAULTS.rooms, "Rooms at once", COUNT],
    ["max-rooms-per-user", None, _DEFAULTS.rooms_per_user, "Rooms at once of one user", COUNT],
    [
        "max-rooms-joined",
        None,
        _DEFAULTS.rooms_joined,
        "Rooms that one user with a key is in at once",
        COUNT,
    ],
    [
        "max-rooms-per-host",
        None,
        _DEFAULTS.rooms_per_host,
        "Rooms at once of those from one IPv4 address or IPv6 /64",
        COUNT,
    ],
    [
        "keyed-share",
        None,
        _DEFAULTS.keyed_share,
        "Share of users and of rooms that those without a key cannot take",
        share,
    ],
    ["max-members", None, _DEFAULTS.members, "Members of a room at once", COUNT],
    [
        "name-ttl",
        None,
        _DEFAULTS.name_ttl,
        "Seconds that a name is kept for the key that had it",
        SECONDS,
    ],
    ["max-names", None, _DEFAULTS.names, "Names kept for users who are gone", COUNT],
    [
        "max-names-per-host",
        None,
        _DEFAULTS.names_per_host,
        "Names kept for users who left one IPv4 address or IPv6 /64",
        COUNT,
    ],
    [
        "rate",
        None,
        _DEFAULTS.rate,
        "Requests a second from one source; 0: no limit per source, on answers neither",
        RATE,
    ],
    [
        "burst",
        None,
        _DEFAULTS.burst,
        "Requests at once from a source that was quiet",
        COUNT,
    ],
    [
        "answer-rate",
        None,
        _DEFAULTS.answer_rate,
        "Bytes of answers a second, with headers, to one source; 0: no limit",
        RATE,
    ],
    [
        "public-answer-rate",
        None,
        _DEFAULTS.public_answer_rate,
        "The same, without a key at an address of the open internet",
        RATE,
    ],
    [
        "relay-rate",
        None,
        _DEFAULTS.relay_rate,
        "Bytes a second carried between two whom no other way leads to each other",
        COUNT,
    ],
    [
        "relay-user-rate",
        None,
        _DEFAULTS.relay_user_rate,
        "The same for one user",
        COUNT,
    ],
    [
        "relay-rate-in-all",
        None,
        _DEFAULTS.relay_rate_in_all,
        "The same for everybody",
        COUNT,
    ],
    ["batch", None, BATCH, "Datagrams read in one reactor turn", COUNT],
]


class ServerOptions(startup.Options):
    """What both `twistd udpchat` and `udpchat PORT` take."""

    optParameters: ClassVar[list[list[Any]]] = [
        [
            "interface",
            "i",
            "0.0.0.0",
            "Address to listen on; :: for IPv6 and IPv4",
            startup.interface,
        ],
        [
            "generation",
            None,
            1,
            "The oldest generation of the protocol that is served: 1 or 2",
            generation,
        ],
        ["key", None, None, "File with our key, made at first use", os.path.abspath],
        [
            "second-port",
            None,
            0,
            "UDP port by which users see what their routers do; 0: any, or none",
            second_port,
        ],
        [
            "control",
            None,
            None,
            "UNIX socket for udpchat ctl, or none; else one in your runtime directory",
            control,
        ],
        [
            "metrics",
            None,
            None,
            "TCP port of this machine for Prometheus: /metrics, /health and /ready",
            startup.listening_port,
        ],
        *JOURNAL_OPTIONS,
        *BOUND_OPTIONS,
        *TRACE_OPTIONS,
    ]

    optFlags: ClassVar[list[list[Any]]] = [
        [
            "no-relay",
            None,
            "Carry nothing, also between those whom no other way leads to each other",
        ],
    ]

    def journal(self, beside: Path) -> Path | None:
        """The file that names and rooms are written into, by default in the same folder as
        this one; None where they are kept in memory only."""
        given, port, interface = self["journal"], self["port"], self["interface"]
        if given == MEMORY or self.shared() or (given is None and not port):
            return None
        if given is not None:
            return Path(given)
        where = "" if interface in ("0.0.0.0", "::") else f"{interface.replace(':', '.')}-"
        return beside.with_name(f"room-server-{where}{port}.sqlite")

    def shared(self) -> LogLocation | None:
        """The log that several servers share; None where this is the only one."""
        given = self["journal"]
        return read_location(given) if given and given.startswith(SCHEMES) else None

    def control(self) -> Path | None:
        """The socket at which operators are served; None where they are not."""
        given, port = self["control"], self["port"]
        if given == NONE or (given is None and not port):
            return None
        return socket_path("udpchat", port) if given is None else Path(given)

    def bounds(self) -> Bounds:
        return Bounds(
            user_ttl=self["user-ttl"],
            room_ttl=self["room-ttl"],
            datagram=self["max-datagram"],
            name=self["max-name"],
            users=self["max-users"],
            users_per_host=self["max-users-per-host"],
            rooms=self["max-rooms"],
            rooms_per_user=self["max-rooms-per-user"],
            rooms_joined=self["max-rooms-joined"],
            rooms_per_host=self["max-rooms-per-host"],
            keyed_share=self["keyed-share"],
            members=self["max-members"],
            name_ttl=self["name-ttl"],
            names=self["max-names"],
            names_per_host=self["max-names-per-host"],
            rate=self["rate"],
            burst=self["burst"],
            answer_rate=self["answer-rate"],
            public_answer_rate=self["public-answer-rate"],
            relay=not self["no-relay"],
            relay_rate=self["relay-rate"],
            relay_user_rate=self["relay-user-rate"],
            relay_rate_in_all=self["relay-rate-in-all"],
        )
