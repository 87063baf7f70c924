"""Writes docs/events.md from the classes of the events, and the text here:

python -m tests.make_events
"""

import ast
import inspect
import types
from enum import Enum
from importlib import import_module
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

from tests.support.events import MODULES, events
from twisted_chat.peer.commands import Command
from twisted_chat.peer.events.event import Someone, Talk
from twisted_chat.peer.events.paths import PathTo, Tried
from twisted_chat.peer.events.said import Unencrypted, Waiting
from twisted_chat.peer.events.talk import Present
from twisted_chat.terminal.json_lines import event_name, field_name, plain
from twisted_chat.terminal.json_orders import usage
from twisted_chat.terminal.typed_lines import PURPOSES

DOCUMENT = Path(__file__).parent.parent / "docs" / "events.md"
INTRODUCTION = """\
# Programs as users: `udpchat HOST --json`

With `--json` a peer tells each event in one line of JSON on standard output, and takes orders
on standard input, one to a line: for bots, bridges and other front ends. Everything else is as
it is for a script: `--name` says who it is, the end of standard input leaves the chat once all
is done, and the exit status is 1 where the name was refused, no server answered, or a line was
not done or said to nobody. This file is made of the program by `python -m tests.make_events`.

## Orders

| line | what it does |
| --- | --- |
| `{"say": TEXT}` | says the text, whatever it begins with |
| a line that does not begin with `{` | what it does at a terminal: a text, or a `$` command |
"""
ANSWERS = """\

Orders are done one after the other: what is said after `roomjoin` is said in that room, however
soon it comes. Where that cannot be, or `to` or `poke` came to nothing, what is said after it is
said to nobody. What stands in brackets may be left out. What cannot be read is told as a
`mistake`, and nothing is done; only a line of more than 64 KiB is the end of the input. The
first text of a program without `--name` is taken for its name, as `name_wanted` says.

## A bot

It says again what it hears, where it was said: in a room, or to those who ask for it:

```python
import json
import subprocess
import sys

chat = subprocess.Popen(
    ["udpchat", *sys.argv[1:], "--json", "--name", "echo"],
    stdin=subprocess.PIPE,
    stdout=subprocess.PIPE,
    text=True,
)


def order(**what):
    print(json.dumps(what), file=chat.stdin, flush=True)


order(do="roomcreate", room="lab")
order(do="roomjoin", room="lab")
for line in chat.stdout:
    event = json.loads(line)
    if event["event"] == "wants_to_talk":
        order(do="poke", name=event["who"]["name"])
    elif event["event"] == "said" and not event["unencrypted"]:
        order(do="to", name=event["room"] or event["from"]["name"])
        order(say=f"{event['from']['name']} said: {event['text']}")
```

`python bot.py 127.0.0.1` was told this, while alice poked it, said hello, and came into its room:

```json
EXAMPLE
```

## Events

Each is one object on one line, ASCII only: all other characters are escaped, so that nothing
in them is obeyed by a terminal. `event` is its name, `time` the time of day in seconds since
1970, and the rest is in the tables. Names and texts are what was sent: before you show them,
make them safe. More fields, and more events, may come: pass over what you do not know.
"""
TCP_MODULE = "twisted_chat.tcp.events"
TCP = """
## TCP chat: `tcpchat --json`

So it is with `tcpchat --json`, of which the orders are `{"say": TEXT}` and `{"do": "quit"}`, or
a text as at a terminal. A daemon's terminal, `tcpchat attach`, is for people. Its events are:
"""
EXAMPLE = (Path(__file__).parent / "support" / "bot_events.jsonl").read_text()
"""What the bot was told when it was really run."""
PARTS = (Someone, Talk, Unencrypted, Present, Waiting, PathTo, Tried)
"""What is in fields besides texts and numbers."""


def _one_line(text: str | None) -> str:
    return " ".join((text or "").split()).replace("|", "\\|")


def described(kind: Any) -> dict[str, str]:
    """What is written below each field of a class."""
    (tree,) = ast.parse(inspect.getsource(kind)).body
    assert isinstance(tree, ast.ClassDef)
    found = {}
    for node, after in zip(tree.body, [*tree.body[1:], None], strict=True):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            assert isinstance(after, ast.Expr), node
            found[node.target.id] = _one_line(ast.literal_eval(after.value))
    return found


def type_name(wanted: Any) -> str:
    """A type as JSON has it."""
    if get_origin(wanted) in (Union, types.UnionType):
        return " or ".join(map(type_name, get_args(wanted)))
    if get_origin(wanted) is tuple:
        return f"list of {type_name(get_args(wanted)[0])}"
    if wanted is Command:
        return "command"
    if issubclass(wanted, Enum):
        return " or ".join(f"`{plain(one)}`" for one in wanted)
    names = {
        str: "text",
        int: "number",
        float: "number",
        bool: "true or false",
        type(None): "null",
    }
    return names.get(wanted) or f"[{event_name(wanted)}](#{event_name(wanted)})"


def _table(kind: Any) -> str:
    hints, about = get_type_hints(kind), described(kind)
    rows = [
        f"| `{field_name(name)}` | {type_name(hints[name])} | {about[name]} |" for name in about
    ]
    if not rows:
        return ""
    return "\n".join(["", "| field | type | what it is |", "| --- | --- | --- |", *rows, ""])


def document() -> str:
    """The whole file."""
    orders = [f"| `{usage(command)}` | {PURPOSES[command]} |" for command in Command]
    parts = [INTRODUCTION, *(f"{row}\n" for row in orders)]
    parts.append(ANSWERS.replace("EXAMPLE", EXAMPLE.strip()))
    for name in MODULES:
        module = import_module(f"twisted_chat.peer.events.{name}")
        title = _one_line(module.__doc__).removeprefix("Events: ").removesuffix(".")
        parts.append(f"\n### {title[0].upper()}{title[1:]}\n")
        for event in events():
            if event.__module__ == module.__name__:
                parts.append(f"\n#### {event_name(event)}\n\n{_one_line(event.__doc__)}\n")
                parts.append(_table(event))
    parts.append("\n## In fields\n")
    for part in PARTS:
        parts.append(f"\n### {event_name(part)}\n\n{_one_line(part.__doc__)}\n{_table(part)}")
    parts.append(TCP)
    for event in events(TCP_MODULE):
        parts.append(f"\n### tcp: {event_name(event)}\n\n{_one_line(event.__doc__)}\n")
        parts.append(_table(event))
    return "".join(parts)


if __name__ == "__main__":
    DOCUMENT.write_text(document())
