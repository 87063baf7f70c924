"""What is asked of a server of generation 2, over the link to it."""

from collections.abc import Callable

from twisted_chat.names import folded
from twisted_chat.peer.commands import Command
from twisted_chat.peer.gen2.contacts import IntroducedContacts
from twisted_chat.peer.gen2.requests import RUN_BY, ServerRequests
from twisted_chat.peer.gen2.rosters import Rosters
from twisted_chat.peer.server import Close, CloseList, Found, Outcome
from twisted_chat.peer.talks.talks import Talks
from twisted_chat.wire.common import CreateRoom, Leave, ListRooms, ListUsers, Locate, RoomReady
from twisted_chat.wire.gen2.answers import Answer, ContactLocated, Done
from twisted_chat.wire.gen2.for_new import SetHistory
from twisted_chat.wire.gen2.growth import HISTORY
from twisted_chat.wire.gen2.listing import Listed
from twisted_chat.wire.gen2.requests import (
    CloseRoom,
    CreatePrivateRoom,
    GiveRoom,
    Kick,
    Request,
    RunRoom,
    SetTopic,
)


class KeyedServer:
    """Requests as messages of generation 2."""

    def __init__(
        self,
        requests: ServerRequests,
        registered: Callable[[], bool],
        talks: Talks,
        rosters: Rosters,
        introduced: IntroducedContacts,
    ) -> None:
        self._requests = requests
        self._registered = registered
        self._talks = talks
        self._rosters = rosters
        self._introduced = introduced
        self.join = rosters.join
        self.leave_room = rosters.leave

    def users(self, close: CloseList, now: float) -> None:
        self._list(ListUsers(), close, now)

    def rooms(self, close: CloseList, now: float, *, aside: bool = False) -> None:
        self._list(ListRooms(), close, now, aside=aside)

    def _list(
        self,
        request: ListUsers | ListRooms,
        close: CloseList,
        now: float,
        *,
        aside: bool = False,
    ) -> None:
        # On a link the answer comes in a moment: a text waits for it.
        holds_up = int(not aside)

        def answered(answers: list[Answer] | None, now: float) -> None:
            self._talks.asked -= holds_up
            parts = (one.names for one in answers or () if isinstance(one, Listed))
            close(None if answers is None else [name for names in parts for name in names], now)

        self._talks.asked += holds_up
        self._requests.ask(request, answered, now)

    def find(self, name: str, found: list[Found], close: Close, now: float) -> None:
        def answered(answers: list[Answer] | None, now: float) -> None:
            if answers is None:
                close(Outcome.UNANSWERED, now)
                return
            info = answers[0].contact if isinstance(answers[0], ContactLocated) else None
            if info is not None and folded(info.name) == folded(name):  # Not somebody else.
                ourselves = info.fingerprint == self._introduced.own
                found.append(Found(self._introduced.located(info, now), ourselves))
            close(Outcome.of(bool(found)), now)

        self._requests.ask(Locate(name), answered, now)

    creator_joins = True

    @property
    def why(self) -> str:
        return self._requests.why

    @property
    def slow(self) -> bool:
        return self._requests.slow

    def create(self, room: str, close: Close, now: float, *, private: bool = False) -> None:
        def created() -> None:
            self._rosters.created(room, ours=True, private=private)

        request = CreatePrivateRoom(room) if private else CreateRoom(room)
        self._ask(request, RoomReady, created, close, now)

    def run(self, command: Command, room: str, name: str, close: Close, now: float) -> None:
        self._ask(RunRoom(RUN_BY[command], room, name), Done, lambda: None, close, now)

    def set_topic(self, room: str, text: str, close: Close, now: float) -> None:
        self._ask(SetTopic(room, text), Done, lambda: None, close, now)

    def set_history(self, room: str, for_new: int, close: Close, now: float) -> None:
        if self._requests.link is not None and not self._requests.link.has(HISTORY):
            close(Outcome.REFUSED, now)  # It is of a version that knows of none.
            return
        self._ask(SetHistory(room, for_new), Done, lambda: None, close, now)

    def kick(self, room: str, name: str, close: Close, now: float) -> None:
        if not room or not self._registered():
            close(Outcome.IMPOSSIBLE, now)
            return

        def kicked() -> None:
            if not name:
                self._rosters.emptied(room, now)

        self._ask(Kick(room, name), Done, kicked, close, now)

    def close_room(self, room: str, close: Close, now: float) -> None:
        self._dispose(CloseRoom(room), close, now)

    def give_room(self, room: str, name: str, close: Close, now: float) -> None:
        self._dispose(GiveRoom(room, name), close, now)

    def _dispose(self, request: CloseRoom | GiveRoom, close: Close, now: float) -> None:
        """Our room is not ours any more, if the server agrees."""
        room = request.room
        self._ask(request, Done, lambda: self._rosters.created(room, ours=False), close, now)

    def leave(self, close: Close, now: float) -> None:
        self._requests.ask(
            Leave(), lambda answers, now: close(Outcome.of(bool(answers)), now), now
        )

    def vanish(self) -> None:
        if self._registered():
            self._requests.tell(Leave())

    def _ask(
        self,
        request: Request,
        done: type,
        then: Callable[[], None],
        close: Close,
        now: float,
    ) -> None:
        def answered(answers: list[Answer] | None, now: float) -> None:
            if answers is None:
                close(Outcome.UNANSWERED, now)
                return
            if isinstance(answers[0], done):
                then()
            close(Outcome.of(isinstance(answers[0], done)), now)

        self._requests.ask(request, answered, now)
