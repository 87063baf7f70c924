"""State: who is here, in which rooms."""
