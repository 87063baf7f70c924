"""What a person can learn from a UDP peer: one class for each thing, and no sentences."""
