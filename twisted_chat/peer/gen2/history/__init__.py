"""What was said in rooms, signed, and handed on by whoever has it."""
