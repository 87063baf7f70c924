"""Shells: how bytes travel."""
