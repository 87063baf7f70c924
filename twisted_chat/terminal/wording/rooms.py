"""Lines about rooms, and who comes and goes in ours."""

from collections.abc import Callable, Iterable
from typing import Any

from twisted_chat.peer.commands import Command
from twisted_chat.peer.events import rooms
from twisted_chat.peer.events.event import Someone
from twisted_chat.terminal.wording.people import (
    MAX_NAMED,
    called,
    listing,
    several,
    shown_name,
)


def _joined(event: rooms.RoomEntered) -> str:
    names = [*map(called, event.people), *(f"{called(one)} (ignored)" for one in event.ignored)]
    if not names:
        return f"you are in {shown_name(event.room)} alone"
    company = listing(names, MAX_NAMED if event.encrypted else None)
    return f"you are in {shown_name(event.room)} with {company}"


def _left(event: rooms.LeftRoom) -> str:
    confirmed = "" if event.confirmed else ", though the server did not confirm it"
    return f"you are not in {shown_name(event.room)} any more{confirmed}"


def _which(event: rooms.WhichRoom) -> str:
    every = ", ".join(map(shown_name, event.rooms))
    say = f"${event.command.word} ROOM" if event.command is Command.ROOMLEAVE else "$to ROOM"
    return f"which room? You are in {every}, and talk in none of them: {say} says which"


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
    rooms.PutOutOf: lambda event: (
        f"you were put out of {shown_name(event.room)}, or it was closed"
    ),
    rooms.WhichRoom: _which,
    rooms.NotInRoom: lambda event: (
        f"you are not in a room {shown_name(event.room)}; $who shows where you are"
    ),
    rooms.InTooManyRooms: lambda event: (
        f"you are in as many rooms as can be; $roomleave ROOM makes place for"
        f" {shown_name(event.room)}"
    ),
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
