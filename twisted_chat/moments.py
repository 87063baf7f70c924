"""Moments, in the seconds of whatever clock tells `now`."""

from typing import Protocol

NEVER = float("inf")
"""The moment of what is not due."""


class Soonest:
    """When the first of several parts has something to do. Each says so where that becomes sooner;
    one that puts it off says nothing, so there may be nothing to do yet at `at`."""

    __slots__ = ("at",)

    def __init__(self) -> None:
        self.at = NEVER

    def by(self, at: float) -> None:
        """Something is due then."""
        if at < self.at:
            self.at = at


class Timed(Protocol):
    """What has something to do at its own moments."""

    @property
    def wake(self) -> float:
        """When `tick` is due."""

    def tick(self, now: float) -> None:
        """Do what has become due."""
