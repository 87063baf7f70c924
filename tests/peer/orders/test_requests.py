"""Asking the server for what a person wants."""

from tests.peer.orders import OrdersCase
from twisted_chat.peer.commands import Command
from twisted_chat.peer.events import rooms, server
from twisted_chat.peer.server import Outcome


class Asked(OrdersCase):
    """What is asked of the server."""

    def test_outcomes(self) -> None:
        """Each outcome of each request has its words."""
        self.generation.enter("lab")
        for command, argument, told in (
            (Command.ROOMCREATE, "hall", (rooms.RoomMade("hall"), rooms.RoomNotMade("hall"))),
            (Command.ROOMJOIN, "hall", (None, rooms.NoSuchRoom("hall"))),
            (Command.ROOMCLOSE, "", (rooms.RoomClosed("lab"), rooms.RoomNotClosed("lab"))),
            (
                Command.ROOMGIVE,
                "bob",
                (rooms.RoomHandedOn("bob", "lab"), rooms.RoomNotGiven("bob", "lab")),
            ),
        ):
            done, refused = told
            for outcome, event in (
                (Outcome.DONE, done),
                (Outcome.REFUSED, refused),
                (Outcome.UNANSWERED, server.NoAnswer(command, argument)),
                (Outcome.NOT_HERE, server.NotInGeneration1(command, argument)),
            ):
                self.server.answer = outcome
                self.assertEqual(self.obey(command, argument), [event] if event else [])

    def test_waits(self) -> None:
        """What is typed waits until it has shown who hears us from now on."""
        self.generation.enter("lab")
        self.server.answer = None
        for command in (Command.ROOMCREATE, Command.ROOMJOIN, Command.POKE, Command.KICK):
            self.obey(command, "bob")
            self.assertTrue(self.talks.moving, command)
            self.server.later.pop()(Outcome.UNANSWERED)
            self.assertFalse(self.talks.moving, command)
