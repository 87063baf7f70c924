"""What docs/analysis.md shows is what the program prints."""

import contextlib
import io
import os
import re
from pathlib import Path
from typing import Any

from tests.support.captures import Call, FileTestCase, exchange, write
from twisted_chat.trace.analyze import main

DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "analysis.md"


def chat_over_tcp() -> list[Any]:
    """A TCP chat at the pace of people."""
    call = Call().send("a", "S").send("b", "SA", after=0.0005).send("a", "A", after=0.0003)
    call.send("a", "PA", b"hello\n", after=4.2).send("b", "A", after=0.0004)
    call.send("b", "PA", b"hi from alpine\n", after=6.6).send("a", "A", after=0.0005)
    call.send("a", "FA", after=13.2).send("b", "FA", after=0.0009).send("a", "A", after=0.0004)
    return call.packets


def repeated() -> list[Any]:
    """A TCP chat in which a word is lost before it is recorded, and comes again."""
    call = Call().send("a", "S").send("b", "SA", after=0.0005).send("a", "A", after=0.0003)
    call.send("a", "PA", b"one\n", after=2, lost=True).send("a", "PA", b"two\n", after=1)
    call.send("b", "A", acknowledged=1001, after=0.0004)
    call.send("a", "PA", b"one\n", sequence=1001, after=0.2).send("b", "A", after=0.0004)
    return call.packets


CAPTURES = {
    "exchange.pcapng": exchange,
    "tcp-chat.pcapng": chat_over_tcp,
    "loss.pcapng": repeated,
}


def printed(words: list[str], home: Path) -> str:
    """What this command prints, in a directory that has the captures."""
    output = io.StringIO()
    paths = {name: str(write(home / name, make())) for name, make in CAPTURES.items()}
    with contextlib.redirect_stdout(output), contextlib.suppress(SystemExit):
        main([paths.get(word, word) for word in words])
    return output.getvalue().replace(f"{home}/", "")


class Shown(FileTestCase):
    """Commands with what they print."""

    def test_blocks(self) -> None:
        """Every block that begins with a command is followed by what that prints."""
        blocks = re.findall(
            r"^```\n\$ chat-analyze (.*)\n((?:.*\n)*?)```$", DOCUMENT.read_text(), re.MULTILINE
        )
        self.assertEqual(len(blocks), 5)
        home = Path(self.mktemp())
        home.mkdir()
        self.patch(os, "environ", {"COLUMNS": "100"})
        for command, shown in blocks:
            words, _, cut = command.partition(" | head -n ")
            whole = printed(words.split(), home)
            lines = whole.splitlines(keepends=True)[: int(cut) if cut else None]
            self.assertEqual(shown, "".join(lines), command)
