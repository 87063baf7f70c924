"""What a UDP peer knows and does: typed lines and messages in, effects out.

It knows no generation of the protocol. Which one is spoken is picked by its Negotiation, and
what that means is in `gen1` and `gen2`.
"""

from collections.abc import Iterable, Sequence

from twisted_chat.addresses import Address
from twisted_chat.links import Link
from twisted_chat.moments import NEVER
from twisted_chat.peer.commands import QUIT, Order, Typed
from twisted_chat.peer.contacts.contacts import Contacts
from twisted_chat.peer.contacts.present import present
from twisted_chat.peer.effects import Effect, Effects, StoreRecords
from twisted_chat.peer.events.event import Talk
from twisted_chat.peer.events.server import (
    GoesOnUnencrypted,
    RegisteredAs,
    ServerBack,
    StillToDo,
)
from twisted_chat.peer.events.talk import Present
from twisted_chat.peer.gathering import Gathering
from twisted_chat.peer.generation import Generation, Shared
from twisted_chat.peer.glance import Glance
from twisted_chat.peer.input import MAX_TYPED, Input
from twisted_chat.peer.keeping import Keeping
from twisted_chat.peer.negotiation import Negotiation
from twisted_chat.peer.own_lines import OwnLine
from twisted_chat.peer.saying import SPEAK_RATE
from twisted_chat.peer.shutdown import Shutdown
from twisted_chat.peer.talks.talks import Talks, described
from twisted_chat.store.archive import Archive
from twisted_chat.store.queries import StoreAnswer
from twisted_chat.store.state import StoreState
from twisted_chat.wire.gen1 import Answer, NamedText


class Session:
    """One peer. Each method returns the effects to be carried out, in order.

    `wake` is when `tick` is due. Without a `name` the person is asked for one. `patient` is
    false for a script, which is told by the exit status when something went wrong; a person
    is asked again.
    """

    def __init__(
        self,
        negotiation: Negotiation,
        name: str | None,
        *,
        patient: bool,
        speak_rate: float = SPEAK_RATE,
        archive: Archive | None = None,
    ) -> None:
        self._negotiation = negotiation
        self._name = name
        self._patient = patient
        self._effects = Effects()
        self._keeping = Keeping(Archive() if archive is None else archive, self._effects)
        self._gathering = Gathering(self._effects.tell)
        self._input = Input(speak_rate, self._leave, patient=patient)
        self._shutdown = Shutdown(self._effects, self._input.left_over, patient=patient)
        self._finished = False
        shared = self._shared()
        self._speak(shared, negotiation.first(shared, self._only_gen1))

    def _shared(self) -> Shared:
        contacts = Contacts()
        talks = Talks(contacts, self._effects)
        return Shared(
            contacts,
            talks,
            self._effects,
            self._gathering,
            self._registered,
            self._keeping.archive,
        )

    def _speak(self, shared: Shared, generation: Generation) -> None:
        self._talks = shared.talks
        self._generation = generation
        self._registration = generation.registration
        self._input.speak(generation, shared)
        self._shutdown.speak(generation)

    def _only_gen1(self, chosen: bool, now: float) -> None:
        """Go on in generation 1, with what was typed and not done."""
        wanted = self._registration.wanted or None
        place = str(self._negotiation.whereabouts)
        self._effects.tell(GoesOnUnencrypted(place, chosen))
        shared = self._shared()
        self._speak(shared, self._negotiation.gen1(shared))
        self._generation.start(wanted, now)

    # --- The person

    def start(self, now: float) -> list[Effect]:
        """Begin: look for the server."""
        self._generation.start(self._name, now)
        return self._done(now)

    def typed(self, todos: Sequence[Typed], now: float) -> list[Effect]:
        """The person typed lines, one after the other."""
        effects: list[Effect] = []
        for todo in todos:
            if type(todo) is Order:
                effects += self._done(now)  # What was typed before it comes first.
                if todo == QUIT and (self._shutdown.begun or QUIT in self._input.lines):
                    self._shutdown.vanish()  # Typed twice: somebody is in a hurry.
                if self._registration.in_question and todo.about_server:
                    self._registration.trust(now)  # At once: what was typed before waits for it.
                    continue
            self._input.take(todo, now)
        return effects + self._done(now)

    def ended(self, now: float) -> list[Effect]:
        """The person will type nothing more: do what was typed, then leave."""
        self._input.ended = True
        effects = self._done(now)
        waits = self._input.lines and not self._registration.valid and not self._over
        if self._patient and waits:
            self._effects.tell(StillToDo())
            effects += self._effects.take()
        return effects

    def interrupted(self, now: float) -> list[Effect]:
        """The process is being ended: leave, as soon as what was sent has arrived, or
        has had a moment to."""
        if not self._registration.failed:
            self._shutdown.hurry(now)
        return self._done(now)

    @property
    def wants_input(self) -> bool:
        """Whether more may be typed. False while enough is waiting."""
        return len(self._input.lines) < MAX_TYPED

    # --- What is shown beside events

    def glance(self) -> Glance:
        """How it stands with the conversations."""
        talks, registration = self._talks, self._registration
        away = registration.away or self._generation.server.slow
        every, busy = map(described, talks.every()), self._input.waiting or talks.moving
        return Glance(registration.name, away, tuple(every), described(talks.current), bool(busy))

    def members(self, talk: Talk, most: int) -> tuple[Present, ...]:
        """Who is in a conversation besides us, so many at most."""
        return present(self._talks.people(talk)[:most], self._generation)

    def own_lines(self, after: int) -> list[OwnLine]:
        """What we have said after the line of this number."""
        return self._input.own.after(after)

    # --- The network

    def opened(self, link: Link, now: float) -> list[Effect]:
        """A link is there, both keys proven."""
        if not self._finished:
            self._generation.opened(link, now)
        return self._done(now)

    def received(self, link: Link, messages: Iterable[bytes], now: float) -> list[Effect]:
        """Messages, without their lengths, came on a link."""
        self._generation.received(link, messages, now)
        return self._done(now)

    def moved(self, link: Link, now: float) -> list[Effect]:
        """The other end of a link has another address."""
        self._generation.moved(link, now)
        return self._done(now)

    def doubted(self, link: Link, now: float) -> list[Effect]:
        """What was asked over a link has had no answer for a while."""
        self._generation.doubted(link, now)
        return self._done(now)

    def lost(self, link: Link, why: str, now: float) -> list[Effect]:
        """A link is no more, whoever closed it."""
        self._generation.lost(link, now)
        return self._done(now)

    def dial_failed(
        self, address: Address, fingerprint: str, why: str, found: str, now: float
    ) -> list[Effect]:
        """There is no link to be had at an address; `found` is the key that was there."""
        self._generation.dial_failed(address, fingerprint, found, now)
        return self._done(now)

    def network_changed(self, own: tuple[Address, ...], now: float) -> list[Effect]:
        """This machine's addresses, which are these now, or its ways to others, have changed."""
        self._generation.network_changed(own, now)
        return self._done(now)

    def mapped(self, outside: Address | None, now: float) -> list[Effect]:
        """Our own router leads this address to us now, or none."""
        self._generation.mapped(outside, now)
        return self._done(now)

    def heard(self, message: Answer, source: Address, now: float) -> list[Effect]:
        """A datagram of generation 1 came from an address."""
        if isinstance(message, NamedText):
            self._generation.datagrams.heard(message, source, now)
        else:
            self._generation.answered(message, source, now)
        return self._done(now)

    def probed(self, datagram: bytes, source: Address, now: float) -> list[Effect]:
        """A probe, or an answer to one, came from an address."""
        self._generation.probed(datagram, source, now)
        return self._done(now)

    def resolved(self, addresses: list[Address]) -> None:
        """The server's place leads to these addresses now."""
        self._negotiation.whereabouts.resolved(addresses)

    def _registered(self, again: bool, now: float) -> None:
        if not again:
            self._effects.tell(RegisteredAs(self._registration.name))
            self._input.registered(now)
        elif self._registration.away:
            rooms = tuple(room.name for room in self._talks.rooms())
            self._effects.tell(ServerBack(self._registration.name, rooms))

    # --- The store

    def stored(self, numbers: list[int], now: float) -> list[Effect]:
        """These are kept now."""
        self._keeping.stored(numbers, now)
        if self._shutdown.begun:
            self._generation.shut_down()  # It is acknowledged at once.
        return self._done(now)

    def found(self, number: int, found: StoreAnswer | str, now: float) -> list[Effect]:
        """This was looked up, or cannot be, for this reason."""
        self._keeping.found(number, found, now)
        return self._done(now)

    def store_is(self, state: StoreState, why: str, now: float) -> list[Effect]:
        """It is so with the store."""
        self._keeping.store_is(state, why, now)
        if state is StoreState.FAILING and not self._patient:
            self._shutdown.begin(now)  # Nobody is there to be asked.
        return self._done(now)

    # --- What is due

    @property
    def wake(self) -> float:
        if self._finished:
            return NEVER
        due = self._shutdown.wake if self._shutdown.begun else self._input.wake
        return min(due, self._generation.wake, self._gathering.wake)

    def tick(self, now: float) -> list[Effect]:
        """Do what has become due."""
        self._generation.tick(now)
        self._gathering.tick(now)
        return self._done(now)

    # --- What follows

    def _leave(self, now: float) -> None:
        self._shutdown.begin(now)

    def _done(self, now: float) -> list[Effect]:
        """Do what can be done now. Returns all effects, which end with the end."""
        typed = self._input
        while (typed.lines or typed.asides) and not self._over and typed.do_next(now):
            pass
        self._talks.end_what_is_over()
        if typed.ended:
            self._generation.unattended()
            if typed.all_done and not self._over:
                self._gathering.flush()
                self._shutdown.begin(now)
        if self._effects.entered:
            rooms, self._effects.entered = self._effects.entered, []
            for room in rooms:
                typed.entered(room, now)
        if self._shutdown.begun:
            self._gathering.flush()
            self._shutdown.go_on(now)
        effects = self._keeping.complete(self._effects.take())
        if self._finished:
            return [effect for effect in effects if isinstance(effect, StoreRecords)]
        self._finished = self._shutdown.over or self._registration.failed
        return effects

    @property
    def _over(self) -> bool:
        return self._shutdown.begun or self._registration.failed
