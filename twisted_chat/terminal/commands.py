"""What a person can type into UDP chat: commands after a `$`, everything else is said.

Other chats have their commands after a `/`, and many a first line is `help`.
Neither is said aloud: it costs one line with what would have been right.
"""

from dataclasses import dataclass
from enum import Enum

from twisted_chat import names
from twisted_chat.errors import NameRefused, UsageMistake

MARK = "$"
OTHERS_MARK = "/"
"""What commands of other chats begin with."""


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
    IGNORE = ("ignore", "NAME", "show nothing of NAME any more, and say nothing to NAME")
    UNIGNORE = ("unignore", "NAME", "end that")
    WHO = ("who", "", "show which room you are in, who hears you, and whom you only hear")
    STATUS = ("status", "", "show who has got what you said")
    VERIFY = ("verify", "NAME [yes/no]", "show your key and NAME's, or say if they were the same")
    TRUST = ("trust", "NAME", "accept the changed key of NAME, or of the server")
    HELP = ("help", "", "show this list")
    QUIT = ("quit", "", "leave the server and end")

    def __init__(self, word: str, argument: str, purpose: str) -> None:
        self.word = word
        self.argument = argument
        arguments = argument.split()
        self.takes = range(sum("[" not in one for one in arguments), len(arguments) + 1)
        """How many arguments it can have."""
        self.choices = tuple(argument.partition(" [")[2].rstrip("]").split("/"))
        """What its second argument can be."""
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
    """A command, with its argument, a name in its canonical form, where it takes one,
    and one of its choices, where it has some."""

    command: Command
    argument: str = ""
    choice: str = ""


_BY_WORD = {command.word: command for command in Command}


_ELSEWHERE = {
    "block": Command.IGNORE,
    "bye": Command.QUIT,
    "create": Command.ROOMCREATE,
    "exit": Command.QUIT,
    "join": Command.ROOMJOIN,
    "leave": Command.ROOMLEAVE,
    "list": Command.ROOMLIST,
    "msg": Command.POKE,
    "mute": Command.IGNORE,
    "names": Command.USERLIST,
    "part": Command.ROOMLEAVE,
    "query": Command.POKE,
    "rooms": Command.ROOMLIST,
    "unblock": Command.UNIGNORE,
    "unmute": Command.UNIGNORE,
    "users": Command.USERLIST,
    "whois": Command.VERIFY,
}
"""What commands are called in other chats."""


def read_line(line: str, *, first: bool = False) -> Say | Order:
    """Read a typed line; `first` if nothing was typed before it. Raises
    UsageMistake, which says what would have been right."""
    if line.startswith((MARK * 2, OTHERS_MARK * 2)):
        return Say(line[len(MARK) :])
    if line.startswith(OTHERS_MARK) and line[1:2].isalpha():
        raise UsageMistake(_not_here(line))
    if first and line.strip().lower() == Command.HELP.word:
        raise UsageMistake(
            f"{Command.HELP.usage}, with the {MARK}, shows what you can do;"
            " this was not said to anybody"
        )
    if not line.startswith(MARK):
        return Say(line)
    word, *rest = line.removeprefix(MARK).split() or [""]
    command = _BY_WORD.get(word.lower())
    if command is None:
        raise UsageMistake(
            f"there is no command {MARK}{word}: {MARK}help lists them,"
            f" and {MARK}{MARK} begins a text with {MARK}"
        )
    wrong = len(rest) not in command.takes
    choice = "".join(rest[1:2]).lower()
    if wrong or (choice and choice not in command.choices):
        raise UsageMistake(f"usage: {command.usage}")
    try:
        return Order(command, *map(names.canonical, rest[:1]), *[choice][: len(rest[1:])])
    except NameRefused as refused:
        raise UsageMistake(str(refused)) from None


def _not_here(line: str) -> str:
    """That commands do not begin like this, and how the one that is meant does."""
    word = line[len(OTHERS_MARK) :].split()[0].lower()
    meant = _BY_WORD.get(word) or _ELSEWHERE.get(word)
    hint = f"{MARK}help lists them" if meant is None else f"{meant.usage}: {meant.purpose}"
    return (
        f"commands begin with {MARK} here ({hint});"
        f" {OTHERS_MARK}{OTHERS_MARK} begins a text with {OTHERS_MARK}"
    )


def help_lines() -> list[str]:
    """What `$help` shows."""
    width = max(len(command.usage) for command in Command)
    return [
        *(f"{command.usage:{width}}  {command.purpose}" for command in Command),
        f"{'$$TEXT':{width}}  say a text that begins with {MARK}; //TEXT, one that begins with /",
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
