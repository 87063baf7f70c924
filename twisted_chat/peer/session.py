"""What a UDP peer knows and does: typed lines and messages in, effects out.

What is typed is done in order. What changes whom we speak to holds up what was
typed after it, so that `$roomjoin lab` and `hello` in one breath say hello to
the room.
"""

from collections import deque

from twisted_chat.addresses import Address
from twisted_chat.events import Event
from twisted_chat.moments import NEVER
from twisted_chat.peer.commands import QUIT, Command, Order, Say
from twisted_chat.peer.company import Company
from twisted_chat.peer.effects import Effect, Effects, Typed
from twisted_chat.peer.events import said, server, talk
from twisted_chat.peer.events.event import Someone, at
from twisted_chat.peer.gathering import Gathering
from twisted_chat.peer.lists import MAX_LIST_BYTES, weight
from twisted_chat.peer.registration import Registration
from twisted_chat.peer.requests import SETTLED, Ask, Requests
from twisted_chat.peer.speech import speak
from twisted_chat.peer.undone import left_over
from twisted_chat.peer.whereabouts import Whereabouts
from twisted_chat.rate import Rate
from twisted_chat.tally import Tally
from twisted_chat.wire.common import Bare, Leave, ListRooms, ListUsers, Verb
from twisted_chat.wire.gen1 import Answer, NamedText, RoomListed, UserListed

FAREWELL_WAITS = (0.5, 1.0)
"""Seconds to wait for the answer to `by`: who quits wants to be gone."""
MAX_TYPED = 100
"""Typed lines that wait; more are not read from the terminal before these are done."""
SPEAK_RATE, SPEAK_BURST = 50.0, 100
"""Lines said a second, and at once: what a peer at the other end still shows."""
HEAR_RATE, HEAR_BURST = 100.0, 300
"""Messages shown a second, and at once, from one source."""

ONLY_KEYED = frozenset(
    {Command.ROOMCLOSE, Command.ROOMGIVE, Command.STATUS, Command.VERIFY, Command.TRUST}
)
"""Commands that have a meaning in generation 2 only."""
_OURSELVES = "person"
"""The one source of what is typed."""
_WITHOUT_SERVER = frozenset(
    {Command.HELP, Command.QUIT, Command.KICK, Command.WHO, Command.IGNORE, Command.UNIGNORE}
)


class Session:
    """One peer. Each method returns the effects to be carried out, in order.

    `wake` is when `tick` is due. `port` is our own UDP port. `patient` is
    false for a script, which is told by the exit status that its name was
    refused, the server did not answer, or something was said to nobody; a
    person is asked again.
    """

    def __init__(self, server: Whereabouts, port: int, name: str | None, *, patient: bool) -> None:
        self._server = server
        self._first_name = name
        self._patient = patient
        self._effects = Effects()
        self._requests = Requests(
            lambda request: self._effects.send(request, server.current), server.turn
        )
        self._gathering = Gathering(self._effects.tell)
        self._company = Company(self._requests, self._effects, self._gathering)
        self._registration = Registration(
            server, port, self._requests, self._effects, self._accepted, patient=patient
        )
        self._typed: deque[Typed] = deque()
        self._speaking = Rate(SPEAK_RATE, SPEAK_BURST)
        self._hearing = Rate(HEAR_RATE, HEAR_BURST)
        self._unheard = Tally()
        self._first = True  # Nothing was said or ordered yet.
        self._listing = False  # A list is on its way.
        self._ended = False  # Nothing more will be typed.
        self._leaving = self._interrupted = self._finished = False
        self._speaks = NEVER

    # --- What happens

    def start(self, now: float) -> list[Effect]:
        """Begin: with the name that was given, or by asking for one."""
        if self._first_name is None:
            self._effects.tell(server.NameWanted())
        else:
            self._registration.call_me(self._first_name, now)
        return self._done(now)

    def typed(self, todo: Typed, now: float) -> list[Effect]:
        """The person typed a line."""
        if todo == QUIT and QUIT in self._typed:
            self._vanish()  # Typed twice: somebody is in a hurry.
        self._typed.append(todo)
        return self._done(now)

    def ended(self, now: float) -> list[Effect]:
        """The person will type nothing more: do what was typed, then leave."""
        self._ended = True
        self._company.curious = False
        return self._done(now)

    def heard(self, message: Answer, source: Address, now: float) -> list[Effect]:
        """A message came from an address."""
        if isinstance(message, NamedText):
            self._show_said(message, source, now)
        elif self._server.answers(source):
            self._company.told(message, now)
            if not self._requests.answer(message, now) and message == Bare(Verb.HI):
                # Nobody asked to be let in: the server does not know who is asking.
                if self._leaving:
                    self._finish()
                else:
                    self._registration.forgotten(now)
        return self._done(now)

    def resolved(self, addresses: list[Address]) -> None:
        """The server's place leads to these addresses now."""
        self._server.resolved(addresses)

    def tick(self, now: float) -> list[Effect]:
        """Do what has become due."""
        self._requests.tick(now)
        if not self._leaving:
            self._company.tick(now)
            self._registration.tick(now)
            self._gathering.tick(now)
        return self._done(now)

    def interrupted(self, now: float) -> list[Effect]:
        """The process is being ended: leave without waiting for anything."""
        self._interrupted = True
        self._vanish()
        return self._done(now)

    def note_undone(self) -> None:
        """A line that was typed before this began was not done."""
        self._effects.undone = True

    @property
    def wake(self) -> float:
        if self._leaving:
            return self._requests.wake
        due = min(self._requests.wake, self._company.wake, self._registration.wake)
        return min(due, self._speaks, self._gathering.wake)

    @property
    def wants_input(self) -> bool:
        """Whether more may be typed. False while enough is waiting."""
        return len(self._typed) < MAX_TYPED

    # --- What was typed, in order

    def _done(self, now: float) -> list[Effect]:
        self._speaks = NEVER
        while self._typed and not self._over and self._do_next(now):
            pass
        if self._ended and not self._typed and not self._busy and not self._over:
            self._leave(now)
        return self._effects.take()

    @property
    def _over(self) -> bool:
        return self._leaving or self._registration.failed

    @property
    def _busy(self) -> bool:
        """Whether something is under way that what was typed is about."""
        known = self._registration
        registering = bool(known.name or known.wanted) and not (known.valid or known.away)
        return self._listing or self._company.moving or registering

    def _do_next(self, now: float) -> bool:
        """Do what the first waiting line said. False if it has to wait."""
        todo = self._typed[0]
        if self._first and isinstance(todo, Say) and todo.asks_for_help:
            todo = server.HelpMeant()
        if isinstance(todo, Event):
            self._effects.tell(todo)
            if isinstance(todo, server.Mistake):
                self._company.in_vain()
            self._first = False
        else:
            if self._must_wait(todo, now):
                return False
            if isinstance(todo, Order):
                self._first = False
                self._obey(todo, now)
            elif self._registration.name:
                self._first = False
                self._say(todo.text, now)
            elif todo.text.strip():
                self._registration.call_me(todo.text, now)
        if self._typed:
            self._typed.popleft()
        if self._registration.lacks_name and self._effects.undone:
            self._give_up()
        return True

    def _give_up(self) -> None:
        """What came in place of a script's name was none: what comes next is none either."""
        if (rest := left_over(self._typed)) is not None:
            self._effects.tell(rest)
        self._registration.give_up()

    def _must_wait(self, todo: Say | Order, now: float) -> bool:
        if isinstance(todo, Order):
            if todo.command in (Command.HELP, Command.QUIT, Command.WHO):
                in_turn = self._ended or (todo == QUIT and not self._patient)
                return in_turn and self._busy
            return self._busy
        if self._company.moving or self._registration.wanted:
            return True
        silent = not todo.text or not self._registration.name
        if silent or self._speaking.spend(_OURSELVES, now):
            return False
        self._speaks = now + 1 / SPEAK_RATE
        return True

    def _say(self, text: str, now: float) -> None:
        if not text:
            return
        self._company.tell_who_hears(now)
        listeners = self._company.people.everybody()
        if not listeners:
            self._effects.tell(self._company.silence())
        for message in speak(self._registration.name, text):
            for listener in listeners:
                self._effects.send(message, listener)

    def _obey(self, order: Order, now: float) -> None:
        command = order.command
        self._company.welcoming = True
        if command not in _WITHOUT_SERVER and not self._registration.valid:
            self._effects.tell(
                server.NeedsServer(command)
                if self._registration.name or self._registration.wanted
                else server.NameFirst()
            )
            self._company.in_vain()
            return
        if command in ONLY_KEYED:
            self._effects.tell(server.NotInGeneration1(command, order.argument))
            self._company.in_vain()
            return
        match command:
            case Command.HELP:
                self._effects.tell(server.Help(tuple(Command)))
            case Command.QUIT:
                self._leave(now)
            case Command.KICK:
                self._company.kick(order.argument)
            case Command.IGNORE:
                self._company.ignore(order.argument)
            case Command.UNIGNORE:
                self._company.unignore(order.argument)
            case Command.WHO:
                self._effects.tell(self._company.who())
            case Command.USERLIST:
                self._list(ListUsers(), command, now)
            case Command.ROOMLIST:
                self._list(ListRooms(), command, now)
            case Command.ROOMCREATE:
                self._company.create(order.argument, now)
            case Command.ROOMJOIN:
                self._company.join(order.argument, now)
            case Command.ROOMLEAVE:
                self._company.leave(now)
            case Command.POKE:
                self._company.poke(order.argument, now)

    def _list(self, request: ListUsers | ListRooms, command: Command, now: float) -> None:
        entries: set[str] = set()
        size = 0

        def take(answer: Answer, now: float) -> float:
            nonlocal size
            if isinstance(answer, Bare) or size > MAX_LIST_BYTES:
                return 0
            if isinstance(answer, UserListed | RoomListed):
                name = answer.name if isinstance(answer, UserListed) else answer.room
                entries.add(name)
                size += weight([name])
            return SETTLED

        def close(answered: bool, now: float) -> None:
            self._listing = False
            if not answered:
                self._effects.tell(server.NoAnswer(command, ""))
                return
            kind = server.UserList if command is Command.USERLIST else server.RoomList
            self._effects.tell(kind(tuple(sorted(entries, key=str.lower))))

        self._listing = True
        self._requests.ask(Ask(request, take, close), now)

    # --- Coming and going

    def _accepted(self, again: bool, now: float) -> None:
        name, room = self._registration.name, self._company.room
        if not again:
            self._effects.tell(server.RegisteredAs(name))
        elif self._registration.away:
            self._effects.tell(server.ServerBack(name, room))
        self._company.registered(name, again, now)

    def _leave(self, now: float) -> None:
        if not self._registration.valid:
            self._vanish()
            return
        self._leaving = True
        self._gathering.flush()
        self._requests.forget()
        farewell = Ask(
            Leave(),
            lambda answer, now: 0,
            lambda answered, now: self._finish(),
            FAREWELL_WAITS,
        )
        self._requests.ask(farewell, now)

    def _vanish(self) -> None:
        """Leave without waiting for an answer."""
        self._requests.forget()
        # Only one `by`: from somebody it does not know any more it ends the original server.
        if not self._leaving and (self._registration.name or self._registration.wanted):
            self._effects.send(Leave(), self._server.current)
        self._leaving = True
        self._finish()

    def _finish(self) -> None:
        lost = self._effects.undone and not self._patient
        if not self._finished and (rest := left_over(self._typed)) is not None:
            self._effects.tell(rest)
            lost = not self._patient or (bool(rest.texts) and not self._interrupted)
        self._finished = True
        self._effects.finish(1 if lost else 0)

    # --- What peers say

    def _show_said(self, message: NamedText, source: Address, now: float) -> None:
        people = self._company.people
        if people.ignores(source, message.name):
            return
        if not self._hearing.spend(source[0], now):
            if many := self._unheard.count("too many messages", now):
                self._effects.tell(said.TooManySaid(many, people.called(source)))
            return
        text = message.text.removesuffix("\n").removesuffix("\r")
        knocked = source not in people and self._company.knocked(source)
        if source not in people:
            stranger = Someone(message.name)
            how = said.Unencrypted(at(source), cut=message.cut, stranger=True)
            self._effects.tell(said.Said(stranger, text, False, how))
            return
        people.hear(source, message.name)
        who, claims = people.speaker(source)
        how = said.Unencrypted(at(source), claims, message.cut)
        self._effects.tell(said.Said(who, text, people.is_member(source), how))
        if knocked:
            self._effects.tell(talk.HearsUs(people.called(source)))
