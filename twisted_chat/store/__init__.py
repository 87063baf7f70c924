"""What was said, on disk: written in groups by one thread, and read again by another."""
