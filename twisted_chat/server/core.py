"""The room server: what both generations share, and how each of them is served."""

from collections.abc import Callable

from twisted_chat.addresses import Address, Datagrams
from twisted_chat.directory.directory import (
    Change,
    Departed,
    Directory,
    Registered,
    ServedBy,
    User,
)
from twisted_chat.moments import NEVER, Soonest
from twisted_chat.rate import Rate
from twisted_chat.server.answer_rates import AnswerRates
from twisted_chat.server.availability import Availability
from twisted_chat.server.bounds import Bounds
from twisted_chat.server.claims import Claims
from twisted_chat.server.cluster.cluster import CUT_OFF, Cluster
from twisted_chat.server.cluster.follower import Follower
from twisted_chat.server.gen1.requests import DatagramRequests
from twisted_chat.server.gen1.roster import DatagramRoster
from twisted_chat.server.gen1.send_queue import DatagramQueue
from twisted_chat.server.gen1.server import DatagramServer
from twisted_chat.server.gen2.beats import HeardBeats
from twisted_chat.server.gen2.checkups import Checkups
from twisted_chat.server.gen2.introductions import Introductions, PairSecrets
from twisted_chat.server.gen2.moderation import Moderation
from twisted_chat.server.gen2.registration import LinkRegistration
from twisted_chat.server.gen2.relay import Relay
from twisted_chat.server.gen2.requests import LinkRequests
from twisted_chat.server.gen2.resting import RestingUsers
from twisted_chat.server.gen2.roster import LinkRoster
from twisted_chat.server.gen2.send_queue import LinkQueue
from twisted_chat.server.gen2.server import LinkServer
from twisted_chat.server.gen2.sessions import LinkSession, LinkSessions
from twisted_chat.server.gen2.waiting import WaitingUsers
from twisted_chat.server.journal.ledger import Ledger
from twisted_chat.server.journal.records import KeptRecords
from twisted_chat.server.nearby import Nearby, ReachedAt
from twisted_chat.server.operators.bans import Ban, BanKind, Bans
from twisted_chat.server.operators.operations import Operations
from twisted_chat.server.registry import Registry


class Core:
    """The whole room server, but for the socket and the clock.

    Datagrams are received by `gen1`, and what happens to links is told to `gen2`.
    After either of them `gen1.flush` has the datagrams and `gen2.effects` what is to
    be done with links, for each generation hears of the other. With
    `generation` 2, users of generation 1 are refused.

    `announce` is told of every change, with the name of the user or room it is
    about; `dropped` of everything that is not answered, with a category and
    its source. `reached_at` says at which address of ours one at another reaches us,
    where that is known, `usual_at` where most others reach us over IPv6, if it is given True,
    or over IPv4. With `secrets` users are introduced to each other, and what finds no
    other way is carried by `relay`. What is to be written, after `keep`, is in `ledger`, and
    `settled` is told when a journal has it. `wake` is when `tick` is due, or before, in
    seconds as given in `now`.
    """

    def __init__(
        self,
        bounds: Bounds,
        announce: Callable[[Change, str], None] = lambda change, name: None,
        dropped: Callable[[str, Address, float], None] = lambda category, source, now: None,
        *,
        generation: int = 1,
        reached_at: ReachedAt = lambda address: None,
        usual_at: Callable[[bool], Address | None] = lambda six: None,
        secrets: PairSecrets | None = None,
    ) -> None:
        self.directory = directory = Directory()
        self.cluster: Cluster | None = None
        self._announce_here = announce
        # Of datagrams nobody knows who has sent them: they take nothing from those with links.
        rate, of_datagrams = (Rate(bounds.rate, bounds.burst) for _ in range(2))
        grants, nearby = AnswerRates(bounds), Nearby(reached_at)
        self._bounds, self._rates, self._grants = bounds, (rate, of_datagrams), grants
        self._soonest = soonest = Soonest()
        datagrams = DatagramQueue(grants, soonest)
        links = LinkQueue(grants.linked)
        sessions = LinkSessions(bounds)
        draw = None if secrets is None else secrets.draw
        self.beats = HeardBeats(sessions, draw, dropped, usual_at)
        introductions = Introductions(
            sessions.registered, links, nearby, self.beats, secrets, carries=bounds.relay
        )
        secret = b"" if secrets is None else secrets.key
        self.resting = resting = RestingUsers(sessions, links, secret, draw, dropped)
        self._introductions = introductions
        self._waiting = waiting = WaitingUsers(sessions.registered, directory.holders, links)
        self.relay = relay = Relay(
            bounds,
            sessions.registered,
            directory.holders,
            introductions.together,
            secrets,
            dropped,
        )
        self.checkups = Checkups(links, draw, dropped)
        roster = LinkRoster(links, sessions.registered, nearby, introductions.entered)
        rosters = (DatagramRoster(datagrams, nearby), roster)
        self.ledger = ledger = Ledger()
        available = Availability(directory, bounds, ledger)
        self.registry = registry = Registry(
            directory, bounds, rosters, self._announce, available, ledger, soonest
        )
        bans = Bans()
        claims = Claims(directory, bounds, registry, available, ledger, draw)
        self._requests = requests = DatagramRequests(
            directory, datagrams, bounds, registry, available, claims, bans, generation, nearby
        )
        self.gen1 = DatagramServer(
            directory,
            bounds,
            datagrams,
            of_datagrams,
            requests.answer,
            dropped,
        )
        self.gen2 = LinkServer(
            directory,
            bounds,
            registry,
            sessions,
            links,
            rate,
            LinkRegistration(
                directory,
                bounds,
                registry,
                available,
                claims,
                bans,
                sessions,
                links,
                roster,
                waiting.came,
            ),
            introductions,
            self.checkups,
            resting,
            LinkRequests(
                directory,
                registry,
                available,
                claims,
                links,
                roster,
                nearby,
                introductions,
                waiting,
                relay,
                Moderation(directory, registry, available, roster),
            ).answer,
            dropped,
            ledger,
            soonest,
        )
        self.beats.found = self.gen2.found_over_other_family
        self._bans, self._roster, self._sessions, self._links = bans, roster, sessions, links
        self.operations = Operations(
            directory, registry, available, ledger, bans, sessions.__len__, resting.__len__,
            self._expel, self.drain, soonest,
        )  # fmt: skip

    @property
    def wake(self) -> float:
        soonest = self._soonest.at
        return soonest if self.cluster is None else min(soonest, self.cluster.wake)

    def tick(self, now: float) -> Datagrams:
        """Do what has become due. Returns what is to be sent."""
        self.registry.tick(now)
        if self.cluster is not None and now >= self.cluster.wake:
            self.cluster.tick(now)
        if now >= self.operations.wake:
            self.operations.tick(now)
        self.gen2.tick(now)
        sent = self.gen1.tick(now)
        self._soonest.at = min(
            self.gen1.wake, self.registry.wake, self.gen2.wake, self.operations.wake
        )
        return sent

    def keep(self, kept: KeptRecords, now: float) -> None:
        """There is a journal, which has kept this. Nobody is here yet."""
        self.registry.restore(kept, now)
        for ban in kept.bans:
            until = NEVER if ban.seconds is None else now + ban.seconds
            self._bans.add(Ban(BanKind(ban.kind), ban.what, until, ban.reason))
        self.ledger.keeps = True

    def join(
        self, me: str, address: Address, damaged: Callable[[str], None], now: float
    ) -> Cluster:
        """Share the address book with other servers, as this one, which others reach at this
        address. Nobody is here yet."""
        roster, registry, directory = self._roster, self.registry, self.directory
        follower = Follower(
            me, directory, registry, roster, self._bans, self._expel, self.gen2.expel,
            self.operations.sweep,
        )  # fmt: skip
        cluster = Cluster(me, address, directory, registry, follower, damaged, now)
        self._introductions.tell_elsewhere = self.relay.tell_elsewhere = cluster.tell
        self.relay.server_at = cluster.others.at
        roster.tell_elsewhere, registry.put_out_elsewhere = cluster.tell, cluster.put_out
        self.gen2.registration.is_gone = cluster.is_gone
        self.gen2.registration.turn_away = self._turn_away
        cluster.others.changed = self._others_changed
        self.ledger.keeps = self.ledger.is_shared = True
        self.cluster = cluster
        return cluster

    def _others_changed(self, now: float) -> None:
        assert self.cluster is not None
        self.gen2.served_elsewhere(self.cluster.others.addresses, now)

    def drain(self, drains: bool, now: float) -> None:
        """Take this server out, or in again: those who are here are sent to others, if there
        are any."""
        if self.cluster is not None:
            self.cluster.is_draining = drains
            self.gen2.send_away(drains, now)

    def _turn_away(self, session: LinkSession, now: float) -> bool:
        cut_off = self.cluster is not None and not self.cluster.is_up
        if cut_off:
            self.gen2.turn_away(session, CUT_OFF, now)
        return cut_off

    def told(self, fingerprint: str, message: bytes, now: float) -> None:
        """Another server has this for a user of ours."""
        session = self._sessions.registered.get(fingerprint)
        if not self.relay.told(fingerprint, message, now) and session is not None:
            self._links.tell(session, self._introductions.told_elsewhere(fingerprint, message))

    def _announce(self, change: Change, name: str) -> None:
        match change:
            case Registered(fingerprint=who) | ServedBy(who=str(who), server=str(_)):
                self._waiting.came(who)
                self.relay.served(who)
            case Departed(who=str(who)):
                self._waiting.left(who)
        if self.cluster is None or self.cluster.changed(change, name):
            self._announce_here(change, name)

    def renew(self, bounds: Bounds, now: float) -> None:
        """Let these be the bounds from now on."""
        self._bounds.become(bounds)
        for rate in self._rates:
            rate.renew(bounds.rate, bounds.burst)
        self._grants.renew(bounds)
        self.relay.renew(bounds)
        self._introductions.carries = bounds.relay
        self.registry.renew(now)
        self._requests.renew()

    def settled(self, claims: list[tuple[int, bool]], now: float) -> None:
        """A journal has or has not written what was claimed, by the numbers of claims."""
        for number, written in claims:
            self.gen2.resume(self.ledger.settle(number, written, now), now)

    def _expel(self, user: User, why: str, now: float) -> None:
        self.registry.depart(user, now)
        self.gen2.expel(user.fingerprint, why, now)
