"""Nothing of ours is false for being empty."""

import ast
from collections.abc import Iterator
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

import twisted_chat

PACKAGE = Path(twisted_chat.__file__).parent
PLACES = [PACKAGE, PACKAGE.parent / "tests", PACKAGE.parent / "benchmarks"]


def trees(*places: Path) -> Iterator[tuple[Path, ast.Module]]:
    """All programs in these places."""
    for place in places:
        for path in sorted(place.rglob("*.py")):
            yield path, ast.parse(path.read_text())


def classes(place: Path = PACKAGE) -> dict[str, bool]:
    """Our classes, and whether they have a length, which decides on their truth."""
    return {
        node.name: any(
            isinstance(one, ast.FunctionDef) and one.name == "__len__" for one in node.body
        )
        for _, tree in trees(place)
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }


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
    """Of no object of ours is it asked whether it is true."""

    def test_no_default_for_an_empty_one(self) -> None:
        """`x or Ours()` throws an empty x away, with what it remembers."""
        ours = set(classes())
        for path, tree in trees(*PLACES):
            for node in ast.walk(tree):
                if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or):
                    made = {named(one) for one in node.values[1:] if isinstance(one, ast.Call)}
                    self.assertFalse(made & ours, f"{path}:{node.lineno}: say `is None`")

    def test_a_length_is_no_truth(self) -> None:
        """What a peer has that has a length remembers more than what it holds now, and is
        asked for the length."""
        peer = PACKAGE / "peer"
        sized = {name for name, has_length in classes(peer).items() if has_length}
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
