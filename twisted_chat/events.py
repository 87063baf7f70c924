"""What both chats tell a person of."""


class Event:
    """Something that a person can learn. Its texts are what was sent: a face makes
    them safe to show."""

    __slots__: tuple[str, ...] = ()
