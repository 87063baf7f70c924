"""The rosters of all rooms that we are in, and of those that we want into."""

from collections.abc import Callable

from twisted_chat.moments import NEVER
from twisted_chat.names import folded
from twisted_chat.peer.gen2.contacts import IntroducedContacts
from twisted_chat.peer.gen2.history.histories import Histories
from twisted_chat.peer.gen2.requests import ServerRequests
from twisted_chat.peer.gen2.roster import NumberedRoster
from twisted_chat.peer.generation import Shared
from twisted_chat.peer.server import Close, Outcome
from twisted_chat.wire.common import JoinRoom
from twisted_chat.wire.gen2.answers import Answer, Leaving, PutOut, Refused
from twisted_chat.wire.gen2.contact import ContactInfo
from twisted_chat.wire.gen2.requests import QuitRoom, RoomVerb
from twisted_chat.wire.gen2.room_news import HistoryRules, Muting, RoomNews
from twisted_chat.wire.gen2.roster import Came, RosterBegins, RosterEnds, RosterMember, Went

OF_A_ROSTER = (RosterMember, Came, Went, RosterBegins, RosterEnds, Muting, HistoryRules)
"""Of which the most come first."""
MAX_OWN = 1_000
"""Rooms of ours that are known: others are not taken when they are given to us."""
MAX_PRIVATE = 1_000
"""Rooms of which it is known that they may be private."""


class Rosters:
    """Each message goes to the roster that it is of. `wake` is when `tick` is due."""

    def __init__(
        self,
        shared: Shared,
        requests: ServerRequests,
        registered: Callable[[], bool],
        introduced: IntroducedContacts,
        histories: Histories,
    ) -> None:
        self._shared = shared
        self._histories = histories
        self._talks = shared.talks
        self._requests = requests
        self._registered = registered
        self._introduced = introduced
        self._rosters: dict[str, NumberedRoster] = {}
        self._leaving: set[str] = set()
        self._own: set[str] = set()
        self._private: set[str] = set()
        """Rooms into which nobody comes uninvited, as far as we know."""
        self._banned_by: dict[str, str] = {}
        """Those who have banned us from rooms that we are just being put out of."""

    # --- What the person wants

    def join(self, room: str, close: Close, now: float) -> None:
        """Ask to be let in. When that is done, the roster has come."""
        name = folded(room)
        roster = self._roster(room)
        roster.joining = roster.asked_in = True
        self._talks.joining.add(name)

        def answered(answers: list[Answer] | None, now: float) -> None:
            roster.joining = False
            self._talks.joining.discard(name)
            if not roster.inside:
                self._rosters.pop(name, None)
            refused = answers is not None and isinstance(answers[0], Refused)
            close(Outcome.UNANSWERED if answers is None else Outcome.of(not refused), now)

        self._requests.ask(JoinRoom(room), answered, now)

    def _roster(self, room: str) -> NumberedRoster:
        roster = self._rosters.get(folded(room))
        if roster is None:
            roster = self._rosters[folded(room)] = NumberedRoster(
                room,
                self._shared,
                self._requests,
                self._registered,
                self._introduced,
                self._put_out,
                self._histories,
            )
        return roster

    def remember(self, room: str, members: list[ContactInfo], now: float) -> None:
        """The server is away: be in a room with those who were in it with us last."""
        self._roster(room).remember(members, now)

    def leave(self, room: str, close: Close, now: float) -> None:
        """Tell the server that we are out of a room."""
        name = folded(room)
        self._leaving.add(name)
        self._rosters.pop(name, None)
        self._histories.closed(room, now)

        def answered(answers: list[Answer] | None, now: float) -> None:
            self._leaving.discard(name)
            close(Outcome.UNANSWERED if answers is None else Outcome.DONE, now)

        self._requests.ask(QuitRoom(room), answered, now)

    def emptied(self, room: str, now: float) -> None:
        """We have put everybody else out: they are gone, whatever else is still to be told."""
        joined = self._talks.room(room)
        if joined is not None:
            for _, contact in sorted(joined.members(), key=lambda one: str(one[0])):
                joined.went(contact, now)

    def created(self, room: str, *, ours: bool, private: bool = False) -> None:
        """A room is ours to create again, or no longer; perhaps a `private` one."""
        (self._own.add if ours else self._own.discard)(folded(room))
        if private:
            self._invited(room)

    def _invited(self, room: str) -> None:
        """This room may be private: where it has to be created again it is so then too. There
        are only so many of which that is known."""
        if len(self._private) < MAX_PRIVATE:
            self._private.add(folded(room))

    # --- What the server says

    def run(self, news: RoomNews) -> None:
        """Somebody who runs a room has done something for us: let us in, or given it to us, who
        are in it, so that it is ours to create again."""
        inside = self._talks.room(news.room) is not None
        if news.verb is RoomVerb.INVITE:
            self._invited(news.room)
        elif news.verb is RoomVerb.GIVE and inside and len(self._own) < MAX_OWN:
            self.created(news.room, ours=True)

    def banned(self, room: str, by: str) -> bool:
        """Somebody has banned us from a room. True if we are in it, and told so as we are put
        out."""
        inside = self._talks.room(room) is not None
        if inside:
            self._banned_by[folded(room)] = by
        return inside

    def returned(self, now: float) -> None:
        """The server knows us again, and perhaps nothing of our rooms."""
        for name, roster in list(self._rosters.items()):
            if roster.inside:
                roster.returned(now, ours=name in self._own, private=name in self._private)

    def told(self, message: Answer, now: float) -> bool:
        """Take what a message says of a room. False if it is about something else."""
        if isinstance(message, OF_A_ROSTER):
            roster = self._rosters.get(folded(message.room))
            if roster is not None:
                roster.told(message, now)
            elif isinstance(message, RosterEnds):
                self._elsewhere(message.room)
        elif isinstance(message, PutOut):
            self._put_out(message, now)
        else:
            return False
        return True

    def _elsewhere(self, room: str) -> None:
        """The server has us in a room of which we do not know: what we asked, or were
        answered, was lost with a link. So we leave that one."""
        if folded(room) not in self._leaving:
            self._requests.tell(QuitRoom(room))

    def _put_out(self, message: PutOut, now: float) -> None:
        name = folded(message.room)
        if name in self._leaving:
            self._requests.answer(message, now)
            return
        room, by = self._talks.room(name), self._banned_by.pop(name, "")
        if room is not None:
            roster = self._rosters[name]
            if not (roster.joining and roster.asked_in):
                del self._rosters[name]  # Else we have asked to be let in again.
            self._histories.closed(room.name, now)
            self._talks.leave(room, now)
            if name in self._own:
                room.tell_left(confirmed=True)
            else:
                room.tell_put_out(message.how.value, by if message.how is Leaving.BANNED else "")

    # --- What is due

    @property
    def wake(self) -> float:
        return min([one.wake for one in self._rosters.values()], default=NEVER)

    def tick(self, now: float) -> None:
        for roster in list(self._rosters.values()):
            if roster.wake <= now:
                roster.tick(now)
