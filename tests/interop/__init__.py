"""Clients written from docs/wire.md alone, with another QUIC library, against our own programs."""
