"""Lines about who talks to whom."""

from collections.abc import Callable
from typing import Any

from twisted_chat.peer.commands import Command
from twisted_chat.peer.events import talk
from twisted_chat.peer.events.event import Someone
from twisted_chat.peer.events.talk import Cause, Doing, Knocking, Part
from twisted_chat.terminal.wording.keys import changed
from twisted_chat.terminal.wording.people import (
    called,
    listed,
    listing,
    several,
    shown_name,
    sole,
    them,
    verb,
)

MAX_LISTED = 100
"""Names of one kind that `$who` shows."""

_PARTS = {
    Part.HEARS: "you talk to",
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
    Doing.TALK: "{} want to talk: you talk to each other now; $kick ends it",
    Doing.LIKENESS: "the names of {} only look like others that you know; $verify NAME tells",
    Doing.PART: "{} do not talk to you any more; $poke NAME asks again",
    Doing.BREAK: "the links to {} were closed: they sent what is not allowed",
    Doing.NEW_KEY: "THE KEYS OF {} ARE NOT THE ONES YOU KNOW: nothing goes to them"
    " until $trust NAME",
}
_OFTEN = {
    Doing.KNOCK: "{} wanted to talk {times} times",
    Doing.TALK: "{} wanted to talk {times} times: you talk to each other now; $kick ends it",
    Doing.LIKENESS: "{} only looks like another that you know ({times} times)",
    Doing.PART: "{} does not talk to you any more, {times} times; $poke NAME asks again",
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
        key = "key compared" if one.compared else "key"
        marks.append(key if one.encrypted else "unencrypted")
    if one.relayed:
        marks.append("over the server, which cannot read it")
    if one.asks:
        marks.append(f"asked for you: $poke {shown_name(one.name)} answers")
    return f"{_name_of(one)} ({', '.join(marks)})" if marks else _name_of(one)


def _who(event: talk.Who) -> list[str]:
    where = f"in {shown_name(event.room)}" if event.room else "in no room"
    named = f"you are {shown_name(event.name)}," if event.name else "you have no name yet, and are"
    lines = [f"{named} {where}"]
    for part in Part:
        if some := [_marked(one) for one in event.people if one.part is part]:
            lines.append(f"{_PARTS[part]} {listing(some, MAX_LISTED)}")
        elif part is Part.HEARS:
            lines.append("you talk to nobody")
    if event.strangers:
        lines.append(f"{event.strangers:,} unencrypted messages of strangers were not shown")
    return lines


def _unheard(event: talk.Unheard) -> str:
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
        again = f"$roomjoin {room}" if room else f"$poke {sole(heard)}"
        reasons.append(f"{nobody}, but hear {listing(heard)}; {again} talks to {them(heard)}")
    return "nobody heard that: " + ", and ".join(reasons)


def _begun(event: talk.TalkBegun) -> str:
    name, room = called(event.who), shown_name(event.room) if event.room else ""
    begin = f"you talk to {name} now" + (f", at {event.address}" if event.address else "")
    if event.member:
        return f"{begin}, who is in {room} with you: what you say is said to everybody there"
    if room:
        return f"{begin}: {name} hears what you say in {room} too, until $kick {name}"
    if event.others:
        hear = verb(len(event.others), "hears", "hear")
        return f"{begin}; {listed(event.others)} {hear} it too"
    return begin


def _wants(event: talk.WantsToTalk) -> str:
    what = {
        Knocking.HEARS: ": you talk to each other now; $kick ends it",
        Knocking.CALLS: f"; $poke {shown_name(event.who.name)} answers",
        Knocking.BARRED: "",
    }[event.asking]
    return f"{called(event.who)} wants to talk{what}"


def _hear_no_more(event: talk.HearNoMore) -> str:
    deaf = f"{listed(event.people)} {verb(len(event.people), 'does', 'do')} not hear you any more"
    room = shown_name(event.room) if event.room else ""
    if event.cause is Cause.REFUSED:
        asked = called(event.turned_to) if event.turned_to is not None else room
        why = f"as you asked for {asked}" if asked else "as you wanted something else"
        return f"{deaf}, {why}; $poke NAME answers NAME"
    if event.turned_to is not None:
        turned = f"{deaf}: you have turned to {called(event.turned_to)}"
        return f"{turned}; $poke NAME lets NAME hear it too"
    return f"{deaf}: you are in {room} now; $poke NAME lets NAME hear what you say there"


def _to_nobody(event: talk.TalksToNobody) -> str:
    if not event.heard:
        return "you talk to nobody now"
    names = [called(one) for one in event.heard]
    return (
        f"you talk to nobody now, but still hear {listing(names)}: $roomleave ends that,"
        f" and $roomjoin {shown_name(event.room)} talks to {them(names)} again"
    )


def _gone(event: talk.PersonGone) -> str:
    name = called(event.who)
    return f"{name} does not talk to you any more; $poke {name} asks again"


def _nobody_here(event: talk.NobodyHere) -> str:
    name = shown_name(event.name)
    if event.command is Command.TRUST:
        return f"there is nobody called {name} here; $poke {name} looks"
    return f"nobody called {name} is here; $who shows who is"


def _yourself(event: talk.ThatIsYou) -> str:
    name = shown_name(event.name)
    if event.command is Command.POKE:
        return f"you cannot talk to {name}: that is you"
    return f"${event.command.word} is for others: {name} is you"


def _ignored(event: talk.IgnoredNow) -> str:
    name = shown_name(event.name)
    return (
        f"nothing of {name} is shown any more, and nothing goes to {name}, as long as this"
        f" program runs; $unignore {name} ends that"
    )


def _ignored_no_more(event: talk.IgnoredNoMore) -> str:
    name = shown_name(event.name)
    return f"{name} is not ignored any more" + (f": {name} hears you again" if event.hears else "")


def _often(event: talk.DidOften) -> str:
    if event.times == 1 and event.doing is Doing.NEW_KEY:
        return changed(called(event.who))
    return _OFTEN[event.doing].format(called(event.who), times=event.times)


WORDS: dict[type, Callable[[Any], str | list[str]]] = {
    talk.Who: _who,
    talk.Unheard: _unheard,
    talk.TalkBegun: _begun,
    talk.WantsToTalk: _wants,
    talk.HearsUs: lambda event: f"you talk to {called(event.who)} now; $kick ends it",
    talk.HearNoMore: _hear_no_more,
    talk.TalksToNobody: _to_nobody,
    talk.TalkEnded: lambda event: f"you do not talk to {called(event.who)} any more",
    talk.PersonGone: _gone,
    talk.NoSuchUser: lambda event: (
        f"there is no user {shown_name(event.name)}; $userlist shows who is here"
    ),
    talk.NobodyHere: _nobody_here,
    talk.ThatIsYou: _yourself,
    talk.TooManyPeople: lambda event: (
        f"you cannot talk to {shown_name(event.name)}: too many people are known already;"
        " $kick parts from them"
    ),
    talk.IgnoredNow: _ignored,
    talk.IgnoredNoMore: _ignored_no_more,
    talk.NotIgnored: lambda event: f"{shown_name(event.name)} is not ignored; $who shows who is",
    talk.IsIgnored: lambda event: (
        f"{shown_name(event.name)} is ignored; $unignore {shown_name(event.name)} ends that"
    ),
    talk.TooManyIgnored: lambda event: "too many are ignored already; $unignore NAME makes room",
    talk.SeveralDid: lambda event: _SEVERAL[event.doing].format(
        several(event.people, event.others)
    ),
    talk.DidOften: _often,
}
