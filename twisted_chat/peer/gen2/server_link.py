"""The link to the server: getting it, and getting it back when it is gone.

A server may speak generation 1 only, and the original ends at a datagram that is no text. So one
that has shown us no key yet is asked for its rooms first, in a datagram. The original answers
strangers. One that says `hi` knows generation 2, and is dialled; where no link comes of it, the
person decides, as a narrow path and somebody in between look the same. A server whose key is known
is dialled at once, with that key as the only one that may be there, and asked when no link comes
up.
"""

from collections.abc import Callable

from twisted_chat.addresses import Address
from twisted_chat.links import Link
from twisted_chat.moments import NEVER
from twisted_chat.peer.backoff import STEADY, Backoff
from twisted_chat.peer.effects import Effects
from twisted_chat.peer.events.server import ServerAway
from twisted_chat.peer.gen2.known_keys import Trust
from twisted_chat.peer.gen2.link_state import ALWAYS, NEXT, LinkState
from twisted_chat.peer.gen2.requests import ServerRequests
from twisted_chat.peer.gen2.server_key import ServerKey
from twisted_chat.peer.gen2.tries import DIALS, FIRST_CONTACT, PROBE, PROBES, Tries
from twisted_chat.peer.patience import Patience
from twisted_chat.peer.whereabouts import Whereabouts
from twisted_chat.wire.common import Bare, Verb
from twisted_chat.wire.gen1 import Answer
from twisted_chat.wire.gen2.growth import Can


class ServerLink:
    """The way to the server. `wake` is when `tick` is due.

    `changed` is called when a link has come up, or is gone. `patient` is false for
    a script, for whom a failure is the end. `only_gen1` is called when there is to be
    no link, with True where that is what the person has decided.
    """

    def __init__(
        self,
        server: Whereabouts,
        trust: Trust,
        effects: Effects,
        changed: Callable[[float], None],
        only_gen1: Callable[[bool, float], None],
        *,
        pinned: str,
        patient: bool,
        can: Can,
    ) -> None:
        self._can = can
        self._server = server
        self._effects = effects
        self._changed = changed
        self._only_gen1 = only_gen1
        self._patient = patient
        self._key = ServerKey(server, trust, effects, pinned)
        self.requests = ServerRequests(effects)
        self._backoff = Backoff()
        self._patience = Patience(server, effects, patient=patient)
        self.state = LinkState.IDLE
        """Which `_enter` changes, and nothing else."""
        self._deadline = NEVER
        self._tries = Tries(server, self._key, effects)
        self.dials = self._tries.dials
        self._probed = 0  # Times that it was asked, in a row.
        self._fruitless = 0  # Times that no link came up, since nobody answered at all.
        self._since = self._displaced_until = 0.0
        self.seen = False
        """Whether there has been a link."""
        self.told_away = False
        """Whether the person was told that the server cannot be reached."""

    def _enter(self, state: LinkState, deadline: float = NEVER) -> None:
        """The one place where the state changes. What was on its way is not awaited any more."""
        assert state in NEXT[self.state] | ALWAYS, (self.state, state)
        self.state, self._deadline = state, deadline
        self._tries.stop()

    @property
    def link(self) -> Link | None:
        """The link that there is."""
        return self.requests.link

    def forget_away(self) -> None:
        """It is back, as the person is told."""
        self.told_away = False

    # --- Getting a link

    def start(self, now: float) -> None:
        """Try to reach the server."""
        if not self.seen:
            self._patience.begin(now)
        if self.seen or self._key.known or self._key.has_one:
            self._dial(now)
        else:
            self._ask(now)

    def _dial(self, now: float) -> None:
        self._enter(LinkState.DIALLING, now + FIRST_CONTACT)
        self._tries.begin(now)
        self._dial_next(now)

    def _dial_next(self, now: float) -> None:
        if not self._tries.dial(now):
            self._refuse(now)
        elif self._tries.in_vain:
            self._failed_to_link(now)

    def _ask(self, now: float) -> None:
        self._probed = self._probed + 1 if self.state is LinkState.ASKING else 1
        self._enter(LinkState.ASKING)
        self._tries.begin(now)
        self._ask_next(now)

    def _ask_next(self, now: float) -> None:
        self._tries.ask(now)
        self._deadline = now + PROBE if self._tries.exhausted else NEVER

    def is_server(self, link: Link) -> bool:
        """Whether a new link is the one to the server."""
        return link.dialled and link.address in self._server

    def opened(self, link: Link, now: float) -> None:
        """There is a link to whatever is at the server's address."""
        if LinkState.OPEN not in NEXT[self.state]:
            self._effects.close(link, "there is no need of this link")
        elif self._key.accepts(link.address, link.fingerprint):
            self._enter(LinkState.OPEN)
            self._patience.over()
            self._server.prefer(link.address)
            self.requests.link, self.seen, self._since = link, True, now
            self._effects.frame(self._can.encode(), link)
            self._changed(now)
        else:
            self._effects.close(link, "this is not the key that I know")
            self._refuse(now)

    def _refuse(self, now: float) -> None:
        """Somebody else is there, and the person was told."""
        self._patience.over()
        if not self._patient or (self._key.final and not self.seen):
            self.give_up()
        elif self._key.refused:
            self._enter(LinkState.REFUSED)
        else:
            self.retry(now)

    @property
    def in_question(self) -> bool:
        """Whether `$trust server` has something to decide."""
        return self._key.in_question

    def trust(self, now: float) -> None:
        """The person accepts what the server is now."""
        refused = self._key.refused
        self._key.accept()
        if not refused:
            self._go_on_unencrypted(now, chosen=True)
        elif self.link is None:
            self.start(now)

    def rest(self) -> None:
        """The link that there is rests."""
        self._enter(LinkState.RESTING)

    # --- No link

    def dial_failed(self, address: Address, found: str, now: float) -> None:
        """No link came of a dial; `found` is the key that was there, if there was one."""
        self._tries.failed(address, found, now)
        self._dial_next(now)

    def lost(self, now: float) -> None:
        """The link is no more."""
        if now - self._since >= STEADY:
            self._backoff.begin_anew()
        self.requests.part()
        self._enter(LinkState.IDLE)
        self._changed(now)
        self.requests.give_up(now)

    def network_changed(self, now: float) -> None:
        """Do not wait any longer before trying again."""
        waits = self.state in (LinkState.WAITING, LinkState.UNANSWERED)
        if waits and now >= self._displaced_until:
            self._backoff.begin_anew()
            self.start(now)

    def displaced(self, seconds: float, now: float) -> None:
        """There is no use in this link for so many seconds."""
        if self.link is not None:
            self._effects.close(self.link, "there is no use in this link now")
        self.told_away = True
        self.requests.part()
        self._displaced_until = now + seconds
        self._enter(LinkState.WAITING, self._displaced_until)
        self.requests.give_up(now)

    def _failed_to_link(self, now: float) -> None:
        impostor = self._tries.impostor
        if impostor is not None and self._key.refuses(*impostor):
            self._refuse(now)
        elif self.requests.resting.alive(now):
            self.retry(now)
        elif self.seen:
            if self.link is not None:
                self.lost(now)  # It has rested.
            if not self.told_away:
                self.told_away = True
                self._effects.tell(ServerAway())
            self._look_again(LinkState.WAITING, now)
        else:
            self._fruitless += 1
            self._ask(now)

    def answers_plainly(self, answer: Answer, source: Address, now: float) -> None:
        """Something in generation 1 came from an address of the server."""
        if self.state not in (LinkState.ASKING, LinkState.UNANSWERED):
            return
        self._server.prefer(source)
        if answer == Bare(Verb.HI):
            self._key.has_one = self._patience.answered = True
            if self._fruitless >= DIALS:
                self._key.cannot_be_linked_to(decides=self._patient)
            if self._fruitless:
                self.retry(now)
            else:
                self._dial(now)
        elif self._key.may_lack_key():
            self._go_on_unencrypted(now, chosen=False)
        elif self._patient:
            self._patience.over()
            self.retry(now)
        else:
            self.give_up()

    def _go_on_unencrypted(self, now: float, *, chosen: bool) -> None:
        self._enter(LinkState.UNENCRYPTED)
        self._patience.over()
        self._only_gen1(chosen, now)

    def retry(self, now: float) -> None:
        """Try again, later."""
        self._enter(LinkState.WAITING, now + self._backoff.next())

    def _look_again(self, state: LinkState, now: float) -> None:
        """Nobody is there: try again later, where the server is by then."""
        if self._server.changes:
            self._effects.resolve(self._server.place)
        self._enter(state, now + self._backoff.next())

    def _no_answer(self, now: float) -> None:
        if self._probed < PROBES:
            self._ask(now)
        else:
            self._patience.tell()
            self._fruitless = 0
            self.told_away = self.told_away or self._patient
            self._look_again(LinkState.UNANSWERED, now)

    def give_up(self) -> None:
        """There is no point in going on."""
        self._enter(LinkState.OVER)
        self.requests.part()
        self._patience.over()
        self._effects.finish(1)

    def stop(self) -> None:
        """Try no more."""
        self.requests.resting.last_words()
        self._patience.over()
        if self.link is None:
            self._enter(LinkState.IDLE)

    # --- What is due

    @property
    def wake(self) -> float:
        return min(self._deadline, self._tries.wake, self._patience.wake, self.requests.wake)

    def tick(self, now: float) -> None:
        self.requests.tick(now)
        if self.requests.due <= now and self.link is not None:
            self._effects.close(self.link, "no answer")
            self.lost(now)
        if self._patience.tick(now):  # A script has waited long enough.
            self._key.was_never_shown()
            self.give_up()
        elif self._deadline <= now:
            match self.state:
                case LinkState.ASKING:
                    self._no_answer(now)
                case LinkState.DIALLING:
                    self._failed_to_link(now)
                case _:
                    self.start(now)
        elif self._tries.wake <= now:
            (self._dial_next if self.state is LinkState.DIALLING else self._ask_next)(now)
