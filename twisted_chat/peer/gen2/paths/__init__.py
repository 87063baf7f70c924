"""Finding ways to other peers: probes, introductions, and what has come of them."""
