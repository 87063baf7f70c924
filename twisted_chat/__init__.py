"""Chat that goes straight from person to person, over TCP and over UDP."""

__version__ = "0.1.0"
