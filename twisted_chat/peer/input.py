"""What was typed, done in order.

What changes whom we speak to holds up what was typed after it, so that
`$roomjoin lab` and `hello` in one breath say hello to the room.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from twisted_chat.events import Event
from twisted_chat.moments import NEVER
from twisted_chat.peer.commands import QUIT, TURNING, Command, Order, Say, ToRead, Turn, Typed
from twisted_chat.peer.contacts.contact import Contact
from twisted_chat.peer.contacts.contacts import Listeners
from twisted_chat.peer.contacts.line import Line, size_of
from twisted_chat.peer.events.said import LostFor, NotBackYet
from twisted_chat.peer.events.server import HelpMeant, Mistake, NotDone
from twisted_chat.peer.events.talk import NotSaid
from twisted_chat.peer.generation import Generation, Shared
from twisted_chat.peer.holding import Holding
from twisted_chat.peer.later import LaterWords
from twisted_chat.peer.orders.orders import Orders
from twisted_chat.peer.own_lines import OwnLines
from twisted_chat.peer.speech import split
from twisted_chat.peer.talks.room import JoinedRoom
from twisted_chat.peer.talks.talks import described
from twisted_chat.rate import Rate

MAX_TYPED = 100
"""Typed lines that wait; more are not read from the terminal before these are done."""
READING = 1.0
"""Seconds that it takes to see that something was refused."""
LONGEST = 60_000
"""Bytes of a text that is said at once: with names and a signature it fits a message."""
SPEAK_RATE, SPEAK_BURST = 50.0, 100
"""Lines said a second, and at once: what a peer at the other end still shows."""

_AT_ONCE = frozenset({Command.HELP, Command.QUIT, Command.STATUS, Command.WHO})
"""Commands that do not wait for those before, unless nothing more will be typed."""
_AT_ONCE_IN_SCRIPTS = _AT_ONCE - {Command.QUIT, Command.WHO}
_OURSELVES = "person"
"""The one source of what is typed."""


@dataclass(frozen=True, slots=True)
class _Aside:
    """A text for one person, whatever is current."""

    text: str
    to: Contact


class Input:
    """Lines that wait, and their doing. `wake` is when `do_all` has more to do. `patient` is
    false for a script. `leave` begins the end."""

    def __init__(self, rate: float, leave: Callable[[float], None], *, patient: bool) -> None:
        self._leave = leave
        self._patient = patient
        self._speaking = Rate(rate, SPEAK_BURST)
        self._pause = 1 / rate if rate else 0.0
        self._holding = Holding()
        self.lines: deque[Typed] = deque()
        self.own = OwnLines()
        self.asides: deque[_Aside] = deque()
        self._seen_at = 0.0
        self._turned_from: JoinedRoom | Contact | None = None
        """Where the person wanted to turn from last, in vain, which they have seen by then."""
        self._first = True  # Nothing was said or ordered yet.
        self.ended = False
        """Whether nothing more will be typed."""
        self.wake = NEVER

    def speak(self, generation: Generation, shared: Shared) -> None:
        """What is typed is done in this generation from now on."""
        self._generation = generation
        self._registration = generation.registration
        self._shared = shared
        self._talks = shared.talks
        self._effects = shared.effects
        self._gathering = shared.gathering
        self._later = later = LaterWords(generation, shared, self.own)
        self._orders = Orders(generation, shared, self._say_aside, later.say, self._missed)

    def take(self, todo: Typed, now: float) -> None:
        """Do this in its order; what is only read waits for nothing."""
        if isinstance(todo, ToRead):
            self._orders.read(todo, now)
        else:
            self.lines.append(todo)

    def _say_aside(self, text: str, to: Contact) -> None:
        self.asides.append(_Aside(text, to))

    def _missed(self, now: float) -> None:
        """The person wanted to talk elsewhere, in vain. What they typed before they can have
        seen that is not said, as it may be meant for there; a script sees nothing, and talks to
        nobody from now on."""
        if not self._patient:
            self._talks.turn_to(None)
            return
        current = self._talks.current
        self._seen_at, self._turned_from = now + READING, current
        for n, one in enumerate(self.lines):
            if n and isinstance(one, Order) and one.command in TURNING:
                break
            if isinstance(one, Say) and one.text and current is not None and not one.for_one:
                self.lines[n] = NotSaid(one.text, described(current))

    @property
    def waiting(self) -> bool:
        """Whether there is something to be done."""
        return bool(self.lines or self.asides)

    @property
    def all_done(self) -> bool:
        """Whether everything is done that was to be."""
        return self.ended and not self.waiting and not self._busy

    @property
    def _busy(self) -> bool:
        """Whether something is under way that what was typed is about."""
        moving = self._talks.moving or self._orders.listing > 0
        return moving or self._shared.archive.asking or self._registration.registering

    def left_over(self) -> NotDone | None:
        """What is to be told of lines that are not done any more. None if they would have
        said and done nothing."""
        texts = [one.text for one in self.asides]
        texts += [one.text for one in self.lines if isinstance(one, Say) and one.text.strip()]
        orders = sum(isinstance(one, Order) and one != QUIT for one in self.lines)
        if not texts and not orders:
            return None
        return NotDone(len(texts), texts[0] if texts else "", orders)

    def do_next(self, now: float) -> bool:
        """Do what the first waiting line says. False if it has to wait."""
        if self.asides:
            aside = self.asides[0]
            if not self._utter(aside.text, aside.to, now):
                return False
            self.asides.popleft()
            return True
        todo = self.lines[0]
        if type(todo) is Say and len(todo.text) > LONGEST // 4:
            todo = self._cut(todo)
        if type(todo) is Say and not (self._first and todo.asks_for_help):
            named = bool(self._registration.name)
            if not self._say(todo, now):
                return False
            self._first = self._first and not named
        elif type(todo) is Order:
            if not self._obey(todo, now):
                return False
            self._first = False
        elif type(todo) is Turn:
            if self._talks.moving:
                return False
            if (found := self._talks.find(todo.to)) is not None:
                self._talks.turn_to(found)
        else:
            told = todo if isinstance(todo, Event) else HelpMeant()
            self._effects.tell(told)
            if type(told) is Mistake:
                self._orders.in_vain(now, Command.TO if told.turning else None)
            self._first = False
        if self.lines:
            self.lines.popleft()
        if self._effects.undone and self._registration.lacks_name:
            self._give_up()
        return True

    def _cut(self, todo: Say) -> Say:
        """Say a text that is too long in parts, one after the other. Returns the first."""
        parts = [replace(todo, text=part) for part in split(todo.text, LONGEST)]
        self.lines.popleft()
        self.lines.extendleft(reversed(parts))
        return parts[0]

    def _give_up(self) -> None:
        """What came in place of a script's name was none: what comes next is none either."""
        if (rest := self.left_over()) is not None:
            self._effects.tell(rest)
        self._registration.give_up()

    def _obey(self, order: Order, now: float) -> bool:
        at_once = _AT_ONCE if self._patient else _AT_ONCE_IN_SCRIPTS
        if (self.ended or order.command not in at_once) and self._busy:
            return False
        if order.command is Command.QUIT:
            self._leave(now)
        else:
            self._orders.obey(order, now)
        return True

    def _say(self, todo: Say, now: float) -> bool:
        text = todo.text
        if self._talks.moving:
            return False
        if not self._registration.name or self._registration.wanted:
            return self._say_unnamed(text, now)
        if not text:
            return True
        if todo.to is not None and self._later.waits(todo.to, text, now):
            return True
        current = self._talks.current
        late = now < self._seen_at and current is self._turned_from and current is not None
        if late or (todo.to is not None and self._talks.find(todo.to) is not current):
            self._effects.tell(NotSaid(text, described(current)))
            return True
        return self._utter(text, current, now)

    def _utter(self, text: str, where: JoinedRoom | Contact | None, now: float) -> bool:
        """Say a text in a conversation. False if it has to wait."""
        if isinstance(where, JoinedRoom) and where.opening:
            return False
        listening = self._talks.listeners(where)
        size = size_of(text)
        full = False
        for conversation, contacts in listening.by_conversation:
            full = full or not conversation.has_room(contacts, size)
        self.wake = self._holding.until(now, full=full)
        if self.wake > now:
            return False
        if not self._speaking.spend(_OURSELVES, now):
            self.wake = now + self._pause
            return False
        self.wake = NEVER
        if self._talks.tell_first is not None:
            self._talks.tell_first(now)
        self._gathering.tell_moves()
        self._holding.said(size)
        if not listening.by_conversation and not listening.absent:
            self._effects.tell(self._talks.unheard(where, self._generation))
            return True
        room = where.name if isinstance(where, JoinedRoom) else ""
        archive = self._shared.archive
        line = Line(text, self._registration.name, room, now, stored=not archive.keeps)
        lacking: list[Contact] = []
        for conversation, contacts in listening.by_conversation:
            lacking.extend(conversation.say(line, contacts, now))
        if archive.keeps:
            self._keep(line, where, listening, now)
        if lacking:
            self._effects.tell(LostFor(tuple(one.who for one in lacking), text, room))
        if listening.absent:
            self._effects.tell(NotBackYet(listening.absent, text, room))
        self.own.add(line, self._talks.described(where), size)
        return True

    def _keep(
        self, line: Line, where: JoinedRoom | Contact | None, listening: Listeners, now: float
    ) -> None:
        """Keep a line, which goes to those who have keys when it is."""
        archive = self._shared.archive

        def kept(now: float) -> None:
            line.stored = True
            for conversation, contacts in listening.by_conversation:
                conversation.stored(contacts)

        if isinstance(where, Contact):
            talk = archive.person(where.fingerprint, where.name)
        else:
            talk = archive.room(line.room)
        owed, line.owed = tuple(line.owed), []
        archive.said(talk, line.text, line.speaker, owed, kept, now, line.signed, line.before)

    def registered(self, now: float) -> None:
        """Show a person who is back what has not arrived since."""
        known = Command.OUTBOX in self._generation.commands
        if self._patient and known and self._shared.archive.kept.owed:
            self.lines.appendleft(Order(Command.OUTBOX))

    def entered(self, room: str, now: float) -> None:
        """We are in a room now."""
        if self._patient:
            self._orders.entered(room, now)

    def _say_unnamed(self, text: str, now: float) -> bool:
        """A text is taken for a name; before the server has given us one it waits, unless
        we are turned away."""
        if not self._registration.wanted:
            takes = self._registration.takes_name
            if takes and text.strip():
                self._registration.call_me(text, now)
            return takes
        turned_away = self._registration.unavailable(None, now)
        if turned_away is None:
            return False
        if text:
            self._effects.tell(turned_away)
        return True
