"""A peer's decisions tell of events; they hold no sentences."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

import twisted_chat.peer
from tests.support.events import MODULES, events

PEER = Path(twisted_chat.peer.__file__).parent
SEVERAL = "[A-Za-z,:;]+ [A-Za-z]|^ [A-Za-z]|[A-Za-z:;,] $"
"""What is more than one word, or goes before or behind another; what stands for something that
is typed is in capitals."""


def _excused(tree: ast.Module) -> Iterator[ast.AST]:
    """Strings that nobody is shown by us: docstrings, and what another is told by whom
    a link is closed, what an error says of it, what is counted, and patterns."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value
        elif isinstance(node, ast.Raise):
            yield from ast.walk(node)
        elif isinstance(node, ast.Call):
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            if name in ("close", "CloseLink", "compile", "count"):
                yield from ast.walk(node)


def sentences(tree: ast.Module) -> list[str]:
    """Texts of several words that somebody is shown, or parts of them."""
    excused = set(_excused(tree))
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if node not in excused and re.search(SEVERAL, node.value) and not node.value.isupper()
    ]


class NoSentences(SynchronousTestCase):
    """What is told is worded elsewhere."""

    def test_no_sentences(self) -> None:
        """No module of the peer holds a text of several words, and none knows the terminal but
        the assembly."""
        for path in PEER.rglob("*.py"):
            tree = ast.parse(path.read_text())
            self.assertEqual(sentences(tree), [], path.name)
            for node in ast.walk(tree):
                if isinstance(node, ast.ImportFrom) and path.name != "service.py":
                    self.assertNotIn("terminal", str(node.module), path.name)

    def test_plain(self) -> None:
        """Every event is frozen, with a name of its own, and says what it means; each of its
        fields does too."""
        names = [one.__name__ for one in events()]
        self.assertEqual(len(set(names)), len(names))
        self.assertGreater(len(names), 60)
        for event in events():
            self.assertTrue(event.__struct_config__.frozen and event.__doc__, event)

    def test_documented(self) -> None:
        """Each is where the document and the tests of wording look for it."""
        names = [path.stem for path in (PEER / "events").glob("*.py") if path.stem != "__init__"]
        found = events(*(f"twisted_chat.peer.events.{name}" for name in names))
        self.assertEqual({one.__module__.rpartition(".")[2] for one in found}, set(MODULES))
