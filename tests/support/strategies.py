"""What hypothesis draws from: names, messages, changes, addresses, datagrams."""

from typing import TypeVar

from hypothesis import settings
from hypothesis import strategies as st

from tests.support.thorough import THOROUGH
from twisted_chat.addresses import Address, AddressKind, kind
from twisted_chat.directory import directory
from twisted_chat.directory.rules import PUBLIC
from twisted_chat.wire import common
from twisted_chat.wire.common import (
    Bare,
    CreateRoom,
    Goodbye,
    JoinRoom,
    Leave,
    LeaveRoom,
    ListRooms,
    ListUsers,
    Locate,
    Register,
    RoomReady,
    Verb,
    Welcome,
)
from twisted_chat.wire.gen1 import (
    Answer,
    Located,
    NamedText,
    RoomListed,
    RosterCleared,
    RosterEntry,
    UserListed,
)
from twisted_chat.wire.gen2.requests import (
    RUNNING,
    AskRoster,
    CloseRoom,
    CreatePrivateRoom,
    GiveRoom,
    Kick,
    QuitRoom,
    Request,
    RunRoom,
    SetTopic,
    SignOfLife,
)

_FEW, _SOME, _MANY = (25, 60, 250) if THOROUGH else (6, 15, 60)

few = settings(max_examples=_FEW, deadline=None)
"""For properties of whole programs."""
some = settings(max_examples=_SOME, deadline=None)
"""For properties that are slow to try."""
many = settings(max_examples=_MANY, deadline=None)
"""For properties that are quick to try."""

T = TypeVar("T")


def sequences(elements: st.SearchStrategy[T], longest: int) -> st.SearchStrategy[list[T]]:
    """Lists of any length up to this one: `st.lists` alone rarely draws more than ten."""
    return st.integers(0, longest).flatmap(
        lambda length: st.lists(elements, min_size=length, max_size=length)
    )


# --- Texts and names

texts = st.text(st.characters(codec="utf-8"), max_size=40)
"""Anything that can travel, control characters included."""

odd_names = texts.map(lambda text: "".join(filter(str.isprintable, text)))
"""Names that a server of generation 1 may give: what is one line, and obeyed by no terminal."""

given_names = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Cs", "Co", "Zs", "Zl", "Zp"]),
    min_size=1,
    max_size=40,
)
"""Names that a server of generation 2 may give."""

names = st.text("abcdefghijklmnopqrstuvwxyz0123456789._-", min_size=1, max_size=32)
"""Names in their canonical form."""

few_names = st.sampled_from(["alice", "Alice", "bob", "carol", "Дима", "дима", "アリス"])
"""Few enough to collide, some of them the same name in another case."""

few_rooms = st.sampled_from(["lab", "Lab", "kitchen", "x" * 32])

# --- Addresses

ports = st.integers(1, 65_535)
hosts = (
    st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6))
    .map(str)
    .filter(lambda host: kind(host) is not AddressKind.NOBODY)
)
addresses: st.SearchStrategy[Address] = st.tuples(hosts, ports)

few_addresses: st.SearchStrategy[Address] = st.sampled_from(
    [
        ("10.0.0.1", 1001),
        ("10.0.0.1", 1002),
        ("10.0.0.2", 1001),
        ("2001:db8::1", 1001),
        ("2001:db8::2", 1001),
        ("2001:db8:1::1", 1001),
    ]
)

# --- Messages

_no_arguments = st.sampled_from([Leave(), ListUsers(), ListRooms(), LeaveRoom()])


def _requests(user: st.SearchStrategy[str], room: st.SearchStrategy[str]) -> st.SearchStrategy:
    return st.one_of(
        _no_arguments,
        user.map(Register),
        user.map(Locate),
        room.map(CreateRoom),
        room.map(JoinRoom),
    )


requests: st.SearchStrategy[common.Request] = _requests(texts, texts)
"""Every kind of request, whatever the arguments."""

likely_requests: st.SearchStrategy[common.Request] = _requests(few_names, few_rooms)
"""Every kind of request, mostly about what is there."""

likely_frames: st.SearchStrategy[Request] = st.one_of(
    st.sampled_from([Leave(), ListUsers(), ListRooms()]),
    few_names.map(Locate),
    st.just(SignOfLife()),
    *(few_rooms.map(kind) for kind in (QuitRoom, AskRoster, Kick, CloseRoom)),
    *(st.builds(kind, few_rooms, few_names) for kind in (Kick, GiveRoom)),
    st.builds(RunRoom, st.sampled_from(RUNNING), few_rooms, few_names),
    few_rooms.map(CreatePrivateRoom),
    st.builds(SetTopic, few_rooms, st.sampled_from(["", "frogs"])),
    few_rooms.map(JoinRoom),
    few_rooms.map(CreateRoom),
    few_names.map(Register),
)
"""Every kind of request of generation 2, mostly about what is there."""

_bare = st.sampled_from([Verb.HI, Verb.AR, Verb.UL, Verb.RL, Verb.RC, Verb.RJ])

answers: st.SearchStrategy[Answer] = st.one_of(
    _bare.map(Bare),
    odd_names.map(Welcome),
    st.just(Goodbye()),
    st.builds(Located, hosts, ports),
    odd_names.map(UserListed),
    odd_names.map(RoomListed),
    odd_names.map(RoomReady),
    st.just(RosterCleared()),
    st.builds(RosterEntry, hosts, ports),
    st.builds(NamedText, texts.map(lambda text: text.replace("> ", ">")), texts),
)
"""Every kind of answer, and what peers say."""

# --- Datagrams


@st.composite
def mutated(draw: st.DrawFn, datagrams: st.SearchStrategy[bytes]) -> bytes:
    """A datagram with a few of its bytes cut out, overwritten or put in."""
    datagram = draw(datagrams)
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(datagram)))
        end = draw(st.integers(start, min(len(datagram), start + 3)))
        datagram = datagram[:start] + draw(st.binary(max_size=3)) + datagram[end:]
    return datagram


_encoded = st.one_of(requests, likely_requests, answers).map(lambda message: message.encode())

datagrams: st.SearchStrategy[bytes] = st.one_of(
    likely_requests.map(lambda message: message.encode()),
    _encoded,
    mutated(_encoded),
    st.binary(max_size=64),
    st.sampled_from([b"", b"hi", b"hi ", b"ul ", b"rj \xff", b"hi " + b"x" * 2000, b"\xc0"]),
)
"""What arrives at a server: requests, nonsense, and what is almost a request."""

# --- Changes of the directory


def _key(name: str) -> str:
    return name.lower()


changes: st.SearchStrategy[directory.Change] = st.one_of(
    st.builds(
        lambda at, name: directory.Registered(at, name, _key(name)), few_addresses, few_names
    ),
    st.builds(directory.Heard, few_addresses),
    st.builds(directory.Departed, few_addresses, st.booleans()),
    st.builds(
        lambda name, at: directory.RoomCreated(name, _key(name), at), few_rooms, few_addresses
    ),
    st.builds(lambda at, name: directory.RoomJoined(at, _key(name)), few_addresses, few_rooms),
    st.builds(lambda at, name: directory.RoomLeft(at, _key(name)), few_addresses, few_rooms),
    st.builds(lambda name: directory.RoomGone(_key(name)), few_rooms),
)

fingerprints = st.sampled_from(["a" * 64, "b" * 64, "c" * 64])

changes_of_both: st.SearchStrategy[directory.Change] = st.one_of(
    changes,
    st.builds(
        lambda at, name, key: directory.Registered(at, name, _key(name), key),
        few_addresses,
        few_names,
        fingerprints,
    ),
    st.builds(directory.Moved, fingerprints, few_addresses),
    st.builds(directory.Departed, fingerprints, st.booleans()),
    st.builds(lambda name: directory.NameForgotten(_key(name)), few_names),
    st.builds(
        lambda name, key: directory.RoomCreated(name, _key(name), key), few_rooms, fingerprints
    ),
    st.builds(lambda key, name: directory.RoomJoined(key, _key(name)), fingerprints, few_rooms),
    st.builds(lambda key, name: directory.RoomLeft(key, _key(name)), fingerprints, few_rooms),
    st.builds(lambda name, key: directory.RoomGiven(_key(name), key), few_rooms, fingerprints),
    st.builds(
        lambda name, key: directory.RoomRuled(_key(name), PUBLIC.ban(key, "x")),
        few_rooms,
        fingerprints,
    ),
)
"""Changes of users of both generations."""

pauses = st.sampled_from([0.0, 0.0, 0.25, 1.0, 30.0])
"""Seconds between two things that happen."""

timed_changes: st.SearchStrategy[list[tuple[float, directory.Change]]] = sequences(
    st.tuples(pauses, changes), 60
)
"""Changes, each after a pause."""

timed_changes_of_both: st.SearchStrategy[list[tuple[float, directory.Change]]] = sequences(
    st.tuples(pauses, changes_of_both), 60
)
"""Changes of users of both generations, each after a pause."""
