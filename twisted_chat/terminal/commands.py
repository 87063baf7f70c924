"""What a person can type into UDP chat: commands after a `$`, everything else is said."""

from dataclasses import dataclass
from enum import Enum

from twisted_chat import names
from twisted_chat.errors import NameRefused, UsageMistake

MARK = "$"


class Command(Enum):
    """The commands: the word, what goes with it, what it does. What stands in
    brackets may be left out."""

    POKE = ("poke", "NAME", "talk to NAME, who need not be in your room")
    KICK = ("kick", "[NAME]", "put NAME, or everybody, out of your room; elsewhere talk to nobody")
    ROOMLIST = ("roomlist", "", "show the rooms")
    USERLIST = ("userlist", "", "show the users")
    ROOMCREATE = ("roomcreate", "ROOM", "create a room; to be in it, join it")
    ROOMJOIN = ("roomjoin", "ROOM", "join a room, leaving any other")
    ROOMLEAVE = ("roomleave", "", "leave your room")
    ROOMCLOSE = ("roomclose", "", "close the room that you created")
    ROOMGIVE = ("roomgive", "NAME", "hand the room that you created on to NAME")
    STATUS = ("status", "", "show who has got what you said")
    VERIFY = ("verify", "NAME", "show your key and NAME's, to be compared by voice")
    TRUST = ("trust", "NAME", "accept the changed key of NAME, or of the server")
    HELP = ("help", "", "show this list")
    QUIT = ("quit", "", "leave the server and end")

    def __init__(self, word: str, argument: str, purpose: str) -> None:
        self.word = word
        self.argument = argument
        self.takes = range("[" not in argument and bool(argument), bool(argument) + 1)
        """How many arguments it can have."""
        self.purpose = purpose

    @property
    def usage(self) -> str:
        """The command as it is typed."""
        return f"{MARK}{self.word} {self.argument}".rstrip()


@dataclass(frozen=True, slots=True)
class Say:
    """A text to be said, without its line feed."""

    text: str


@dataclass(frozen=True, slots=True)
class Order:
    """A command, with its argument, a name in its canonical form, where it takes one."""

    command: Command
    argument: str = ""


_BY_WORD = {command.word: command for command in Command}


def read_line(line: str) -> Say | Order:
    """Read a typed line. Raises UsageMistake, which says what would have been right."""
    if not line.startswith(MARK):
        return Say(line)
    if line.startswith(MARK * 2):
        return Say(line[len(MARK) :])
    word, *rest = line.removeprefix(MARK).split() or [""]
    command = _BY_WORD.get(word.lower())
    if command is None:
        raise UsageMistake(
            f"there is no command {MARK}{word}: {MARK}help lists them,"
            f" and {MARK}{MARK} begins a text with {MARK}"
        )
    if len(rest) not in command.takes:
        raise UsageMistake(f"usage: {command.usage}")
    try:
        return Order(command, *map(names.canonical, rest))
    except NameRefused as refused:
        raise UsageMistake(str(refused)) from None


def help_lines() -> list[str]:
    """What `$help` shows."""
    width = max(len(command.usage) for command in Command)
    return [
        *(f"{command.usage:{width}}  {command.purpose}" for command in Command),
        f"{'$$TEXT':{width}}  say a text that begins with {MARK}",
        f"{'TEXT':{width}}  say it to everybody you talk to",
    ]


# --- Why something has no effect

NAME_FIRST = "first a name, please: what is your name?"


def needs_server(command: Command) -> str:
    """Why a command has to be left for later."""
    return f"{MARK}{command.word} needs the server, which does not answer now"


def unheard(where: str) -> str:
    """That a text was said to nobody; `where` is why."""
    return f"nobody heard that: {where}. Try $roomlist, $roomjoin ROOM or $poke NAME"


def alone_in(room: str) -> str:
    """Why nobody hears somebody in this room, or in none."""
    return f"you talk to nobody in {room}" if room else "you are in no room"
