"""Which keys there are on the screen."""

KEYS = (
    ("F1", "show this, and hide it"),
    ("Alt-1 ... Alt-9", "go to the conversation of this number"),
    ("Alt-Up, Alt-Down", "go to the one above, or below"),
    ("Alt-A", "go to where something is unread: first what is for you"),
    ("Ctrl-K", "find a conversation by some letters of its name"),
    ("PageUp, PageDown", "read back, and forth again; Ctrl-End goes to the end"),
    ("Ctrl-F", "search in the conversation; Up goes on to older lines"),
    ("Ctrl-Up", "select a line: Enter copies it, q quotes it"),
    ("Alt-K", "forget a conversation that is over"),
    ("Alt-Enter", "begin another line of the same message"),
    ("Tab", "complete a command, a room or a name"),
    ("Up, Down, Ctrl-R", "what you have typed before"),
    ("Ctrl-C", "forget what is typed; with nothing typed, leave"),
    ("Ctrl-D", "leave, with nothing typed"),
    ("Ctrl-L, Ctrl-Z", "draw the screen anew; go to the shell, and back with fg"),
)
MARKS = (
    ("<  >  ~", "before a line: said by others; told by the program; said, and came late"),
    (".  +  \u2713  x  -", "before yours: waits; arrived at some, at all; lost for some; unknown"),
    ("3  !3", "beside a conversation: lines unread; some of them for you"),
    ("\u2713  +  !  -", "beside a member: key compared; new; changed; not encrypted"),
    ("~  .", "over the server, which cannot read it; no link now"),
)


def key_lines() -> list[str]:
    """What is shown of them, a line each."""
    width = max(len(keys) for keys, _ in KEYS + MARKS)
    return [f"{keys:{width}}  {what}" for keys, what in KEYS + MARKS]
