"""The stream in which the log of a cluster is, and how it is read."""

from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DeliverPolicy,
    StorageType,
    StreamConfig,
)

from twisted_chat.server.cluster.location import LogLocation
from twisted_chat.server.cluster.replica import GONE

HEARTBEAT = 1.0
"""Seconds after which the log says that there is nothing new."""


def stream(location: LogLocation) -> StreamConfig:
    """The last entry of each subject, on disk; what has an end is followed by a word that says
    so."""
    name = location.stream
    return StreamConfig(
        name=name,
        subjects=[f"{name}.n.*", f"{name}.r.*", f"{name}.b.*", f"{name}.s.*"],
        max_msgs_per_subject=1,
        storage=StorageType.FILE,
        num_replicas=location.replicas,
        allow_msg_ttl=True,
        subject_delete_marker_ttl=GONE,
    )


def consumer(inbox: str, first: int) -> ConsumerConfig:
    """One that sends all from this entry on there, and says that it is alive."""
    return ConsumerConfig(
        deliver_subject=inbox,
        deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
        opt_start_seq=first,
        ack_policy=AckPolicy.NONE,
        max_deliver=1,
        flow_control=True,
        idle_heartbeat=HEARTBEAT,
        num_replicas=1,
        mem_storage=True,
    )


def place(reply: bytes) -> tuple[int, int, int]:
    """What the address for an acknowledgement says: the number of an entry in the stream, that
    among those that were sent, and how many are to follow (ADR-15 of NATS)."""
    fields = reply.split(b".")
    here = _SHORT if len(fields) == _SHORT_FIELDS else _LONG
    return int(fields[here]), int(fields[here + 1]), int(fields[here + 3])


def sequence(reply: bytes) -> int:
    """The first of these alone."""
    fields = reply.split(b".")
    return int(fields[_SHORT if len(fields) == _SHORT_FIELDS else _LONG])


def before_sequence(reply: bytes) -> bytes:
    """What stands before that, the same for all entries that are sent once."""
    fields = reply.split(b".")
    return b".".join(fields[: _SHORT if len(fields) == _SHORT_FIELDS else _LONG]) + b"."


_SHORT_FIELDS = 9
_SHORT, _LONG = 5, 7
"""Where the number stands: after the domain and the account, or without them."""
