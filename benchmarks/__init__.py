"""How fast, how small: `make bench`. Loopback only; every figure is from this machine."""
