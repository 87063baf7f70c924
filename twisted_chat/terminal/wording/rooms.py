"""Lines about rooms, and who comes and goes in ours."""

from collections.abc import Callable, Iterable
from typing import Any

from twisted_chat.peer.events import rooms
from twisted_chat.peer.events.event import Someone
from twisted_chat.terminal.wording.people import (
    MAX_NAMED,
    called,
    listed,
    listing,
    several,
    shown_name,
    verb,
)


def _joined(event: rooms.RoomEntered) -> str:
    names = [*map(called, event.people), *(f"{called(one)} (ignored)" for one in event.ignored)]
    if not names:
        return f"you are in {shown_name(event.room)} alone"
    company = listing(names, MAX_NAMED if event.encrypted else None)
    return f"you are in {shown_name(event.room)} with {company}"


def _left(event: rooms.LeftRoom) -> str:
    confirmed = "" if event.confirmed else ", though the server did not confirm it"
    return f"you are not in {shown_name(event.room)} any more{confirmed}{_still(event.still)}"


def _put_out(event: rooms.PutOutOf) -> str:
    return f"you were put out of {shown_name(event.room)}, or it was closed{_still(event.still)}"


def _still(people: tuple[Someone, ...]) -> str:
    if not people:
        return ""
    return f"; {listed(people)} still {verb(len(people), 'hears', 'hear')} you, $kick ends it"


def _no_room(event: rooms.NoSuchRoom) -> str:
    room = shown_name(event.room)
    return f"there is no room {room}, or it is full; $roomcreate {room} makes it"


def _kicked(event: rooms.KickedOut) -> str:
    whom = shown_name(event.name) if event.name else "everybody else"
    return f"{whom} has been put out of your room"


def _not_kicked(event: rooms.NotKickedOut) -> str:
    name = shown_name(event.name)
    text = f"only who created a room can put {name} out of it, and only a member"
    return f"{text}; {name} still hears you, as you hear {name}" if event.hears else text


def _often(event: rooms.CameOrLeftOften) -> str:
    where = "is here now" if event.here else "is not here now"
    times = "once more" if event.times == 1 else f"{event.times} times more"
    return f"{called(event.who)} came or left {times}, and {where}"


def _moved(what: str) -> Callable[[Any], str]:
    def words(event: Any) -> str:
        people: Iterable[Someone] = event.people
        return f"{several(people, event.others)} {what}"

    return words


WORDS: dict[type, Callable[[Any], str | list[str]]] = {
    rooms.RoomEntered: _joined,
    rooms.NoSuchRoom: _no_room,
    rooms.LeftRoom: _left,
    rooms.PutOutOf: _put_out,
    rooms.InNoRoom: lambda event: "you are in no room",
    rooms.RoomMade: lambda event: (
        f"{shown_name(event.room)} is there now; $roomjoin {shown_name(event.room)} takes you in"
    ),
    rooms.RoomNotMade: lambda event: (
        f"{shown_name(event.room)} cannot be created: it exists already, most likely"
    ),
    rooms.RoomClosed: lambda event: "your room is closed",
    rooms.RoomNotClosed: lambda event: "only who created a room can close it",
    rooms.RoomHandedOn: lambda event: f"the room is {shown_name(event.name)}'s now",
    rooms.RoomNotGiven: lambda event: (
        "only who created a room can give it away, to a member with a key"
    ),
    rooms.KickedOut: _kicked,
    rooms.NotKickedOut: _not_kicked,
    rooms.PeopleCame: _moved("came"),
    rooms.PeopleLeft: _moved("left"),
    rooms.LeftAndCameBack: _moved("left and came back"),
    rooms.CameAndLeft: _moved("came and left again"),
    rooms.CameOrLeftOften: _often,
}
