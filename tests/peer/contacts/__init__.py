"""Tests of who is who to a peer."""
