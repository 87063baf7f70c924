"""Who is introduced to whom, so that each finds a way to the other.

Both of a pair are told at once where the other is, with a tag that is theirs as long as
the server has its key, and a secret that nobody else has been told before. Both probe
at once then, which opens the way through whatever stands between them.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Mapping
from math import ceil

from msgspec import Struct
from msgspec.structs import replace

from twisted_chat.addresses import Address, AddressKind, is_six, kind
from twisted_chat.directory.directory import KeyHolder, Room, User
from twisted_chat.rate import Rate
from twisted_chat.server.bounds import SMALL_ROOM
from twisted_chat.server.gen2.beats import HeardBeats
from twisted_chat.server.gen2.roster import contact
from twisted_chat.server.gen2.send_queue import LinkQueue
from twisted_chat.server.gen2.sessions import LinkSession
from twisted_chat.server.nearby import Nearby
from twisted_chat.wire.gen2.answers import Introduced, parse_answer
from twisted_chat.wire.gen2.datagrams import SECRET_BYTES, TAG_BYTES
from twisted_chat.wire.gen2.growth import PATHS, RELAY
from twisted_chat.wire.gen2.pairing import AskPairing, NotPaired, Pairing

TAGS = b"udpchat/2, tags of pairs"
"""Of the secret that they are made with: those who have the key of a server have it."""
AGAIN, AT_ONCE = 5.0, 2
"""Seconds from one introduction of a pair to the next, and how many may be at once: one who
moves is soon at a second place."""
PAIRS = 100_000
"""Pairs whose last introduction is remembered for that, in each of two generations."""
ASKED_OF_ONE = 64
"""Those for whom one user has asked, the latest, and is together with though they are in no
room."""
_OF_PAIRS = b"in ", b"pair "
"""How the messages begin that tell of somebody who has asked for one, or is to be looked for."""
ASKERS = 10_000
"""Users of whom that is known, the latest who have asked."""


class PairSecrets(Struct, frozen=True):
    """What pairs are told that nobody else is: their tags are made with `key`, and `draw`
    gives so many random bytes."""

    key: bytes
    draw: Callable[[int], bytes]

    def tag(self, one: str, other: str) -> bytes:
        """By what two users know each other's datagrams, by their fingerprints in any order."""
        both = "".join(sorted((one, other))).encode()
        return hashlib.blake2s(both, digest_size=TAG_BYTES, key=self.key).digest()


class AskedFor:
    """Those who have asked for each other, whom no room brings together."""

    def __init__(self) -> None:
        self._asked: OrderedDict[str, OrderedDict[str, None]] = OrderedDict()

    def asked(self, asker: str, found: str) -> None:
        """One has asked for another, by their fingerprints."""
        theirs = self._asked.setdefault(asker, OrderedDict())
        theirs[found] = None
        theirs.move_to_end(found)
        if len(theirs) > ASKED_OF_ONE:
            theirs.popitem(last=False)
        self._asked.move_to_end(asker)
        if len(self._asked) > ASKERS:
            self._asked.popitem(last=False)

    def together(self, one: User, other: User) -> bool:
        """Whether two users have to do with each other: a room, or one has asked for the other."""
        if any(room in other.rooms for room in one.rooms):
            return True
        return other.fingerprint in self._asked.get(
            one.fingerprint, ()
        ) or one.fingerprint in self._asked.get(other.fingerprint, ())


class Introductions:
    """Introduces users to each other. `registered` are their sessions, by fingerprint;
    without `secrets` nobody is introduced; `carries` says whether datagrams can be carried
    between two whom no other way leads to each other."""

    def __init__(
        self,
        registered: Mapping[str, LinkSession],
        queue: LinkQueue,
        nearby: Nearby,
        beats: HeardBeats,
        secrets: PairSecrets | None,
        *,
        carries: bool,
    ) -> None:
        self._registered = registered
        self._queue = queue
        self._nearby = nearby
        self._beats = beats
        self._secrets = secrets
        self.carries = carries
        self._again = Rate(1 / AGAIN, AT_ONCE, PAIRS)
        self._asked_for = AskedFor()
        self.together = self._asked_for.together
        self.tell_elsewhere: Callable[[User, bytes], None] = lambda user, message: None
        """Has a user of another server told this."""

    @property
    def features(self) -> tuple[str, ...]:
        """What the server says of itself."""
        if self._secrets is None:
            return ()
        return (PATHS, RELAY) if self.carries else (PATHS,)

    def can_probe(self, session: LinkSession) -> None:
        """One says that it can look for ways: it is told where it seems to be."""
        if self._secrets is not None:
            self._queue.send(session, self._beats.seen(session).encode())

    def owns(
        self,
        session: LinkSession,
        addresses: tuple[Address, ...],
        user: KeyHolder | None,
        now: float,
    ) -> None:
        """One says which addresses its own machine has. Those of every machine are left out.
        Those in its rooms look for it there who are told of them, as they are at the same host."""
        local = kind(session.address[0]) is AddressKind.OURSELVES
        session.own = tuple(
            one for one in addresses if local or kind(one[0]) is AddressKind.SOMEBODY
        )
        if user is not None:
            for room in user.rooms:
                self.entered(room, user, now, at=session.address[0])

    def entered(self, room: Room, newcomer: User, now: float, at: str = "") -> None:
        """One has come into a room, or is in it from elsewhere now: introduce it to the others,
        or to those at this host. In a larger room those who want a way ask for it."""
        if len(room.members) <= SMALL_ROOM:
            for member in room.members:
                other = member.user
                if other is not newcomer and at in ("", other.address[0]):
                    self.introduce(newcomer, other, now)

    def asked(self, asker: User, found: User, now: float) -> None:
        """One has asked for another by name."""
        if found.fingerprint and asker is not found:
            self._asked_for.asked(asker.fingerprint, found.fingerprint)
            self.introduce(asker, found, now)

    def told_elsewhere(self, fingerprint: str, message: bytes) -> bytes:
        """Another server has told one of our users this: perhaps who has asked for them there.
        Returns what the user is to be told, which is less where nothing is carried here."""
        if message.startswith(_OF_PAIRS):
            news = parse_answer(message)
            if isinstance(news, Introduced):
                self._asked_for.asked(news.contact.fingerprint, fingerprint)
            elif isinstance(news, Pairing) and not self.carries:
                return replace(news, carried=False).encode()
        return message

    def ask(
        self, request: AskPairing, user: KeyHolder, found: KeyHolder | None, now: float
    ) -> None:
        """One wants to be introduced to another, whom it knows by the fingerprint, anew."""
        wait: float | None = None
        if found is not None and found is not user and self.together(user, found):
            wait = self.introduce(user, found, now)
        if wait != 0.0:
            refused = NotPaired(request.fingerprint, 0 if wait is None else ceil(wait))
            self._queue.send(self._registered[user.fingerprint], refused.encode())

    def introduce(self, one: User, other: User, now: float) -> float | None:
        """Tell two of each other, of whom the first is here. Returns 0, or the seconds for which
        it is too soon; None where one of them cannot look for a way."""
        secrets = self._secrets
        here, there = (self._registered.get(user.fingerprint) for user in (one, other))
        if secrets is None or here is None or not other.fingerprint:
            return None
        if there is None and not other.server:
            return None
        if not all(one.link.has(PATHS) for one in (here, there) if one is not None):
            return None
        tag = secrets.tag(one.fingerprint, other.fingerprint)
        if wait := self._again.wait(tag.hex(), now, 1):
            return wait
        self._again.charge(tag.hex(), now, 1)
        secret = secrets.draw(SECRET_BYTES)
        if there is None:
            # Whether the other takes what is carried its own server knows, and nobody is told what
            # another machine has.
            found, carried = self._nearby.contact(contact(other), here.address), self.carries
            carried = carried and here.link.has(RELAY)
            self._queue.tell(here, Pairing(found, tag, secret, carried).encode())
            self.tell_elsewhere(other, Pairing(contact(one), tag, secret, carried).encode())
            return 0.0
        carried = self.carries and here.link.has(RELAY) and there.link.has(RELAY)
        same_host = here.address[0] == there.address[0]
        for to, of, user, at in ((here, there, other, one), (there, here, one, other)):
            found = self._nearby.contact(contact(user), at.address)
            own = of.own if same_host else ()
            also = of.also if of.also is not None and to.has(is_six(of.also)) else None
            self._queue.tell(to, Pairing(found, tag, secret, carried, own, also).encode())
        return 0.0
