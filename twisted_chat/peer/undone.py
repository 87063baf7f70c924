"""What was typed and not done: a script is told of it by its exit status."""

from collections.abc import Iterable

from twisted_chat.events import Event
from twisted_chat.peer.commands import QUIT, Order, Say
from twisted_chat.peer.events import keys, rooms, said, server, talk
from twisted_chat.peer.events.server import NotDone

UNDONE: frozenset[type[Event]] = frozenset(
    {
        keys.HasNoKey,
        keys.NoKeyKnown,
        rooms.NoSuchRoom,
        rooms.NotKickedOut,
        rooms.RoomNotClosed,
        rooms.RoomNotGiven,
        said.LostFor,
        server.HelpMeant,
        server.Mistake,
        server.NameFirst,
        server.NeedsServer,
        server.NoAnswer,
        server.NotInGeneration1,
        server.TurnedAway,
        talk.IsIgnored,
        talk.NobodyHere,
        talk.NoSuchUser,
        talk.ThatIsYou,
        talk.TooManyIgnored,
        talk.TooManyPeople,
        talk.Unheard,
    }
)
"""What is told of a line that was not done, and of which nothing is so as it wanted. A room
that is there already is none of these: the line that joins it shows if it is any good."""

LOST: frozenset[type[Event]] = frozenset(
    {said.ArrivalUnknown, said.LostFor, said.NeverArrived, said.NotBackYet}
)
"""What is told of a text that has not got to everybody, and is not tried any more."""


def left_over(lines: Iterable[Say | Order | Event]) -> NotDone | None:
    """What is to be told of typed lines that are not done any more. None if they
    would have said and done nothing."""
    texts = [one.text for one in lines if isinstance(one, Say) and one.text.strip()]
    orders = sum(isinstance(one, Order) and one != QUIT for one in lines)
    if not texts and not orders:
        return None
    return NotDone(len(texts), texts[0] if texts else "", orders)
