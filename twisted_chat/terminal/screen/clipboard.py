"""Putting a text into the clipboard of the terminal, which may be another machine's."""

from base64 import b64encode

LONGEST_COPIED = 48 * 1024
"""Bytes of a text that are copied: terminals take 75,000 characters of a sequence or more."""


def to_clipboard(text: str) -> bytes:
    """The sequence for it ("XTerm Control Sequences", OSC 52). Nothing of the text is in it as it
    is, so nothing of it is obeyed."""
    data = text.encode("utf-8", "replace")[:LONGEST_COPIED]
    whole = data.decode("utf-8", "ignore").encode()
    return b"\x1b]52;c;" + b64encode(whole) + b"\a"
