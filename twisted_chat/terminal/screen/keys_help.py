"""Which keys there are on the screen, and what its marks mean."""

from twisted_chat.terminal.screen.wrapping import wrapped

Explained = tuple[tuple[str, str], ...]
BETWEEN_TALKS: Explained = (
    ("Alt-1 ... Alt-9", "go to the conversation of this number"),
    ("Alt-Up, Alt-Down", "go to the one above, or below"),
    ("Alt-A", "go to where something is unread: first what is for you"),
    ("Alt-U", "go to where what is new begins in this one"),
    ("Ctrl-K", "find a conversation by some letters of its name"),
    ("Alt-K", "forget a conversation that is over"),
)
IN_A_TALK: Explained = (
    ("PageUp, PageDown", "read back, and forth again; Ctrl-End goes to the end"),
    ("Ctrl-F", "search in the conversation; Up goes on to older lines"),
    ("Ctrl-Up", "select a line: Enter copies it, q quotes it"),
    ("Alt-Enter", "begin another line of the same message"),
)
WITH_COMMANDS: Explained = (("Tab", "complete a command, a room or a name"),)
EVERYWHERE: Explained = (
    ("Up, Down, Ctrl-R", "what you have typed before"),
    ("Ctrl-C", "forget what is typed; with nothing typed, leave"),
    ("Ctrl-D", "leave, with nothing typed"),
    ("Ctrl-L, Ctrl-Z", "draw the screen anew; go to the shell, and back with fg"),
    ("F1", "show this, and hide it"),
)
KEYS = BETWEEN_TALKS + IN_A_TALK + WITH_COMMANDS + EVERYWHERE
MARKS: Explained = (
    ("<  >  ~", "before a line: said by others; told by the program; said, and came late"),
    (".  +  \u2713  x  -", "before yours: waits; arrived at some, at all; lost for some; unknown"),
    ("3  !3  *", "beside a conversation: lines unread; some of them for you; something else"),
    ("\u2713  +  !  -", "beside a member: key compared; new; changed; not encrypted"),
    ("~  .", "over the server, which cannot read it; no link now"),
)
WITH_ONE: Explained = (
    (":q", "entered alone, hang up"),
    *IN_A_TALK,
    *EVERYWHERE,
    ("<  >  -", "before a line: said by the other; told by the program; said by you"),
)
"""What there is where there is one conversation."""
LEAST = 20
"""Columns beside the keys that are enough for what they do."""


def key_lines() -> list[str]:
    """What is shown of them among other lines, a line each."""
    width = _width(KEYS + MARKS)
    return [f"{keys:{width}}  {what}" for keys, what in KEYS + MARKS]


def key_rows(columns: int, *, alone: bool = False) -> list[str]:
    """The same as rows of so many columns, of what there is where a conversation is `alone`."""
    explained = WITH_ONE if alone else KEYS + MARKS
    width = _width(explained) + 2
    if columns - width < LEAST:
        pairs = ((keys, wrapped(what, columns - 2, columns - 2)) for keys, what in explained)
        return [row for keys, texts in pairs for row in (keys, *(f"  {one}" for one in texts))]
    rows = []
    for keys, what in explained:
        first, *rest = wrapped(what, columns - width, columns - width)
        rows += [f"{keys:{width}}{first}", *(" " * width + one for one in rest)]
    return rows


def _width(explained: Explained) -> int:
    return max(len(keys) for keys, _ in explained)
