"""Does what the README says in a fresh clone: its two commands, and its chat as it stands there.

Run as `python -m tests.check_readme`. Ends with a message where the README is wrong.
"""

import re
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.end_to_end.processes import Program, free_port

ROOT = Path(__file__).parent.parent
INSTALLING = 300.0
"""Seconds that setting up a virtual environment may take."""


def blocks(readme: str) -> dict[str, list[str]]:
    """What stands in the README's fenced blocks: the commands and the chat."""
    found = re.findall(r"^```(\w*)\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)
    commands = next(text for kind, text in found if kind == "console")
    chat = next(text for kind, text in found if not kind and text.startswith("> "))
    return {"commands": commands.splitlines(), "chat": chat.splitlines()}


def start(clone: str, line: str, *settings: str) -> Program:
    """A README command on a terminal, in the clone, for one who would rather have lines."""
    argv = ["make", "--no-print-directory", "-C", clone, *line.split()[1:], *settings]
    environment = {"TERM": "xterm", "NO_COLOR": "1", "XDG_CONFIG_HOME": f"{clone}/.config"}
    return Program(argv, environment, terminal=True)


def chat(lines: list[str], alice: Program, bob: Program) -> None:
    """Have the chat that the README shows: what begins with a mark is shown, the rest typed, and
    shown behind a mark of its own."""
    said = ""
    for line in (re.sub(r"^\d\d:\d\d ", "", line) for line in lines[:-1]):
        if line == "> bob came":
            bob.expect("> you are bob", INSTALLING)
            bob.type_lines("$roomjoin lab")
        elif line.startswith("< bob: "):
            bob.type_lines(line.removeprefix("< bob: "))
        elif not line.startswith("> "):
            said = line.removeprefix("- ").removeprefix("alice: ")
            alice.type_lines(said)
        if line.startswith(("> ", "< ", "- ")):
            alice.expect(line, INSTALLING)
    alice.expect(lines[-1])
    bob.expect(f"< alice: {said}")


def main() -> None:
    """Raises AssertionError where a program does not do what the README says."""
    found = blocks((ROOT / "README.md").read_text())
    run, join = found["commands"]
    port = f"PORT={free_port(socket.SOCK_DGRAM)}"
    programs = []
    with tempfile.TemporaryDirectory() as clone:
        subprocess.run(["git", "clone", "--quiet", str(ROOT), clone], check=True)
        (wanted := Path(clone, ".config", "twisted-chat")).mkdir(parents=True)
        (wanted / "config.toml").write_text('[terminal]\nface = "line"\n')
        try:
            programs.append(server := start(clone, run, port))
            server.expect("> room server on UDP port", INSTALLING)
            programs.append(alice := start(clone, join, port))
            programs.append(bob := start(clone, join, port, "NAME=bob"))
            chat(found["chat"], alice, bob)
        finally:
            for program in programs:
                program.close()
    sys.stdout.write("the README's commands work in a fresh clone, and its chat looks as shown\n")


if __name__ == "__main__":
    main()
