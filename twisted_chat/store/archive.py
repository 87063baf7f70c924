"""What a session has of a store: records on their way to it, and what is asked of it.

What waits for a record is done when it is in the store: a message is acknowledged then, and
a line goes to others. Where nothing is kept that is at once.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import count

from twisted_chat.names import folded
from twisted_chat.pending import PendingWrites
from twisted_chat.store.queries import StoreAnswer, StoreQuery
from twisted_chat.store.records import (
    ArrivedRecord,
    ForgetRecord,
    HeardRecord,
    Kept,
    MembersRecord,
    Owed,
    RememberedMember,
    SaidRecord,
    SpansRecord,
    StoredBefore,
    TalkKey,
    UnreadRecord,
)
from twisted_chat.wire.gen2.history import RoomMessage

CloseWrite = Callable[[float], None]
"""Told when it is written, in seconds on the clock of the decisions."""
CloseQuery = Callable[[StoreAnswer | str, float], None]
"""Told what was found, or why nothing can be read, and when."""
MAX_AHEAD = 300_000
"""Milliseconds that an author's clock may be ahead of ours."""


class Archive:
    """Of the peer of a server, which the person has given as `server`. With `kept`, what was
    read at the start, there is a store. `since_1970` is how many seconds later than `now` the
    time of day is."""

    def __init__(
        self, server: str = "", kept: StoredBefore | None = None, since_1970: float = 0.0
    ) -> None:
        self.keeps = kept is not None
        self.lasts = self.keeps
        """Whether what is kept outlives the program."""
        self.lasts_until = 0
        """Where it does not: until when it did, in milliseconds since 1970."""
        self.kept = StoredBefore() if kept is None else kept
        self._unread = {one.talk[:3]: one.lines for one in self.kept.unread}
        self.server = server
        self._since_1970 = since_1970
        self.pending: PendingWrites[Kept, CloseWrite] = PendingWrites()
        self._numbers = count(1)
        self._afterwards: dict[Callable[[], None], None] = {}
        self._asked: dict[int, CloseQuery] = {}
        self.questions: list[tuple[int, StoreQuery]] = []
        """What is to be looked up, by numbers."""

    # --- What is written

    def time_of_day(self, now: float) -> int:
        """In milliseconds since 1970."""
        return int((now + self._since_1970) * 1000)

    def room(self, name: str) -> TalkKey:
        """What is kept of a room of our server."""
        return TalkKey(self.server, folded(name), "", name)

    def person(self, fingerprint: str, name: str) -> TalkKey:
        """What is kept of what is private with somebody."""
        if fingerprint:
            return TalkKey("", "", fingerprint, name)
        return TalkKey(self.server, "", f"@{folded(name)}", name)

    def said(
        self,
        talk: TalkKey,
        text: str,
        speaker: str,
        owed: tuple[Owed, ...],
        close: CloseWrite | None,
        now: float,
        signed: RoomMessage | None = None,
        before: RoomMessage | None = None,
    ) -> None:
        """We say a line, and it goes to whom it is owed when it is in the store; None: when what
        follows it is."""
        time = self.time_of_day(now) if signed is None else signed.time
        self._write(SaidRecord(talk, time, text, speaker, owed, signed, before), close)

    def heard(self, record: HeardRecord, close: CloseWrite | None, now: float) -> None:
        """Somebody has said something, which is acknowledged when it is in the store; None: when
        what follows it is."""
        if not self.keeps:
            if close is not None:
                close(now)
            return
        latest = self.time_of_day(now)
        if not 0 < record.time <= latest + MAX_AHEAD:
            record = record._replace(time=latest)
        self._write(record, close)

    def _write(self, record: Kept, close: CloseWrite | None) -> None:
        if close is None:
            self.pending.note(record)
        else:
            self.pending.claim(record, close)

    def heard_plainly(self, talk: TalkKey, name: str, text: str, now: float) -> None:
        """Somebody has said something that nobody acknowledges."""
        if self.keeps:
            self.pending.note(HeardRecord(talk, "", name, self.time_of_day(now), text))

    def handed_on(self, record: HeardRecord, now: float) -> None:
        """Somebody has handed on what somebody has said."""
        self.heard(record, lambda now: None, now)

    def spans(self, record: SpansRecord) -> None:
        """Somebody was in a room then."""
        if self.keeps:
            self.pending.note(record)

    def arrived(self, fingerprint: str, epoch: int, number: int) -> None:
        """Somebody has all up to this number, or is to get it no more."""
        if self.keeps:
            self.pending.note(ArrivedRecord(fingerprint, epoch, number))

    def members(self, room: str, members: tuple[RememberedMember, ...]) -> None:
        """These are in a room with us now; nobody: we are not in it."""
        if self.keeps:
            self.pending.note(MembersRecord(self.room(room), members))

    def leave_unread(self, talk: TalkKey, count: int) -> None:
        """So many of the last lines that others have said there are not looked at yet."""
        if self.keeps:
            self.pending.note(UnreadRecord(talk, count))

    def unread_before(self, talk: TalkKey) -> int:
        """How many there were when we were started."""
        return self._unread.get(talk[:3], 0)

    def looked_back(self, talk: TalkKey) -> int:
        """The same, of what is shown to the person now, and so no more after this."""
        return self._unread.pop(talk[:3], 0)

    def forget(self, name: str, close: CloseWrite) -> None:
        """Nothing is to be kept of the conversations of this name."""
        self.pending.claim(ForgetRecord(name, self.server), close)

    def take(self) -> list[tuple[int, Kept]]:
        """What is to be written now, in order, with the number that `settle` is told."""
        return self.pending.take()

    def settle(self, numbers: Iterable[int], now: float) -> None:
        """These are written."""
        for number in numbers:
            self.pending.settle(number)(now)
        afterwards, self._afterwards = self._afterwards, {}
        for do in afterwards:
            do()

    def afterwards(self, do: Callable[[], None]) -> None:
        """Do this, once, when all is done that waits for what is written now."""
        self._afterwards[do] = None

    @property
    def waits(self) -> bool:
        """Whether something waits until it is written."""
        return len(self.pending) > 0

    # --- What is read

    def ask(self, query: StoreQuery, close: CloseQuery) -> None:
        """Look something up."""
        number = next(self._numbers)
        self._asked[number] = close
        self.questions.append((number, query))

    def take_questions(self) -> Iterator[tuple[int, StoreQuery]]:
        """What is to be looked up now, by the number that `answer` is told."""
        questions, self.questions = self.questions, []
        return iter(questions)

    def answer(self, number: int, found: StoreAnswer | str, now: float) -> None:
        """This was found, or is the reason why nothing was."""
        self._asked.pop(number)(found, now)

    @property
    def asking(self) -> bool:
        """Whether something is being looked up."""
        return bool(self._asked)
