"""What is written into a store, and what is read from it at a start."""

from typing import NamedTuple

from msgspec import Struct, field

from twisted_chat.wire.gen2.history import RoomMessage


class TalkKey(NamedTuple):
    """A conversation: a room of a server, or one other person, wherever we met. `name` is what
    it is called, and tells nothing apart."""

    server: str
    """HOST:PORT, as the person gave it; empty for somebody who has a key."""
    room: str
    """The casefolded name of the room; empty if it is private."""
    key: str
    """The fingerprint of the other person, or `@` and their casefolded name where they have no
    key; empty for a room."""
    name: str


class Owed(NamedTuple):
    """What a message is called on its way to somebody: a line that is longer than one message
    has several, whose `part` counts from 0."""

    fingerprint: str
    name: str
    epoch: int
    number: int
    part: int


class SaidRecord(NamedTuple):
    """A line of our own, and to whom it is owed. A tuple, as every word is one."""

    talk: TalkKey
    time: int
    """Milliseconds since 1970."""
    text: str
    speaker: str
    """Our name there."""
    owed: tuple[Owed, ...] = ()
    signed: RoomMessage | None = None
    """As others may hand it on, if it is said in a room."""
    before: RoomMessage | None = None
    """What stands after it there, if anything does."""


class HeardRecord(NamedTuple):
    """What somebody has said to us, by the number of the message, from 1, where it has one. Of
    what is not for us to see there is no text, and the number alone is written."""

    talk: TalkKey | None
    fingerprint: str
    name: str
    time: int
    """By the author's clock, milliseconds since 1970."""
    text: str = ""
    epoch: int = 0
    number: int = 0
    signed: RoomMessage | None = None
    """As others may hand it on, if it was said in a room; perhaps by ourselves, elsewhere."""
    before: RoomMessage | None = None
    """What stands after it, if that was heard before."""
    own: bool = False


class ArrivedRecord(NamedTuple):
    """Somebody has all of an epoch up to this number, or is owed it no longer."""

    fingerprint: str
    epoch: int
    number: int


class ForgetRecord(NamedTuple):
    """Nothing is to be kept of the conversations of this name: a room of this server, or of any
    where that is empty, and what is private with somebody."""

    name: str
    server: str


class RememberedMember(NamedTuple):
    """Somebody with a key who was in a room with us, and where that was."""

    name: str
    fingerprint: str
    host: str
    port: int


class MembersRecord(NamedTuple):
    """These are in a room with us, in place of those of before; nobody: we are not in it."""

    talk: TalkKey
    members: tuple[RememberedMember, ...]


MemberTime = tuple[int, int, str]


class SpansRecord(NamedTuple):
    """When somebody was in a room, by the clocks of its messages, the first and the last, and from
    whose on of those at the first, a feed or nothing."""

    talk: TalkKey
    origin: str
    fingerprint: str
    spans: tuple[MemberTime, ...]


class UnreadRecord(NamedTuple):
    """So many of the last lines that others have said in a conversation nobody has looked at yet.
    They are counted from the end: what is heard there next is taken for looked at, with all
    before it, unless such a record says otherwise."""

    talk: TalkKey
    lines: int


_Said = SaidRecord | HeardRecord | ArrivedRecord
Kept = _Said | ForgetRecord | MembersRecord | SpansRecord | UnreadRecord


class OwedLine(Struct, frozen=True):
    """A line that somebody has not acknowledged, by the numbers under which it goes to them."""

    fingerprint: str
    name: str
    epoch: int
    numbers: tuple[int, ...]
    parts: tuple[int, ...]
    room: str
    """The room that it was said to, as it is called; empty if it is private."""
    speaker: str
    time: int
    text: str
    signed: RoomMessage | None = None


class StoredBefore(Struct, frozen=True):
    """What a session begins with: up to which number each sender is in the store, by
    fingerprint and epoch, the latest epoch last, and what is owed, in order."""

    heard: dict[str, dict[int, int]] = field(default_factory=dict)
    owed: tuple[OwedLine, ...] = ()
    epoch: int = 0
    """One that is larger than any that was drawn for anybody."""
    last: int = 0
    """The number of the last line."""
    rooms: tuple[MembersRecord, ...] = ()
    """Who was in which room last."""
    unread: tuple[UnreadRecord, ...] = ()
    """Where something is that the person has not looked at."""
