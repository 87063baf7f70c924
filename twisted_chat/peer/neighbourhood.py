"""The other peers that have a key, and the links to them.

Of two peers the one with the smaller fingerprint dials; the other waits.
Whoever links to us without being in the room or introduced is a stranger: it
may only have been faster than the server's word, so it is kept unheard for a
moment, and then it is put off.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from twisted_chat.errors import WireError
from twisted_chat.frames import Contact, Heard, Said, parse_speech
from twisted_chat.links import Link
from twisted_chat.moments import NEVER
from twisted_chat.peer.backoff import STEADY
from twisted_chat.peer.correspondence import Correspondence
from twisted_chat.peer.effects import Effects
from twisted_chat.peer.neighbour import Neighbour
from twisted_chat.peer.outbox import WINDOW, WINDOW_BYTES, Inbox, Outbox, size_of
from twisted_chat.peer.trust import Trust
from twisted_chat.tally import Tally

MAX_NEIGHBOURS = 10_000
"""Peers with a key that are known at a time, and whose messages are told apart."""
DIAL_PATIENCE = 10.0
"""Seconds for which a link may be on its way."""
LINGER = 5.0
"""Seconds for which those who part are still heard, and sent what was said before."""
STRANGER_PATIENCE, MAX_STRANGERS = 5.0, 64
"""Seconds for which a link waits for the server's word about its other end, and how many may."""


@dataclass(eq=False, slots=True)
class _Stranger:
    link: Link
    until: float
    said: list[Said] = field(default_factory=list)
    size: int = 0


class Neighbourhood:
    """Who is there, by fingerprint. `wake` is when `tick` is due."""

    def __init__(
        self, trust: Trust, words: Correspondence, effects: Effects, next_epoch: Callable[[], int]
    ) -> None:
        self._trust = trust
        self._words = words
        self._effects = effects
        self._next_epoch = next_epoch
        self._known: dict[str, Neighbour] = {}
        self._links: dict[Link, Neighbour] = {}
        self._strangers: dict[str, _Stranger] = {}
        self._inboxes: OrderedDict[str, Inbox] = OrderedDict()
        self._restless: set[Neighbour] = set()
        self._broken = Tally()

    def __iter__(self) -> Iterator[Neighbour]:
        return iter(list(self._known.values()))

    def get(self, fingerprint: str) -> Neighbour | None:
        return self._known.get(fingerprint)

    # --- Who is there

    def meet(self, contact: Contact, now: float, *, blocked: bool) -> Neighbour | None:
        """Somebody is in our room, or introduced. None where there are too many."""
        neighbour = self._known.get(contact.fingerprint)
        if neighbour is None:
            if len(self._known) >= MAX_NEIGHBOURS:
                return None
            inbox = self._inboxes.pop(contact.fingerprint, None) or Inbox()
            self._inboxes[contact.fingerprint] = inbox
            if len(self._inboxes) > 2 * MAX_NEIGHBOURS:
                self._inboxes.popitem(last=False)
            neighbour = Neighbour(contact, Outbox(self._next_epoch()), inbox)
            self._known[contact.fingerprint] = neighbour
        neighbour.contact = contact
        neighbour.blocked = blocked
        neighbour.gone_at = NEVER
        neighbour.reachable_at((contact.host, contact.port))
        self._restless.add(neighbour)
        if neighbour.link is None and not blocked:
            if neighbour.dialling_until == NEVER and neighbour.dial_at == NEVER:
                neighbour.dial_at = now
            self._dial_if_due(neighbour, now)
        if stranger := self._strangers.pop(contact.fingerprint, None):
            self._take_over(neighbour, stranger.link, now)
            for said in stranger.said:
                self._take(neighbour, stranger.link, said, now)
        return neighbour

    def part(self, neighbour: Neighbour, now: float) -> None:
        """Somebody is neither in our room nor introduced any more."""
        neighbour.spoken_to = False
        neighbour.gone_at = now + LINGER
        self._restless.add(neighbour)

    def accepted(self, neighbour: Neighbour, now: float) -> None:
        """The person takes this key for this name."""
        neighbour.blocked = False
        if neighbour.link is not None:
            self._ready(neighbour, now)
        else:
            neighbour.dial_at = now
            self._restless.add(neighbour)
            self._dial_if_due(neighbour, now)

    # --- Links

    def opened(self, link: Link, now: float) -> None:
        """There is a link with a proven key at its other end."""
        if link.fingerprint == self._trust.own:
            self._effects.close(link, "this is my own key")
        elif neighbour := self._known.get(link.fingerprint):
            self._take_over(neighbour, link, now)
        else:
            self._wait_for_introduction(link, now)

    def _take_over(self, neighbour: Neighbour, link: Link, now: float) -> None:
        former = neighbour.link
        if former is not None:
            if self._rightly_dialled(former) and not self._rightly_dialled(link):
                self._effects.close(link, "there is a link already")
                return
            del self._links[former]
            self._effects.close(former, "there is another link now")
        neighbour.link = link
        neighbour.linked_since = now
        neighbour.dial_at = neighbour.dialling_until = NEVER
        neighbour.reachable_at(link.address)
        if neighbour.gone_at == NEVER:
            self._restless.discard(neighbour)
        self._links[link] = neighbour
        if not neighbour.blocked:
            self._ready(neighbour, now)

    def _rightly_dialled(self, link: Link) -> bool:
        return link.dialled == (self._trust.own < link.fingerprint)

    def _ready(self, neighbour: Neighbour, now: float) -> None:
        self._trust.remember(neighbour.contact)
        self._words.linked(neighbour, now)

    def _wait_for_introduction(self, link: Link, now: float) -> None:
        if former := self._strangers.pop(link.fingerprint, None):
            self._effects.close(former.link, "there is another link now")
        if len(self._strangers) >= MAX_STRANGERS:
            self._effects.close(link, "too many whom I do not know")
        else:
            self._strangers[link.fingerprint] = _Stranger(link, now + STRANGER_PATIENCE)

    def received(self, link: Link, message: bytes, now: float) -> None:
        """Something was said on a link."""
        neighbour = self._links.get(link)
        stranger = self._strangers.get(link.fingerprint)
        if neighbour is None and (stranger is None or stranger.link is not link):
            return  # Closed already.
        try:
            speech = parse_speech(message)
            if neighbour is None:
                assert stranger is not None
                _hold(stranger, speech)
                return
        except WireError as broken:
            self._break(link, broken, now)
            return
        self._take(neighbour, link, speech, now)

    def _take(self, neighbour: Neighbour, link: Link, speech: Said | Heard, now: float) -> None:
        if neighbour.link is not link:
            return
        try:
            self._words.received(neighbour, speech, now)
        except WireError as broken:
            self._break(link, broken, now)
        else:
            neighbour.backoff.begin_anew()

    def _break(self, link: Link, broken: WireError, now: float) -> None:
        """What came is not in the language: nothing more can be understood."""
        neighbour = self._links.get(link)
        if neighbour is not None and self._broken.count("broken", now):
            self._effects.notice(f"the link to {neighbour.name} was closed: it sent {broken}")
        self._effects.close(link, str(broken))
        self.lost(link, now)

    def moved(self, link: Link, now: float) -> None:
        """The other end is somewhere else now."""
        if neighbour := self._links.get(link):
            neighbour.reachable_at(link.address)

    def lost(self, link: Link, now: float) -> None:
        """A link is no more."""
        stranger = self._strangers.get(link.fingerprint)
        if stranger is not None and stranger.link is link:
            del self._strangers[link.fingerprint]
        if neighbour := self._links.pop(link, None):
            neighbour.link = None
            if now - neighbour.linked_since >= STEADY:
                neighbour.backoff.begin_anew()
            self._dial_later(neighbour, now)

    def dial_failed(self, fingerprint: str, now: float) -> None:
        """There is no link to be had, this time."""
        neighbour = self._known.get(fingerprint)
        if neighbour is not None and neighbour.dialling_until < NEVER:
            self._dial_later(neighbour, now)

    def _dial_later(self, neighbour: Neighbour, now: float) -> None:
        neighbour.dialling_until = NEVER
        neighbour.dial_at = now + neighbour.backoff.next()
        self._restless.add(neighbour)

    def _dial_if_due(self, neighbour: Neighbour, now: float) -> None:
        if neighbour.dial_at > now:
            return
        neighbour.dial_at = NEVER
        wanted = not neighbour.blocked and neighbour.link is None
        if wanted and self._trust.own < neighbour.fingerprint:
            neighbour.dialling_until = now + DIAL_PATIENCE
            self._effects.dial(neighbour.next_address, neighbour.fingerprint)

    # --- What is due

    @property
    def wake(self) -> float:
        if not self._restless and not self._strangers:
            return NEVER
        due = [min(one.dial_at, one.dialling_until, one.gone_at) for one in self._restless]
        return min([*due, *(one.until for one in self._strangers.values())], default=NEVER)

    def tick(self, now: float) -> None:
        for neighbour in list(self._restless):
            if neighbour.gone_at <= now:
                self.forget(neighbour)
                continue
            if neighbour.dialling_until <= now:
                self._dial_later(neighbour, now)
            self._dial_if_due(neighbour, now)
            if min(neighbour.dial_at, neighbour.dialling_until, neighbour.gone_at) == NEVER:
                self._restless.discard(neighbour)
        for stranger in [one for one in self._strangers.values() if one.until <= now]:
            del self._strangers[stranger.link.fingerprint]
            self._effects.close(stranger.link, "you are neither in my room nor were we introduced")

    def forget(self, neighbour: Neighbour) -> None:
        """Have nothing to do with somebody any more."""
        self._words.give_up(neighbour)
        self._restless.discard(neighbour)
        del self._known[neighbour.fingerprint]
        if neighbour.link is not None:
            del self._links[neighbour.link]
            self._effects.close(neighbour.link, "we have parted")


def _hold(stranger: _Stranger, speech: Said | Heard) -> None:
    """Keep what may turn out to be worth hearing. Raises WireError."""
    if isinstance(speech, Heard):
        raise WireError("acknowledged what was not said")
    stranger.said.append(speech)
    stranger.size += size_of(speech.text)
    if len(stranger.said) > WINDOW or (len(stranger.said) > 1 and stranger.size > WINDOW_BYTES):
        raise WireError("more at once than may be on the way")
