"""The link to the server: our name there, and getting it back when it is gone.

A server may speak generation 1 only, and the original ends at a datagram that
is no text. So one that has shown us no key yet is asked for its rooms first, in
a datagram. The original answers strangers. One that says `hi` knows generation
2, and is dialled; where no link comes of it, the person decides, as a narrow
path and somebody in between look the same. A server whose key is known is
dialled at once, with that key as the only one that may be there, and asked when
no link comes up. A server may have several addresses: they are tried one after
the other, without waiting for each.
"""

from collections.abc import Callable

from twisted_chat import names
from twisted_chat.addresses import Address
from twisted_chat.errors import NameRefused
from twisted_chat.links import Link
from twisted_chat.moments import NEVER
from twisted_chat.peer.backoff import STEADY, Backoff
from twisted_chat.peer.commands import Command
from twisted_chat.peer.effects import Effects
from twisted_chat.peer.events.server import (
    NameWanted,
    NoServer,
    NotRegistered,
    OtherProgram,
    Reason,
    ServerAway,
    TurnedAway,
)
from twisted_chat.peer.gen2.attempts import Attempts
from twisted_chat.peer.gen2.requests import AwaitedAnswers, Close
from twisted_chat.peer.gen2.server_key import ServerKey
from twisted_chat.peer.gen2.trust import Trust
from twisted_chat.peer.patience import Patience
from twisted_chat.peer.whereabouts import Whereabouts
from twisted_chat.wire.common import Bare, ListRooms, Register, Verb, Welcome
from twisted_chat.wire.gen1 import Answer
from twisted_chat.wire.gen2 import answers
from twisted_chat.wire.gen2.answers import Rivalled
from twisted_chat.wire.gen2.growth import OF_USERS, Can
from twisted_chat.wire.gen2.requests import Request

FIRST_CONTACT = 10.0
"""Seconds for a link to the server to come up."""
DIALS = 2
"""Times that no link comes up to a server that says `hi`, before the person is asked
what to do. Where three of ten datagrams are lost, both fail one time in thirty."""
PROBE, KNOCKS = 0.4, 3
"""Seconds that a server has to answer in generation 1, and how often it is asked."""
RIVALLED = 30.0
"""Seconds until another try to register, where another program with our key is registered."""


class ServerLink:
    """Our name at the server and the way there. `registered` is called with True
    when it is not for the first time; `wake` is when `tick` is due."""

    def __init__(
        self,
        server: Whereabouts,
        trust: Trust,
        effects: Effects,
        registered: Callable[[bool, float], None],
        *,
        pinned: str,
        patient: bool,
    ) -> None:
        self._server = server
        self._effects = effects
        self._on_registered = registered
        self._key = ServerKey(server, trust, effects, pinned)
        self.patient = patient
        self._requests = AwaitedAnswers()
        self._backoff = Backoff()
        self._patience = Patience(server, effects, patient=patient)
        self._dial_at = self._dial_until = self._probe_until = NEVER
        self._dials, self._probes = Attempts(), Attempts()
        self._dialling: dict[Address, str] = {}  # With what is expected there.
        self._impostor: tuple[Address, str] | None = None  # Whom we found in place of it.
        self._fruitless = 0  # Times that no link came up, since nobody answered at all.
        self._knocks = 0
        self._asks_plainly = False  # An answer in generation 1 would be one to us.
        self._linked_since = 0.0
        self._asked = False
        self._rival: tuple[Rivalled, float] | None = None  # What was said of it, and when.
        self.link: Link | None = None
        self.seen = False
        """Whether there has been a link."""
        self.name = ""
        """The name that the server has given us last, also while it is away."""
        self.wanted = ""
        """The name that we have asked for and not got yet."""
        self.valid = False
        """Whether the server knows us, as far as we know."""
        self.away = False
        """Whether the server cannot be reached, and the person was told."""
        self.failed = False
        """Whether there is no point in going on."""
        self.plain = False
        """Whether to go on in generation 1: the server speaks nothing else, or the person
        has decided so."""
        self.chosen = False
        """Whether it was the person who decided on generation 1."""

    # --- Getting a link

    def start(self, now: float) -> None:
        """Try to reach the server."""
        self._rest()
        if not self.seen:
            self._patience.begin(now)
        if self.seen or self._key.known or self._key.has_one:
            self._dial(now)
        else:
            self._ask_plainly(now)

    def _dial(self, now: float) -> None:
        self._dial_until = now + FIRST_CONTACT
        self._dialling, self._impostor = {}, None
        self._dials.begin(self._server.addresses, now)
        self._dial_next(now)

    def _dial_next(self, now: float) -> None:
        while (address := self._dials.next(now)) is not None:
            expected = self._key.expected(address)
            if expected is None:
                self._rest()
                self._refuse(now)
                return
            self._dialling[address] = expected
            # Those who have another key hear no byte of us: see docs/security.md.
            self._effects.dial(address, expected)
        if not self._dialling and self._dials.wake == NEVER:
            self._failed_to_link(now)

    def _ask_plainly(self, now: float) -> None:
        self._knocks = 0
        self._knock(now)

    def _knock(self, now: float) -> None:
        self._knocks += 1
        self._asks_plainly = True
        self._probe_until = NEVER
        self._probes.begin(self._server.addresses, now)
        self._knock_next(now)

    def _knock_next(self, now: float) -> None:
        while (address := self._probes.next(now)) is not None:
            self._probe_until = now + PROBE
            self._effects.send(ListRooms(), address)

    def is_server(self, link: Link) -> bool:
        """Whether a new link is the one to the server."""
        return link.dialled and link.address in self._server

    def dials(self, address: Address, fingerprint: str) -> bool:
        """Whether this is a dial of ours that is under way."""
        return self._dialling.get(address) == fingerprint

    def opened(self, link: Link, now: float) -> None:
        """There is a link to whoever is at the server's address."""
        if self.plain or self.failed or self.link is not None:
            self._effects.close(link, "there is no need of this link")
        elif self._key.accepts(link.address, link.fingerprint):
            self._rest()
            self._patience.over()
            self._server.prefer(link.address)
            self.link, self.seen, self._linked_since = link, True, now
            self._effects.frame(Can(OF_USERS).encode(), link)
            if self.name or self.wanted:
                self._register(self.name or self.wanted, now)
            elif not self._asked:
                self._asked = True
                self._effects.tell(NameWanted())
        else:
            self._effects.close(link, "this is not the key that I know")
            self._rest()
            self._refuse(now)

    def _refuse(self, now: float) -> None:
        """Somebody else is there, and the person was told."""
        self._patience.over()
        if not self.patient or (self._key.final and not self.seen):
            self.give_up()
        elif not self._key.refused:
            self._retry(now)

    @property
    def in_question(self) -> bool:
        """Whether `$trust server` has something to decide."""
        return self._key.in_question

    def trust(self, now: float) -> None:
        """The person accepts what the server is now."""
        refused = self._key.refused
        self._key.accept()
        if refused:
            self.start(now)
        else:
            self.chosen = True
            self._go_on_plainly()

    # --- No link

    def dial_failed(self, address: Address, found: str, now: float) -> None:
        """No link came of a dial; `found` is the key that was there, if there was one."""
        expected = self._dialling.pop(address)
        if found and not (expected and found.startswith(expected)):
            self._impostor = address, found
        self._dials.hurry(now)
        self._dial_next(now)

    def lost(self, now: float) -> None:
        """The link is no more."""
        if now - self._linked_since >= STEADY:
            self._backoff.begin_anew()
        self.link, self.valid = None, False
        self._requests.give_up(now)
        if self.name or self.wanted:
            self._retry(now)  # Without a name there is nothing to say, until there is one.

    def _failed_to_link(self, now: float) -> None:
        self._rest()
        if self._impostor is not None and self._key.refuses(*self._impostor):
            self._refuse(now)
        elif self.seen:
            self._tell_away()
            self._look_again(now)
        else:
            self._fruitless += 1
            self._ask_plainly(now)

    def answers_plainly(self, answer: Answer, source: Address, now: float) -> None:
        """Something in generation 1 came from an address of the server."""
        if not self._asks_plainly:
            return
        self._rest()
        self._server.prefer(source)
        if answer == Bare(Verb.HI):
            self._key.has_one = self._patience.answered = True
            if self._fruitless >= DIALS:
                self._key.cannot_be_linked_to(decides=self.patient)
            if self._fruitless:
                self._retry(now)
            else:
                self._dial(now)
        elif self._key.may_lack_key():
            self._go_on_plainly()
        elif self.patient:
            self._patience.over()
            self._retry(now)
        else:
            self.give_up()

    def _go_on_plainly(self) -> None:
        self._rest()
        self._patience.over()
        self.plain = True

    def _tell_away(self) -> None:
        if not self.away:
            self.away = True
            self._effects.tell(ServerAway())

    def _look_again(self, now: float) -> None:
        """Nobody is there: try later, where the server is then."""
        if self._server.changes:
            self._effects.resolve(self._server.place)
        self._retry(now)

    def _retry(self, now: float) -> None:
        self._rest()
        self._dial_at = now + self._backoff.next()

    def _rest(self) -> None:
        """Nothing is on its way to the server, or due."""
        self._dial_at = self._dial_until = self._probe_until = NEVER
        self._dials.stop()
        self._probes.stop()
        self._dialling = {}
        self._asks_plainly = False

    def give_up(self) -> None:
        """There is no point in going on."""
        self._rest()
        self._patience.over()
        self.failed = True
        self._effects.finish(1)

    @property
    def wake(self) -> float:
        return min(
            self._dial_at,
            self._dial_until,
            self._dials.wake,
            self._probe_until,
            self._probes.wake,
            self._patience.wake,
            self._requests.wake,
        )

    def tick(self, now: float) -> None:
        if self._requests.wake <= now and self.link is not None:
            self._effects.close(self.link, "no answer")
            self.lost(now)
        if self._patience.tick(now):
            self._give_up_waiting()
            return
        self._knock_next(now)
        if self._dial_until <= now:
            self._failed_to_link(now)
        elif self._dials.wake <= now:
            self._dial_next(now)
        if self._probe_until <= now and self._probes.wake == NEVER:
            self._no_answer(now)
        if self._dial_at <= now:
            self.start(now)

    def _no_answer(self, now: float) -> None:
        if self._knocks < KNOCKS:
            self._knock(now)
        else:
            self._patience.tell()
            self._fruitless, self.away = 0, self.patient
            self._look_again(now)
            self._asks_plainly = True  # It may only be far away.

    def _give_up_waiting(self) -> None:
        """A script has waited long enough."""
        if self._key.has_one:
            self._key.cannot_be_linked_to(decides=self.patient)
        else:
            self._effects.tell(NoServer(str(self._server)))
        self.give_up()

    # --- Our name

    @property
    def lacks_name(self) -> bool:
        """Whether this is a script that has not said its name yet."""
        return not (self.patient or self.name or self.wanted or self.failed)

    def call_me(self, text: str, now: float) -> None:
        """Ask for this name."""
        try:
            self.wanted = names.canonical(text)
        except NameRefused as refused:
            self._refused(text, Reason.IMPOSSIBLE, str(refused))
            return
        if self.link is not None:
            self._register(self.wanted, now)
        elif self.seen and self.wake == NEVER:
            self.start(now)

    def forgotten(self, now: float) -> None:
        """The server does not know us any more."""
        if self.valid:
            self.valid = False
            self._register(self.name, now)

    def _register(self, name: str, now: float) -> None:
        def close(told: list[answers.Answer] | None, now: float) -> None:
            if told is None:
                return  # There will be another link.
            if told[0] == Welcome(name):
                again = bool(self.name)
                self.name, self.wanted, self.valid = name, "", True
                self._on_registered(again, now)
                self.away, self._rival = False, None
            elif isinstance(told[0], Rivalled):
                self._give_way(told[0], now)
            else:
                self._refused(name, Reason.TAKEN_OR_KEPT)

        self.ask(Register(name), close, now)

    def _give_way(self, rivalled: Rivalled, now: float) -> None:
        """Another program with our key is registered, and alive: tell the person once,
        and come back now and then."""
        if self._rival is None:
            self._effects.tell(OtherProgram(rivalled.name, rivalled.seconds))
        if not self.patient:
            self.give_up()
            return
        if self.link is not None:
            self._effects.close(self.link, "another program has my key")
        self.link, self.valid, self.away, self._rival = None, False, True, (rivalled, now)
        self._rest()
        self._dial_at = now + RIVALLED

    def turned_away(self, command: Command | None, now: float) -> TurnedAway | None:
        """What is to be told of a command, or of a text, while another program with our key
        is registered."""
        if self._rival is None:
            return None
        rivalled, then = self._rival
        return TurnedAway(command, rivalled.name, rivalled.seconds + int(now - then))

    def _refused(self, name: str, reason: Reason, why: str = "") -> None:
        self.name = self.wanted = ""
        self.valid = False
        self._effects.tell(NotRegistered(name, reason, why, self.patient))
        if not self.patient:
            self.give_up()

    # --- Knocking

    def ask(self, request: Request, close: Close, now: float) -> None:
        """Ask the server, if there is a link to it."""
        if self.link is None:
            close(None, now)
            return
        self._requests.asked(request, close, now)
        self._effects.frame(request.encode(), self.link)

    def tell(self, request: Request) -> None:
        """Say something to the server that has no answer of its own."""
        if self.link is not None:
            self._effects.frame(request.encode(), self.link)

    def answered(self, answer: answers.Answer, now: float) -> bool:
        """Give an answer to the question that it belongs to. False if there is none."""
        return self._requests.answer(answer, now)

    def stop(self) -> None:
        """Try no more."""
        self._rest()
        self._patience.over()
