"""What the commands do that begin a private conversation, turn to another conversation, or
say one text in private."""

from collections.abc import Callable

from twisted_chat.peer.commands import Command, Order
from twisted_chat.peer.contacts.contact import Contact
from twisted_chat.peer.events import ignoring, talk
from twisted_chat.peer.generation import Generation, Shared
from twisted_chat.peer.orders.requests import Obey, PersonRequests
from twisted_chat.peer.server import Found, Outcome
from twisted_chat.peer.talks.talks import described


class TalkOrders:
    """Obeys them. `say_aside` says a text to one person, whatever is current, and
    `say_later` to somebody of a name who is not here: False where nobody is known."""

    def __init__(
        self,
        generation: Generation,
        shared: Shared,
        requests: PersonRequests,
        say_aside: Callable[[str, Contact], None],
        say_later: Callable[[str, str, float], bool],
    ) -> None:
        self._registration = generation.registration
        self._server = generation.server
        self._contacts = shared.contacts
        self._talks = shared.talks
        self._tell = shared.effects.tell
        self._gathering = shared.gathering
        self._asked = requests.asked
        self._in_vain = requests.in_vain
        self._say_aside = say_aside
        self._say_later = say_later
        self.commands: Obey = {
            Command.POKE: self._poke,
            Command.TO: self._turn,
            Command.MSG: self._aside,
        }

    def _poke(self, order: Order, now: float) -> None:
        def turn(contact: Contact, address: str) -> None:
            self._gathering.undo(talk.Doing.PART, contact.who)
            before = described(self._talks.current)
            self._talks.turn_to(contact)
            if contact.listening:
                self._tell(talk.TalkBegun(contact.who, address, before))

        self._find(Command.POKE, order.argument, turn, now)

    def _aside(self, order: Order, now: float) -> None:
        """Say one text to somebody in private."""

        def say(contact: Contact, address: str) -> None:
            self._say_aside(order.text, contact)

        contact = self._contacts.called(order.argument)
        if contact is not None and contact.talking:
            say(contact, "")
        elif (why := self._registration.unavailable(Command.MSG, now)) is not None:
            self._tell(why)
        else:
            self._find(Command.MSG, order.argument, say, now, order.text)

    def _find(
        self,
        command: Command,
        name: str,
        then: Callable[[Contact, str], None],
        now: float,
        text: str = "",
    ) -> None:
        """Ask the server for somebody, to talk to them in private. A text waits for one who is
        not here."""
        if self._contacts.is_ignored(name):
            self._tell(ignoring.IsIgnored(name))
            self._in_vain(now, command)
            return
        found: list[Found] = []

        def close(outcome: Outcome, now: float) -> None:
            contact = found[0].contact if outcome is Outcome.DONE else None
            if contact is not None:
                self._contacts.poke(contact)
                then(contact, found[0].address)
                return
            if outcome is not Outcome.DONE:
                if text and self._say_later(text, name, now):
                    return
                self._tell(talk.NoSuchUser(name))
            elif found[0].ourselves:
                self._tell(talk.ThatIsYou(name, command))
            else:
                self._tell(talk.TooManyPeople(name))
            self._in_vain(now, command)

        self._server.find(name, found, self._asked(command, name, close), now)

    def _answer(self, order: Order, now: float) -> None:
        """Talk to somebody who has asked for us."""
        why = self._registration.unavailable(Command.TO, now)
        if why is None:
            self._poke(order, now)
        else:
            self._tell(why)
            self._in_vain(now, Command.TO)

    def _turn(self, order: Order, now: float) -> None:
        """Let what is typed go to another of our conversations."""
        name = order.argument
        room = self._talks.room(name)
        found = [one for one in self._contacts.outside_called(name) if one.talking]
        asks = not found and self._contacts.outside_called(name)
        if room is None and asks:
            self._answer(order, now)
        elif (room is not None) is bool(found):
            self._tell(talk.NoSuchTalk(name, room is not None))
            self._in_vain(now, Command.TO)
        else:
            self._talks.turn_to(room if room is not None else found[-1], asked=True)
