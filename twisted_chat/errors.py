"""What can go wrong, named by whose fault it was."""


class ChatError(Exception):
    """Anything this package raises on purpose. Its text is one line, fit to show."""


class WireError(ChatError):
    """The other side sent something that the protocol does not allow."""


class NameRefused(ChatError):
    """A text cannot be the name of a user or a room; the message says why."""


class UsageMistake(ChatError):
    """A person typed something that does not work; the message says what would."""


class TurnMistake(UsageMistake):
    """The person wanted to talk somewhere else, and said it wrongly: what they type next may be
    meant for there."""
