"""What the send queues of both generations have in common: slots and turns."""

from enum import Enum, auto

TURN = 0.01
"""Seconds between two turns."""


class Slot(Enum):
    """What a stream of messages is: of each there is one at most on its way to one receiver."""

    ROSTER = auto()
    USERS = auto()
    ROOMS = auto()
