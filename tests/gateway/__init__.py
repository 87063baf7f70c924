"""Tests of what is said to one's own router."""
