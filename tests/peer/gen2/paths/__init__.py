"""Tests of how a peer talks to servers and peers of generation 2."""
