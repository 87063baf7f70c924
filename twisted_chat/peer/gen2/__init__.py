"""Talking to servers and peers of generation 2: messages over links between proven keys."""
