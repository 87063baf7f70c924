"""What a person can type into UDP chat: commands after a `$` or a `/`, everything else is said.

Commands are also known by what they are called in other chats. One that nobody knows, and a
`help` that is the very first line, is not said aloud: it costs one line with what would have
been right.
"""

from collections.abc import Callable, Sequence

from twisted_chat import names
from twisted_chat.display import KEY_MEANT, has_key
from twisted_chat.errors import NameRefused, TurnMistake, UsageMistake
from twisted_chat.peer.commands import (
    ALL,
    COUNTED,
    DELETE,
    EVERYWHERE,
    TURNING,
    Command,
    Order,
    Say,
    Typed,
    counts,
)
from twisted_chat.peer.events.server import Mistake

MARK = "$"
OTHERS_MARK = "/"
"""What commands of other chats begin with."""

_END_THAT = "end that"
"""What a command does that ends what the one before it does."""
PURPOSES = {
    Command.POKE: "talk to NAME in private: what you type goes there",
    Command.TO: "let what you type go to NAME: a room of yours, or somebody you talk to",
    Command.MSG: "say TEXT to NAME in private, and nothing else",
    Command.KICK: "talk to NAME no more, or put NAME, or everybody, out of your room",
    Command.ROOMLIST: "show the rooms",
    Command.USERLIST: "show the users",
    Command.ROOMCREATE: "create a room; into a private one only those come who are invited",
    Command.ROOMJOIN: "join a room, besides others: what you type goes there",
    Command.ROOMLEAVE: "leave the room that you talk in, or your only one, or ROOM",
    Command.ROOMCLOSE: "close the room that you created",
    Command.ROOMGIVE: "hand the room that you created on to NAME",
    Command.INVITE: "let NAME into your room, or ROOM",
    Command.BAN: "put NAME out of your room, and let them in no more",
    Command.UNBAN: _END_THAT,
    Command.MUTE: "ask everybody's program to show nothing of NAME in your room",
    Command.UNMUTE: _END_THAT,
    Command.OP: "let NAME help to run your room: invite, put out, ban, mute, set the topic",
    Command.DEOP: _END_THAT,
    Command.TOPIC: "show what the room is about, or say so: -delete takes that away",
    Command.HISTORY_FOR_NEW: "show how many lines of before newcomers to your room are given, or"
    " say so: COUNT, or all",
    Command.IGNORE: "show nothing of NAME any more, and say nothing to NAME",
    Command.UNIGNORE: _END_THAT,
    Command.WHO: "show your rooms, where what you type goes, and who is there, or in ROOM",
    Command.WHOIS: "show who NAME is: key, place, link, rooms",
    Command.LINK: "show a line with which others get into your room, or ROOM",
    Command.STATUS: "show who has got what you said",
    Command.PATH: "show which way words go to NAME, or to everybody, and why not another",
    Command.VERIFY: "show your key and NAME's, or say if they were the same",
    Command.TRUST: "accept the changed key of NAME, or of the server",
    Command.HISTORY: "show the last COUNT lines that were said where you talk, or 20",
    Command.SEARCH: "show the last lines there with these words; -a TEXT, everywhere",
    Command.OUTBOX: "show what is still to arrive, at whom, and since when",
    Command.FORGET: "keep nothing of what was said in room NAME, or privately with NAME",
    Command.NOSTORE: "keep nothing more on disk, where that cannot be written",
    Command.HELP: "show this list, or what COMMAND does",
    Command.QUIT: "leave the server and end",
}
"""What each command does."""

NAME_WANTED = "what is your name?"
NAME_FIRST = f"first a name, please: {NAME_WANTED}"


def usage(command: Command) -> str:
    """A command as it is typed."""
    return f"{MARK}{command.word} {command.argument}".rstrip()


def number_for(command: Command) -> str:
    """What a command takes in the place of its number."""
    bounds = COUNTED[command]
    other = f", or {ALL}" if command is Command.HISTORY_FOR_NEW else ""
    return f"a number from {bounds[0]} to {bounds[-1]:,}{other}"


HELP_MEANT = (
    f"{MARK}{Command.HELP.word}, with the {MARK}, shows what you can do;"
    " this was not said to anybody"
)


_BY_WORD = {command.word: command for command in Command}


_ELSEWHERE = {
    "block": Command.IGNORE,
    "bye": Command.QUIT,
    "create": Command.ROOMCREATE,
    "exit": Command.QUIT,
    "j": Command.ROOMJOIN,
    "join": Command.ROOMJOIN,
    "leave": Command.ROOMLEAVE,
    "list": Command.ROOMLIST,
    "names": Command.WHO,
    "part": Command.ROOMLEAVE,
    "q": Command.POKE,
    "query": Command.POKE,
    "rooms": Command.ROOMLIST,
    "unblock": Command.UNIGNORE,
    "users": Command.USERLIST,
}
"""What commands are called in other chats, after their mark."""
_IN_IRSSI = ("/join", "/part", "/query", "/names", "/list")
"""Those of them that `$help` shows, beside those with the same word."""
_NO_TOPIC = "-delete"
"""In place of a topic, as in irssi: that there is to be none."""
CHOSEN = {
    Command.HISTORY_FOR_NEW: (ALL,),
    Command.SEARCH: (EVERYWHERE,),
    Command.TOPIC: (_NO_TOPIC,),
}
"""Words that can stand first behind a command in place of what it takes."""
_ME = "me"
"""In other chats, what one does and does not say."""


def command_called(word: str) -> Command | None:
    """The command that is called so, here or in other chats, without its mark."""
    return _BY_WORD.get(word.lower()) or _ELSEWHERE.get(word.lower())


def command_words(mark: str) -> list[str]:
    """What commands are called, after this mark."""
    others = [*_ELSEWHERE, _ME] if mark == OTHERS_MARK else []
    return sorted([*_BY_WORD, *others])


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
    if first and Say(line).asks_for_help:
        raise UsageMistake(HELP_MEANT)
    mark = line[:1]
    if mark != MARK and not (mark == OTHERS_MARK and line[1:2].isalpha()):
        return Say(line)
    return _command(mark, *(line[1:].split(maxsplit=1) or [""]))


def as_typed(line: str, read: Callable[[str], Typed] = read_line) -> Typed:
    """What a script wants that has written this, or, as `read` says, a person."""
    try:
        return read(line)
    except UsageMistake as mistake:
        return Mistake(str(mistake), isinstance(mistake, TurnMistake))


def _command(mark: str, word: str, rest: str = "") -> Say | Order:
    """Read what stands behind a mark. Raises UsageMistake."""
    others = mark == OTHERS_MARK
    if others and word.lower() == _ME and rest:
        return Say(f"* {rest}")
    command = command_called(word)
    if command is None:
        raise UsageMistake(
            f"there is no command {mark}{word}: {MARK}help lists them,"
            f" and {mark}{mark} begins a text with {mark}"
        )
    if others and command is Command.QUIT:
        rest = ""  # There they say why.
    if command is Command.HELP and len(rest.split()) == 1:
        return _help_with(rest.strip())
    mistake = TurnMistake if command in TURNING else UsageMistake
    names_first = command.takes[-1] - command.has_text
    words = rest.split(maxsplit=names_first) if command.has_text else rest.split()
    text = words.pop() if command.has_text and len(words) > names_first else ""
    second = "".join(words[1:2])
    choice = second.lower() if command.choices else ""
    wrong = len(words) + bool(text) not in command.takes
    if wrong or (choice and choice not in command.choices):
        raise mistake(f"usage: {usage(command)}")
    if command is Command.TOPIC and text.strip().lower() == _NO_TOPIC:
        choice, text = DELETE, ""
    if others and command.argument.startswith(("ROOM", "[ROOM")):
        words = [one.removeprefix("#") or one for one in words]
    try:
        room = _name(second) if second and not command.choices else ""
        order = Order(command, _name(words[0]) if words else "", choice, text, room)
    except NameRefused as refused:
        raise mistake(str(refused)) from None
    if not counts(order):
        raise mistake(f"usage: {usage(command)}, {number_for(command)}")
    return order


def _help_with(word: str) -> Order:
    """What a command does. Raises UsageMistake."""
    command = command_called(word.lstrip(MARK + OTHERS_MARK))
    if command is None:
        raise UsageMistake(f"there is no command {word}: {MARK}{Command.HELP.word} lists them")
    return Order(Command.HELP, command.word)


def _name(word: str) -> str:
    """A name, also in the quotes in which one that could be misread is shown."""
    quoted = len(word) > 2 and word[0] == word[-1] == '"'
    return names.canonical(word[1:-1] if quoted else word)


def help_lines(commands: Sequence[Command] = tuple(Command)) -> list[str]:
    """What `$help` shows of these."""
    if len(commands) == 1:
        every, (wanted,) = list(Command), commands
        at = every.index(wanted)
        begin = at - 1 if PURPOSES[wanted] == _END_THAT else at
        return [f"{usage(one)}: {PURPOSES[one]}" for one in every[begin : at + 1]]
    width = max(len(usage(command)) for command in Command)
    elsewhere = {OTHERS_MARK + other: command for other, command in _ELSEWHERE.items()}
    as_there = ", ".join(f"{one} for {MARK}{elsewhere[one].word}" for one in _IN_IRSSI)
    return [
        *(f"{usage(command):{width}}  {PURPOSES[command]}" for command in Command),
        f"{'$$TEXT':{width}}  say a text that begins with {MARK}; //TEXT, one that begins with /",
        f"{'TEXT':{width}}  say it where you talk; commands may begin with {OTHERS_MARK} as well",
        f"{'/me TEXT':{width}}  say what you do: * TEXT",
        f"{'as in irssi':{width}}  {as_there}",
    ]
