"""An input line: keys in, a text that is entered out."""
