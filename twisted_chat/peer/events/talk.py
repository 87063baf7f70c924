"""Events: who talks to whom."""

from enum import Enum

from msgspec import Struct

from twisted_chat.events import Event
from twisted_chat.peer.commands import Command
from twisted_chat.peer.events.event import Someone, Talk

# --- Who hears us


class Part(Enum):
    """What part somebody has in what is said."""

    HEARS = "hears"
    ONLY_HEARD = "only_heard"
    NEW_KEY = "new_key"
    LOST_KEY = "lost_key"
    IGNORED = "ignored"
    WITHHELD = "withheld"
    AWAITED = "awaited"


class Present(Struct, frozen=True):
    """Somebody, and how it stands with them."""

    name: str
    """Their name; empty where none is known."""
    part: Part
    """They hear us, in rooms or in private; are only heard; have another key than is known, or
    had one and have none now; are ignored; have no key, and an address that the server may only
    have been told; or have yet to return to a room that a server which was started anew has
    forgotten."""
    address: str = ""
    """HOST:PORT, where no name is known."""
    encrypted: bool | None = None
    """Whether what is said to them is encrypted; null where that is not told."""
    compared: bool = False
    """Whether their key was compared."""
    asks: bool = False
    """Whether they have asked for us; `poke` answers."""
    relayed: bool = False
    """Whether what is said to them goes over the server, which cannot read it."""
    rooms: tuple[str, ...] = ()
    """The rooms of ours that they are in."""
    private: bool = False
    """Whether we talk to them in private."""
    new: bool = False
    """Whether their key was seen for the first time since this program was started."""
    linked: bool | None = None
    """Whether there is a link to them now; null without a key."""


class Who(Event, frozen=True):
    """Where we are, and who hears us, as `who` asked."""

    name: str
    """Our name."""
    room: str
    """The room in which what we say is said; empty if it is none."""
    people: tuple[Present, ...]
    """Everybody whom we have to do with, or those in the room that was asked for."""
    strangers: int
    """How many messages of those were dropped whom the server has not named."""
    rooms: tuple[str, ...]
    """All rooms that we are in."""
    current: Talk
    """Where what is said goes."""
    asked: str = ""
    """The room that was asked for; empty: all of it."""


class Whois(Event, frozen=True):
    """Who somebody is, as `whois` asked."""

    person: Present
    """Them."""
    fingerprint: str
    """The fingerprint of their key; empty without one."""
    place: str
    """HOST:PORT where the server says that they are."""
    compared_at: int | None = None
    """When their key was compared, in milliseconds since 1970; null where that is not known."""
    heard_at: int | None = None
    """When they said something, or there was a link to them, last; null where that is not
    known."""


class Unheard(Event, frozen=True):
    """What we said was said to nobody."""

    room: str
    """The room that it was said to; empty if there is none."""
    people: tuple[Present, ...]
    """Those of that conversation, none of whom hears us; without one, everybody whom we have to
    do with in private."""
    others: tuple[Talk, ...] = ()
    """Without a conversation, those that there are."""


class NotSaid(Event, frozen=True):
    """A text was not said, as it may have been meant for another conversation: it was typed before
    it could be seen that there is none."""

    text: str
    """The text."""
    conversation: Talk
    """Where what is said goes."""


class NotDoneHere(Event, frozen=True):
    """A command was not obeyed, as it is not for the conversation in which it was given."""

    command: Command
    """The command."""
    conversation: Talk
    """The conversation, which need not go on; nobody, if it was given outside of all."""


class TalkingTo(Event, frozen=True):
    """What is said from now on is said there."""

    conversation: Talk
    """Where."""
    asked: bool
    """Whether `to` asked for it."""


class TalkBegun(Event, frozen=True):
    """We talk to somebody in private from now on, as `poke` asked."""

    who: Someone
    """Who."""
    address: str
    """HOST:PORT where they are, in generation 1."""
    before: Talk
    """Where what was said went until now."""


class Knocking(Enum):
    """What becomes of it when somebody asks for us."""

    HEARS = "hears"
    ANSWERS = "answers"
    CALLS = "calls"
    BARRED = "barred"


class WantsToTalk(Event, frozen=True):
    """Somebody has asked for us."""

    who: Someone
    """Who."""
    asking: Knocking
    """They hear us from now on; they do, and it is to them that what is typed goes; they do once
    `poke` answers; or once their key is accepted."""


class HearsUs(Event, frozen=True):
    """Somebody who spoke to us hears us from now on, in generation 1."""

    who: Someone
    """Who."""


class TalksToNobody(Event, frozen=True):
    """What is said goes nowhere from now on, as `kick` asked."""

    heard: tuple[Someone, ...]
    """The members of the room that was current, who are still heard."""
    room: str
    """That room; empty if there was none."""


class TalkEnded(Event, frozen=True):
    """We do not talk to somebody in private any more, as `kick` asked."""

    who: Someone
    """Who."""


class PersonGone(Event, frozen=True):
    """Somebody does not talk to us in private any more."""

    who: Someone
    """Who."""


# --- What cannot be


class NoSuchUser(Event, frozen=True):
    """The server knows no user of this name."""

    name: str
    """The name."""


class NoSuchTalk(Event, frozen=True):
    """There is no conversation of this name, or there are two."""

    name: str
    """The name."""
    two: bool
    """Whether it is a room that we are in, and somebody whom we talk to in private."""


class NobodyHere(Event, frozen=True):
    """We have nothing to do with anybody of this name."""

    name: str
    """The name."""
    command: Command
    """What was to be done."""


class ThatIsYou(Event, frozen=True):
    """A command that is for others was given our own name."""

    name: str
    """Our name, as it was given."""
    command: Command = Command.POKE
    """What was to be done."""


class TooManyPeople(Event, frozen=True):
    """Nobody more can be talked to: too many are known already."""

    name: str
    """Who was asked for."""


# --- Gathered


class Doing(Enum):
    """What somebody can do again and again."""

    KNOCK = "knock"
    TALK = "talk"
    LIKENESS = "likeness"
    NEW_KEY = "new_key"
    PART = "part"
    BREAK = "break"
    ROOM = "room"


class SeveralDid(Event, frozen=True):
    """Several have done the same, in so short a time that they are told together."""

    doing: Doing
    """Asked for us; asked for us and hear us; have names that look like others; have another
    key; talk to us no more; sent what the protocol does not allow, which ended the link; or ran
    rooms so that it is about us, or changed what they are about."""
    people: tuple[Someone, ...]
    """The first of them."""
    others: int
    """How many more."""


class DidOften(Event, frozen=True):
    """Somebody has done the same again and again, or something that cannot be told in full."""

    doing: Doing
    """Asked for us; asked for us and hears us; has a name that looks like another; other keys;
    talks to us no more; sends what the protocol does not allow, which ends the link; or runs a
    room so that it is about us, or changes what that is about."""
    who: Someone
    """Who."""
    times: int
    """How often since it was told last."""
