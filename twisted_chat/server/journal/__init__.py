"""What has to outlive the process of a room server: whose which name and which room is."""
