"""Moments, in the seconds of whatever clock tells `now`."""

NEVER = float("inf")
"""The moment of what is not due."""
