"""What was typed, done in order.

What changes whom we speak to holds up what was typed after it, so that
`$roomjoin lab` and `hello` in one breath say hello to the room.
"""

from collections import deque
from collections.abc import Callable
from itertools import islice

from msgspec import Struct
from msgspec.structs import replace

from twisted_chat.events import Event
from twisted_chat.peer.commands import QUIT, TURNING, Command, Order, Say, ToRead, Turn, Typed
from twisted_chat.peer.contacts.contact import Contact
from twisted_chat.peer.events.server import HelpMeant, Mistake, NotDone
from twisted_chat.peer.events.talk import NotSaid
from twisted_chat.peer.generation import Generation, Shared
from twisted_chat.peer.later import LaterWords
from twisted_chat.peer.orders.orders import Orders
from twisted_chat.peer.own_lines import OwnLines
from twisted_chat.peer.saying import Saying
from twisted_chat.peer.speech import split
from twisted_chat.peer.talks.room import JoinedRoom
from twisted_chat.peer.talks.talks import described

MAX_TYPED = 100
"""Typed lines that wait; more are not read from the terminal before these are done."""
READING = 1.0
"""Seconds that it takes to see that something was refused."""
LONGEST = 60_000
"""Bytes of a text that is said at once: with names and a signature it fits a message."""
SHORT = LONGEST // 4
"""Characters of a text that has no more bytes than that, whatever they are."""

_AT_ONCE = frozenset({Command.HELP, Command.QUIT, Command.STATUS, Command.WHO})
"""Commands that do not wait for those before, unless nothing more will be typed."""
_AT_ONCE_IN_SCRIPTS = _AT_ONCE - {Command.QUIT, Command.WHO}


class _Aside(Struct, frozen=True):
    """A text for one person, whatever is current."""

    text: str
    to: Contact


class Input:
    """Lines that wait, and their doing. `wake` is when `do_all` has more to do. `patient` is
    false for a script. `leave` begins the end."""

    def __init__(self, rate: float, leave: Callable[[float], None], *, patient: bool) -> None:
        self._leave = leave
        self._patient = patient
        self.own = OwnLines()
        self._saying = Saying(rate, self.own)
        self.lines: deque[Typed] = deque()
        self.asides: deque[_Aside] = deque()
        self._seen_at = 0.0
        self._turned_from: JoinedRoom | Contact | None = None
        """Where the person wanted to turn from last, in vain, which they have seen by then."""
        self._first = True  # Nothing was said or ordered yet.
        self.ended = False
        """Whether nothing more will be typed."""

    def speak(self, generation: Generation, shared: Shared) -> None:
        """What is typed is done in this generation from now on."""
        self._generation = generation
        self._registration = generation.registration
        self._shared = shared
        self._talks = shared.talks
        self._effects = shared.effects
        self._saying.speak(generation, shared)
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
    def wake(self) -> float:
        """When more of what waits may be done, where it is time that it waits for."""
        return self._saying.wake

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
            if not self._saying.say([aside.text], aside.to, now):
                return False
            self.asides.popleft()
            return True
        todo = self.lines[0]
        if type(todo) is Say and len(todo.text) > SHORT:
            todo = self._cut(todo)
        if type(todo) is Say and not (self._first and todo.asks_for_help):
            named = bool(self._registration.name)
            done = self._say(todo, now)
            if not done:
                return False
            for _ in range(done - 1):
                self.lines.popleft()
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

    def _say(self, todo: Say, now: float) -> int:
        """Say the first waiting line. Returns how many are done with it: those behind it that
        go the same way are said in the same step."""
        text = todo.text
        if self._talks.moving:
            return 0
        if not self._registration.name or self._registration.wanted:
            return int(self._say_unnamed(text, now))
        if not text:
            return 1
        if todo.to is not None and self._later.waits(todo.to, text, now):
            return 1
        current = self._talks.current
        late = now < self._seen_at and current is self._turned_from and current is not None
        if late or (todo.to is not None and self._talks.find(todo.to) is not current):
            self._effects.tell(NotSaid(text, described(current)))
            return 1
        texts = [text]
        for one in islice(self.lines, 1, None):
            if type(one) is not Say or one.to != todo.to or not 0 < len(one.text) <= SHORT:
                break
            texts.append(one.text)
        return self._saying.say(texts, current, now)

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
