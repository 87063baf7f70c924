"""Lines about rooms, and who comes and goes in ours."""

from collections.abc import Callable, Iterable
from typing import Any

from twisted_chat.display import safe
from twisted_chat.peer.commands import Command
from twisted_chat.peer.events import moves, rooms
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
    if event.remembered:
        who = listing(names, MAX_NAMED)
        return f"you are in {shown_name(event.room)} with those who can be found of {who}"
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


_GROUNDS = {
    "banned": "{who} banned there",
    "full": "it has as many members as it may have",
    "keyless": "{name} has no key",
    "long": "that is too long: 256 characters at most",
    "many": "there are as many of these as there may be",
    "name": "that is no name for a room",
    "nobody": "there is nobody called {name} whom that can be done to",
    "none": "there is no such room",
    "op": "only the one whose room it is, and its ops, may do that",
    "outside": "you are not in it",
    "owner": "only the one whose room it is may do that",
    "private": "only those come in who are invited",
    "taken": "there is one that is called, or drawn, like that",
}
_WANTED = {
    Command.INVITE: "{name} is not invited into {room}",
    Command.BAN: "{name} is not banned from {room}",
    Command.UNBAN: "{name} is as before in {room}",
    Command.MUTE: "{name} is not muted in {room}",
    Command.UNMUTE: "{name} is as before in {room}",
    Command.OP: "{name} is no op of {room}",
    Command.DEOP: "{name} is as before in {room}",
    Command.TOPIC: "the topic of {room} is as before",
    Command.HISTORY_FOR_NEW: "newcomers to {room} are given as much as before",
}
_RUN = {
    Command.INVITE: "{name} may come into {room}, and is told so",
    Command.BAN: "{name} is banned from {room}",
    Command.UNBAN: "{name} is not banned from {room} any more",
    Command.MUTE: "{name} is muted in {room}: the programs of its members are asked to show"
    " nothing of {name} there",
    Command.UNMUTE: "{name} is not muted in {room} any more",
    Command.OP: "{name} is an op of {room}",
    Command.DEOP: "{name} is no op of {room} any more",
    Command.TOPIC: "the topic of {room} is set",
    Command.HISTORY_FOR_NEW: "newcomers to {room} are given as much as you say",
}
_NEWS = {
    Command.INVITE: "{by} invites you into {room}; $roomjoin {room} takes you in",
    Command.BAN: "{by} has banned you from {room}",
    Command.UNBAN: "{by} lets you into {room} again",
    Command.OP: "{by} has made you an op of {room}: $help shows what you can do",
    Command.DEOP: "{by} has made you no op of {room} any more",
    Command.ROOMGIVE: "{by} has given you {room}, which is your room now: $help shows what you can"
    " do",
}


_MUTED = {True: "muted", False: "not muted any more"}
_ENDS = {
    "banned": "you were banned from {room}",
    "closed": "{room} was closed",
    "kicked": "you were put out of {room}",
}


def _ground(why: str, who: str, name: str) -> str:
    return _GROUNDS.get(why, "the server refuses it").format(who=who, name=name)


def _not_run(event: rooms.RoomNotRun) -> str:
    name, room = shown_name(event.name) if event.name else "", shown_name(event.room)
    said = _WANTED.get(event.command, "{room}, {name}").format(name=name, room=room)
    return f"{said}: {_ground(event.why, f'{name} is', name)}"


def _put_out(event: rooms.PutOutOf) -> str:
    room = shown_name(event.room)
    if event.by:
        return f"{shown_name(event.by)} has banned you from {room}: you are not in it any more"
    return _ENDS.get(event.how, "you were put out of {room}, or it was closed").format(room=room)


def _not_made(event: rooms.RoomNotMade) -> str:
    room = shown_name(event.room)
    if event.why in ("many", "name"):
        return f"{room} cannot be created: {_ground(event.why, '', '')}"
    return f"{room} cannot be created: it exists already, most likely"


def _topic(event: rooms.TopicShown) -> str:
    room = shown_name(event.room)
    if not event.topic:
        return f"{room} has no topic"
    return f"the topic of {room}: {safe(event.topic)}"


def _no_room(event: rooms.NoSuchRoom) -> str:
    room = shown_name(event.room)
    if event.why in ("banned", "full", "private", "many", "name"):
        return f"you cannot come into {room}: {_ground(event.why, 'you are', '')}"
    return f"there is no room {room}, or it is full; $roomcreate {room} makes it"


def _kicked(event: rooms.KickedOut) -> str:
    whom = shown_name(event.name) if event.name else "everybody else"
    return f"{whom} has been put out of {shown_name(event.room)}"


def _not_kicked(event: rooms.NotKickedOut) -> str:
    name, room = shown_name(event.name), shown_name(event.room)
    text = (
        f"only the one whose room {room} is, and its ops, can put {name} out of it, and only a"
        " member"
    )
    return f"{text}; {name} still hears you, as you hear {name}" if event.hears else text


def _muted(event: rooms.PersonMuted) -> str:
    room = shown_name(event.room)
    if not event.who.name:
        shown = "not shown to anybody there" if event.muted else "shown there again"
        return f"you are {_MUTED[event.muted]} in {room}: what you say is {shown}"
    name = called(event.who)
    if event.muted:
        return f"{name} is muted in {room}: programs of its members show nothing that {name} says"
    return f"{name} is not muted any more in {room}: what {name} says there is shown again"


def _kick_from_where(event: rooms.KickFromWhere) -> str:
    name = shown_name(event.name)
    every = listing(map(shown_name, event.rooms), MAX_NAMED)
    room = shown_name(event.rooms[0]) if len(event.rooms) == 1 else "ROOM"
    return (
        f"nobody was put out: {name} is in {every}, where you do not talk now; $to {room}, and"
        f" then $kick {name}, puts {name} out of there"
    )


def _room(event: rooms.RoomNotClosed | rooms.RoomNotGiven) -> str:
    return shown_name(event.room) if event.room else "it"


def _often(event: moves.CameOrLeftOften) -> str:
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
    rooms.RoomRun: lambda event: _RUN.get(event.command, "{room}, {name}").format(
        name=shown_name(event.name) if event.name else "", room=shown_name(event.room)
    ),
    rooms.RoomNotRun: _not_run,
    rooms.NewsOfRoom: lambda event: _NEWS.get(event.command, "{by}: {room}").format(
        by=shown_name(event.by), room=shown_name(event.room)
    ),
    rooms.TopicShown: _topic,
    rooms.PersonMuted: _muted,
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
        f"{shown_name(event.room)} is there now"
        + ("" if event.joins else f"; $roomjoin {shown_name(event.room)} takes you in")
    ),
    rooms.RoomNotMade: _not_made,
    rooms.RoomClosed: lambda event: f"your room {shown_name(event.room)} is closed",
    rooms.RoomNotClosed: lambda event: f"only the one whose room {_room(event)} is can close it",
    rooms.RoomHandedOn: lambda event: (
        f"the room {shown_name(event.room)} is {shown_name(event.name)}'s now"
    ),
    rooms.RoomNotGiven: lambda event: (
        f"only the one whose room {_room(event)} is can give it away, to a member with a key"
    ),
    rooms.KickedOut: _kicked,
    rooms.NotKickedOut: _not_kicked,
    rooms.KickFromWhere: _kick_from_where,
    moves.PeopleCame: _moved("came"),
    moves.PeopleLeft: _moved("left"),
    moves.LeftAndCameBack: _moved("left and came back"),
    moves.CameAndLeft: _moved("came and left again"),
    moves.CameOrLeftOften: _often,
}
