"""Whatever is in a field of whatever comes: nothing raw reaches the terminal."""

from collections.abc import Callable
from typing import Any

from msgspec.structs import asdict, replace
from twisted.internet.testing import StringTransport
from twisted.trial.unittest import SynchronousTestCase

from tests.peer.keyed import SERVER, Remembered, key_of
from tests.support.sessions import keyed_session, plain_session
from twisted_chat.events import Event
from twisted_chat.links import Link
from twisted_chat.peer.effects import Effect
from twisted_chat.peer.session import Session
from twisted_chat.peer.whereabouts import Whereabouts
from twisted_chat.terminal.line import LineTerminal
from twisted_chat.terminal.typed_lines import as_typed
from twisted_chat.terminal.wording.line import LineWording
from twisted_chat.wire import gen1
from twisted_chat.wire.common import Bare, RoomReady, Verb, Welcome
from twisted_chat.wire.gen1 import (
    Located,
    NamedText,
    RoomListed,
    RosterCleared,
    RosterEntry,
    UserListed,
)
from twisted_chat.wire.gen2 import answers
from twisted_chat.wire.gen2.answers import (
    ContactLocated,
    Expelled,
    Introduced,
    Leaving,
    PutOut,
    Refused,
    Rivalled,
)
from twisted_chat.wire.gen2.contact import ContactInfo
from twisted_chat.wire.gen2.grounds import Ground
from twisted_chat.wire.gen2.listing import Listed
from twisted_chat.wire.gen2.requests import RoomVerb
from twisted_chat.wire.gen2.room_news import RoomNews, Topic
from twisted_chat.wire.gen2.roster import Came, RosterBegins, RosterEnds, RosterMember, Went
from twisted_chat.wire.gen2.speech import NumberedText
from twisted_chat.wire.gen2.waiting import UserHere

HOSTILE = (
    "a\x1b[31mb",
    "\x1b]0;title\x07",
    "x\n> bob came\r",
    "a\u202eb\u2066c",
    "\x9b2J\x85",
    "\u2028\u2029",
    "\ufeff\u200b\ud800",
    "x" * 60_000,
    "\x1b[2J" * 12_000,
)
"""What a terminal would obey, what forges lines, and what fills the screen."""
WHERE = ("192.0.2.9", 9)
BOB = ContactInfo("bob", key_of("bob"), *WHERE)
OLD = ContactInfo("old", "", *WHERE)
TOLD: list[answers.Answer] = [
    Welcome("alice"),
    RoomReady("lab"),
    Refused(RoomVerb.JOIN, "lab", Ground.NO_ROOM),
    ContactLocated(BOB),
    Introduced(BOB),
    Introduced(OLD),
    Listed(Verb.UL, ("bob",)),
    RosterBegins("lab", 1),
    RosterMember("lab", BOB),
    RosterMember("lab", OLD),
    RosterEnds("lab"),
    Came("lab", 2, BOB),
    Came("lab", 2, OLD),
    Went("lab", 3, "bob"),
    PutOut("lab", Leaving.LEFT),
    Topic("lab", "frogs"),
    RoomNews(RoomVerb.INVITE, "den", "bob"),
    Refused(RoomVerb.KICK, "lab", Ground.NOT_YOURS),
    Expelled("go away"),
    Rivalled("alice", 5),
    UserHere("bob", key_of("bob")),
]
SAID: list[gen1.Answer] = [
    Welcome("alice"),
    Bare(Verb.HI),
    Located(*WHERE),
    UserListed("bob"),
    RoomListed("lab"),
    RoomReady("lab"),
    RosterCleared(),
    RosterEntry(*WHERE),
    NamedText("bob", "hello"),
]
TYPED = ("$roomjoin lab", "$userlist", "$roomlist", "$roomcreate lab", "$poke bob", "$trust bob",
         "$verify bob", "$kick bob", "$status", "hello", "$kick", "$roomleave")  # fmt: skip


def spoilt(message: Any, hostile: str) -> list[Any]:
    """The message with this in each of its fields that is a text, one after the other."""
    found = []
    for field, value in asdict(message).items():
        if isinstance(value, str):
            found.append(replace(message, **{field: hostile}))
        elif isinstance(value, tuple):
            found.append(replace(message, **{field: (hostile,)}))
        elif isinstance(value, ContactInfo):
            found += [replace(message, **{field: one}) for one in spoilt(value, hostile)]
    return found


class Screen:
    """A terminal on which effects are shown."""

    def __init__(self) -> None:
        class Nobody:
            def __getattr__(self, name: str) -> Callable[..., None]:
                return lambda *_: None

        self._transport = StringTransport()
        self.terminal = LineTerminal(Nobody())
        self.terminal.makeConnection(self._transport)
        self._shown = 0
        self._wording = LineWording()

    def show(self, effects: list[Effect]) -> None:
        for effect in effects:
            if isinstance(effect, Event):
                for line in self._wording.lines(effect):
                    self.tell(line)

    def tell(self, line: str) -> None:
        self._shown += 1
        self.terminal.show(line)

    def check(self, case: SynchronousTestCase, longest: int) -> None:
        """Each line that was shown is one, of which nothing is obeyed, and not too long."""
        text = self._transport.value().decode()
        case.assertEqual(text.count("\n"), self._shown)
        for line in text.split("\n"):
            case.assertTrue(line.isprintable(), ascii(line[:200]))
            case.assertLessEqual(len(line), longest)


class Anything(SynchronousTestCase):
    """Hostile fields in everything that comes."""

    def _keyed(self, screen: Screen, memory: Remembered) -> tuple[Session, Link]:
        session = keyed_session(Whereabouts(SERVER), "0" * 64, "alice", memory)
        link = Link("f" * 64, SERVER, True)
        screen.show(session.start(1.0))
        screen.show(session.heard(Bare(Verb.HI), SERVER, 1.0))
        screen.show(session.opened(link, 1.0))
        screen.show(session.received(link, [b"hi alice"], 1.0))
        return session, link

    def test_server(self) -> None:
        """What a server says, in generation 2, whatever was typed before and after."""
        for hostile in HOSTILE:
            for message in TOLD:
                for wrong in [message, *spoilt(message, hostile)]:
                    for typed in TYPED:
                        screen, memory = Screen(), Remembered()
                        memory.trust("bob", key_of("another"))
                        session, link = self._keyed(screen, memory)
                        screen.show(session.typed([as_typed(typed)], 1.0))
                        try:
                            encoded = wrong.encode()
                        except UnicodeEncodeError:
                            continue
                        for one in (b"ro lab 1", b"re lab", encoded):
                            screen.show(session.received(link, [one], 2.0))
                        screen.show(session.typed([as_typed(typed)], 3.0))
                        screen.show(session.tick(60.0))
                        screen.check(self, 2_000)

    def test_datagrams(self) -> None:
        """What comes in datagrams, in both generations, from the server and from others."""
        for hostile in HOSTILE:
            for message in SAID:
                for wrong in [message, *spoilt(message, hostile)]:
                    for source in (SERVER, WHERE):
                        screen = Screen()
                        session, link = self._keyed(screen, Remembered())
                        old = RosterMember("lab", OLD).encode()
                        screen.show(session.typed([as_typed("$roomjoin lab")], 1.0))
                        for one in (b"ro lab 1", old, b"re lab"):
                            screen.show(session.received(link, [one], 2.0))
                        screen.show(session.heard(wrong, source, 3.0))
                        screen.check(self, len(hostile) * 3 + 2_000)
                        screen = Screen()
                        plain = plain_session(Whereabouts(SERVER), 5000, "alice")
                        screen.show(plain.start(1.0))
                        screen.show(plain.heard(Welcome("alice"), SERVER, 1.0))
                        screen.show(plain.heard(NamedText("old", "hello"), WHERE, 1.5))
                        for typed in TYPED:
                            screen.show(plain.typed([as_typed(typed)], 2.0))
                            screen.show(plain.heard(wrong, source, 3.0))
                            screen.show(plain.tick(4.0))
                        screen.check(self, len(hostile) * 20 + 2_000)

    def test_peers(self) -> None:
        """What a peer says on a link, and what somebody without a key calls itself."""
        for hostile in HOSTILE:
            screen = Screen()
            session, link = self._keyed(screen, Remembered())
            screen.show(session.typed([as_typed("$roomjoin lab")], 1.0))
            for one in (b"ro lab 1", RosterMember("lab", BOB).encode(), b"re lab"):
                screen.show(session.received(link, [one], 2.0))
            bob = Link(key_of("bob"), WHERE, False)
            screen.show(session.opened(bob, 2.0))
            text = hostile.replace("\ud800", "")
            screen.show(session.received(bob, [NumberedText(1, 1, text).encode()], 2.0))
            screen.show(session.received(bob, [b"msg - 1 9 5 " + text.encode()], 2.0))
            screen.check(self, len(hostile) * 3 + 200)

    def test_wall(self) -> None:
        """Whatever a terminal is told to show, it shows nothing raw."""
        screen = Screen()
        for hostile in HOSTILE:
            screen.tell(hostile)
        screen.check(self, 100_000)
