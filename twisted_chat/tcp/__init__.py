"""TCP chat: two people, one connection, no server."""
