"""The conversations that a person is in, and what is told of rooms."""
