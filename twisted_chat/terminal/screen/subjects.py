"""Conversations, people and lines of UDP chat, as the screen knows them."""

from twisted_chat.names import folded
from twisted_chat.peer.events.event import Someone, Talk
from twisted_chat.peer.events.talk import Part, Present
from twisted_chat.peer.own_lines import OwnLine
from twisted_chat.terminal.screen.roles import Role
from twisted_chat.terminal.screen.shown_line import Progress
from twisted_chat.terminal.screen.talk_state import HOME, ShownMember, TalkKind, TalkSubject
from twisted_chat.terminal.wording.people import called, shown_name

_DOUBTFUL = frozenset({Part.NEW_KEY, Part.LOST_KEY})


def subject_of(talk: Talk) -> TalkSubject:
    """What a conversation is known by: a room by its name, somebody by their key, or without one
    by name and address."""
    who = talk.who
    if who is not None:
        key = who.fingerprint or f"{who.address} {folded(who.name)}"
        return TalkSubject(f"person {key}", TalkKind.PERSON, called(who), talk)
    if not talk.room:
        return HOME
    return TalkSubject(f"room {folded(talk.room)}", TalkKind.ROOM, shown_name(talk.room), talk)


def shown_member(one: Present) -> ShownMember:
    """How somebody stands in the list of those who are there."""
    sign, role = _trust(one)
    way = "~" if one.relayed else "." if one.linked is False else " "
    name = called(Someone(one.name, address=one.address))
    hears = Role.TEXT if one.part is Part.HEARS else Role.TALK_OVER
    return ShownMember(name, sign, role, way, hears, one.part in _DOUBTFUL)


def progress_of(line: OwnLine) -> Progress:
    """How far a line of ours has come."""
    if not line.receivers:
        return Progress.UNKNOWN
    if line.lost and line.settled:
        return Progress.LOST
    if line.arrived >= line.receivers:
        return Progress.AT_ALL
    return Progress.AT_SOME if line.arrived else Progress.WAITING


def _trust(one: Present) -> tuple[str, Role]:
    if one.part in _DOUBTFUL:
        return "!", Role.DOUBTED
    if one.encrypted is False:
        return "-", Role.PLAIN
    if one.compared:
        return "\u2713", Role.TRUSTED
    return ("+", Role.WAITING) if one.new else (" ", Role.TEXT)
