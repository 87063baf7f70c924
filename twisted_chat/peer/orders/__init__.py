"""What a person orders by commands, and what is asked of the server for it."""
