"""The room server for generation 2: what is said over links, and what comes of it."""

from collections.abc import Callable

from twisted_chat.addresses import Address
from twisted_chat.directory.directory import Directory, KeyHolder, Moved, Registered
from twisted_chat.errors import NameRefused, WireError
from twisted_chat.frames import (
    CloseRoom,
    Extra,
    GiveRoom,
    Kick,
    Refused,
    Request,
    parse_request,
)
from twisted_chat.links import Link, LinkEffect
from twisted_chat.moments import NEVER
from twisted_chat.names import key
from twisted_chat.rate import Rate
from twisted_chat.server.answers import Answers
from twisted_chat.server.bounds import Bounds
from twisted_chat.server.delivery import Delivery
from twisted_chat.server.guests import Guest, Guests
from twisted_chat.server.household import Household
from twisted_chat.server.notices import Notices
from twisted_chat.wire import Bare, CreateRoom, Farewell, JoinRoom, Leave, Locate, Register, Verb
from twisted_chat.wire import Registered as Welcome

_HI, _AR, _RC, _RJ = (Bare(verb) for verb in (Verb.HI, Verb.AR, Verb.RC, Verb.RJ))
_REFUSALS: dict[type, Bare | Refused] = {
    Register: _HI,
    Locate: _AR,
    CreateRoom: _RC,
    JoinRoom: _RJ,
    Kick: Refused(Extra.KICK),
    CloseRoom: Refused(Extra.CLOSE),
    GiveRoom: Refused(Extra.GIVE),
}
"""What over the rate is not done. The rest is paced, or can be had once for each join."""


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
        self._delivery = delivery
        self._notices = notices
        self._requests = requests
        self._dropped = dropped
        self.wake = NEVER
        self._answers = Answers(directory, household, delivery, notices)

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
            try:
                self._hear(guest, parse_request(message), now)
            except WireError:
                self._dropped("not in the language", link.address, now)
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
        return self._flush(now)

    def tick(self, now: float) -> None:
        """Do what has become due; `effects` has what comes of it."""
        for guest in self._guests.unknown(now):
            self._close(guest, "nobody has registered over this link", now)
        for guest in self._guests.elsewhere(now):
            self._follow(guest, now)
        for fingerprint in self._guests.missing(now):
            user = self._directory.holders.get(fingerprint)
            if user is not None:
                self._household.depart(user, now, expired=True)
        if now >= self._delivery.wake:
            self._delivery.turn(now)
        self.wake = min(self._delivery.wake, self._guests.wake)

    def effects(self, now: float) -> list[LinkEffect]:
        """What is to be done with links now."""
        return self._flush(now) if self._delivery.has_news else []

    def _flush(self, now: float) -> list[LinkEffect]:
        effects = self._delivery.flush(now)
        # Not a property: it is read for every datagram, and seldom changes.
        self.wake = min(self._delivery.wake, self._guests.wake)
        return effects

    # --- Registration

    def _hear(self, guest: Guest, request: Request, now: float) -> None:
        user = self._user(guest)
        refusal = _REFUSALS.get(type(request))
        if refusal and not self._requests.spend(guest.link.address[0], now):
            self._dropped("over the rate", guest.link.address, now)
            self._delivery.send(guest, refusal.encode())
        elif type(request) is Register:
            self._register(request, guest, now)
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
        user = self._directory.holders.get(link.fingerprint)
        if user is not None and user.key == name_key:
            self._delivery.send(guest, Welcome(request.name).encode())
            self._welcome_back(user, guest, now)
            return
        is_free = self._directory.is_free(name_key, link.fingerprint)
        if not is_free or (user is None and self._household.is_full(link.address[0])):
            self._delivery.send(guest, _HI.encode())
            return
        self._close_other(guest, now)
        if user is not None:
            self._household.depart(user, now)
        came = Registered(link.address, request.name, name_key, link.fingerprint)
        self._household.register(came, now)
        self._guests.settle(guest)
        self._delivery.send(guest, Welcome(request.name).encode())

    def _welcome_back(self, user: KeyHolder, guest: Guest, now: float) -> None:
        """A user is registered over this link from now on, and knows its roster."""
        if self._guests.registered.get(user.fingerprint) is guest:
            return
        self._close_other(guest, now)
        self._guests.settle(guest)
        if not self._follow(guest, now) and user.room is not None:
            self._notices.renew(user.room, user)

    def _close_other(self, guest: Guest, now: float) -> None:
        """End the link over which the same key is registered, if it is not this one."""
        before = self._guests.registered.get(guest.link.fingerprint)
        if before is not None and before is not guest:
            self._close(before, "you have registered over another link", now)

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

    def _leave(self, user: KeyHolder, guest: Guest, now: float) -> None:
        self._delivery.drop(guest)
        self._household.depart(user, now)
        self._guests.unsettle(guest, now)
        self._delivery.send(guest, Farewell().encode())
