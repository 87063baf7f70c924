"""Users of generation 1: datagrams, and what goes to where they came from."""
