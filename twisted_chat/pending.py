"""What is on its way to a file, and what waits until it is there."""

from typing import Generic, Literal, TypeVar

R = TypeVar("R")
C = TypeVar("C")


class PendingWrites(Generic[R, C]):
    """Records in the order in which they are to be written, and by its number what waits for
    one."""

    def __init__(self) -> None:
        self._numbers = 0
        self._waiting: dict[int, C] = {}
        self.unsent: list[tuple[int, R]] = []
        """What `take` gives next."""

    def __len__(self) -> int:
        return len(self._waiting)

    def __bool__(self) -> Literal[True]:
        return True

    def note(self, record: R) -> None:
        """Write this, for which nothing waits."""
        self.unsent.append((0, record))

    def claim(self, record: R, waiting: C) -> None:
        """Write this, for which something waits."""
        self._numbers += 1
        self._waiting[self._numbers] = waiting
        self.unsent.append((self._numbers, record))

    def take(self) -> list[tuple[int, R]]:
        """What is to be written now, in order, with the numbers of those for which something
        waits; 0 for the rest."""
        taken, self.unsent = self.unsent, []
        return taken

    def settle(self, number: int) -> C:
        """Something is written, or is not to be. Returns what has waited for it."""
        return self._waiting.pop(number)
