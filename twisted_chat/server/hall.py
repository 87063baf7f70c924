"""The room server for generation 2: what is said over links, and what comes of it."""

from collections import deque
from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count

from twisted_chat.addresses import Address
from twisted_chat.directory.directory import Directory, KeyHolder, Moved, Registered
from twisted_chat.errors import NameRefused, WireError
from twisted_chat.links import Link, LinkEffect
from twisted_chat.moments import NEVER
from twisted_chat.names import key
from twisted_chat.rate import Rate
from twisted_chat.server.answers import Answers
from twisted_chat.server.bounds import HELD, HELD_BYTES, Bounds
from twisted_chat.server.delivery import Delivery
from twisted_chat.server.guests import Guest, Guests
from twisted_chat.server.household import Household
from twisted_chat.server.notices import Notices
from twisted_chat.server.pacing import TURN
from twisted_chat.server.rivals import Rivals
from twisted_chat.wire.common import Bare, Goodbye, Leave, Register, Verb, Welcome
from twisted_chat.wire.gen2.answers import Rivalled
from twisted_chat.wire.gen2.requests import Request, SignOfLife, parse_request

_HI = Bare(Verb.HI)


class Hall:
    """The decisions about links, whoever carries them.

    What happens to a link is told by method calls, which return what is to be
    done with any links. `effects` is what is to be done besides, after
    datagrams were received; `wake` when `tick` is due.
    """

    def __init__(
        self,
        directory: Directory,
        bounds: Bounds,
        household: Household,
        guests: Guests,
        delivery: Delivery,
        notices: Notices,
        requests: Rate,
        dropped: Callable[[str, Address, float], None],
    ) -> None:
        self._directory = directory
        self._bounds = bounds
        self._household = household
        self._guests = guests
        self._rivals = Rivals()
        self._delivery = delivery
        self._notices = notices
        self._requests = requests
        self._dropped = dropped
        self.wake = NEVER
        self._answers = Answers(directory, household, delivery, notices)
        # Whose requests wait, by when the first of them is earned; the numbers keep the order.
        self._holding: list[tuple[float, int, Guest]] = []
        self._order = count()

    # --- What happens

    def opened(self, link: Link, now: float) -> list[LinkEffect]:
        """There is a link, made by the other end."""
        if not link.fingerprint:
            self._delivery.end(link, "a link without a key")
        elif self._guests.is_full(link.address):
            self._dropped("too many links", link.address, now)
            self._delivery.end(link, "too many links from your address")
        else:
            self._guests.add(link, now)
        return self._flush(now)

    def received(self, link: Link, message: bytes, now: float) -> list[LinkEffect]:
        """The other end of a link has said something."""
        guest = self._guests.get(link)
        if guest is not None:
            self._receive(guest, message, now)
        return self._flush(now)

    def moved(self, link: Link, now: float) -> list[LinkEffect]:
        """The other end of a link is at another address, `link.address`."""
        guest = self._guests.get(link)
        if guest is not None:
            self._guests.moved(guest, now)
        return self._flush(now)

    def taken(self, link: Link, now: float) -> list[LinkEffect]:
        """All that was to be sent over a link is on its way or at the other end."""
        guest = self._guests.get(link)
        if guest is not None:
            self._delivery.taken(guest)
        return self._flush(now)

    def lost(self, link: Link, why: str, now: float) -> list[LinkEffect]:
        """A link has ended, whoever ended it."""
        guest = self._guests.get(link)
        if guest is not None:
            self._guests.remove(guest, now)
            self._delivery.drop(guest)
            self._rivals.drop(guest)
            self._make_way(link.fingerprint, now)
        return self._flush(now)

    def tick(self, now: float) -> None:
        """Do what has become due; `effects` has what comes of it."""
        for guest in self._guests.unknown(now):
            self._close(guest, "nobody has registered over this link", now)
        for guest in self._guests.elsewhere(now):
            self._follow(guest, now)
        for fingerprint in self._rivals.over(now):
            if (before := self._guests.registered.get(fingerprint)) is not None:
                self._close(before, "another link with your key has taken your place", now)
        for fingerprint in self._guests.missing(now):
            user = self._directory.holders.get(fingerprint)
            if user is not None:
                self._household.depart(user, now, expired=True)
        while self._holding and self._holding[0][0] <= now:
            self._go_on(heappop(self._holding)[-1], now)
        if now >= self._delivery.wake:
            self._delivery.turn(now)
        self._arrange()

    def effects(self, now: float) -> list[LinkEffect]:
        """What is to be done with links now."""
        return self._flush(now) if self._delivery.has_news else []

    def _flush(self, now: float) -> list[LinkEffect]:
        effects = self._delivery.flush(now)
        self._arrange()
        return effects

    def _arrange(self) -> None:
        # Not a property: it is read for every datagram, and seldom changes.
        first = self._holding[0][0] if self._holding else NEVER
        self.wake = min(self._delivery.wake, self._guests.wake, self._rivals.wake, first)

    # --- How much of it is heard

    def _receive(self, guest: Guest, message: bytes, now: float) -> None:
        """Hear what is said, or let it wait until it is earned."""
        host = guest.link.address[0]
        if len(message) > self._bounds.datagram:
            self._requests.charge(host, now, len(message) / self._bounds.datagram)
            self._dropped("too long", guest.link.address, now)
        elif guest.held is None and not (wait := self._wait(guest, message, now)):
            self._hear(guest, message, now)
        elif guest.held is None:
            guest.held = deque([message])
            self._hold(guest, wait, now)
        else:
            guest.held.append(message)
            if len(guest.held) > HELD or sum(map(len, guest.held)) > HELD_BYTES:
                self._dropped("a link that goes on over the rate", guest.link.address, now)
                self._close(guest, "you have said more than your rate for too long", now)

    def _wait(self, guest: Guest, message: bytes, now: float) -> float:
        """Seconds until this is earned; 0 where it is, and then it is paid for."""
        host = guest.link.address[0]
        wait = self._requests.wait(host, now, 1)
        if not wait and message.startswith(b"rj"):
            wait = self._household.wait(host, now)
        if not wait:
            self._requests.charge(host, now, 1)
        return wait

    def _hold(self, guest: Guest, wait: float, now: float) -> None:
        heappush(self._holding, (now + max(wait, TURN), next(self._order), guest))

    def _go_on(self, guest: Guest, now: float) -> None:
        """Hear what is earned by now of what a link has said."""
        while guest.held:
            if wait := self._wait(guest, guest.held[0], now):
                self._hold(guest, wait, now)
                return
            self._hear(guest, guest.held.popleft(), now)
        guest.held = None

    # --- Registration

    def _hear(self, guest: Guest, message: bytes, now: float) -> None:
        try:
            request = parse_request(message)
        except WireError:
            self._dropped("not in the language", guest.link.address, now)
        else:
            self._do(request, guest, now)

    def _do(self, request: Request, guest: Guest, now: float) -> None:
        user = self._user(guest)
        if type(request) is Register:
            self._register(request, guest, now)
        elif type(request) is SignOfLife:
            self._lives(user, guest, now)
        elif user is None:
            self._delivery.send(guest, _HI.encode())
        elif type(request) is Leave:
            self._leave(user, guest, now)
        else:
            self._answers.answer(request, user, guest, now)

    def _user(self, guest: Guest) -> KeyHolder | None:
        fingerprint = guest.link.fingerprint
        here = self._guests.registered.get(fingerprint) is guest
        return self._directory.holders.get(fingerprint) if here else None

    def _register(self, request: Register, guest: Guest, now: float) -> None:
        link = guest.link
        try:
            name_key = key(request.name, self._bounds.name)
        except NameRefused:
            self._delivery.send(guest, _HI.encode())
            return
        before = self._guests.registered.get(link.fingerprint)
        if before is not None and before is not guest:
            self._ask_first(before, guest, request, now)
            return
        user = self._directory.holders.get(link.fingerprint)
        if user is not None and user.key == name_key:
            self._delivery.send(guest, Welcome(request.name).encode())
            self._welcome_back(user, guest, now)
            return
        is_free = self._household.is_free(request.name, name_key, link.fingerprint)
        if not is_free or (user is None and self._household.is_full(link.address[0])):
            self._delivery.send(guest, _HI.encode())
            return
        if user is not None:
            self._household.depart(user, now)
        came = Registered(link.address, request.name, name_key, link.fingerprint)
        self._household.register(came, now)
        self._guests.settle(guest, now)
        self._delivery.send(guest, Welcome(request.name).encode())

    def _welcome_back(self, user: KeyHolder, guest: Guest, now: float) -> None:
        """A user is registered over this link from now on, and knows its roster."""
        if self._guests.registered.get(user.fingerprint) is guest:
            return
        self._guests.settle(guest, now)
        if not self._follow(guest, now) and user.room is not None:
            self._notices.renew(user.room, user)

    def _ask_first(self, before: Guest, guest: Guest, request: Register, now: float) -> None:
        """The key is registered over another link: see whether that is alive."""
        waited = self._rivals.wait(guest, request, now)
        if waited is not None:
            self._tell_of(before, waited, now)
        self._delivery.send(before, SignOfLife().encode())

    def _lives(self, user: KeyHolder | None, guest: Guest, now: float) -> None:
        """The one that was here first answers: no other takes its place."""
        if user is not None and (rival := self._rivals.take(user.fingerprint)) is not None:
            self._tell_of(guest, rival[0], now)

    def _tell_of(self, first: Guest, rival: Guest, now: float) -> None:
        """Refuse one whose key is registered over a link that is alive."""
        user = self._user(first)
        seconds = max(0, int(now - first.since))
        name = user.name if user is not None else ""
        self._delivery.send(rival, Rivalled(name, seconds).encode() if name else _HI.encode())

    def _make_way(self, fingerprint: str, now: float) -> None:
        """Nobody is registered with this key, perhaps: let the one come who waits for that."""
        if fingerprint not in self._guests.registered:
            rival = self._rivals.take(fingerprint)
            if rival is not None:
                self._register(rival[1], rival[0], now)

    def _follow(self, guest: Guest, now: float) -> bool:
        """Let a user be where its link is. False if it was there."""
        user = self._user(guest)
        if user is None or user.address == guest.link.address:
            return False
        self._household.move(user, Moved(user.fingerprint, guest.link.address), now)
        return True

    def _close(self, guest: Guest, why: str, now: float) -> None:
        self._guests.remove(guest, now)
        self._delivery.close(guest, why)
        self._rivals.drop(guest)
        self._make_way(guest.link.fingerprint, now)

    def _leave(self, user: KeyHolder, guest: Guest, now: float) -> None:
        self._delivery.drop(guest)
        self._household.depart(user, now)
        self._guests.unsettle(guest, now)
        self._delivery.send(guest, Goodbye().encode())
        self._make_way(guest.link.fingerprint, now)
