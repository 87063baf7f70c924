"""Which of two dials the other: so that there is one link between them, and not two."""


def dials(own: str, other: str) -> bool:
    """Whether we dial somebody, by the fingerprints of both: the smaller one does."""
    return own < other
