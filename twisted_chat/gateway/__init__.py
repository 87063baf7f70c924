"""Asking one's own router to let others in at a port: PCP (RFC 6887) and NAT-PMP (RFC 6886)."""
