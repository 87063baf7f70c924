"""The faces with an input line: what is entered there, and what is told."""

from functools import partial
from typing import Any, cast

from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.trial.unittest import SynchronousTestCase

from tests.support.screens import EmulatedTerminal
from twisted_chat.peer.commands import Command, LearnRooms, Order, Say
from twisted_chat.peer.events.event import Someone, Talk
from twisted_chat.peer.events.rooms import RoomEntered
from twisted_chat.peer.events.said import Said, Unencrypted
from twisted_chat.peer.events.server import Mistake, NameWanted, RegisteredAs, RoomsKnown
from twisted_chat.peer.events.talk import TalkingTo
from twisted_chat.peer.protocol import Peer
from twisted_chat.tcp import events as tcp_events
from twisted_chat.tcp.protocol import TcpChat
from twisted_chat.tcp.typed import TypedCommand
from twisted_chat.terminal import edited_face, edited_tcp_face
from twisted_chat.terminal.ansi import Colours
from twisted_chat.terminal.colours import ANSI_256, colour_of
from twisted_chat.terminal.edited import Manner
from twisted_chat.terminal.edited_keyboard import EditedKeyboard
from twisted_chat.terminal.editing.history import History
from twisted_chat.terminal.socket import Attachment

NOT_SENT = "> nobody is on the line; that was not sent"
OURS, BOBS = "ab" * 32, "01" * 32


class HalfCloseable(StringTransport):
    """A connection whose input can be ended."""

    def loseWriteConnection(self) -> None:
        """Nothing more is written."""


class Chat:
    """Writes down what a face tells, whichever chat it is of."""

    def __init__(self) -> None:
        self.told: list[Any] = []
        self.face: Any = None

    def attached(self, face: Any) -> None:
        self.face = face

    def typed(self, *told: Any) -> None:
        last = told[-1]  # What a peer is told is a list.
        self.told += last if isinstance(last, list) else [last]

    def ended(self, *face: Any) -> None:
        self.told.append("ended")

    def detached(self, *face: Any) -> None:
        self.told.append("detached")

    def flowing(self, face: Any) -> None:
        self.told.append("flowing")


class FaceCase(SynchronousTestCase):
    """A face at an emulated terminal."""

    def setUp(self) -> None:
        self.chat, self.clock, self.seen = Chat(), Clock(), EmulatedTerminal(60, 24)
        self.terminal: Any = None

    def manner(self, colours: Colours = Colours.NONE) -> dict[str, Any]:
        def forget(entry: str) -> None:
            """Nothing is kept."""

        return {
            "history": History(),
            "manner": Manner(colours, lambda: 1_800_014_400.0, forget),
            "clock": self.clock,
        }

    def type(self, text: str) -> None:
        self.terminal.dataReceived(text.encode())

    def rows(self) -> list[str]:
        """What is seen, without the times."""
        self.clock.advance(0)
        return [row[6:] if row[2:3] == ":" else row for row in self.seen.rows]


class AtAPeer(FaceCase):
    """UDP chat."""

    def setUp(self) -> None:
        super().setUp()
        self.sit_down(Colours.NONE)

    def sit_down(self, colours: Colours) -> None:
        peer = cast(Peer, self.chat)
        self.terminal = edited_face.edited(peer, key=OURS, **self.manner(colours))
        self.terminal.makeConnection(self.seen)
        self.show = self.chat.face.show

    def test_prompt(self) -> None:
        """What stands before what is typed is where it goes."""
        self.assertEqual(self.rows(), ["[nobody]"])
        for event, prompt in (
            (NameWanted(), "your name:"),
            (RegisteredAs("alice"), "[nobody]"),
            (TalkingTo(Talk("lab"), False), "[lab]"),
            (TalkingTo(Talk("", Someone("bob")), False), "[bob, private]"),
            (TalkingTo(Talk("x: y"), False), '["x: y"]'),
        ):
            self.show(event)
            self.assertEqual(self.rows()[-1], prompt)

    def test_own_lines(self) -> None:
        """What the person says is shown with their name, and a command without."""
        self.show(NameWanted())
        self.type("alice\r")
        self.show(RegisteredAs("alice"))
        self.type("hello\r$who\r$$5\r$nothing\r")
        rows = self.rows()
        self.assertEqual(
            [row for row in rows if row.startswith("- ")],
            ["- alice", "- alice: hello", "- $who", "- alice: $5", "- $nothing"],
        )
        *said, mistake = self.chat.told
        self.assertEqual(said, [Say("alice"), Say("hello"), Order(Command.WHO), Say("$5")])
        self.assertIsInstance(mistake, Mistake)

    def test_nothing(self) -> None:
        """Enter alone, or behind blanks, says nothing."""
        self.type("\r  \r\t\r")
        self.assertEqual(self.chat.told, [])

    def test_several_lines(self) -> None:
        """One message can have several lines, typed or heard, which stand under each other."""
        self.show(RegisteredAs("alice"))
        self.type("one\x1b\rtwo\r")
        self.show(Said(Someone("bob", BOBS), "three\nfour", True, None, ""))
        self.assertEqual(self.chat.told, [Say("one\ntwo")])
        self.assertEqual(
            self.rows()[1:-1],
            ["- alice: one", "               two", "< bob privately: three", " " * 23 + "four"],
        )

    def test_pasted(self) -> None:
        """What was pasted is said, and no command, whatever it begins with."""
        self.type("\x1b[200~$quit\n$roomleave\x1b[201~l")
        self.assertEqual(self.chat.told, [Say("$quit", True), Say("$roomleave", True)])

    def test_completion(self) -> None:
        """Names are completed once they were met."""
        self.type("$poke c\t")
        self.assertEqual(self.rows(), ["[nobody] $poke c"])
        self.show(RoomEntered("lab", (Someone("carol"),), (), True))
        self.type("\t")
        self.assertEqual(self.rows()[-1], "[nobody] $poke carol")

    def test_completed_room(self) -> None:
        """A room is completed that nobody has named yet, as soon as the server has listed it, and
        nothing else is seen of that."""
        self.type("$roomjoin l\t")
        self.assertEqual(self.chat.told, [LearnRooms()])
        self.show(RoomsKnown(("attic", "lab", "lounge")))
        self.assertEqual(self.rows(), ["> lab  lounge", "[nobody] $roomjoin l"])
        self.type("a\t")
        self.show(RoomsKnown(()))
        self.assertEqual(self.rows()[1:], ["[nobody] $roomjoin lab"])

    def test_colours(self) -> None:
        """Each person has the colour of their key, a look-alike another, and one without a
        key none; so has the person."""
        self.seen = EmulatedTerminal(60, 24)
        self.sit_down(Colours.MANY)
        self.show(RegisteredAs("alice"))
        self.type("hi\r")
        self.show(Said(Someone("bob", BOBS), "hi", True, None, "lab"))
        self.show(Said(Someone("bob", "9" * 64), "hi", True, None, "lab"))
        how = Unencrypted("192.0.2.1:1")
        self.show(Said(Someone("bob", keyless=True), "hi", True, how, "lab"))
        colours = [self.seen.screen.buffer[row][8].fg for row in range(1, 5)]
        self.assertEqual(len(set(colours)), 4)
        self.assertEqual(colours[3], "default")
        for key, colour in ((OURS, colours[0]), (BOBS, colours[1])):
            self.seen.write(f"\x1b[H\x1b[38;5;{colour_of(key, ANSI_256)}mx".encode())
            self.assertEqual(self.seen.screen.buffer[0][0].fg, colour)

    def test_unseen(self) -> None:
        """What comes while nothing is taken is counted, and told."""
        self.seen.producer.pauseProducing()
        self.show(RegisteredAs("alice"))
        self.seen.producer.resumeProducing()
        self.assertIn("1 line", self.rows()[0])

    def test_ends(self) -> None:
        """Ctrl-D, and the end of the terminal, are told."""
        self.type("\x04")
        self.chat.face.close()
        self.terminal.connectionLost()
        self.assertEqual(self.chat.told, ["ended", "detached"])


class AtATcpChat(FaceCase):
    """TCP chat."""

    def setUp(self) -> None:
        super().setUp()
        face = edited_tcp_face.EditedTcpFace(cast(TcpChat, self.chat))
        self.terminal = edited_tcp_face.edited_talk(face, **self.manner())
        self.terminal.makeConnection(self.seen)

    def test_lines(self) -> None:
        """What is said and heard, with who is on the line before what is typed."""
        self.chat.face.show(tcp_events.ConnectedWith("192.0.2.1:8090"))
        self.chat.face.show(tcp_events.TextSaid("hi\tthere"))
        self.type("hello\x1b\ryou\r \r/quit\r:q\r")
        self.assertEqual(
            self.rows(),
            [
                "> connected with 192.0.2.1:8090; :q hangs up",
                "< hi\u2409there",
                "- hello",
                "- you",
                "- /quit",
                "- :q",
                "[192.0.2.1:8090]",
            ],
        )
        hello, you, mistake, end = self.chat.told
        self.assertEqual((hello, you, end), ("hello", "you", TypedCommand.QUIT))
        self.assertIsInstance(mistake, tcp_events.NoCommand)
        self.chat.face.show(tcp_events.LineEnded(tcp_events.LineEnding.THEY_HUNG_UP, "", True))
        self.assertEqual(self.rows()[-1], "[nobody]")

    def test_pasted(self) -> None:
        """Pasted lines are said one by one, and hang up on nobody."""
        self.type("\x1b[200~:q\nb\x1b[201~")
        self.assertIn("[l]ine by line", self.rows()[0])
        self.type("l")
        self.assertEqual(self.chat.told, [":q", "b"])

    def test_before(self) -> None:
        """What is told later has the time at which it happened."""
        self.chat.face.show(tcp_events.TextSaid("hi"), 1_800_014_400.0 - 3 * 3600)
        self.chat.face.show(tcp_events.TextSaid("hi"))
        self.clock.advance(0)
        hours = [int(row[:2]) for row in self.seen.rows if row.endswith("< hi")]
        self.assertEqual((hours[1] - hours[0]) % 24, 3)


class AtADaemon(FaceCase):
    """The terminal of a daemon."""

    def setUp(self) -> None:
        super().setUp()

        def keyboard(attachment: Attachment) -> EditedKeyboard:
            return EditedKeyboard(
                attachment, partial(edited_tcp_face.edited_talk, **self.manner())
            )

        def open_terminal(terminal: Any) -> None:
            self.terminal = terminal
            terminal.makeConnection(self.seen)

        self.daemon = HalfCloseable()
        self.attachment = Attachment(open_terminal, NOT_SENT, keyboard)
        self.attachment.makeConnection(self.daemon)

    def test_lines(self) -> None:
        """Lines of the daemon are shown with their marks, and tell who is on the line."""
        self.assertEqual(self.rows(), ["[nobody]"])
        for lines, prompt in (
            (b"> attached; 192.0.2.1:5 is on the line. Ctrl-D leaves\n", "[192.0.2.1:5]"),
            (b"> they hung up; waiting for the next caller\n", "[nobody]"),
            (b"> connected with 192.0.2.1:5; :q hangs up\n", "[192.0.2.1:5]"),
            (b"< connected with eve; :q hangs up\n< x\x1b[2J\n", "[192.0.2.1:5]"),
        ):
            self.daemon.clear()
            self.attachment.dataReceived(lines)
            self.assertEqual(self.rows()[-1], prompt)
        self.assertEqual(self.rows()[-3:-1], ["< connected with eve; :q hangs up", "< x\u241b[2J"])

    def test_typed(self) -> None:
        """What is entered goes to the daemon, in lines; what was pasted is said there."""
        self.type("hello\r \r\x1b[200~:q\nb\x1b[201~l")
        self.assertEqual(self.daemon.value(), b"hello\n::q\nb\n")

    def test_clogged(self) -> None:
        """The daemon is not read while nothing that it shows is taken."""
        self.seen.producer.pauseProducing()
        self.attachment.dataReceived(b"< one\n")
        self.assertEqual(self.daemon.producerState, "paused")
        self.seen.producer.resumeProducing()
        self.assertEqual(self.daemon.producerState, "producing")

    def test_daemon_that_takes_nothing(self) -> None:
        """What a daemon does not take is not entered, until it does."""
        assert self.daemon.producer is not None
        self.daemon.producer.pauseProducing()
        self.type("a\r")
        self.assertEqual(self.daemon.value(), b"")
        self.daemon.producer.resumeProducing()
        self.type("\r")
        self.assertEqual(self.daemon.value(), b"a\n")

    def test_left(self) -> None:
        """Ctrl-D leaves the daemon."""
        self.type("\x04")
        self.assertTrue(self.attachment.left)
        self.attachment.connectionLost()
        self.assertIn("closed", self.seen.told)
        self.terminal.connectionLost()
        self.assertTrue(self.successResultOf(self.attachment.over))
