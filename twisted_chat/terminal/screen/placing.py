"""To which conversation an event belongs."""

from typing import Any

from twisted_chat.events import Event
from twisted_chat.peer.events import histories, keys, moves, rooms, said, talk
from twisted_chat.peer.events.event import Someone, Talk

IN_ROOM = frozenset(
    {
        histories.NewcomersGet,
        histories.TwoTexts,
        histories.WordsMissing,
        moves.CameAndLeft,
        moves.CameOrLeftOften,
        moves.LeftAndCameBack,
        rooms.LeftRoom,
        rooms.NewsOfRoom,
        moves.PeopleCame,
        moves.PeopleLeft,
        rooms.PutOutOf,
        rooms.RoomEntered,
        rooms.RoomNotRun,
        rooms.RoomRun,
        rooms.TopicShown,
        talk.Unheard,
    }
)
WITH_PERSON = frozenset(
    {
        keys.KeyChanged,
        keys.LooksLike,
        talk.HearsUs,
        talk.PersonGone,
        talk.TalkBegun,
        talk.TalkEnded,
        talk.WantsToTalk,
    }
)
DELIVERIES = frozenset(
    {
        said.AllArrived,
        said.ArrivalUnknown,
        said.LostFor,
        said.NeverArrived,
        said.NotArrived,
        said.NotBackYet,
    }
)
_OPENING = frozenset({rooms.RoomEntered, talk.TalkBegun, talk.HearsUs})
URGENT = frozenset(
    {keys.KeyChanged, rooms.PutOutOf, said.LostFor, said.NeverArrived, talk.WantsToTalk}
)
"""What a person wants to know of who looks elsewhere."""


def opens(event: Event) -> bool:
    """Whether a conversation begins with it."""
    return type(event) in _OPENING


def place_of(event: Any) -> Talk:
    """The conversation that an event is about; nobody, if it is about none."""
    kind = type(event)
    if kind is said.Said:
        return _said(event)
    if kind in IN_ROOM:
        return Talk(event.room)
    if kind in WITH_PERSON:
        return Talk(who=event.who)
    if kind in DELIVERIES:
        return Talk(event.room) if event.room else _with_one(event)
    return Talk()


def _said(event: said.Said) -> Talk:
    how = event.unencrypted
    if how is not None and how.stranger:
        return Talk()
    return Talk(event.room) if event.in_room else Talk(who=event.from_)


def _with_one(event: Any) -> Talk:
    people: tuple[Someone, ...] = event.people if hasattr(event, "people") else (event.who,)
    return Talk(who=people[0]) if len(people) == 1 else Talk()
