"""How it is with a store."""

from enum import Enum


class StoreState(Enum):
    """What a person has to know of it."""

    WORKS = "works"
    """It is written again."""
    FAILING = "failing"
    """It cannot be written: nothing is said or acknowledged."""
    SET_ASIDE = "set_aside"
    """The file was damaged, and is elsewhere now; another is begun."""
    IN_MEMORY = "in_memory"
    """Nothing is kept beyond the end of the program."""
