"""Small faults in the decisions, put there one at a time: do the tests notice?

    python -m tests.faults [COUNT [SEED]]     (make faults)

Each fault is one of: a comparison turned around, `and` in place of `or`, a
condition made its opposite, a call removed, a number that is one more. A copy
of the project gets it, and the quick tests run there until one of them fails.
Faults that no test notices are listed; the status is 1 where more than one in
ten are. What a fault cannot change (a docstring, a type, a bound's default, a
text that is shown) is left alone.
"""

import ast
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.test_imports import LAYERS

ROOT = Path(__file__).parent.parent
COUNT = 50
PATIENCE = 120.0
"""Seconds that the tests may take: a fault can make them wait for ever."""
TURNED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}


@dataclass(frozen=True)
class Fault:
    """One change: in a module, at a line, `number` among those that it can have."""

    module: str
    line: int
    number: int
    what: str


def _places(tree: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    """What can be changed, in the order of the text, and what the change is called."""
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        for node in ast.walk(ast.Module(function.body, [])):
            if isinstance(node, ast.Compare) and type(node.ops[0]) in TURNED:
                yield node, "a comparison turned"
            elif isinstance(node, ast.BoolOp):
                yield node, "`and` and `or` exchanged"
            elif isinstance(node, ast.If | ast.While) and not isinstance(node.test, ast.Constant):
                yield node, "a condition made its opposite"
            elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
                yield node, "a call removed"
            elif isinstance(node, ast.Constant) and type(node.value) is int:
                yield node, "a number one more"


def _change(node: ast.AST) -> None:
    match node:
        case ast.Compare():
            node.ops[0] = TURNED[type(node.ops[0])]()
        case ast.BoolOp():
            node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        case ast.If() | ast.While():
            node.test = ast.UnaryOp(ast.Not(), node.test)
        case ast.Expr():
            node.value = ast.Constant(None)
        case ast.Constant():
            node.value += 1  # type: ignore[operator]


def _path(root: Path, module: str) -> Path:
    return root.joinpath("twisted_chat", *module.split(".")).with_suffix(".py")


def faults_in(module: str) -> list[Fault]:
    """All that this module can have."""
    path = _path(ROOT, module)
    if not path.exists():
        return []
    places = _places(ast.parse(path.read_text()))
    return [
        Fault(module, getattr(node, "lineno", 0), number, what)
        for number, (node, what) in enumerate(places)
    ]


def with_fault(text: str, fault: Fault) -> str:
    """The text of a module, with a fault."""
    tree = ast.parse(text)
    node, _ = list(_places(tree))[fault.number]
    _change(node)
    return ast.unparse(ast.fix_missing_locations(tree))


def noticed(fault: Fault, copy: Path) -> bool:
    """Whether a test fails in a copy of the project that has this fault."""
    path = _path(copy, fault.module)
    sound = path.read_text()
    path.write_text(with_fault(sound, fault))
    try:
        return any(
            _fails(copy, tests) for tests in (f"tests/{fault.module.split('.')[0]}", "tests")
        )
    finally:
        path.write_text(sound)


def _fails(copy: Path, tests: str) -> bool:
    if not (copy / tests).is_dir():
        return False
    words = ("-x", "-q", "--numprocesses", "2", "--ignore", "tests/end_to_end", tests)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *words]
    try:
        ended = subprocess.run(
            command, cwd=copy, capture_output=True, timeout=PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        return True
    return ended.returncode != 0


def main(argv: list[str]) -> int:
    """Try some faults. Returns the exit status."""
    count, seed = [*map(int, argv), *(COUNT, 1)[len(argv) :]]
    decisions = sorted(LAYERS[2])
    chosen = random.Random(seed).sample(
        [one for name in decisions for one in faults_in(name)], count
    )
    missed = []
    with tempfile.TemporaryDirectory() as temporary:
        copy = Path(temporary) / "project"
        left_out = shutil.ignore_patterns(".*", "build", "*.egg-info", "__pycache__")
        shutil.copytree(ROOT, copy, ignore=left_out)
        for number, fault in enumerate(chosen, 1):
            found = noticed(fault, copy)
            missed += [] if found else [fault]
            where = f"{fault.module.replace('.', '/')}.py:{fault.line}"
            verdict = "noticed" if found else "NOT NOTICED"
            sys.stdout.write(f"{number:3} {verdict:12} {where}: {fault.what}\n")
            sys.stdout.flush()
    sys.stdout.write(f"{count - len(missed)} of {count} faults were noticed\n")
    return 1 if len(missed) * 10 > count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
