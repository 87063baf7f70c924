"""What was typed and not done: a script is told of it by its exit status."""

from twisted_chat.events import Event
from twisted_chat.peer.events import ignoring, kept, keys, rooms, said, server, talk

UNDONE: frozenset[type[Event]] = frozenset(
    {
        kept.HistoryNotRead,
        kept.NothingKept,
        kept.StoreFailing,
        keys.HasNoKey,
        keys.NoKeyKnown,
        rooms.InTooManyRooms,
        rooms.KickFromWhere,
        rooms.NoSuchRoom,
        rooms.NotInRoom,
        rooms.NotKickedOut,
        rooms.RoomNotClosed,
        rooms.RoomNotGiven,
        rooms.RoomNotRun,
        rooms.WhichRoom,
        said.LostFor,
        server.HelpMeant,
        server.Mistake,
        server.NameFirst,
        server.NeedsServer,
        server.NoAnswer,
        server.NotInGeneration1,
        server.TurnedAway,
        ignoring.IsIgnored,
        talk.NobodyHere,
        talk.NoSuchTalk,
        talk.NoSuchUser,
        talk.NotDoneHere,
        talk.NotSaid,
        talk.ThatIsYou,
        ignoring.TooManyIgnored,
        talk.TooManyPeople,
        talk.Unheard,
    }
)
"""What is told of a line that was not done, and of which nothing is so as it wanted. A room
that is there already is none of these: the line that joins it shows if it is any good."""

LOST: frozenset[type[Event]] = frozenset(
    {said.ArrivalUnknown, said.LostFor, said.NeverArrived, said.NotBackYet, said.WaitsFor}
)
"""What is told of a text that has not got to everybody, and is not tried any more, or not until
we meet again."""
