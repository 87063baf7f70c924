"""Orders, and a generation in which they are obeyed."""

from twisted.trial.unittest import SynchronousTestCase

from tests.support.contacts import FakeConversations, contact_of
from tests.support.fake_generation import FakeGeneration
from twisted_chat.events import Event
from twisted_chat.peer.commands import Command, Order
from twisted_chat.peer.contacts.contact import Contact
from twisted_chat.peer.events import talk
from twisted_chat.peer.orders.orders import Orders

NOW = 1.0

KICKED_IN_LAB = (
    "> you talk to nobody now, but still hear {0}: $roomleave lab ends that, and"
    " $to lab talks to {0} again"
)


class OrdersCase(SynchronousTestCase):
    """Orders, and a generation in which they are obeyed."""

    def setUp(self) -> None:
        self.generation = FakeGeneration()
        self.server = self.generation.server
        self.talks = self.generation.shared.talks
        self.asides: list[tuple[str, str]] = []
        self.missed: list[float] = []
        self.laters: list[tuple[str, str]] = []
        self.is_known = False
        """Whether those who are not here are known."""
        self.contacts = self.generation.shared.contacts
        self.talk = FakeConversations(self.contacts)
        self.orders = Orders(
            self.generation,
            self.generation.shared,
            self.say_aside,
            self.say_later,
            self.missed.append,
        )

    def say_aside(self, text: str, to: Contact) -> None:
        self.asides.append((text, to.name))

    def say_later(self, text: str, name: str, now: float) -> bool:
        self.laters.append((text, name))
        return self.is_known

    def meet(self, name: str) -> Contact:
        """Somebody who is known."""
        number = len(self.contacts.everybody())
        contact = contact_of(name, "", (f"192.0.2.{number}", 5000), self.talk)
        self.contacts.add(contact)
        return contact

    def obey(self, command: Command, argument: str = "") -> list[Event]:
        """What is told of it, but for where what is typed goes."""
        self.orders.obey(Order(command, argument), NOW)
        told = self.generation.told()
        return [one for one in told if not isinstance(one, talk.TalkingTo) or one.asked]
