"""Finding out what the members of a room are called.

A roster holds addresses. The server tells names (`ul`) and where each of them
is (`ar`), so in a small company everybody can be named; in a large one that
would cost more than it is worth, and people are named when they first speak.
"""

from collections.abc import Callable

from twisted_chat.addresses import Address
from twisted_chat.peer.gen1.contacts import AddressContacts
from twisted_chat.peer.gen1.requests import SETTLED, Ask, Requests
from twisted_chat.wire.common import ListUsers, Locate
from twisted_chat.wire.gen1 import Answer, Located, UserListed

MAX_USERS = 64
"""Users on a server up to which all of them are looked up."""
REST = 60.0
"""Seconds for which a server that has more is not asked again."""


class Discovery:
    """Looks names up, one look-up at a time. `roster` says who is in our room."""

    def __init__(
        self, requests: Requests, names: AddressContacts, roster: Callable[[], list[Address]]
    ) -> None:
        self._requests = requests
        self._names = names
        self._roster = roster
        self._waiting: list[Callable[[float], None]] = []
        self._rests_until = 0.0

    def name_everybody(self, own: str, then: Callable[[float], None], now: float) -> None:
        """Call `then`, as soon as the names of the roster are known as far as they can be."""
        if all(map(self._names.knows, self._roster())) or now < self._rests_until:
            then(now)
            return
        self._waiting.append(then)
        if len(self._waiting) > 1:
            return
        names: set[str] = set()

        def take(answer: Answer, now: float) -> float:
            if isinstance(answer, UserListed):
                names.add(answer.name)
                if len(names) > MAX_USERS:
                    self._rests_until = now + REST
                    return 0
            return SETTLED

        def close(answered: bool, now: float) -> None:
            if len(names) > MAX_USERS:
                names.clear()
            known = {self._names.called(address).name for address in self._roster()}
            self._locate(sorted(names - known - {own}), now)

        self._requests.ask(Ask(ListUsers(), take, close), now)

    def _locate(self, names: list[str], now: float) -> None:
        if not names or all(map(self._names.knows, self._roster())):
            waiting, self._waiting = self._waiting, []
            for then in waiting:
                then(now)
            return
        name, *rest = names

        def take(answer: Answer, now: float) -> float:
            if isinstance(answer, Located):
                self._names.learn((answer.host, answer.port), name)
            return 0

        def close(answered: bool, now: float) -> None:
            self._locate(rest if answered else [], now)

        self._requests.ask(Ask(Locate(name), take, close), now)
