"""What is told of lines that have not arrived at somebody when we part."""

from twisted_chat.events import Event
from twisted_chat.peer.contacts.line import Line
from twisted_chat.peer.events import said
from twisted_chat.peer.events.event import Someone


def waiting(who: Someone, lines: list[Line]) -> list[Event]:
    """They are kept, and go on when we meet again. Each is told of once."""
    new = [line for line in lines if who.fingerprint not in line.told_waiting]
    for line in new:
        line.told_waiting |= {who.fingerprint}
    return [
        said.WaitsFor(who, len(some), some[0].text, room) for room, some in _by_room(new).items()
    ]


def lost(who: Someone, sent: list[Line], never: list[Line]) -> list[Event]:
    """The first were sent, and it is not known whether they have arrived; the others never were.
    None of them will be any more."""
    for line in (*sent, *never):
        line.lost += 1
    told: list[Event] = [
        said.ArrivalUnknown(who, len(lines), lines[0].text, room)
        for room, lines in _by_room(sent).items()
    ]
    told += (
        said.NeverArrived(who, len(lines), lines[0].text, room)
        for room, lines in _by_room(never).items()
    )
    return told


def _by_room(lines: list[Line]) -> dict[str, list[Line]]:
    """Lines by the room that they were said to, empty for private ones."""
    found: dict[str, list[Line]] = {}
    for line in lines:
        found.setdefault(line.room, []).append(line)
    return found
