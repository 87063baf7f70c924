"""Lines about keys. A fingerprint is shown as people read it to each other."""

from collections.abc import Callable
from typing import Any

from twisted_chat.likeness import spelled
from twisted_chat.peer.events import keys
from twisted_chat.terminal.wording.people import called, listing, shown_name, sole, them

Spoken = Callable[[str], str]

_NOT_LOOKED_UP = {
    keys.Remembering.SERVER: "it cannot be looked up which key the server has: {why}",
    keys.Remembering.PERSON: "it cannot be looked up whose key that of {name} is: {why}",
    keys.Remembering.KEEPING: "this key cannot be remembered: {why}",
}


def _server_changed(event: keys.ServerKeyChanged, spoken: Spoken) -> list[str]:
    where = f"{event.server} ({event.address})" if event.address else event.server
    if event.pinned:
        way = "the first is what --server-key says; start with the other one to accept it"
    else:
        way = "ask whoever runs it; $trust server, or --server-key, accepts the new key"
    return [
        f"THE KEY OF THE SERVER AT {where} IS NOT THE ONE YOU KNOW",
        f"  it was {spoken(event.was)}",
        f"  it is  {spoken(event.is_)}",
        f"  nothing has been sent to it: {way}",
    ]


def _server_unencrypted(event: keys.ServerUnencrypted, spoken: Spoken) -> list[str]:
    way = "; $trust server goes on unencrypted, this once" if event.decides else ""
    lines = [f"THE SERVER AT {event.server} ANSWERS ONLY WITHOUT ENCRYPTION"]
    if event.was:
        lines.append(f"  it has to have the key {spoken(event.was)}")
    return [*lines, f"  somebody may be in between: it is told nothing, and tried on{way}"]


def changed(who: str) -> str:
    """The first line about a changed key."""
    return f"THE KEY OF {who} IS NOT THE ONE YOU KNOW"


def _changed(event: keys.KeyChanged, spoken: Spoken) -> list[str]:
    name = called(event.who)
    why = (
        f"somebody else may have taken the name: nothing goes to {name}, and nothing from"
        f" {name} is shown, until you accept this with $trust {name}"
    )
    return [
        changed(name),
        f"  it was {spoken(event.was)}",
        f"  it is  {spoken(event.is_)}",
        f"  {why}",
    ]


def _looks_like(event: keys.LooksLike, spoken: Spoken) -> str:
    name, other = called(event.who), ""
    if name.isascii() and not event.like.isascii():
        other = f", and the other {spelled(event.like)}"
    return (
        f"{name} is not {shown_name(event.like)}, and only looks like it: it is written"
        f" {spelled(name)}{other}"
    )


def _withheld(event: keys.Withheld, spoken: Spoken) -> str:
    places = [f"{called(one)} at {one.address}" for one in event.people]
    names = [shown_name(one.name) for one in event.people]
    return (
        f"nothing goes to {listing(places)}: without a key nobody can show that they are there,"
        f" and asked for your words. $trust {sole(names)} speaks to {them(names)},"
        " without encryption"
    )


def _accepted(event: keys.KeyAccepted, spoken: Spoken) -> str:
    name = shown_name(event.name)
    if event.encrypted:
        return f"the new key of {name} is accepted and remembered"
    return f"{name} is spoken to without encryption now"


def _nothing(event: keys.NothingToAccept, spoken: Spoken) -> str:
    name = shown_name(event.name)
    if event.encrypted:
        return f"nothing is wrong with the key of {name}"
    return f"{name} has no key, and is spoken to without encryption already"


def _to_compare(event: keys.KeysToCompare, spoken: Spoken) -> list[str]:
    name = shown_name(event.name)
    if not event.accepted:
        what = f"it is not accepted yet; $trust {name} does that"
    elif event.compared:
        what = f"{name} is marked as compared; $verify {name} no takes it back"
    else:
        what = (
            f"read both to each other by voice: $verify {name} yes marks them as the same;"
            " if they differ, somebody is in between"
        )
    return [f"your key: {spoken(event.own)}", f"{name}'s key: {spoken(event.theirs)}", what]


def _not_compared(event: keys.KeyNotCompared, spoken: Spoken) -> str:
    name = shown_name(event.name)
    return (
        f"{name} is not marked as compared; if the keys differ, somebody is in between:"
        f" trust no word of {name}"
    )


def _unknown(event: keys.NoKeyKnown, spoken: Spoken) -> str:
    name = shown_name(event.name)
    return f"no key is known of {name}" + (f"; $poke {name} looks for one" if event.wanted else "")


def _failed(event: keys.MemoryFailed, spoken: Spoken) -> str:
    return _NOT_LOOKED_UP[event.what].format(name=shown_name(event.name), why=event.why)


WORDS: dict[type, Callable[[Any, Spoken], str | list[str]]] = {
    keys.ServerKeySeen: lambda event, spoken: (
        f"the server's key, seen for the first time: {spoken(event.fingerprint)}"
    ),
    keys.ServerKeyChanged: _server_changed,
    keys.OwnKeyAnswers: lambda event, spoken: f"at {event.server} our own key answers; trying on",
    keys.ServerKeyAccepted: lambda event, spoken: (
        "the server's new key is accepted and remembered"
    ),
    keys.ServerUnencrypted: _server_unencrypted,
    keys.KeyChanged: _changed,
    keys.LooksLike: _looks_like,
    keys.Withheld: _withheld,
    keys.KeyAccepted: _accepted,
    keys.NothingToAccept: _nothing,
    keys.OwnKey: lambda event, spoken: (
        f"your key: {spoken(event.fingerprint)}; others see it with $verify"
        f" {shown_name(event.name)}, and you theirs with $verify NAME"
    ),
    keys.KeysToCompare: _to_compare,
    keys.KeyCompared: lambda event, spoken: f"{shown_name(event.name)} is marked as compared",
    keys.KeyNotCompared: _not_compared,
    keys.HasNoKey: lambda event, spoken: (
        f"{shown_name(event.name)} has no key: what you say to each other is not encrypted"
    ),
    keys.NoKeyKnown: _unknown,
    keys.MemoryFailed: _failed,
}
