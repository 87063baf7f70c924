"""What was typed, done in order.

What changes whom we speak to holds up what was typed after it, so that
`$roomjoin lab` and `hello` in one breath say hello to the room.
"""

from collections import deque
from collections.abc import Callable

from twisted_chat.events import Event
from twisted_chat.moments import NEVER
from twisted_chat.peer.commands import QUIT, Command, Order, Say, Typed
from twisted_chat.peer.contacts.contact import Contact
from twisted_chat.peer.contacts.line import Line, size_of
from twisted_chat.peer.contacts.present import present
from twisted_chat.peer.events.said import LostFor, NotBackYet
from twisted_chat.peer.events.server import HelpMeant, Mistake, NotDone
from twisted_chat.peer.events.talk import Unheard
from twisted_chat.peer.generation import Generation, Shared
from twisted_chat.peer.holding import Holding
from twisted_chat.peer.orders import Orders
from twisted_chat.rate import Rate

MAX_TYPED = 100
"""Typed lines that wait; more are not read from the terminal before these are done."""
SPEAK_RATE, SPEAK_BURST = 50.0, 100
"""Lines said a second, and at once: what a peer at the other end still shows."""

_AT_ONCE = frozenset({Command.HELP, Command.QUIT, Command.STATUS, Command.WHO})
"""Commands that do not wait for those before, unless nothing more will be typed."""
_OURSELVES = "person"
"""The one source of what is typed."""


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
        self._first = True  # Nothing was said or ordered yet.
        self.ended = False
        """Whether nothing more will be typed."""
        self.wake = NEVER

    def speak(self, generation: Generation, shared: Shared) -> None:
        """What is typed is done in this generation from now on."""
        self._generation = generation
        self._registration = generation.registration
        self._shared = shared
        self._contacts = shared.contacts
        self._room = shared.room
        self._effects = shared.effects
        self._gathering = shared.gathering
        self._orders = Orders(generation, shared)

    @property
    def all_done(self) -> bool:
        """Whether everything is done that was to be."""
        return self.ended and not self.lines and not self._busy

    @property
    def _busy(self) -> bool:
        """Whether something is under way that what was typed is about."""
        moving = self._room.moving or self._orders.listing > 0
        return moving or self._registration.registering

    def left_over(self) -> NotDone | None:
        """What is to be told of lines that are not done any more. None if they would have
        said and done nothing."""
        texts = [one.text for one in self.lines if isinstance(one, Say) and one.text.strip()]
        orders = sum(isinstance(one, Order) and one != QUIT for one in self.lines)
        if not texts and not orders:
            return None
        return NotDone(len(texts), texts[0] if texts else "", orders)

    def do_next(self, now: float) -> bool:
        """Do what the first waiting line says. False if it has to wait."""
        todo = self.lines[0]
        if type(todo) is Say and not (self._first and todo.asks_for_help):
            named = bool(self._registration.name)
            if not self._say(todo.text, now):
                return False
            self._first = self._first and not named
        elif type(todo) is Order:
            if not self._obey(todo, now):
                return False
            self._first = False
        else:
            told = todo if isinstance(todo, Event) else HelpMeant()
            self._effects.tell(told)
            if type(told) is Mistake:
                self._orders.in_vain(now)
            self._first = False
        if self.lines:
            self.lines.popleft()
        if self._effects.undone and self._registration.lacks_name:
            self._give_up()
        return True

    def _give_up(self) -> None:
        """What came in place of a script's name was none: what comes next is none either."""
        if (rest := self.left_over()) is not None:
            self._effects.tell(rest)
        self._registration.give_up()

    def _obey(self, order: Order, now: float) -> bool:
        in_turn = self.ended or (order == QUIT and not self._patient)
        if (in_turn or order.command not in _AT_ONCE) and self._busy:
            return False
        if order.command is Command.QUIT:
            self._leave(now)
        else:
            self._orders.obey(order, now)
        return True

    def _say(self, text: str, now: float) -> bool:
        if self._room.moving:
            return False
        if not self._registration.name or self._registration.wanted:
            return self._say_unnamed(text, now)
        if not text:
            return True
        listening = self._contacts.listening()
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
        if self._room.tell_first is not None:
            self._room.tell_first(now)
        self._gathering.tell_moves()
        self._holding.said(size)
        if not listening.by_conversation and not listening.absent:
            people = present(self._contacts, self._generation.compared, self._generation.relayed)
            self._effects.tell(Unheard(self._room.name, people))
            return True
        line = Line(text, self._registration.name, self._room.name, now)
        lacking: list[Contact] = []
        for conversation, contacts in listening.by_conversation:
            lacking.extend(conversation.say(line, contacts, now))
        if lacking:
            self._effects.tell(LostFor(tuple(one.who for one in lacking), text))
        if listening.absent:
            self._effects.tell(NotBackYet(listening.absent, text))
        return True

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
