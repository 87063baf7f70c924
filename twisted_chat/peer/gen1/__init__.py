"""What a peer does in generation 1: text datagrams, unencrypted."""
