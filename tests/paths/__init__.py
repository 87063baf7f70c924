"""Whole programs, each in a kind of network of its own: who finds a way to whom, and how soon."""
