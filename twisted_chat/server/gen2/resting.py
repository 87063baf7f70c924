"""Users of whom there is no link while nothing is said, and their signs of life.

One whose link is put to rest stays who it is for all else: it is registered, in its rooms, and
what is said to it goes to the queue, which lets it wait until it has been called. Nothing of
what proves a sign is kept for each: the key comes of the id, and of the server's own key, so that
a server that was started anew knows a sign of one whom it does not know any more. What seals is
made with a secret that ends with the server.
"""

import hashlib
from collections.abc import Callable, Iterator
from typing import Literal

from twisted_chat.addresses import Address, is_six
from twisted_chat.errors import WireError
from twisted_chat.moments import NEVER
from twisted_chat.rate import Rate
from twisted_chat.server.gen2.at_rest import Rest
from twisted_chat.server.gen2.calling import RestCalls
from twisted_chat.server.gen2.return_queue import ReturnQueue
from twisted_chat.server.gen2.send_queue import LinkQueue
from twisted_chat.server.gen2.sessions import LinkSession, LinkSessions
from twisted_chat.wire.gen2.rest import AtRest, CameBack, ComeBack
from twisted_chat.wire.gen2.signs import (
    ECHO_BYTES,
    ID_BYTES,
    KEY_BYTES,
    SIGN,
    RestKeys,
    Sign,
    SignAnswer,
    SignOutcome,
    counter_of,
    id_of,
    read_sign,
    token_of_id,
    unknown,
    unseal,
)

PROVES = b"udpchat/2, signs of life"
"""Of the secret with which the keys are made that prove them."""
SILENT = 26.0
"""Seconds without a sign of life after which one who rests is lost, as over a link."""
PERIOD = 2.0
"""Seconds by which that is exact."""
OF_A_SITE, OF_A_SITE_AT_ONCE = 10, 200
"""Answers a second, and at once, to those of one IPv4 address or IPv6 /64 who are not where they
were, or not known."""
SIGNS, SIGNS_AT_ONCE = 100, 500
"""Signs a second, and at once, that are read of those of one IPv4 address or IPv6 /64: where
there are as many users as may be, what all of them send in a few seconds."""
LOST_AT_ONCE = 64
"""Users who are found to be lost in one go."""
_NOBODY = "a sign of life of nobody"


class RestingUsers:
    """All of them. `secret` is made with the server's own key, and `draw` gives so many random
    bytes; None: no link is put to rest. `hear` is told what one says, `moved` that it is elsewhere
    now, `may_be` says whether it may be there, and `lost` is told of one who is silent."""

    hear: Callable[[LinkSession, bytes, float], None]
    moved: Callable[[LinkSession, float], None]
    may_be: Callable[[LinkSession, Address, float], bool]

    def __init__(
        self,
        sessions: LinkSessions,
        queue: LinkQueue,
        secret: bytes,
        draw: Callable[[int], bytes] | None,
        dropped: Callable[[str, Address, float], None],
    ) -> None:
        self._sessions = sessions
        self._queue = queue
        self._proves = hashlib.blake2s(PROVES, key=secret).digest()
        self._ends = b""
        self._draw = draw
        self.possible = draw is not None
        """Whether links can be put to rest here."""
        self._dropped = dropped
        self._of_site = Rate(OF_A_SITE, OF_A_SITE_AT_ONCE)
        self._signs = Rate(SIGNS, SIGNS_AT_ONCE)
        self._calling = RestCalls(queue, self._keys)
        self._last_words: list[tuple[bytes, Address]] = []
        self._returns = ReturnQueue()
        self.linked = self._returns.came
        """Is to be told that there is another link."""
        self._stirs = False
        self._heard: dict[int, dict[LinkSession, None]] = {}  # By periods, the first first.
        self._period = 0  # The latest, of which all who were heard in it share the number.

    @property
    def wake(self) -> float:
        first = next(iter(self._heard), None)
        silent = NEVER if first is None else (first + 1) * PERIOD + SILENT
        at_once = self._last_words or self._queue.overfull
        return min(silent, -NEVER if at_once else self._calling.wake)

    @property
    def has_news(self) -> bool:
        """Whether something has come of the latest sign of life but its answer."""
        return self._stirs or bool(self._queue.wanted)

    def __len__(self) -> int:
        return sum(map(len, self._heard.values()))

    def __bool__(self) -> Literal[True]:
        return True

    # --- To rest, and back

    def begin(self, session: LinkSession, now: float) -> None:
        """One who is registered wants to rest: it may where nothing is on its way to it."""
        if self.possible and session.token and session.rest is None and not session.streams:
            session.rests += 1
            self._queue.send(session, AtRest(self._keys(session)).encode())
            self._sessions.settle(session)
            session.rest, session.untaken = Rest(), 0
            self._note(session, session.rest, now)

    def rouse(self, session: LinkSession) -> None:
        """It has said something over its link: it does not rest."""
        rest = self._end(session)
        self._say_all(session, rest, heard=0)

    def come_back(self, request: ComeBack, link: LinkSession, now: float) -> LinkSession | None:
        """Another link is to take the place of one that rests. Returns whose it is now."""
        session = self._sessions.named(token_of_id(request.id))
        if (
            session is None
            or session.rest is None
            or link.rest is not None
            or session.link.fingerprint != link.link.fingerprint
            or not self.may_be(session, link.address, now)
        ):
            return None
        rest = self._end(session)
        self._queue.end(session.link, "another link has taken its place")
        self._sessions.take_over(session, link)
        self._queue.send(session, CameBack(rest.heard).encode())
        self._say_all(session, rest, heard=request.heard)
        return session

    def forget(self, session: LinkSession) -> None:
        """This session is over: what was to be said is, once."""
        if session.rest is not None:
            self._last_words += self._calling.last_words(session)
            self._end(session)

    def _end(self, session: LinkSession) -> Rest:
        rest, session.rest = session.rest, None
        assert rest is not None
        self._forget_period(session, rest)
        self._calling.forget(session)
        return rest

    def _say_all(self, session: LinkSession, rest: Rest, heard: int) -> None:
        """Say over a link what has waited, and is not known to have been heard."""
        session.untaken = 0
        if rest.waiting is not None:
            rest.waiting.opened(heard)
            for message in (*rest.waiting.messages, *rest.waiting.later):
                self._queue.send(session, message)
        self._queue.go_on(session)

    # --- Signs of life

    def heard(self, datagram: bytes, source: Address, now: float) -> bytes | None:
        """A sign of life came from there. Returns what is to be sent back."""
        self._stirs = False
        try:
            identifier = id_of(datagram)
            session = self._sessions.named(token_of_id(identifier))
            rest = None if session is None else session.rest
            if session is None or rest is None or identifier != self._id(session):
                return self._of_nobody(identifier, datagram, source, now)
            if counter_of(datagram) <= rest.counter:
                raise WireError("a sign of life that is no news")
            if not self._signs.spend(source[0], now):
                raise WireError("signs of life, too often")
            proves = self._proving(identifier)
            sign = read_sign(datagram, proves, six=is_six(source))
            rest.counter = sign.counter
            answer = self._here(session, rest, sign, source, now)
        except WireError as wrong:
            self._dropped(str(wrong), source, now)
            return None
        return answer.encode(proves, six=is_six(source))

    def _here(
        self, session: LinkSession, rest: Rest, sign: Sign, source: Address, now: float
    ) -> SignAnswer:
        """One is there, and perhaps at another address. Raises WireError."""
        if source != session.address:
            echo = self._echo(sign.id, source)
            if sign.echo != echo:
                if not self._of_site.spend(source[0], now):
                    raise WireError("a sign of life from elsewhere, too often")
                return SignAnswer(sign.counter, SignOutcome.ECHO, echo, rest.heard)
            if not self.may_be(session, source, now):
                return unknown(sign.counter, 0)
            self._stirs = True
            self._sessions.went(session, source)
            self.moved(session, now)
        self._note(session, rest, now)
        self._calling.heard(session, rest, sign.heard)
        if sign.box and sign.said > rest.heard:
            messages = unseal(self._keys(session), SIGN, sign.said, sign.box)
            rest.heard, self._stirs = sign.said, True
            for message in messages:
                self.hear(session, message, now)
        return SignAnswer(sign.counter, SignOutcome.HERE, said=rest.heard)

    def _of_nobody(
        self, identifier: bytes, datagram: bytes, source: Address, now: float
    ) -> bytes | None:
        """Tell one whom we have known to come with a link, or when to ask again: if it hears us
        where it seems to be. Raises WireError where nobody has told that one its id."""
        if not self.possible or datagram[0] != SIGN:
            raise WireError(_NOBODY)
        proves, six = self._proving(identifier), is_six(source)
        sign = read_sign(datagram, proves, six=six)
        if not self._of_site.spend(source[0], now):
            raise WireError("a sign of life of nobody, too often")
        echo = self._echo(identifier, source)
        answer = SignAnswer(sign.counter, SignOutcome.ECHO, echo)
        if sign.echo == echo:
            wait = self._returns.wait(identifier, now)
            if wait is None:
                raise WireError("a sign of life of one for whom there is no place")
            if not wait:
                self._queue.validate(source)  # It has read there what is an echo of it alone.
                self._stirs = True
            answer = unknown(sign.counter, int(wait * 1000))
        return answer.encode(proves, six=six)

    # --- What is due

    def take(self, now: float) -> Iterator[tuple[bytes, Address]]:
        """The datagrams that are to be sent to those who rest, each with where."""
        last, self._last_words = self._last_words, []
        yield from last
        yield from self._calling.take(now)

    def silent(self, now: float) -> Iterator[LinkSession]:
        """Those of whom no sign of life has come for too long, so many at once, and those who take
        nothing of what they ask for."""
        for outlet in list(self._queue.overfull):
            assert isinstance(outlet, LinkSession)
            yield outlet
        for _ in range(LOST_AT_ONCE):
            first = next(iter(self._heard), None)
            if first is None or (first + 1) * PERIOD + SILENT > now:
                return
            yield next(iter(self._heard[first]))

    def _note(self, session: LinkSession, rest: Rest, now: float) -> None:
        """One was heard in this period."""
        if self._period != (period := int(now / PERIOD)):
            self._period = period
        if rest.period is not self._period:
            self._forget_period(session, rest)
            rest.period = self._period
        self._heard.setdefault(self._period, {})[session] = None

    def _forget_period(self, session: LinkSession, rest: Rest) -> None:
        if (heard := self._heard.get(rest.period)) is not None:
            heard.pop(session, None)
            if not heard:
                del self._heard[rest.period]

    # --- Keys

    def _keys(self, session: LinkSession) -> RestKeys:
        identifier = self._id(session)
        seals = self._secret(b"seals", identifier, KEY_BYTES)
        return RestKeys(identifier, self._proving(identifier), seals)

    def _id(self, session: LinkSession) -> bytes:
        """The id of one who rests: it need not be kept, and tells nobody who that is. It is
        another one each time, and so are the keys: the numbers of boxes begin anew."""
        who = session.token + session.rests.to_bytes(8, "big") + session.link.fingerprint.encode()
        return session.token + self._secret(b"id", who, ID_BYTES - len(session.token))

    def _proving(self, identifier: bytes) -> bytes:
        return hashlib.blake2s(identifier, key=self._proves, digest_size=KEY_BYTES).digest()

    def _echo(self, identifier: bytes, source: Address) -> bytes:
        """What only those know who read what is sent there."""
        where = identifier + f"{source[0]} {source[1]}".encode()
        return self._secret(b"echo", where, ECHO_BYTES)

    def _secret(self, purpose: bytes, of: bytes, size: int) -> bytes:
        """A secret that ends with this server, another one for each purpose."""
        if not self._ends and self._draw is not None:
            self._ends = self._draw(KEY_BYTES)
        return hashlib.blake2s(of, key=self._ends, person=purpose, digest_size=size).digest()
