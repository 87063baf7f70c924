"""What those who run a room server can see and do while it runs."""
