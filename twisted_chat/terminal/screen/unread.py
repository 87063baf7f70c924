"""What of the conversations is unread, as the session was told, so that it can be kept."""

from collections.abc import Iterable

from twisted_chat.peer.commands import LeaveUnread
from twisted_chat.terminal.screen.talk_state import TalkKind, TalkState, TalkSubject


class UnreadCounts:
    """By conversation."""

    def __init__(self) -> None:
        self._told: dict[str, int] = {}

    def kept(self, subject: TalkSubject, count: int) -> None:
        """So many were left unread there before."""
        self._told[subject.key] = count

    def changes(self, states: Iterable[TalkState]) -> list[LeaveUnread]:
        """What the session does not know of them yet."""
        changed = []
        for state in states:
            key, count = state.key, state.unread
            if self._told.get(key, 0) != count and state.kind is not TalkKind.HOME:
                self._told[key] = count
                changed.append(LeaveUnread(state.subject.described, count))
        return changed
