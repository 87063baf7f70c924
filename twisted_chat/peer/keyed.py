"""A peer of generation 2: typed lines and what happens on links in, effects out."""

from twisted_chat.addresses import Address
from twisted_chat.errors import WireError
from twisted_chat.links import Link
from twisted_chat.moments import NEVER
from twisted_chat.peer.audience import Standing
from twisted_chat.peer.commands import QUIT, Command, Order
from twisted_chat.peer.effects import Effect, Effects, Typed
from twisted_chat.peer.events.server import LinkBroken, RegisteredAs, ServerBack
from twisted_chat.peer.events.talk import Doing, Knocking, WantsToTalk
from twisted_chat.peer.gathering import Gathering
from twisted_chat.peer.gen2.delivery import HEAR_BURST, HEAR_RATE, Deliveries
from twisted_chat.peer.gen2.dialling import Places
from twisted_chat.peer.gen2.inbox import Inboxes
from twisted_chat.peer.gen2.link import KeyedPeer
from twisted_chat.peer.gen2.mesh import Mesh
from twisted_chat.peer.gen2.registration import KeyedRegistration
from twisted_chat.peer.gen2.shutdown import Shutdown
from twisted_chat.peer.gen2.trust import Memory, Trust
from twisted_chat.peer.membership import Membership
from twisted_chat.peer.namesakes import Namesakes
from twisted_chat.peer.orders import SERVER, Orders
from twisted_chat.peer.people import People, Person
from twisted_chat.peer.plain import PlainPeers
from twisted_chat.peer.session import MAX_TYPED, SPEAK_BURST, SPEAK_RATE
from twisted_chat.peer.typed import TypedLines
from twisted_chat.peer.undone import left_over
from twisted_chat.peer.whereabouts import Whereabouts
from twisted_chat.wire import gen1
from twisted_chat.wire.common import Bare, Verb
from twisted_chat.wire.gen1 import NamedText
from twisted_chat.wire.gen2 import answers
from twisted_chat.wire.gen2.answers import Introduced, parse_answer
from twisted_chat.wire.gen2.growth import Can, UnknownVerb
from twisted_chat.wire.gen2.requests import SignOfLife


def _decides_on_server(todo: Typed) -> bool:
    return (
        isinstance(todo, Order)
        and todo.command is Command.TRUST
        and todo.argument.lower() == SERVER
    )


class KeyedSession:
    """One peer with a key. Each method returns the effects to be carried out, in order.

    `wake` is when `tick` is due. `fingerprint` is our own. `since_1970` is how many
    seconds later than `now` the time of day is. `epoch` is a number
    that is larger than any used before. `patient` is false for a script, which
    is told by the exit status when something went wrong; a person is asked
    again. `server_key` is the only fingerprint that the server may have, `here`
    where our own datagrams leave from, if that is known.
    """

    def __init__(
        self,
        server: Whereabouts,
        fingerprint: str,
        name: str | None,
        memory: Memory,
        *,
        epoch: int,
        since_1970: float = 0.0,
        patient: bool,
        server_key: str = "",
        here: Address | None = None,
        speak_rate: float = SPEAK_RATE,
        hear_rate: float = HEAR_RATE,
    ) -> None:
        self._server = server
        self._first_name = name
        self._epoch = epoch
        self._effects = Effects()
        trust = Trust(memory, fingerprint, self._effects.tell)
        self._words = Deliveries(
            self._effects, self._next_epoch, Inboxes(), hear_rate, HEAR_BURST, since_1970
        )
        self._gathering = Gathering(self._effects.tell)
        names: Namesakes[Person] = Namesakes()
        places = Places(server, here)
        self._links = Mesh(
            trust, self._words, self._effects, places, names, self._parted, self._broke
        )
        plain = PlainPeers(self._effects, HEAR_RATE, HEAR_BURST, names)
        self._people = People(
            trust, self._links, plain, names, self._effects, self._gathering, server.may_be_far
        )
        self._uplink = KeyedRegistration(
            server,
            trust,
            self._effects,
            self._registered,
            self._only_gen1,
            pinned=server_key,
            patient=patient,
        )
        self._plain = self._chosen = False
        self._room = Membership(self._uplink, self._people, self._effects, self._gathering)
        self._orders = Orders(self._uplink, self._room, self._people, self._words, self._effects)
        self._farewell = Shutdown(
            self._uplink,
            self._links,
            self._words,
            self._effects,
            lambda: left_over(self._typed.lines),
            patient=patient,
        )
        self._typed = TypedLines(
            self._uplink,
            self._room,
            self._people,
            plain,
            self._orders,
            self._words,
            self._effects,
            self._gathering,
            self._farewell.begin,
            speak_rate,
            SPEAK_BURST,
        )
        self._finished = False

    def _next_epoch(self) -> int:
        self._epoch += 1
        return self._epoch

    # --- The person

    def start(self, now: float) -> list[Effect]:
        """Begin: look for the server."""
        if self._first_name is not None:
            self._uplink.call_me(self._first_name, now)
        if not self._uplink.failed:
            self._uplink.link.start(now)
        return self._done(now)

    def typed(self, todo: Typed, now: float) -> list[Effect]:
        """The person typed a line."""
        again = type(todo) is Order and (self._farewell.begun or todo in self._typed.lines)
        if again and todo == QUIT:
            self._farewell.vanish()  # Typed twice: somebody is in a hurry.
        if self._uplink.link.in_question and _decides_on_server(todo):
            self._uplink.link.trust(now)  # At once: what was typed before waits for it.
        else:
            self._typed.lines.append(todo)
        return self._done(now)

    def ended(self, now: float) -> list[Effect]:
        """The person will type nothing more: do what was typed, then leave."""
        self._typed.ended = True
        return self._done(now)

    def interrupted(self, now: float) -> list[Effect]:
        """The process is being ended: leave, as soon as what was sent has arrived, or
        has had a moment to."""
        if not self._uplink.failed:
            self._farewell.hurry(now)
        return self._done(now)

    @property
    def wants_input(self) -> bool:
        """Whether more may be typed. False while enough is waiting."""
        return len(self._typed.lines) < MAX_TYPED

    @property
    def plain(self) -> bool:
        """Whether this has to go on in generation 1, with what `waiting` returns."""
        return self._plain

    @property
    def undone(self) -> bool:
        """Whether a line that was typed was not done."""
        return self._effects.undone

    @property
    def chosen(self) -> bool:
        """Whether it was the person who decided on that."""
        return self._chosen

    def waiting(self) -> tuple[str | None, list[Typed], bool]:
        """The name that was wanted, the typed lines that were not done, and
        whether they are the last."""
        return self._uplink.wanted or None, list(self._typed.lines), self._typed.ended

    # --- Links

    def opened(self, link: Link, now: float) -> list[Effect]:
        """A link is there, both keys proven."""
        if self._finished:
            return []
        if self._uplink.link.is_server(link):
            self._uplink.link.opened(link, now)
        else:
            self._links.opened(link, now)
        return self._done(now)

    def received(self, link: Link, message: bytes, now: float) -> list[Effect]:
        """A message, without its length, came on a link."""
        if link is not self._uplink.link.link:
            self._links.received(link, message, now)
        else:
            try:
                self._told(parse_answer(message), link, now)
            except UnknownVerb:
                link.skipped += 1
            except WireError as broken:
                self._effects.tell(LinkBroken(None, str(broken)))
                self._effects.close(link, str(broken))
                self._uplink.link.lost(now)
        return self._done(now)

    def moved(self, link: Link, now: float) -> list[Effect]:
        """The other end of a link has another address."""
        self._links.moved(link, now)
        return self._done(now)

    def lost(self, link: Link, why: str, now: float) -> list[Effect]:
        """A link is no more, whoever closed it."""
        if link is self._uplink.link.link:
            self._uplink.link.lost(now)
        else:
            self._links.lost(link, now)
        return self._done(now)

    def dial_failed(
        self, address: Address, fingerprint: str, why: str, found: str, now: float
    ) -> list[Effect]:
        """There is no link to be had at an address; `found` is the key that was there."""
        if self._uplink.link.dials(address, fingerprint):
            self._uplink.link.dial_failed(address, found, now)
        elif fingerprint:
            self._links.dial_failed(address, fingerprint, now)
        return self._done(now)

    def heard(self, message: gen1.Answer, source: Address, now: float) -> list[Effect]:
        """A datagram of generation 1 came from an address."""
        if isinstance(message, NamedText):
            self._people.heard(message, source, now)
        elif source in self._server:
            self._uplink.link.answers_plainly(message, source, now)
        return self._done(now)

    def resolved(self, addresses: list[Address]) -> None:
        """The server's place leads to these addresses now."""
        self._server.resolved(addresses)

    def _told(self, message: answers.Answer, link: Link, now: float) -> None:
        if isinstance(message, Can):
            link.learn(message.known)
        elif isinstance(message, SignOfLife):
            self._uplink.link.tell(message)
        elif self._farewell.begun:
            self._uplink.link.answered(message, now)  # What else is told is no news to who goes.
        elif isinstance(message, Introduced):
            person = self._people.introduced(message.contact, now)
            if person is None or person.blocked or person.ignored:
                return
            if person.standing is Standing.MEMBER:
                return
            if person.hears and person.barred:
                doing, asking = Doing.KNOCK, Knocking.BARRED
            elif person.hears:
                doing, asking = Doing.TALK, Knocking.HEARS
            else:
                doing, asking = Doing.KNOCK, Knocking.CALLS
            self._gathering.did(doing, WantsToTalk(person.who, asking), person.who, now)
        elif not self._room.told(message, now):
            known = self._uplink.link.answered(message, now)
            if not known and message == Bare(Verb.HI):
                self._uplink.forgotten(now)

    def _only_gen1(self, chosen: bool, now: float) -> None:
        self._plain, self._chosen = True, chosen

    def _broke(self, peer: KeyedPeer, why: str, now: float) -> None:
        if not peer.ignored:
            broken = LinkBroken(peer.who, why)
            self._gathering.did(Doing.BREAK, broken, peer.who, now)

    def _parted(self, neighbour: KeyedPeer, now: float) -> None:
        self._people.parted(neighbour, now)

    def _registered(self, again: bool, now: float) -> None:
        name, room = self._uplink.name, self._room.room
        self._people.name = name
        if not again:
            self._effects.tell(RegisteredAs(name))
        elif self._uplink.away:
            self._effects.tell(ServerBack(name, room))
        self._room.returned(now)

    # --- What is due

    @property
    def wake(self) -> float:
        if self._finished:
            return NEVER
        due = min(self._words.wake, self._links.wake, self._uplink.link.wake)
        due = min(due, self._room.wake, self._typed.wake, self._farewell.wake)
        return min(due, self._gathering.wake)

    def tick(self, now: float) -> list[Effect]:
        """Do what has become due."""
        self._uplink.link.tick(now)
        self._room.tick(now)
        self._links.tick(now)
        self._words.tick(now)
        self._gathering.tick(now)
        return self._done(now)

    # --- What follows

    def _done(self, now: float) -> list[Effect]:
        """Do what can be done now. Returns all effects, which end with the end."""
        self._people.tell(now)
        while not self._over and self._typed.do_next(now):
            self._people.tell(now)
        server = self._uplink.link
        if self._typed.ended and server.in_question and not server.seen:
            self._uplink.give_up()  # Nobody is left who could decide.
        if self._farewell.begun:
            self._gathering.flush()
            self._farewell.go_on(now)
        elif not self._over and self._typed.all_done:
            self._gathering.flush()
            self._farewell.begin(now)
        effects = self._effects.take()
        if self._finished:
            return []
        self._finished = self._farewell.over or self._uplink.failed
        return effects

    @property
    def _over(self) -> bool:
        return self._farewell.begun or self._uplink.failed or self._plain
