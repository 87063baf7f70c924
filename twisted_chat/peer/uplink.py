"""The link to the server: our name there, and getting it back when it is gone.

A server may speak generation 1 only, and the original ends at a datagram that
is no text. So one that has shown us no key yet is asked for its rooms first, in
a datagram. The original answers strangers; one that may know generation 2 says
`hi`, and we dial, more than once, as a bad network looks the same as no QUIC.
A server whose key is known is dialled at once, and asked when no link comes up:
if it answers then, somebody may want us to speak without a key, which only the
person can decide.
"""

from collections.abc import Callable

from twisted_chat import frames, names
from twisted_chat.addresses import Address, host_and_port
from twisted_chat.errors import NameRefused
from twisted_chat.links import Link
from twisted_chat.moments import NEVER
from twisted_chat.peer.backoff import STEADY, Backoff
from twisted_chat.peer.effects import Effects
from twisted_chat.peer.questions import Close, Questions
from twisted_chat.peer.server_key import ServerKey
from twisted_chat.peer.trust import Trust
from twisted_chat.wire import Answer, Bare, ListRooms, Register, Registered, Verb

FIRST_CONTACT = 10.0
"""Seconds for a link to the server to come up."""
DIALS = 3
"""Links that must come to nothing before a server that says `hi` counts as one of
generation 1. Where three of ten datagrams are lost, one in thirty does."""
PROBE, KNOCKS = 0.4, 3
"""Seconds that a server has to answer in generation 1, and how often it is asked."""
TRIES = 4
"""Times that a script tries to reach a server."""


class Uplink:
    """Our name at the server and the way there. `registered` is called with True
    when it is not for the first time; `wake` is when `tick` is due."""

    def __init__(
        self,
        server: Address,
        trust: Trust,
        effects: Effects,
        registered: Callable[[bool, float], None],
        *,
        pinned: str,
        patient: bool,
    ) -> None:
        self._server = server
        self._where = host_and_port(*server)
        self._effects = effects
        self._on_registered = registered
        self._key = ServerKey(server, trust, effects, pinned)
        self._patient = patient
        self._questions = Questions()
        self._backoff = Backoff()
        self._dial_at = self._dial_until = self._probe_until = NEVER
        self._fruitless = 0  # Dials that no link came of.
        self._knocks = 0
        self._linked_since = 0.0
        self._asked = False
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
        """Whether the server speaks generation 1 only, and that may be accepted."""

    # --- Getting a link

    def start(self, now: float) -> None:
        """Try to reach the server."""
        self._rest()
        if self.seen or self._key.known:
            self._dial(now)
        else:
            self._ask_plainly(now)

    def _dial(self, now: float) -> None:
        self._dial_until = now + FIRST_CONTACT
        # Whatever key there is: judging it, and showing another one, is for us.
        self._effects.dial(self._server, "")

    def _ask_plainly(self, now: float) -> None:
        self._knocks = 0
        self._knock(now)

    def _knock(self, now: float) -> None:
        self._knocks += 1
        self._probe_until = now + PROBE
        self._effects.send(ListRooms(), self._server)

    def is_server(self, link: Link) -> bool:
        """Whether a new link is the one to the server."""
        return link.dialled and link.address == self._server

    def opened(self, link: Link, now: float) -> None:
        """There is a link to whoever is at the server's address."""
        if self.plain or self.failed or self.link is not None:
            self._effects.close(link, "there is no need of this link")
            return
        self._rest()
        if self._key.accepts(link, now):
            self.link, self.seen, self._linked_since = link, True, now
            if self.name or self.wanted:
                self._register(self.name or self.wanted, now)
            elif not self._asked:
                self._asked = True
                self._effects.notice("what is your name?")
            return
        self._effects.close(link, "this is not the key that I know")
        if not self._patient or (self._key.final and not self.seen):
            self.give_up()
        elif not self._key.refused:
            self._retry(now)

    @property
    def in_question(self) -> bool:
        """Whether `$trust server` has something to decide."""
        return self._key.in_question

    def trust(self, now: float) -> None:
        """The person accepts what the server is now."""
        if self._key.refused:
            self.start(now)
        else:
            self.plain = True
        self._key.accept(now)

    # --- No link

    def dial_failed(self, now: float) -> None:
        if self._dial_until < NEVER:
            self._failed_to_link(now)

    def lost(self, now: float) -> None:
        """The link is no more."""
        if now - self._linked_since >= STEADY:
            self._backoff.begin_anew()
        self.link, self.valid = None, False
        self._questions.give_up(now)
        if self.name or self.wanted:
            self._retry(now)  # Without a name there is nothing to say, until there is one.

    def _failed_to_link(self, now: float) -> None:
        self._dial_until = NEVER
        if self.seen:
            self._tell_away("the server does not answer; those you talk to still hear you")
            self._retry(now)
        else:
            self._fruitless += 1
            self._ask_plainly(now)

    def answers_plainly(self, answer: Answer, now: float) -> None:
        """Something in generation 1 came from the server's address."""
        if self._probe_until == NEVER:
            return
        self._probe_until = NEVER
        if answer == Bare(Verb.HI) and self._fruitless < DIALS:
            self._dial(now)
        elif self._key.may_lack_key():
            self.plain = True
        elif self._patient:
            self._retry(now)
        else:
            self.give_up()

    def _tell_away(self, notice: str) -> None:
        if not self.away:
            self.away = True
            self._effects.notice(notice)

    def _retry(self, now: float) -> None:
        self._dial_until = NEVER
        self._dial_at = now + self._backoff.next()

    def _rest(self) -> None:
        """Nothing is on its way to the server, or due."""
        self._dial_at = self._dial_until = self._probe_until = NEVER

    def give_up(self) -> None:
        """There is no point in going on."""
        self._rest()
        self.failed = True
        self._effects.finish(1)

    @property
    def wake(self) -> float:
        return min(self._dial_at, self._dial_until, self._probe_until, self._questions.wake)

    def tick(self, now: float) -> None:
        if self._questions.wake <= now and self.link is not None:
            self._effects.close(self.link, "no answer")
            self.lost(now)
        if self._dial_until <= now:
            self._failed_to_link(now)
        if self._probe_until <= now and self._knocks < KNOCKS:
            self._knock(now)
        elif self._probe_until <= now:
            self._probe_until = NEVER
            self._retry(now)
            if not self._patient and self._backoff.attempts >= TRIES:
                self._effects.notice(f"no server answers at {self._where}")
                self.give_up()
            elif self._patient:
                self._tell_away(
                    f"no server answers at {self._where} yet; trying on, Ctrl-C ends it"
                )
        if self._dial_at <= now:
            self.start(now)

    # --- Our name

    def call_me(self, text: str, now: float) -> None:
        """Ask for this name."""
        try:
            self.wanted = names.canonical(text)
        except NameRefused as refused:
            self._refused(str(refused))
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
        def close(answers: list[frames.Answer] | None, now: float) -> None:
            if answers is None:
                return  # There will be another link.
            if answers[0] == Registered(name):
                again = bool(self.name)
                self.name, self.wanted, self.valid = name, "", True
                self._on_registered(again, now)
                self.away = False
            else:
                self._refused(f"the server does not let you be {name}: somebody else is, or was")

        self.ask(Register(name), close, now)

    def _refused(self, why: str) -> None:
        self.name = self.wanted = ""
        self.valid = False
        if self._patient:
            self._effects.notice(f"{why}. What is your name?")
        else:
            self._effects.notice(why)
            self.give_up()

    # --- Asking

    def ask(self, request: frames.Request, close: Close, now: float) -> None:
        """Ask the server, if there is a link to it."""
        if self.link is None:
            close(None, now)
            return
        self._questions.asked(request, close, now)
        self._effects.frame(request, self.link)

    def tell(self, request: frames.Request) -> None:
        """Say something to the server that has no answer of its own."""
        if self.link is not None:
            self._effects.frame(request, self.link)

    def answered(self, answer: frames.Answer, now: float) -> bool:
        """Give an answer to the question that it belongs to. False if there is none."""
        return self._questions.answer(answer, now)

    def stop(self) -> None:
        """Try no more."""
        self._rest()
