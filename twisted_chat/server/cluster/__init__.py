"""Several room servers with one address book, written into a log that all read."""
