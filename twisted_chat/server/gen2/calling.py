"""Calling those whose links rest, when there is something to say to them.

What fits a datagram is in it, and sent again until it is known to be there. Where more waits, or a
list or a roster, the datagram says that they are to come with a link.
"""

from collections.abc import Callable, Iterator

from twisted_chat.addresses import Address
from twisted_chat.deadlines import Deadlines
from twisted_chat.moments import NEVER
from twisted_chat.server.gen2.at_rest import Rest, Untold
from twisted_chat.server.gen2.send_queue import LinkQueue
from twisted_chat.server.gen2.sessions import LinkSession
from twisted_chat.wire.framing import HEADER
from twisted_chat.wire.gen2.signs import LARGEST_SAID, RestKeys, call

CALLS = (0.2, 0.3, 0.5, 1.0, 2.0)
"""Seconds from one call to the next. After the last it is the user's turn: its next sign of life
shows that it can be called."""


class RestCalls:
    """All calls. `keys` are those of a session. `wake` is when `take` has something."""

    def __init__(self, queue: LinkQueue, keys: Callable[[LinkSession], RestKeys]) -> None:
        self._queue = queue
        self._keys = keys
        self._due: Deadlines[LinkSession] = Deadlines()

    @property
    def wake(self) -> float:
        return -NEVER if self._queue.wanted else self._due.next

    def take(self, now: float) -> Iterator[tuple[bytes, Address]]:
        """The calls that are to be sent now, each with where."""
        wanted, self._queue.wanted = self._queue.wanted, {}
        for session in wanted:
            assert isinstance(session, LinkSession)
            if session not in self._due or _has_too_much(session):
                yield from self._call(session, now)
        for session in self._due.due(now):
            yield from self._call(session, now)

    def heard(self, session: LinkSession, rest: Rest, opened: int) -> None:
        """A sign of life came of one who has opened all boxes up to this number."""
        waiting = rest.waiting
        if waiting is None:
            return
        size = waiting.opened(opened)
        session.untaken -= size
        if not (waiting.messages or waiting.later or waiting.comes):
            rest.waiting = None
            self._due.discard(session)
        elif size or session not in self._due:
            waiting.calls = 0
            self._due.discard(session)
            self._queue.wanted[session] = None

    def forget(self, session: LinkSession) -> None:
        """This one rests no more."""
        self._due.discard(session)
        self._queue.wanted.pop(session, None)

    def last_words(self, session: LinkSession) -> Iterator[tuple[bytes, Address]]:
        """The call that is sent, once, to one who is to be forgotten."""
        if session.rest is not None and session.rest.waiting is not None:
            self._prepare(session, session.rest, session.rest.waiting)
            yield session.rest.waiting.datagram, session.address

    def _call(self, session: LinkSession, now: float) -> Iterator[tuple[bytes, Address]]:
        rest = session.rest
        if rest is None or not (rest.waiting is not None or session.streams):
            return
        if rest.waiting is None:
            rest.waiting = Untold()
        waiting = rest.waiting
        self._prepare(session, rest, waiting)
        yield waiting.datagram, session.address
        if waiting.calls < len(CALLS):
            self._due.set(session, now + CALLS[waiting.calls])
            waiting.calls += 1

    def _prepare(self, session: LinkSession, rest: Rest, waiting: Untold) -> None:
        """Let there be a datagram. No two texts are sealed with one number."""
        if waiting.comes or (waiting.messages and not _has_too_much(session)):
            return
        rest.told += 1
        if _has_too_much(session):
            waiting.comes, waiting.calls = True, 0
        else:
            waiting.messages, waiting.later = waiting.later, []
            waiting.number = rest.told
        messages = () if waiting.comes else waiting.messages
        waiting.datagram = call(self._keys(session), rest.told, messages)


def _has_too_much(session: LinkSession) -> bool:
    """Whether there is more to say than fits a datagram, and one has not been called for that."""
    waiting = session.rest.waiting if session.rest is not None else None
    if waiting is None or waiting.comes:
        return waiting is None and bool(session.streams)
    later = sum(HEADER + len(message) for message in waiting.later)
    return bool(session.streams) or later > LARGEST_SAID
