"""Completing commands, and what goes with them."""

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.peer.commands import Command
from twisted_chat.peer.events.event import Someone, Talk
from twisted_chat.peer.events.moves import PeopleCame
from twisted_chat.peer.events.rooms import NoSuchRoom, RoomEntered
from twisted_chat.peer.events.said import Said, Unencrypted
from twisted_chat.peer.events.server import RoomList, RoomsKnown, UserList
from twisted_chat.peer.events.talk import Part, Present, TalkingTo, Who
from twisted_chat.terminal.editing.commands import CommandCompleter
from twisted_chat.terminal.editing.vocabulary import MOST_NAMES, Vocabulary


class Meeting(SynchronousTestCase):
    """Which names are known."""

    def setUp(self) -> None:
        self.words = Vocabulary()

    def test_events(self) -> None:
        """Rooms and people are known from whatever event they are in, the last one first."""
        self.words.learn(RoomEntered("lab", (Someone("bob"),), (Someone("eve"),), True))
        self.words.learn(PeopleCame((Someone("carol"),), 3, "den"))
        self.words.learn(TalkingTo(Talk("", Someone("dave")), False))
        present = Present("frank", Part.HEARS, rooms=("kitchen",))
        self.words.learn(Who("alice", "lab", (present,), 0, ("hall",), Talk("lab")))
        self.assertEqual(self.words.people, ("frank", "dave", "carol", "eve", "bob"))
        self.assertEqual(self.words.rooms, ("lab", "hall", "kitchen", "den"))
        self.words.learn(UserList(("zoe", "bob")))
        self.words.learn(RoomList(("attic",)))
        self.assertEqual(self.words.people[:2], ("bob", "zoe"))
        self.assertEqual(self.words.rooms[0], "attic")
        self.words.learn(RoomsKnown(("cellar", "lab")))
        self.assertEqual(self.words.rooms[:3], ("lab", "cellar", "attic"))

    def test_nobody(self) -> None:
        """Strangers, those without a name, and rooms that there are not, are not."""
        stranger = Unencrypted("192.0.2.1:1", stranger=True)
        self.words.learn(Said(Someone("mallory"), "hi", False, stranger))
        self.words.learn(Said(Someone(address="192.0.2.1:1"), "hi", True, None, "lab"))
        self.words.learn(NoSuchRoom("lbb"))
        self.assertEqual((self.words.people, self.words.rooms), ((), ("lab",)))

    def test_bounded(self) -> None:
        """Those that were met longest ago are forgotten."""
        self.words.learn(UserList(tuple(f"user{n}" for n in range(MOST_NAMES + 2))))
        self.assertEqual(len(self.words.people), MOST_NAMES)
        self.assertNotIn("user1", self.words.people)


class Words(SynchronousTestCase):
    """What can stand where."""

    def setUp(self) -> None:
        words = Vocabulary()
        words.learn(UserList(("anna", "annette", "Bob", "x,bob")))
        words.learn(RoomList(("lab", "lounge")))
        self.completer = CommandCompleter(words)

    def check(self, text: str, *words: str, end: str = " ", at: int | None = None) -> None:
        """Before the cursor can stand these."""
        found = self.completer.complete(text, len(text) if at is None else at)
        self.assertEqual(found.words, words, text)
        if words:
            self.assertEqual(found.end, end, text)

    def test_commands(self) -> None:
        """A command is completed after its mark, also one of other chats after theirs."""
        self.check("$roomj", "$roomjoin")
        self.check("$ROOMJ", "$roomjoin")
        self.check("$stat", "$status", end="")
        self.check("$wh", "$who", "$whois")
        self.check("/joi", "/join")
        self.check("$joi")
        self.check("$$roomj")

    def test_rooms(self) -> None:
        """Where any room can stand, the server may know more of them; nowhere else."""
        for text in ("$roomjoin ", "$roomjoin l", "/join #l", "$link l"):
            self.assertTrue(self.completer.complete(text, len(text)).rooms, text)
        for text in ("$roomj", "$roomleave l", "$poke l", "l", "$roomjoin lab l", "$$roomjoin l"):
            self.assertFalse(self.completer.complete(text, len(text)).rooms, text)

    def test_words(self) -> None:
        """Words that a command knows in place of what it takes, where they are the first."""
        self.check("$topic -", "-delete")
        self.check("$search -", "-a")
        self.check("$history-for-new ")
        self.check("$history-for-new a", "all")
        self.check("$topic ")
        self.check("$search -a -")
        self.check("$topic an", "anna", "annette")
        self.check("$msg -")

    def test_arguments(self) -> None:
        """Where a name or a room is wanted, those are offered, and words where it is a word."""
        self.check("$roomjoin l", "lab", "lounge")
        self.check("/join #la", "lab")
        self.check("$poke an", "anna", "annette")
        self.check("$poke b", "Bob")
        self.check("$poke x", '"x,bob"')
        self.check('$poke "x', '"x,bob"')
        self.check("$to ", '"x,bob"', "anna", "annette", "Bob", "lab", "lounge")
        self.check("$invite anna l", "lab", "lounge")
        self.check("$verify anna y", "yes")
        self.check("$roomcreate new p", "private")
        self.check("$trust s", "server")
        self.check("$poke anna an")
        self.check("$status an")
        self.check("$nothing an")

    def test_texts(self) -> None:
        """In a text it is people, and a colon goes behind whom it begins with."""
        self.check("bo", "Bob", end=": ")
        self.check("hello bo", "Bob")
        self.check("hello\nbo", "Bob")
        self.check("$msg anna hello b", "Bob")
        self.check("bo and more", "Bob", end=": ", at=2)
        self.check("")
        self.check("hello ")

    def test_every_command(self) -> None:
        """Each has something to be completed with exactly where it takes something."""
        for command in Command:
            found = self.completer.complete(f"${command.word} ", len(command.word) + 2)
            own = command.argument.startswith(("TEXT", "[TEXT]", "[COUNT]"))
            wanted = bool(command.argument) and not own
            self.assertEqual(bool(found.words), wanted, command)
