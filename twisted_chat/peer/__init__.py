"""A UDP peer: it registers with a room server and chats directly with other peers."""
