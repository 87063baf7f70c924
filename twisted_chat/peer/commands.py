"""What a person can want of a UDP peer: that it says something, or obeys a command."""

from enum import Enum

from msgspec import Struct

from twisted_chat.events import Event
from twisted_chat.peer.events.event import Talk


class Command(Enum):
    """The commands: the word, and what goes with it. What stands in brackets may be left out."""

    POKE = ("poke", "NAME")
    TO = ("to", "NAME")
    MSG = ("msg", "NAME TEXT")
    KICK = ("kick", "[NAME]")
    ROOMLIST = ("roomlist", "")
    USERLIST = ("userlist", "")
    ROOMCREATE = ("roomcreate", "ROOM [private]")
    ROOMJOIN = ("roomjoin", "ROOM")
    ROOMLEAVE = ("roomleave", "[ROOM]")
    ROOMCLOSE = ("roomclose", "")
    ROOMGIVE = ("roomgive", "NAME")
    INVITE = ("invite", "NAME [ROOM]")
    BAN = ("ban", "NAME")
    UNBAN = ("unban", "NAME")
    MUTE = ("mute", "NAME")
    UNMUTE = ("unmute", "NAME")
    OP = ("op", "NAME")
    DEOP = ("deop", "NAME")
    TOPIC = ("topic", "[TEXT]")
    HISTORY_FOR_NEW = ("history-for-new", "[COUNT]")
    IGNORE = ("ignore", "NAME")
    UNIGNORE = ("unignore", "NAME")
    WHO = ("who", "[ROOM]")
    WHOIS = ("whois", "NAME")
    LINK = ("link", "[ROOM]")
    STATUS = ("status", "")
    PATH = ("path", "[NAME]")
    VERIFY = ("verify", "NAME [yes/no]")
    TRUST = ("trust", "NAME")
    HISTORY = ("history", "[COUNT]")
    SEARCH = ("search", "TEXT")
    OUTBOX = ("outbox", "")
    FORGET = ("forget", "NAME")
    NOSTORE = ("nostore", "")
    HELP = ("help", "[COMMAND]")
    QUIT = ("quit", "")

    def __init__(self, word: str, argument: str) -> None:
        self.word = word
        self.argument = argument
        arguments = argument.split()
        self.has_text = argument.endswith(("TEXT", "[TEXT]"))
        """Whether the rest of the line is a text."""
        self.takes = range(sum("[" not in one for one in arguments), len(arguments) + 1)
        """How many arguments it can have."""
        second = argument.partition(" [")[2].rstrip("]")
        self.choices = tuple(second.split("/")) if second.islower() else ()
        """What its second argument can be, where it is one of several words."""


SERVER = "server"
"""The name under which `$trust` knows the server, while it is in question what it is."""
DELETE = "delete"
"""What is chosen with TOPIC where there is to be none."""
RUNNING = (
    Command.INVITE,
    Command.BAN,
    Command.UNBAN,
    Command.MUTE,
    Command.UNMUTE,
    Command.OP,
    Command.DEOP,
)
"""What one who runs a room wants for somebody."""
_FOR_THE_ROOM = frozenset(
    {
        *RUNNING,
        Command.HISTORY_FOR_NEW,
        Command.ROOMCLOSE,
        Command.ROOMGIVE,
        Command.ROOMLEAVE,
        Command.TOPIC,
    }
)
"""Commands for the room in which one talks, where no room is named."""
TURNING = frozenset({Command.POKE, Command.ROOMCREATE, Command.ROOMJOIN, Command.TO})
"""Commands that change where what is typed goes."""


class Say(Struct, frozen=True):
    """A text to be said, without its line feed."""

    text: str
    aloud: bool = False
    """Whether it is certain that it is to be said, and no command was meant."""
    to: Talk | None = None
    """The only conversation in which it may be said; None for the one that is current."""

    @property
    def for_one(self) -> bool:
        """Whether it is for one person, and for nobody else whatever is current."""
        return self.to is not None and self.to.who is not None

    @property
    def asks_for_help(self) -> bool:
        """Whether it may be the command, typed by somebody who does not know its mark."""
        return not self.aloud and self.text.strip().lower() == Command.HELP.word


class Order(Struct, frozen=True):
    """A command, with its argument, a name in its canonical form, where it takes one, one of
    its choices, where it has some, the text that goes with it, and the room beside a name."""

    command: Command
    argument: str = ""
    choice: str = ""
    text: str = ""
    room: str = ""
    where: Talk | None = None
    """The conversation that its person looks at; None for the one that is current."""

    def __eq__(self, other: object) -> bool:
        """Whether both order the same, wherever each was typed."""
        return isinstance(other, Order) and self._ordered == other._ordered

    def __hash__(self) -> int:
        return hash(self._ordered)

    @property
    def _ordered(self) -> tuple[Command, str, str, str, str]:
        return self.command, self.argument, self.choice, self.text, self.room

    @property
    def for_the_room(self) -> bool:
        """Whether it is for the room in which its person talks, and names none."""
        named = self.room or (self.command is Command.ROOMLEAVE and self.argument)
        return self.command in _FOR_THE_ROOM and not named

    @property
    def about_server(self) -> bool:
        """Whether it may be about the server, and not about somebody with that name."""
        return self.command is Command.TRUST and self.argument.lower() == SERVER


class Turn(Struct, frozen=True):
    """What is typed from now on goes to this conversation, as its person looks at it."""

    to: Talk


class ReadBack(Struct, frozen=True):
    """The person reads on in what was said in this conversation before the line that the store
    has under this number; 0: before we were started."""

    to: Talk
    before: int


class ListEarlier(Struct, frozen=True):
    """The person is to see with whom they have talked in private before we were started."""


class LeaveUnread(Struct, frozen=True):
    """The person has not looked at so many of the last lines that others have said in this
    conversation; faces that show all at once have nothing to say of it."""

    to: Talk
    count: int


class LearnRooms(Struct, frozen=True):
    """The rooms that the server lists are to be known, as the person begins to type the name of
    one; nothing waits for that."""


QUIT = Order(Command.QUIT)
MAX_COUNT = 1_000
"""Lines that are shown at a time."""
MAX_FOR_NEW = 1_000_000
"""Lines that newcomers are given, where that is a number."""
ALL = "all"
"""In its place: all that was said before."""
EVERYWHERE = "-a"
"""What stands before words that are searched for in all conversations."""
COUNTED = {
    Command.HISTORY: range(1, MAX_COUNT + 1),
    Command.HISTORY_FOR_NEW: range(MAX_FOR_NEW + 1),
}
"""Commands that take a number, and which."""


def counts(order: Order) -> bool:
    """Whether a command has a number that it takes, or what it takes in place of one, where it
    takes one."""
    number, bounds = order.argument, COUNTED.get(order.command)
    if bounds is None or not number:
        return True
    if order.command is Command.HISTORY_FOR_NEW and number.lower() == ALL:
        return True
    return number.isascii() and number.isdigit() and int(number[:9]) in bounds


ToRead = ReadBack | ListEarlier | LeaveUnread | LearnRooms
"""What is only read, or is not, whatever was typed before it."""
Typed = Say | Order | Turn | ToRead | Event
"""What the person wants, or what was wrong with a line of theirs."""
