"""The room server: it introduces people to each other and carries nothing they say."""
