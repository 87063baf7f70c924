"""What those who run a room have done there, as the server tells it."""

from twisted_chat.peer.events import rooms
from twisted_chat.peer.events.event import Someone
from twisted_chat.peer.events.talk import Doing
from twisted_chat.peer.gen2.requests import COMMANDS
from twisted_chat.peer.gen2.rosters import Rosters
from twisted_chat.peer.generation import Shared
from twisted_chat.wire.gen2.requests import RoomVerb
from twisted_chat.wire.gen2.room_news import RoomNews, Topic


def told_of_room(message: RoomNews | Topic, shared: Shared, rosters: Rosters, now: float) -> None:
    """Tell the person, unless it is of somebody who is ignored."""
    did = shared.gathering.did
    if isinstance(message, Topic):
        room = shared.talks.room(message.room)
        if room is not None and room.about(message.text):
            shown = rooms.TopicShown(message.text, room.name)
            did(Doing.ROOM, shown, Someone(room.name), now)
        return
    rosters.run(message)
    if not shared.contacts.is_ignored(message.by):
        if message.verb is RoomVerb.BAN and rosters.banned(message.room, message.by):
            return
        news = rooms.NewsOfRoom(COMMANDS[message.verb], message.room, message.by)
        did(Doing.ROOM, news, Someone(message.by), now)
