"""Members of a room over a network that fails, with what each has on disk."""

from collections import defaultdict, deque
from dataclasses import dataclass, field
from random import Random

from msgspec.structs import replace

from twisted_chat.errors import WireError
from twisted_chat.identity.keys import Identity
from twisted_chat.identity.room_messages import Signer, check
from twisted_chat.peer.gen2.history.log import Added, RoomLog
from twisted_chat.peer.gen2.history.spans import HistorySpans, MemberSpan
from twisted_chat.peer.gen2.history.sync import HistorySync, ToSend
from twisted_chat.wire.gen2.for_new import ALL
from twisted_chat.wire.gen2.growth import read
from twisted_chat.wire.gen2.history import (
    HISTORY_SPEECH,
    Given,
    Have,
    HistorySpeech,
    RoomClock,
    RoomMessage,
    Want,
)

ROOM, ORIGIN, SERIES = "den", "0" * 32, "1" * 16
KEYS = [Identity.generate() for _ in range(6)]


@dataclass(eq=False)
class Member:
    """One member; `disk`, `kept` and `last` are what outlives a restart."""

    identity: Identity
    for_new: int = ALL
    disk: list[RoomMessage] = field(default_factory=list)
    kept: dict[str, tuple[MemberSpan, ...]] = field(default_factory=dict)
    last: int = 0
    added: list[Added] = field(default_factory=list)
    wrong: int = 0

    def __post_init__(self) -> None:
        self.signer = Signer.of(self.identity)
        self.start()

    def start(self) -> None:
        self.log = RoomLog(ROOM, ORIGIN)
        self.log.load(sorted(self.disk, key=lambda message: message.place))
        self.spans = HistorySpans(self.log)
        self.spans.load(self.kept)
        self.sync = HistorySync(self.log, self.spans, lambda fingerprint: True)

    @property
    def fingerprint(self) -> str:
        return self.identity.fingerprint

    @property
    def feed(self) -> str:
        return f"{self.fingerprint}.{SERIES}"

    def keep(self, added: Added | None) -> None:
        if added is not None:
            self.disk.append(added.message)
            self.added.append(added)

    def draw(self, text: str, time: int) -> RoomMessage:
        drawn = self.log.draw(self.signer.key, SERIES, "x", self.last, text, time)
        self.last = drawn.number
        return self.signer.sign(drawn)

    def heard(self, author: str, message: RoomMessage, now: float) -> None:
        """Its author says this."""
        self.sync.heard(author, now)
        check(message)
        self.keep(self.log.add(message))

    def came(self, fingerprint: str) -> None:
        self.spans.came(fingerprint, self.for_new)
        self.kept[fingerprint] = self.spans.of(fingerprint)

    def history(self) -> list[str]:
        return [one.identifier for one in self.log]


class RoomNetwork:
    """Links between members: reliable while they last; what is under way is lost with them."""

    def __init__(self, members: list[Member], random: Random) -> None:
        self.members, self.random, self.now = members, random, 0.0
        self.up: set[frozenset[Member]] = set()
        self.under_way: dict[tuple[Member, Member], deque[tuple[bool, bytes]]] = defaultdict(deque)
        self.carried = 0

    def link(self, a: Member, b: Member) -> None:
        if frozenset((a, b)) not in self.up:
            self.up.add(frozenset((a, b)))
            for one, other in ((a, b), (b, a)):
                one.came(other.fingerprint)
                self.tell(one, one.sync.linked(other.fingerprint, self.now))

    def cut(self, a: Member, b: Member) -> None:
        if frozenset((a, b)) in self.up:
            self.up.discard(frozenset((a, b)))
            a.sync.parted(b.fingerprint)
            b.sync.parted(a.fingerprint)
            self.under_way.pop((a, b), None)
            self.under_way.pop((b, a), None)

    def restart(self, member: Member) -> None:
        for other in self.members:
            if other is not member:
                self.cut(member, other)
        member.start()

    def tell(self, member: Member, told: ToSend) -> None:
        by_key = {one.fingerprint: one for one in self.members}
        for fingerprint, speech in told:
            self.send(member, by_key[fingerprint], speech)

    def send(self, a: Member, b: Member, speech: HistorySpeech, *, live: bool = False) -> None:
        if frozenset((a, b)) in self.up:
            self.under_way[a, b].append((live, speech.encode()))

    def say(self, member: Member, text: str, time: int = 0) -> RoomMessage:
        message = member.draw(text, time)
        member.keep(member.log.add(message))
        for other in self.members:
            if other is not member:
                self.send(member, other, message, live=True)
        return message

    def deliver(self) -> bool:
        """Carry one message, over any of the links. False if there is none."""
        some = [pair for pair, waiting in self.under_way.items() if waiting]
        if not some:
            return False
        a, b = pair = self.random.choice(some)
        self.carried += 1
        live, speech = self.under_way[pair].popleft()
        self.receive(a, b, read(speech, {}, HISTORY_SPEECH), live=live)
        return True

    def receive(self, a: Member, b: Member, speech: HistorySpeech, *, live: bool) -> None:
        if isinstance(speech, Have):
            self.tell(b, b.sync.told(a.fingerprint, speech, self.now))
        elif isinstance(speech, Want):
            for one in b.sync.asked(a.fingerprint, speech, self.now):
                self.send(b, a, one)
        elif isinstance(speech, Given):
            self.tell(b, b.sync.answered(a.fingerprint, speech, self.now))
        elif isinstance(speech, RoomClock):
            if speech.clock is None:
                self.tell(b, b.sync.asked_clock(a.fingerprint))
            else:
                b.sync.follows(a.fingerprint, speech.clock)
        else:
            try:
                if live:
                    b.heard(a.fingerprint, speech, self.now)
                else:
                    b.keep(b.sync.handed(a.fingerprint, speech))
            except WireError:
                b.wrong += 1

    def tick(self) -> None:
        """Everybody does what is due."""
        for member in self.members:
            self.tell(member, member.sync.tick(self.now))

    def settle(self, seconds: int = 300) -> None:
        """Let all that is under way come, for so long."""
        for _ in range(seconds):
            self.tick()
            while self.deliver():
                pass
            self.now += 1

    def heal(self) -> None:
        for a in self.members:
            for b in self.members:
                if a is not b:
                    self.link(a, b)
        self.settle()


def altered(message: RoomMessage) -> RoomMessage:
    """As a liar hands it on."""
    return replace(message, text=message.text + "!")
