"""Those whom the person ignores: nothing of theirs is shown, and nothing goes to them."""

from collections.abc import Hashable, Iterable

from twisted_chat.names import folded

MAX_IGNORED = 1_000
"""Names that are ignored at a time."""


class Ignored:
    """Those who are ignored, by what they are known by: a key, or an address and a name."""

    def __init__(self) -> None:
        self._marks: dict[str, frozenset[Hashable]] = {}

    def add(self, name: str, marks: Iterable[Hashable]) -> bool:
        """Ignore all who have one of these marks. False where there are too many."""
        if len(self._marks) >= MAX_IGNORED and folded(name) not in self._marks:
            return False
        self._marks[folded(name)] = self.marks(name) | frozenset(marks)
        return True

    @property
    def anybody(self) -> bool:
        """Whether somebody is ignored."""
        return len(self._marks) > 0

    def remove(self, name: str, marks: Iterable[Hashable] = ()) -> frozenset[Hashable]:
        """Ignore no more who is ignored under this name, or has one of these marks. Returns
        what they were known by; nothing if they were not ignored."""
        known_by = frozenset(marks)
        names = [one for one, its in self._marks.items() if not its.isdisjoint(known_by)]
        gone: frozenset[Hashable] = frozenset()
        for one in {folded(name), *names}:
            gone |= self._marks.pop(one, frozenset())
        return gone

    def marks(self, name: str) -> frozenset[Hashable]:
        """What the one who is ignored under this name is known by."""
        return self._marks.get(folded(name), frozenset())

    def names(self) -> list[str]:
        """The names under which somebody is ignored."""
        return list(self._marks)

    def holds(self, *marks: Hashable) -> bool:
        """Whether one who has any of these marks is ignored."""
        return any(not its.isdisjoint(marks) for its in self._marks.values())
