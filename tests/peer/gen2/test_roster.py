"""What a large room costs a peer."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.peer.keyed import SERVER, Remembered, key_of
from tests.support.sessions import keyed_session
from twisted_chat.events import Event
from twisted_chat.links import Link
from twisted_chat.peer.commands import Command, Order
from twisted_chat.peer.contacts.contacts import MAX_MEMBERS
from twisted_chat.peer.events.event import Someone
from twisted_chat.peer.events.moves import PeopleCame
from twisted_chat.peer.whereabouts import Whereabouts
from twisted_chat.wire.common import Bare, Verb, Welcome
from twisted_chat.wire.gen2.answers import Answer, Introduced
from twisted_chat.wire.gen2.contact import ContactInfo
from twisted_chat.wire.gen2.roster import Came, RosterBegins, RosterEnds, RosterMember, Went
from twisted_chat.wire.gen2.speech import NumberedText

NOW = 1.0


def contact(number: int, name: str = "") -> ContactInfo:
    """Somebody at a host of their own."""
    host = f"198.51.{number >> 8}.{number & 255}"
    return ContactInfo(name or f"user{number}", key_of(str(number)), host, 5000)


def instructions(do: Callable[[], object]) -> int:
    """How many instructions of Python this takes."""
    count = 0

    def step(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal count
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        count += event == "opcode"
        return step

    before = sys.gettrace()
    sys.settrace(step)
    try:
        do()
    finally:
        sys.settrace(before)
    return count


class Peer:
    """A peer that is in a room, on links on which nothing is really sent."""

    def __init__(self) -> None:
        self.session = keyed_session(Whereabouts(SERVER), "0" * 64, "alice", Remembered())
        self.told: list[Event] = []
        self.session.start(NOW)
        self.session.heard(Bare(Verb.HI), SERVER, NOW)
        self.link = Link("f" * 64, SERVER, True)
        self.session.opened(self.link, NOW)
        self.tell(Welcome("alice"))
        self.session.typed([Order(Command.ROOMJOIN, "lab")], NOW)

    def tell(self, *messages: Answer) -> None:
        """The server says this."""
        for message in messages:
            effects = self.session.received(self.link, [message.encode()], NOW)
            self.told += [one for one in effects if isinstance(one, Event)]
            assert self.session.wake >= 0

    def roster(self, *members: ContactInfo) -> None:
        """The server says who is in the room."""
        self.tell(
            RosterBegins("lab", 1),
            *(RosterMember("lab", one) for one in members),
            RosterEnds("lab"),
        )


class Large(SynchronousTestCase):
    """Rooms of very many, whether or not they are there."""

    def assert_linear(self, do: Callable[[Peer, range], object]) -> None:
        """Twice as many cost twice as much, and not four times."""

        def cost(size: int) -> int:
            peer = Peer()
            return instructions(lambda: do(peer, range(size)))

        few, many = cost(200), cost(400)
        self.assertLess(many, 2.2 * few)

    def test_roster(self) -> None:
        """A roster is taken in, and compared with a newer one, in a time in line with its size."""

        def take(peer: Peer, numbers: range) -> None:
            peer.roster(*map(contact, numbers))
            peer.roster(*map(contact, numbers[::2]))

        self.assert_linear(take)

    def test_one_by_one(self) -> None:
        """So it is where they come and go one by one."""

        def take(peer: Peer, numbers: range) -> None:
            peer.roster()
            for number in numbers:
                peer.tell(Came("lab", number + 2, contact(number)))
            for number in numbers:
                peer.tell(Went("lab", len(numbers) + number + 2, f"user{number}"))

        self.assert_linear(take)

    def test_introductions(self) -> None:
        """So it is where they knock, each under a name of their own or all under one."""
        self.assert_linear(
            lambda peer, numbers: peer.tell(*(Introduced(contact(number)) for number in numbers))
        )
        self.assert_linear(
            lambda peer, numbers: peer.tell(
                *(Introduced(contact(number, "eve")) for number in numbers)
            )
        )

    def test_links(self) -> None:
        """So it is where all of them link to us and are spoken to."""

        def take(peer: Peer, numbers: range) -> None:
            peer.roster(*map(contact, numbers))
            for number in numbers:
                link = Link(key_of(str(number)), ("192.0.2.9", 9), False)
                peer.session.opened(link, NOW)
                peer.session.received(link, [NumberedText(1, 1, "hello").encode()], NOW)
                assert peer.session.wake >= 0

        self.assert_linear(take)

    def test_bounded(self) -> None:
        """No more members are kept than a room can have, however many come."""
        peer = Peer()
        peer.roster(*map(contact, range(MAX_MEMBERS - 1)))
        came = range(MAX_MEMBERS - 1, MAX_MEMBERS + 5)
        peer.tell(*(Came("lab", number - MAX_MEMBERS + 3, contact(number)) for number in came))
        self.assertEqual(len(peer.session._talks.rooms()[0].members()), MAX_MEMBERS)
        self.assertEqual(peer.told[-1], PeopleCame((Someone(f"user{MAX_MEMBERS - 1}"),), 0, "lab"))
