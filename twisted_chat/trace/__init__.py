"""Seeing the traffic: recording it, and reading captures of it."""
