"""Lines about who talks to whom."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from twisted_chat.peer.commands import Command
from twisted_chat.peer.events import talk
from twisted_chat.peer.events.event import Someone, Talk
from twisted_chat.peer.events.talk import Doing, Knocking, Part
from twisted_chat.terminal.wording.keys import changed
from twisted_chat.terminal.wording.people import (
    called,
    excerpt,
    listing,
    several,
    shown_name,
    sole,
    them,
    verb,
)

MAX_LISTED = 100
"""Names of one kind that `$who` shows."""
MAX_WAYS = 5
"""Conversations that are named to one who talks to nobody."""

_PARTS = {
    Part.ONLY_HEARD: "you only hear",
    Part.NEW_KEY: "nothing goes to these, whose new key $trust NAME accepts:",
    Part.LOST_KEY: "nothing goes to these, who had a key and have none now, until $trust NAME:",
    Part.IGNORED: "you ignore",
    Part.WITHHELD: "nothing goes to these, who without a key cannot show where they are,"
    " until $trust NAME:",
    Part.AWAITED: "nothing goes to these before they are back at the server:",
}
_SEVERAL = {
    Doing.KNOCK: "{} want to talk; $poke NAME answers",
    Doing.TALK: "{} want to talk: you hear each other now, privately; $to NAME turns there,"
    " and then $kick ends it",
    Doing.LIKENESS: "the names of {} only look like others that you know; $verify NAME tells",
    Doing.PART: "{} do not talk to you any more; $poke NAME asks again",
    Doing.ROOM: "{}: news of rooms, about you or what they are about; $who shows where you are",
    Doing.BREAK: "the links to {} were closed: they sent what is not allowed",
    Doing.NEW_KEY: "THE KEYS OF {} ARE NOT THE ONES YOU KNOW: nothing goes to them"
    " until $trust NAME",
}
_OFTEN = {
    Doing.KNOCK: "{} wanted to talk {times} times",
    Doing.TALK: "{} wanted to talk {times} times: you hear each other now, privately; $to NAME"
    " turns there, and then $kick ends it",
    Doing.LIKENESS: "{} only looks like another that you know ({times} times)",
    Doing.PART: "{} does not talk to you any more, {times} times; $poke NAME asks again",
    Doing.ROOM: "{}: {times} times news of rooms, about you or what they are about",
    Doing.BREAK: "the link to {} was closed {times} times: it sent what is not allowed",
    Doing.NEW_KEY: "{} CAME WITH {times} OTHER KEYS THAN THE ONE YOU KNOW: nothing goes there"
    " until $trust",
}

# --- Who hears us


def _name_of(one: talk.Present) -> str:
    return called(Someone(one.name, address=one.address))


def _marked(one: talk.Present) -> str:
    marks = []
    if one.encrypted is not None:
        key = "key compared" if one.compared else "new key" if one.new else "known key"
        marks.append(key if one.encrypted else "unencrypted")
    if one.linked is False:
        marks.append("no link")
    if one.relayed:
        marks.append("over the server, which cannot read it")
    if one.asks:
        marks.append(f"asked for you: $poke {shown_name(one.name)} answers")
    return f"{_name_of(one)} ({', '.join(marks)})" if marks else _name_of(one)


def place(conversation: Talk) -> str:
    """A conversation in a sentence."""
    if conversation.who is not None:
        return f"{called(conversation.who)}, privately"
    return f"room {shown_name(conversation.room)}" if conversation.room else "nobody"


def _who(event: talk.Who) -> list[str]:
    where = ", ".join(map(shown_name, event.rooms))
    where = f"in {where}" if where else "in no room"
    named = f"you are {shown_name(event.name)}," if event.name else "you have no name yet, and are"
    goes = f"what you type goes to {place(event.current)}"
    lines = [f"{named} {where}", goes if _name(event.current) else "you talk to nobody"]
    hearing = [one for one in event.people if one.part is Part.HEARS]
    for room in (event.asked,) if event.asked else event.rooms:
        some = [_marked(one) for one in hearing if room in one.rooms]
        with_you = listing(some, MAX_LISTED) if some else "nobody"
        lines.append(f"in room {shown_name(room)} with you: {with_you}")
    some = [] if event.asked else [_marked(one) for one in hearing if one.private]
    if some:
        lines.append(f"you talk privately to {listing(some, MAX_LISTED)}")
    for part in Part:
        some = [_marked(one) for one in event.people if one.part is part]
        if some and part is not Part.HEARS:
            lines.append(f"{_PARTS[part]} {listing(some, MAX_LISTED)}")
    if event.strangers:
        lines.append(f"{event.strangers:,} unencrypted messages of strangers were not shown")
    return lines


def _whois(event: talk.Whois, spoken: Callable[[str], str]) -> list[str]:
    one = event.person
    rooms = [f"in room {shown_name(room)}" for room in one.rooms]
    talks = ["you talk privately"] if one.private else []
    lines = [f"{_marked(one)}, at {event.place}: {', '.join(rooms + talks) or 'not with you'}"]
    if one.part is not Part.HEARS and one.part is not Part.ONLY_HEARD:
        lines.append(f"{_PARTS[one.part]} {_name_of(one)}")
    if event.fingerprint:
        compared = f", compared {_when(event.compared_at)}" if event.compared_at else ""
        lines.append(f"{_name_of(one)}'s key: {spoken(event.fingerprint)}{compared}")
        heard = _when(event.heard_at) if event.heard_at else "never"
        lines.append(f"last heard: {heard}")
    return lines


def _when(milliseconds: int) -> str:
    """A time of day, where the person is."""
    return f"{datetime.fromtimestamp(milliseconds / 1000):%Y-%m-%d %H:%M:%S}"


def _unheard(event: talk.Unheard) -> str:
    if event.others:
        ways = [f"$to {shown_name(_name(one))}" for one in event.others[:MAX_WAYS]]
        rest = " and so on" if len(event.others) > MAX_WAYS else ""
        many = verb(len(event.others), "goes", "go")
        return f"nobody heard that: you talk to nobody now; {' or '.join(ways)}{rest} {many} on"
    room = shown_name(event.room) if event.room else ""
    nobody = f"you talk to nobody in {room}" if room else "you are in no room"
    names: dict[Part, list[str]] = {}
    for one in event.people:
        names.setdefault(one.part, []).append(_name_of(one))
    if not names:
        return f"nobody heard that: {nobody}. Try $roomlist, $roomjoin ROOM or $poke NAME"
    reasons = []
    if new := names.get(Part.NEW_KEY):
        reasons.append(f"the key of {listing(new)} is not accepted; $trust {sole(new)} accepts it")
    if lost := names.get(Part.LOST_KEY):
        reasons.append(
            f"{listing(lost)} {verb(len(lost), 'has', 'have')} no key any more;"
            f" $trust {sole(lost)} speaks without one"
        )
    if away := names.get(Part.WITHHELD):
        reasons.append(
            f"{listing(away)} {verb(len(away), 'has', 'have')} no key to show who is there;"
            f" $trust {sole(away)} speaks to {them(away)} all the same"
        )
    if late := names.get(Part.AWAITED):
        reasons.append(
            f"{listing(late)} {verb(len(late), 'is', 'are')} not back at the server yet"
        )
    if unwanted := names.get(Part.IGNORED):
        reasons.append(f"you ignore {listing(unwanted)}; $unignore {sole(unwanted)} ends that")
    if heard := names.get(Part.ONLY_HEARD):
        again = f"$poke {sole(heard)}"
        reasons.append(f"{nobody}, but hear {listing(heard)}; {again} talks to {them(heard)}")
    return "nobody heard that: " + ", and ".join(reasons)


def _name(conversation: Talk) -> str:
    who = conversation.who
    return conversation.room if who is None else who.name or who.address


def _begun(event: talk.TalkBegun) -> str:
    address = f", at {event.address}" if event.address else ""
    begun = f"you talk to {called(event.who)} now, privately{address}"
    before = _name(event.before)
    if before and event.before.who != event.who:
        return f"{begun}; $to {shown_name(before)} goes back"
    return begun


def _wants(event: talk.WantsToTalk) -> str:
    name = shown_name(event.who.name)
    what = {
        Knocking.HEARS: f": you hear each other now, privately; $to {name} turns there, and then"
        " $kick ends it",
        Knocking.ANSWERS: " too: you hear each other now, privately; $kick ends it",
        Knocking.CALLS: f"; $poke {name} answers",
        Knocking.BARRED: "",
    }[event.asking]
    return f"{called(event.who)} wants to talk{what}"


def _to_nobody(event: talk.TalksToNobody) -> str:
    if not event.heard:
        return "you talk to nobody now"
    names, room = [called(one) for one in event.heard], shown_name(event.room)
    return (
        f"you talk to nobody now, but still hear {listing(names)}: $roomleave {room} ends that,"
        f" and $to {room} talks to {them(names)} again"
    )


def _gone(event: talk.PersonGone) -> str:
    name = called(event.who)
    return f"{name} does not talk to you any more; $poke {name} asks again"


def _nobody_here(event: talk.NobodyHere) -> str:
    name = shown_name(event.name)
    if event.command is Command.TRUST:
        return f"there is nobody called {name} here; $poke {name} looks"
    return f"nobody called {name} is here; $who shows who is"


def _no_talk(event: talk.NoSuchTalk) -> str:
    name = shown_name(event.name)
    if event.two:
        return (
            f"{name} is a room of yours and a person whom you talk to: $roomjoin {name} turns to"
            f" the room, $poke {name} to the person"
        )
    return (
        f"you are not in a room {name}, and talk to nobody called so: $roomjoin {name} joins the"
        f" room, $poke {name} talks to the person"
    )


def _yourself(event: talk.ThatIsYou) -> str:
    name = shown_name(event.name)
    if event.command is Command.POKE:
        return f"you cannot talk to {name}: that is you"
    return f"${event.command.word} is for others: {name} is you"


def _often(event: talk.DidOften) -> str:
    if event.times == 1 and event.doing is Doing.NEW_KEY:
        return changed(called(event.who))
    return _OFTEN[event.doing].format(called(event.who), times=event.times)


def not_said(event: talk.NotSaid) -> str:
    """That a text went nowhere."""
    return f"{excerpt(event.text)} was not said to anybody"


def _not_done_here(event: talk.NotDoneHere) -> str:
    word, room, who = event.command.word, event.conversation.room, event.conversation.who
    if room:
        why = f"you are not in {shown_name(room)}; $roomjoin {shown_name(room)} lets you in again"
    elif who is None:
        why = "there is no conversation here; turn to the one that is meant"
    elif event.command is Command.KICK:
        why = f"you do not talk to {called(who)}"
    else:
        why = f"this is private with {called(who)}; turn to the room that is meant"
    return f"${word} was not done: {why}"


WORDS: dict[type, Callable[[Any], str | list[str]]] = {
    talk.Who: _who,
    talk.Unheard: _unheard,
    talk.NotSaid: lambda event: (
        f"{not_said(event)}, as you had wanted to talk elsewhere;"
        f" what you type now goes to {place(event.conversation)}"
    ),
    talk.NotDoneHere: _not_done_here,
    talk.TalkBegun: _begun,
    talk.WantsToTalk: _wants,
    talk.HearsUs: lambda event: f"you talk to {called(event.who)} now, privately; $kick ends it",
    talk.TalkingTo: lambda event: (
        [f"what you type goes to {place(event.conversation)} now"] if event.asked else []
    ),
    talk.TalksToNobody: _to_nobody,
    talk.TalkEnded: lambda event: f"you do not talk to {called(event.who)} any more",
    talk.PersonGone: _gone,
    talk.NoSuchUser: lambda event: (
        f"there is no user {shown_name(event.name)}; $userlist shows who is here"
    ),
    talk.NoSuchTalk: _no_talk,
    talk.NobodyHere: _nobody_here,
    talk.ThatIsYou: _yourself,
    talk.TooManyPeople: lambda event: (
        f"you cannot talk to {shown_name(event.name)}: too many people are known already;"
        " $kick parts from them"
    ),
    talk.SeveralDid: lambda event: _SEVERAL[event.doing].format(
        several(event.people, event.others)
    ),
    talk.DidOften: _often,
}
SPOKEN: dict[type, Callable[[Any, Callable[[str], str]], list[str]]] = {talk.Whois: _whois}
"""Those that show a fingerprint, as people read it to each other."""
