"""Moments, in the seconds of whatever clock tells `now`."""

from typing import Protocol

NEVER = float("inf")
"""The moment of what is not due."""


class Timed(Protocol):
    """What has something to do at its own moments."""

    @property
    def wake(self) -> float:
        """When `tick` is due."""

    def tick(self, now: float) -> None:
        """Do what has become due."""
