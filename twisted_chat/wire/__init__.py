"""The languages of both generations: messages, read and written."""
