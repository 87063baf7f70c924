"""What was typed, done in order.

What changes whom we speak to holds up what was typed after it, so that
`$roomjoin lab` and `hello` in one breath say hello to the room.
"""

from collections import deque
from collections.abc import Callable

from twisted_chat.events import Event
from twisted_chat.moments import NEVER
from twisted_chat.peer.commands import QUIT, Command, Order, Say
from twisted_chat.peer.effects import Effects, Typed
from twisted_chat.peer.events.said import NotBackYet
from twisted_chat.peer.events.server import HelpMeant
from twisted_chat.peer.events.talk import Unheard
from twisted_chat.peer.gathering import Gathering
from twisted_chat.peer.gen2.delivery import Deliveries
from twisted_chat.peer.gen2.outbox import size_of
from twisted_chat.peer.gen2.registration import KeyedRegistration
from twisted_chat.peer.holding import Holding
from twisted_chat.peer.membership import Membership
from twisted_chat.peer.orders import Orders
from twisted_chat.peer.people import People
from twisted_chat.peer.plain import PlainPeers
from twisted_chat.peer.undone import left_over
from twisted_chat.rate import Rate

_AT_ONCE = frozenset({Command.HELP, Command.QUIT, Command.STATUS, Command.WHO})
_OURSELVES = "person"
"""The one source of what is typed."""


class TypedLines:
    """Lines that wait, and their doing. `wake` is when `do_all` has more to do."""

    def __init__(
        self,
        uplink: KeyedRegistration,
        room: Membership,
        people: People,
        plain: PlainPeers,
        orders: Orders,
        words: Deliveries,
        effects: Effects,
        gathering: Gathering,
        leave: Callable[[float], None],
        rate: float,
        burst: float,
    ) -> None:
        self._uplink = uplink
        self._room = room
        self._people = people
        self._plain = plain
        self._orders = orders
        self._words = words
        self._effects = effects
        self._gathering = gathering
        self._leave = leave
        self._speaking = Rate(rate, burst)
        self._pause = 1 / rate if rate else 0.0
        self._holding = Holding()
        self.lines: deque[Typed] = deque()
        self._first = True  # Nothing was said or ordered yet.
        self.ended = False
        """Whether nothing more will be typed."""
        self.wake = NEVER

    @property
    def all_done(self) -> bool:
        """Whether everything is done that was to be."""
        return self.ended and not self.lines and not self._busy

    @property
    def _busy(self) -> bool:
        """Whether something is under way that what was typed is about."""
        server = self._uplink
        connecting = not server.link.seen or bool(server.name or server.wanted)
        waits_for_person = server.link.seen and server.link.in_question
        registering = connecting and not (server.valid or server.away or waits_for_person)
        return self._orders.busy or self._room.moving or registering

    def do_next(self, now: float) -> bool:
        """Do what the first waiting line says. False if there is none, or it has to wait."""
        self.wake = NEVER
        if not self.lines:
            return False
        todo = self.lines[0]
        if self._first and isinstance(todo, Say) and todo.asks_for_help:
            todo = HelpMeant()
        if isinstance(todo, Event):
            self._effects.tell(todo)
            self._first = False
        else:
            named = bool(self._uplink.name)
            done = self._say(todo.text, now) if isinstance(todo, Say) else self._obey(todo, now)
            if not done:
                return False
            self._first = self._first and not named and isinstance(todo, Say)
        if self.lines:
            self.lines.popleft()
        if self._uplink.lacks_name and self._effects.undone:
            self._give_up()
        return True

    def _give_up(self) -> None:
        """What came in place of a script's name was none: what comes next is none either."""
        if (rest := left_over(self.lines)) is not None:
            self._effects.tell(rest)
        self._uplink.give_up()

    def _obey(self, order: Order, now: float) -> bool:
        in_turn = self.ended or (order == QUIT and not self._uplink.patient)
        if self._busy and (in_turn or order.command not in _AT_ONCE):
            return False
        if order.command is Command.QUIT:
            self._leave(now)
        else:
            self._orders.obey(order, now)
        return True

    def _say(self, text: str, now: float) -> bool:
        server = self._uplink
        if self._orders.busy or self._room.moving:
            return False
        if server.wanted:
            return self._say_unnamed(text, now)
        if not server.name:
            if text.strip() and (server.link.seen or server.away):
                server.call_me(text, now)
            return server.link.seen or server.away
        if not text:
            return True
        keyed, plain = self._people.listeners()
        size = size_of(text)
        full = [
            one for one in keyed if one.link is not None and not self._words.has_room(one, size)
        ]
        self.wake = self._holding.until(now, full=bool(full))
        if self.wake > now:
            return False
        if not self._speaking.spend(_OURSELVES, now):
            self.wake = now + self._pause
            return False
        self.wake = NEVER
        self._gathering.tell_moves()
        self._holding.said(size)
        if keyed or plain:
            self._words.say(text, self._room.room, keyed, now)
            self._plain.say(server.name, text, plain)
            if absent := self._people.absent():
                self._words.lost = True
                self._effects.tell(NotBackYet(tuple(absent), text))
        else:
            self._unheard()
        return True

    def _say_unnamed(self, text: str, now: float) -> bool:
        """Before the server has given us our name a text waits, unless we are turned away."""
        turned_away = self._uplink.unavailable(None, now)
        if turned_away is None:
            return False
        if text:
            self._effects.tell(turned_away)
        return True

    def _unheard(self) -> None:
        self._effects.tell(Unheard(self._room.room, tuple(self._people.who())))
