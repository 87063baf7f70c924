"""What a person can type into UDP chat: commands after a `$`, everything else is said.

Other chats have their commands after a `/`, and many a first line is `help`.
Neither is said aloud: it costs one line with what would have been right.
"""

from twisted_chat import names
from twisted_chat.display import KEY_MEANT, has_key
from twisted_chat.errors import NameRefused, UsageMistake
from twisted_chat.peer.commands import Command, Order, Say

MARK = "$"
OTHERS_MARK = "/"
"""What commands of other chats begin with."""

PURPOSES = {
    Command.POKE: "talk to NAME, who need not be in your room",
    Command.KICK: "put NAME, or everybody, out of your room; elsewhere talk to nobody",
    Command.ROOMLIST: "show the rooms",
    Command.USERLIST: "show the users",
    Command.ROOMCREATE: "create a room; to be in it, join it",
    Command.ROOMJOIN: "join a room, leaving any other",
    Command.ROOMLEAVE: "leave your room",
    Command.ROOMCLOSE: "close the room that you created",
    Command.ROOMGIVE: "hand the room that you created on to NAME",
    Command.IGNORE: "show nothing of NAME any more, and say nothing to NAME",
    Command.UNIGNORE: "end that",
    Command.WHO: "show which room you are in, who hears you, and whom you only hear",
    Command.LINK: "show a line with which others get into your room, or ROOM",
    Command.STATUS: "show who has got what you said",
    Command.PATH: "show which way words go to NAME, or to everybody, and why not another",
    Command.VERIFY: "show your key and NAME's, or say if they were the same",
    Command.TRUST: "accept the changed key of NAME, or of the server",
    Command.HELP: "show this list",
    Command.QUIT: "leave the server and end",
}
"""What each command does."""

NAME_WANTED = "what is your name?"
NAME_FIRST = f"first a name, please: {NAME_WANTED}"


def usage(command: Command) -> str:
    """A command as it is typed."""
    return f"{MARK}{command.word} {command.argument}".rstrip()


HELP_MEANT = (
    f"{usage(Command.HELP)}, with the {MARK}, shows what you can do; this was not said to anybody"
)


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


_LEAVING = frozenset({"q", ":q", ":q!", ":quit", ":wq", ":x", "exit", "quit"})
"""What is typed alone to leave other programs."""


_BEGINNINGS = (MARK, OTHERS_MARK)


def read_persons_line(line: str, *, first: bool = False) -> Say | Order:
    """Read what a person has typed as `read_line` does. Besides, what only a person
    types who means a command is not said."""
    if has_key(line):
        raise UsageMistake(KEY_MEANT)
    text = line.strip()
    if text.lower() in _LEAVING:
        raise UsageMistake(f"{usage(Command.QUIT)} leaves; {text} alone was not said to anybody")
    words = text.split(maxsplit=1)
    if line[:1].isspace() and words:
        known = words[0][:1] == MARK and words[0][1:].lower() in _BY_WORD
        if known or (words[0][:1] == OTHERS_MARK and words[0][1:2].isalpha()):
            raise UsageMistake(
                f"a command has no blank before it: {words[0]} was not done, or said to anybody"
            )
    return read_line(line, first=first)


def read_line(line: str, *, first: bool = False) -> Say | Order:
    """Read a typed line; `first` if nothing was typed before it. Raises
    UsageMistake, which says what would have been right."""
    if line[:1] not in _BEGINNINGS and not first:
        return Say(line)  # As nearly always.
    if line.startswith((MARK * 2, OTHERS_MARK * 2)):
        return Say(line[len(MARK) :])
    if line.startswith(OTHERS_MARK) and line[1:2].isalpha():
        raise UsageMistake(_not_here(line))
    if first and Say(line).asks_for_help:
        raise UsageMistake(HELP_MEANT)
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
        raise UsageMistake(f"usage: {usage(command)}")
    try:
        return Order(command, *map(_name, rest[:1]), *[choice][: len(rest[1:])])
    except NameRefused as refused:
        raise UsageMistake(str(refused)) from None


def _name(word: str) -> str:
    """A name, also in the quotes in which one that could be misread is shown."""
    quoted = len(word) > 2 and word[0] == word[-1] == '"'
    return names.canonical(word[1:-1] if quoted else word)


def _not_here(line: str) -> str:
    """That commands do not begin like this, and how the one that is meant does."""
    word = line[len(OTHERS_MARK) :].split()[0].lower()
    meant = _BY_WORD.get(word) or _ELSEWHERE.get(word)
    hint = f"{MARK}help lists them" if meant is None else f"{usage(meant)}: {PURPOSES[meant]}"
    return (
        f"commands begin with {MARK} here ({hint});"
        f" {OTHERS_MARK}{OTHERS_MARK} begins a text with {OTHERS_MARK}"
    )


def help_lines() -> list[str]:
    """What `$help` shows."""
    width = max(len(usage(command)) for command in Command)
    return [
        *(f"{usage(command):{width}}  {PURPOSES[command]}" for command in Command),
        f"{'$$TEXT':{width}}  say a text that begins with {MARK}; //TEXT, one that begins with /",
        f"{'TEXT':{width}}  say it to everybody you talk to",
    ]
