"""Who is called what: those whom we are with, by the names that the server gives them."""

from typing import Generic, Protocol, TypeVar

from twisted_chat.names import folded
from twisted_chat.peer.audience import Standing
from twisted_chat.wire.gen2.contact import ContactInfo


class Named(Protocol):
    """Somebody whom the server has told us of."""

    contact: ContactInfo
    standing: Standing


N = TypeVar("N", bound=Named)


class Namesakes(Generic[N]):
    """Everybody by name, in any case of letters: one mostly, and after another
    in time those who had the name before."""

    def __init__(self) -> None:
        self._called: dict[str, list[N]] = {}

    def add(self, one: N) -> None:
        self._called.setdefault(folded(one.contact.name), []).append(one)

    def discard(self, one: N) -> None:
        """Somebody, whose `contact` has not changed since it was added, is no more."""
        key = folded(one.contact.name)
        left = [other for other in self._called.get(key, ()) if other is not one]
        if left:
            self._called[key] = left
        else:
            self._called.pop(key, None)

    def rename(self, one: N, contact: ContactInfo) -> None:
        """The server says this of somebody now."""
        if folded(one.contact.name) == folded(contact.name):
            one.contact = contact
            return
        self.discard(one)
        one.contact = contact
        self.add(one)

    def all(self, name: str) -> list[N]:
        """Those who have this name, the latest last."""
        return self._called.get(folded(name), [])

    def called(self, name: str) -> N | None:
        """Who has this name: of several, who is in the room or was introduced last."""
        found = self.all(name)
        present = [one for one in found if one.standing is not Standing.NONE]
        return next(reversed(present or found), None)
