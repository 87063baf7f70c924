"""When the link to the server is put to rest, and another takes its place."""

from collections.abc import Callable, Sequence

from twisted_chat.addresses import is_six
from twisted_chat.links import Link
from twisted_chat.moments import NEVER
from twisted_chat.peer.effects import Effects
from twisted_chat.peer.gen2.failover import Failover
from twisted_chat.peer.gen2.link_state import LinkState
from twisted_chat.peer.gen2.paths.ways import Ways
from twisted_chat.peer.gen2.registration import KeyedRegistration
from twisted_chat.peer.gen2.resting import RestState
from twisted_chat.wire.gen2.answers import Answer
from twisted_chat.wire.gen2.growth import REST
from twisted_chat.wire.gen2.rest import AskRest, AtRest, CameBack, ComeBack

QUIET = 10.0
"""Seconds in which nothing is said over the link, either way, after which it may rest."""
QUIET_OF_SEVERAL = 1.5
"""The same where other servers serve us too: a sign of life shows sooner that ours is gone."""


class RestingLink:
    """`received` is told what the server says while it rests. `wake` is when `tick` is due."""

    def __init__(
        self,
        registration: KeyedRegistration,
        failover: Failover,
        ways: Ways,
        effects: Effects,
        received: Callable[[Link, Sequence[bytes], float], None],
    ) -> None:
        self._registration = registration
        self._link = link = registration.link
        self._failover = failover
        self._ways = ways
        self._effects = effects
        self._received = received
        self._requests = link.requests
        self._resting = resting = link.requests.resting
        resting.told, resting.unknown = self._told, self._unknown
        resting.needs_link, resting.needs_none = self._rouse, self._rest_on
        self._requests.came_back = self._come_back
        self._since = NEVER  # When something came over the link, or that was looked at, last.
        self._said = 0  # Messages so far, when that was looked at last.
        self._asked = False

    @property
    def _quiet_at(self) -> float:
        return self._since + (QUIET_OF_SEVERAL if self._failover.knows_others else QUIET)

    def heard(self, now: float) -> None:
        """Something has come over the link."""
        self._since = now

    def told(self, message: Answer, now: float) -> bool:
        """Take what the server says of this. False if it is about something else."""
        if isinstance(message, AtRest):
            self._rest(message, now)
        elif isinstance(message, CameBack):
            self._say_all(message.heard)
        else:
            return False
        return True

    def registered(self) -> None:
        """The server knows us anew, and nothing of a link that has rested."""
        self._say_all(0)

    # --- To rest

    def _may_rest(self, link: Link | None) -> bool:
        if link is None or self._link.state is not LinkState.OPEN or link.doubted:
            return False
        if self._ways.seen is None:
            return False  # We do not know over which family the server sees us.
        return link.has(REST) and self._registration.valid and not self._requests.waits

    def _rest(self, granted: AtRest, now: float) -> None:
        link, seen = self._link.link, self._ways.seen
        asked, self._asked = self._asked, False
        if not asked or self._requests.said != self._said:
            return  # We have said something since, which the server takes for a no.
        if link is None or seen is None or self._link.state is not LinkState.OPEN:
            return
        self._effects.close(link, "it rests")
        self._link.rest()
        self._resting.begin(granted.keys, link.address, six=is_six(seen), now=now)

    # --- And back

    def _rouse(self, now: float) -> None:
        self._resting.rouse(now)
        self._link.start(now)

    def _rest_on(self, now: float) -> None:
        if self._link.state in (LinkState.DIALLING, LinkState.WAITING):
            self._link.rest()
            self._resting.rest_on(now)

    def _come_back(self) -> bool:
        """There is another link. Whether it takes the place of one that has rested."""
        if self._resting.state is RestState.NOT or self._link.link is None:
            return False
        back = ComeBack(self._resting.id, self._resting.heard)
        self._effects.frame(back.encode(), self._link.link)
        return True

    def _say_all(self, heard: int) -> None:
        link = self._link.link
        if link is None or self._resting.state is RestState.NOT:
            return
        if waited := self._resting.come_back(heard):
            self._effects.frames(waited, link)

    def _unknown(self, now: float) -> None:
        self._link.lost(now)
        self._link.start(now)

    def _told(self, messages: Sequence[bytes], now: float) -> None:
        if self._link.link is not None:
            self._received(self._link.link, messages, now)

    # --- What is due

    @property
    def wake(self) -> float:
        return min(self._quiet_at, self._resting.wake)

    def tick(self, now: float) -> None:
        self._resting.tick(now)
        link = self._link.link
        if self._resting.rests:
            self._resting.several(self._failover.knows_others, now)
        if self._resting.state is not RestState.NOT and link is not None:
            doubted = self._resting.doubted(now)
            if doubted and not link.doubted:
                self._failover.doubted(now)
            link.doubted = doubted
        if now >= self._quiet_at:
            self._since = now
            self._asked = self._said == self._requests.said and self._may_rest(link)
            if self._asked:
                self._requests.say(AskRest().encode())
            self._said = self._requests.said
