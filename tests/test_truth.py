"""Nothing of ours is false for being empty."""

import ast
import collections
import collections.abc
from collections.abc import Iterator
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

import twisted_chat
from twisted_chat.deadlines import Deadlines
from twisted_chat.directory.shards import Shards
from twisted_chat.peer.gen2.inbox import Inbox

PACKAGE = Path(twisted_chat.__file__).parent
PLACES = [PACKAGE, PACKAGE.parent / "tests", PACKAGE.parent / "benchmarks"]


def trees(*places: Path) -> Iterator[tuple[Path, ast.Module]]:
    """All programs in these places."""
    for place in places:
        for path in sorted(place.rglob("*.py")):
            yield path, ast.parse(path.read_text())


def classes(place: Path = PACKAGE) -> dict[str, ast.ClassDef]:
    """Our classes, by their names."""
    return {
        node.name: node
        for _, tree in trees(place)
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }


def defines(node: ast.ClassDef, method: str) -> bool:
    """Whether it stands in this class."""
    return any(isinstance(one, ast.FunctionDef) and one.name == method for one in node.body)


def named(node: ast.expr | None) -> str:
    """The class that a call makes or an annotation names; empty for anything else."""
    if isinstance(node, ast.Call):
        node = node.func
    if isinstance(node, ast.Subscript):
        node = node.value
    if isinstance(node, ast.BinOp):
        return named(node.left) or named(node.right)
    return (
        node.id
        if isinstance(node, ast.Name)
        else node.attr
        if isinstance(node, ast.Attribute)
        else ""
    )


def name_of(target: ast.expr | ast.arg) -> str:
    """What a variable, an attribute or a parameter is called."""
    if isinstance(target, ast.arg):
        return target.arg
    return (
        target.attr
        if isinstance(target, ast.Attribute)
        else target.id
        if isinstance(target, ast.Name)
        else ""
    )


def holders(tree: ast.Module, sized: set[str]) -> set[str]:
    """What holds an object that has a length, as far as it is written there."""
    found = set()
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Call)
            and named(node.value) in sized
        ):
            found |= set(map(name_of, node.targets))
        elif isinstance(node, ast.AnnAssign) and named(node.annotation) in sized:
            found.add(name_of(node.target))
        elif isinstance(node, ast.arg) and named(node.annotation) in sized:
            found.add(node.arg)
        elif isinstance(node, ast.FunctionDef) and named(node.returns) in sized:
            found.add(node.name)
    return found


def judged(tree: ast.Module) -> Iterator[ast.expr]:
    """Everything of which the program asks whether it is true."""
    for node in ast.walk(tree):
        if isinstance(node, ast.If | ast.While | ast.IfExp | ast.Assert):
            yield node.test
        elif isinstance(node, ast.BoolOp):
            yield from node.values
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            yield node.operand
        elif isinstance(node, ast.comprehension):
            yield from node.ifs


class Truth(SynchronousTestCase):
    """No object of ours is false, and of none is it asked whether it is."""

    def test_true(self) -> None:
        """What has a length is true all the same, also when it is empty: it may remember more
        than what it holds. (Nor is anything of ours a kind of list or dictionary.)"""
        sized = {name: node for name, node in classes().items() if defines(node, "__len__")}
        self.assertIn("Inbox", sized)
        self.assertEqual(
            [name for name, node in sized.items() if not defines(node, "__bool__")], []
        )
        for made in (Inbox(), Shards[str, str](), Deadlines[str]()):
            self.assertEqual((len(made), bool(made)), (0, True))
        containers = set(dir(collections)) | set(dir(collections.abc)) | {"dict", "list", "set"}
        for name, node in classes().items():
            self.assertFalse(set(map(named, node.bases)) & containers, name)

    def test_no_default_for_an_empty_one(self) -> None:
        """`x or Ours()` throws an empty x away, with what it remembers."""
        ours = set(classes())
        for path, tree in trees(*PLACES):
            for node in ast.walk(tree):
                if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or):
                    made = {named(one) for one in node.values[1:] if isinstance(one, ast.Call)}
                    self.assertFalse(made & ours, f"{path}:{node.lineno}: say `is None`")

    def test_a_length_is_no_truth(self) -> None:
        """So whether it is empty is seen by its length alone."""
        peer = PACKAGE / "peer"
        sized = {name for name, node in classes(peer).items() if defines(node, "__len__")}
        self.assertIn("Outbox", sized)
        every = set[str]().union(*(holders(tree, sized) for _, tree in trees(peer))) - {""}
        self.assertIn("outbox", every)
        for path, tree in trees(peer):
            for node in judged(tree):
                if isinstance(node, ast.Attribute | ast.Name):
                    held = name_of(node) in (
                        every if isinstance(node, ast.Attribute) else holders(tree, sized)
                    )
                    self.assertFalse(held, f"{path}:{node.lineno}: say `len(...)`, or `is None`")
