"""Users of generation 2: links, and what is told over them."""
