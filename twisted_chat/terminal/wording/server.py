"""Lines about the server, our name there, and what it was asked."""

from collections.abc import Callable
from typing import Any

from twisted_chat.display import safe
from twisted_chat.peer.commands import Command
from twisted_chat.peer.events import server
from twisted_chat.terminal.typed_lines import (
    HELP_MEANT,
    MARK,
    NAME_FIRST,
    NAME_WANTED,
    help_lines,
)
from twisted_chat.terminal.wording.people import called, excerpt, shown_name, verb

_ASKED = {
    Command.USERLIST: "for the users",
    Command.ROOMLIST: "for the rooms",
    Command.ROOMCREATE: "to create {}",
    Command.ROOMJOIN: "for {}",
    Command.ROOMCLOSE: "to close the room",
    Command.ROOMGIVE: "to give the room to {}",
    Command.POKE: "for {}",
    Command.MSG: "for {}",
    Command.KICK: "to put {} out",
    Command.INVITE: "to invite {}",
    Command.BAN: "to ban {}",
    Command.UNBAN: "to let {} in again",
    Command.OP: "to make {} an op",
    Command.DEOP: "to make {} no op",
    Command.TOPIC: "to set the topic",
    Command.HISTORY_FOR_NEW: "to say what newcomers are given",
}


def _not_registered(event: server.NotRegistered) -> str:
    name = shown_name(event.name)
    why = {
        server.Reason.IMPOSSIBLE: event.why,
        server.Reason.TAKEN: f"the server does not let you be {name}: somebody else is,"
        " most likely",
        server.Reason.TAKEN_OR_KEPT: f"the server does not let you be {name}: somebody else is,"
        " or was",
    }[event.reason]
    return f"{why}. What is your name?" if event.asked_again else why


def _other_program(event: server.OtherProgram) -> str:
    return (
        f"another program with your key has been {shown_name(event.name)} for"
        f" {_duration(event.seconds)}: end it, or give this one another --key"
    )


def _not_served(event: server.NotServed) -> str:
    later = "; it is asked again every minute" if event.tried_again else ""
    return f"the server does not serve you: {safe(event.why)}{later}"


def _duration(seconds: int) -> str:
    if seconds < 120:
        return f"{seconds} {verb(seconds, 'second', 'seconds')}"
    return f"{seconds // 60} minutes" if seconds < 7200 else f"{seconds // 3600} hours"


def _awaited(event: server.ServerAwaited) -> str:
    what = (
        f"no encrypted link to {event.server} comes up yet"
        if event.answers
        else f"no server answers at {event.server} yet"
    )
    return f"{what}; trying on" + (", Ctrl-C ends it" if event.endless else "")


def _no_link(event: server.NoEncryptedLink) -> str:
    way = "; $trust server goes on without encryption" if event.decides else ""
    return (
        f"no encrypted link can be had to {event.server}: UDP datagrams of 1,200 bytes do"
        f" not get through, perhaps{way}"
    )


def _back(event: server.ServerBack) -> str:
    rooms = ", ".join(map(shown_name, event.rooms))
    back = f", and go back to {rooms}" if rooms else ""
    return f"the server is back: you are {shown_name(event.name)} again{back}"


def _unencrypted(event: server.GoesOnUnencrypted) -> str:
    why = (
        f"you go on with the server at {event.server} in generation 1"
        if event.chosen
        else f"the server at {event.server} speaks generation 1 only"
    )
    return f"{why}: nothing here is encrypted"


def _broken(event: server.LinkBroken) -> str:
    whom = "the server" if event.with_ is None else called(event.with_)
    return f"the link to {whom} was closed: it sent {event.why}"


def _needs_server(event: server.NeedsServer) -> str:
    # Only one who is named is put out by the server.
    whom = " NAME" if event.command is Command.KICK else ""
    needs = f"{MARK}{event.command.word}{whom} needs the server"
    if event.in_question:
        return f"{needs}, which you have not accepted as it is now; $trust server does"
    return f"{needs}, which does not answer now"


def _turned_away(event: server.TurnedAway) -> str:
    what = "nobody heard that"
    if event.command is not None:
        what = f"{MARK}{event.command.word} needs the server, which does not let you in"
    return (
        f"{what}: another program with your key has been {shown_name(event.name)}"
        f" for {_duration(event.seconds)}"
    )


def _not_here(event: server.NotInGeneration1) -> str:
    text = (
        f"there is no {MARK}{event.command.word} {event.argument}".rstrip()
        + " in generation 1, where nobody has a key and no room an owner"
    )
    if event.command is Command.KICK:
        return f"{text}; $kick talks to nobody, $roomleave leaves"
    return text


def _no_answer(event: server.NoAnswer) -> str:
    asked = _ASKED.get(event.command, f"for {MARK}{event.command.word}")
    return f"the server did not answer when asked {asked.format(event.argument)}"


def _not_done(event: server.NotDone) -> str:
    orders = f"{event.orders} commands were" if event.orders > 1 else "one command was"
    texts = f"{event.texts} lines" if event.texts > 1 else "one line"
    said = f"not said any more: {texts}, from {excerpt(event.text)} on"
    if not event.texts:
        return f"{orders} not done any more"
    return f"{said}; {orders} not done" if event.orders else said


def _invitation(event: server.InvitationShown) -> list[str]:
    where = shown_name(event.room) if event.room else "this server"
    return [f"others get into {where} with udpchat, and this in quotes:", safe(event.link)]


def _list(names: tuple[str, ...], what: str) -> str:
    if not names:
        return f"there are no {what}"
    return f"{what} ({len(names)}): {', '.join(map(shown_name, names))}"


WORDS: dict[type, Callable[[Any], str | list[str]]] = {
    server.NameWanted: lambda event: NAME_WANTED,
    server.RegisteredAs: lambda event: (
        f"you are {shown_name(event.name)}; $help shows what you can do"
    ),
    server.NotRegistered: _not_registered,
    server.OtherProgram: _other_program,
    server.NotServed: _not_served,
    server.ServerAwaited: _awaited,
    server.NoServer: lambda event: f"no server answers at {event.server}",
    server.NoEncryptedLink: _no_link,
    server.ServerSlow: lambda event: "no answer from the server yet",
    server.ServerAway: lambda event: (
        "the server does not answer; those you talk to still hear you"
    ),
    server.ServerBack: _back,
    server.StillToDo: lambda event: (
        "what you typed waits for the server, and is done before the end; Ctrl-C gives up"
    ),
    server.GoesOnUnencrypted: _unencrypted,
    server.LinkBroken: _broken,
    server.NeedsServer: _needs_server,
    server.TurnedAway: _turned_away,
    server.NameFirst: lambda event: NAME_FIRST,
    server.NotInGeneration1: _not_here,
    server.NoAnswer: _no_answer,
    server.UserList: lambda event: _list(event.names, "users"),
    server.RoomList: lambda event: _list(event.names, "rooms"),
    server.RoomsKnown: lambda event: _list(event.names, "rooms"),
    server.InvitationShown: _invitation,
    server.Help: lambda event: help_lines(event.commands),
    server.HelpMeant: lambda event: HELP_MEANT,
    server.Mistake: lambda event: safe(event.why),
    server.NotDone: _not_done,
    server.LinesUnseen: lambda event: (
        f"{event.lines} lines were not shown: the terminal was too slow"
    ),
}
