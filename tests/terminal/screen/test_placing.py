"""To which conversation an event belongs."""

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.support.events import events
from tests.terminal.screen.screens import BOB, LAB, WITH_BOB
from tests.terminal.test_wording import made
from twisted_chat.peer.events import moves, rooms, said, talk
from twisted_chat.peer.events.event import Someone, Talk
from twisted_chat.terminal.screen import placing

NOBODY = Talk()


class Places(SynchronousTestCase):
    """A room, somebody, or nowhere in particular."""

    def test_every_event(self) -> None:
        """Every event is known or belongs nowhere, and none that has a room which is ours to
        be in is left out."""
        known = placing.IN_ROOM | placing.WITH_PERSON | placing.DELIVERIES | {said.Said}
        for kind in events():
            if kind not in known:
                self.assertEqual(placing.place_of(made(kind, "x")[0]), NOBODY)

    def test_places(self) -> None:
        """By the room, or by who it is about."""
        how = said.Unencrypted("192.0.2.1:1", stranger=True)
        cases: list[tuple[Any, Talk]] = [
            (said.Said(BOB, "x", True, room="lab"), LAB),
            (said.Said(BOB, "x", False), WITH_BOB),
            (said.Said(Someone("eve"), "x", False, how), NOBODY),
            (moves.PeopleCame((BOB,), 0, "lab"), LAB),
            (rooms.PutOutOf("lab"), LAB),
            (rooms.NoSuchRoom("lab"), NOBODY),
            (talk.PersonGone(BOB), WITH_BOB),
            (said.LostFor((BOB,), "x", "lab"), LAB),
            (said.LostFor((BOB,), "x"), WITH_BOB),
            (said.LostFor((BOB, Someone("carol")), "x"), NOBODY),
            (said.NeverArrived(BOB, 1, "x"), WITH_BOB),
        ]
        for event, place in cases:
            self.assertEqual(placing.place_of(event), place, event)
