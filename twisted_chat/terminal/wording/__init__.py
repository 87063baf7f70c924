"""What the line terminal says of each event of a UDP peer, a module for each of theirs."""
