"""`udpchat doctor`: what the network does to us, found by asking a server, and what would help."""
