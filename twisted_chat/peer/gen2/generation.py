"""Generation 2, put together: links between proven keys, to the server and to others."""

from collections.abc import Callable, Iterable, Mapping
from itertools import count

from twisted_chat.addresses import Address
from twisted_chat.errors import WireError
from twisted_chat.links import Link
from twisted_chat.moments import Timed
from twisted_chat.peer.commands import Command, Order
from twisted_chat.peer.contacts.contact import Contact
from twisted_chat.peer.contacts.conversation import DatagramConversations
from twisted_chat.peer.events.server import LinkBroken
from twisted_chat.peer.events.talk import Doing
from twisted_chat.peer.gen2.absent import AbsentPeople
from twisted_chat.peer.gen2.commands import KeyedCommands
from twisted_chat.peer.gen2.contacts import IntroducedContacts
from twisted_chat.peer.gen2.credentials import Credentials
from twisted_chat.peer.gen2.delivery import Deliveries
from twisted_chat.peer.gen2.dial_queue import Places
from twisted_chat.peer.gen2.failover import Failover
from twisted_chat.peer.gen2.history.histories import Histories
from twisted_chat.peer.gen2.inbox import Inboxes
from twisted_chat.peer.gen2.key_decisions import KeyDecisions
from twisted_chat.peer.gen2.keyless import Keyless
from twisted_chat.peer.gen2.known_keys import Trust
from twisted_chat.peer.gen2.lookalikes import Lookalikes
from twisted_chat.peer.gen2.mesh import Mesh
from twisted_chat.peer.gen2.owed import OwedWords
from twisted_chat.peer.gen2.paths.ways import Ways
from twisted_chat.peer.gen2.reception import HEAR_BURST
from twisted_chat.peer.gen2.registration import KeyedRegistration
from twisted_chat.peer.gen2.remembered import RememberedRooms
from twisted_chat.peer.gen2.resting_link import RestingLink
from twisted_chat.peer.gen2.room_news import told_of_room
from twisted_chat.peer.gen2.rosters import Rosters
from twisted_chat.peer.gen2.server import KeyedServer
from twisted_chat.peer.generation import Shared
from twisted_chat.peer.whereabouts import Whereabouts
from twisted_chat.wire import gen1
from twisted_chat.wire.common import Bare, Verb
from twisted_chat.wire.gen2.answers import Answer, Expelled, Introduced, parse_answer
from twisted_chat.wire.gen2.elsewhere import ServedElsewhere
from twisted_chat.wire.gen2.growth import Can, UnknownVerb
from twisted_chat.wire.gen2.requests import SignOfLife
from twisted_chat.wire.gen2.room_news import RoomNews, Topic
from twisted_chat.wire.gen2.roster import RosterMember
from twisted_chat.wire.gen2.waiting import UserHere


class Gen2:
    """Generation 2, for one who has these credentials. Those without a key are talked to in
    `datagrams`. Where the server speaks generation 1 only, that is told by `only_gen1`, with
    whether the person has chosen it."""

    def __init__(
        self,
        shared: Shared,
        whereabouts: Whereabouts,
        credentials: Credentials,
        datagrams: DatagramConversations[Contact],
        only_gen1: Callable[[bool, float], None],
        *,
        patient: bool,
    ) -> None:
        self._whereabouts = whereabouts
        own, self._shared = credentials, shared
        self.datagrams: DatagramConversations[Contact] = datagrams
        contacts, effects, gathering = shared.contacts, shared.effects, shared.gathering
        trust = Trust(own.memory, own.fingerprint, effects.tell)
        contacts.remember_ignored(trust)
        owed = OwedWords(shared.archive, count(own.epoch + 1).__next__)
        rates, archive = (own.hear_rate, HEAR_BURST), shared.archive
        inboxes = Inboxes(kept=archive.kept.heard)
        self._histories = histories = Histories(
            effects, archive, contacts, own.signer, own.fingerprint, own.draw, trust.was
        )
        self._deliveries = words = Deliveries(
            effects, shared.talks.hearing, owed, inboxes, rates, archive, histories
        )
        places = Places(whereabouts, own.here)
        self._ways = ways = Ways(
            own.fingerprint, whereabouts, own.here, effects, own.draw, relays=own.relays
        )
        met = self._parted, self._broke
        self._mesh = ways.links = Mesh(
            trust, words, histories, effects, places, ways, contacts, *met
        )
        self.registration = KeyedRegistration(
            whereabouts,
            trust,
            effects,
            self._registered,
            only_gen1,
            pinned=own.server_key,
            instance=own.instance,
            patient=patient,
            can=ways.can,
        )
        self._link = ways.server = self.registration.link
        self._requests = ways.requests = self._link.requests
        self._failover = Failover(whereabouts, self._link, effects)
        self._rest = RestingLink(self.registration, self._failover, ways, effects, self.received)
        self._keyless = Keyless(shared, whereabouts.may_be_far)
        self._keys = KeyDecisions(
            shared, trust, self._keyless, self._mesh.accepted, own.since_1970
        )
        self._lookalikes = Lookalikes(trust, gathering)
        self._introduced = IntroducedContacts(
            shared,
            own.fingerprint,
            self._mesh,
            datagrams,
            self._keys,
            self._keyless,
            self._lookalikes,
            places.allow,
        )
        asked, known = self._requests, lambda: self.registration.valid
        self._absent = AbsentPeople(
            shared,
            trust,
            owed,
            self._deliveries,
            asked,
            self._introduced,
            lambda: self.registration.valid and not self._leaving,
            own.since_1970,
        )
        self.say_later = self._absent.say
        self._rosters = Rosters(shared, asked, known, self._introduced, histories)
        self._remembered = RememberedRooms(
            shared, self._rosters.remember, self._mesh, self.registration.assume, known
        )
        self.rejoin = self._remembered.rejoin
        self.server = KeyedServer(asked, known, shared.talks, self._rosters, self._introduced)
        self.compared, self.is_new = self._keys.compared, self._keys.is_new
        self.acquaintance = self._keys.acquaintance
        self.linked = self._mesh.linked
        self.commands: Mapping[Command, Callable[[Order, float], None]] = KeyedCommands(
            shared, whereabouts, self.registration, words, self._keys, ways, own.fingerprint
        ).table
        self._timed: tuple[Timed, ...] = (
            *(self._failover, self._link, self._rest, self._rosters, ways, self._mesh, words),
            *(self._absent, self._remembered, histories),
        )
        self._leaving = False

    def relayed(self, contact: Contact) -> bool:
        return self._ways.is_relayed(contact.fingerprint)

    # --- Links

    def start(self, name: str | None, now: float) -> None:
        if name is not None:
            self.registration.call_me(name, now)
        if not self.registration.failed:
            self._link.start(now)

    def unattended(self) -> None:
        if self._link.in_question and not self._link.seen:
            self._link.give_up()

    def opened(self, link: Link, now: float) -> None:
        if self._link.is_server(link):
            self._link.opened(link, now)
        else:
            self._mesh.opened(link, now)

    def received(self, link: Link, messages: Iterable[bytes], now: float) -> None:
        if link is not self._requests.link:
            self._mesh.received(link, messages, now)
            return
        self._rest.heard(now)
        for message in messages:
            try:
                self._told(parse_answer(message), link, now)
            except UnknownVerb:
                link.skipped += 1
            except WireError as broken:
                self._shared.effects.tell(LinkBroken(None, str(broken)))
                self._shared.effects.close(link, str(broken))
                self._link.lost(now)
            self._keyless.tell(now)
            if link is not self._requests.link or self.registration.failed:
                return  # Nothing more is heard over it.

    def moved(self, link: Link, now: float) -> None:
        self._mesh.moved(link, now)

    def doubted(self, link: Link, now: float) -> None:
        if link is self._requests.link:
            self._failover.doubted(now)
        else:
            self._mesh.doubted(link, now)

    def lost(self, link: Link, now: float) -> None:
        if link is self._link.link:
            self._link.lost(now)
            self._failover.lost(now)
        else:
            self._mesh.lost(link, now)

    def dial_failed(self, address: Address, fingerprint: str, found: str, now: float) -> None:
        if self._link.dials(address, fingerprint):
            self._link.dial_failed(address, found, now)
        elif fingerprint:
            self._mesh.dial_failed(address, fingerprint, now)

    def network_changed(self, own: tuple[Address, ...], now: float) -> None:
        self._shared.effects.ask_all()
        self._link.network_changed(now)
        self._mesh.network_changed(now)
        self._ways.network_changed(own, now)

    def mapped(self, outside: Address | None, now: float) -> None:
        self._ways.mapped(outside)

    def answered(self, message: gen1.Answer, source: Address, now: float) -> None:
        if not self._failover.answers(message, source, now) and source in self._whereabouts:
            self._link.answers_plainly(message, source, now)

    def probed(self, datagram: bytes, source: Address, now: float) -> None:
        self._ways.received(datagram, source, now)

    # --- The server

    def _told(self, message: Answer, link: Link, now: float) -> None:
        if isinstance(message, RosterMember) and not self._leaving:  # Of which there are most.
            self._rosters.told(message, now)
        elif isinstance(message, Can):
            link.learn(message.known)
            self._ways.server_can(link, now)
        elif self._ways.told(message, now) or self._rest.told(message, now):
            return
        elif isinstance(message, SignOfLife):
            self._requests.tell(message)
        elif self._leaving:
            self._requests.answer(message, now)  # What else is told is no news at the end.
        elif isinstance(message, Expelled):
            self.registration.expelled(message.why, now)
        elif isinstance(message, ServedElsewhere):
            self._failover.told(message, now)
        elif isinstance(message, UserHere):
            self._absent.here(message, now)
        elif isinstance(message, Introduced):
            self._introduced.asked(message.contact, now)
        elif isinstance(message, (RoomNews, Topic)):
            told_of_room(message, self._shared, self._rosters, now)
        elif not self._rosters.told(message, now):
            known = self._requests.answer(message, now)
            if not known and message == Bare(Verb.HI):
                self.registration.forgotten(now)

    def _registered(self, again: bool, now: float) -> None:
        self._rest.registered()
        self._lookalikes.call_me(self.registration.name)
        self._shared.registered(again, now)
        self._rosters.returned(now)
        self._absent.returned()

    def _parted(self, contact: Contact, now: float) -> None:
        self._absent.parted(contact, now)
        self._introduced.parted(contact, now)

    def _broke(self, contact: Contact, why: str, now: float) -> None:
        if not contact.ignored:
            broken = LinkBroken(contact.who, why)
            self._shared.gathering.did(Doing.BREAK, broken, contact.who, now)

    # --- What is due

    @property
    def wake(self) -> float:
        return min([one.wake for one in self._timed])

    def tick(self, now: float) -> None:
        for one in self._timed:
            one.tick(now)
        self._keyless.tell(now)

    # --- The end of it

    @property
    def unsettled(self) -> bool:
        return bool(self._deliveries.unsettled) or self._shared.archive.waits

    def shut_down(self) -> None:
        if not self._leaving:
            self._remembered.end()
        self._leaving = True
        self._deliveries.acknowledge_all()

    def close(self) -> None:
        self._mesh.close()
        self._absent.end()
        self._link.stop()
