"""What docs/security.md says is tested is tested."""

import ast
import re
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

TESTS = Path(__file__).parent
DOCUMENT = TESTS.parent / "docs" / "security.md"


def named_in(path: Path) -> set[str]:
    """The tests in a file, each as Class::name."""
    return {
        f"{group.name}::{test.name}"
        for group in ast.parse(path.read_text()).body
        if isinstance(group, ast.ClassDef)
        for test in group.body
        if isinstance(test, ast.FunctionDef) and test.name.startswith("test_")
    }


class Security(SynchronousTestCase):
    """Threats and their tests."""

    def test_named(self) -> None:
        """Every test that is named is there."""
        named = re.findall(r"`([\w/]+\.py)::(\w+::\w+)`", DOCUMENT.read_text())
        self.assertGreater(len(named), 40)
        for file, test in named:
            self.assertIn(test, named_in(TESTS / file), file)

    def test_each_threat(self) -> None:
        """No threat is without a test."""
        _, threats = DOCUMENT.read_text().split("## Threats")
        rows = re.findall(r"^\| .* \| .* \| (.*) \|$", threats, re.MULTILINE)
        self.assertEqual([row for row in rows if "::" not in row], ["test", "---", "test", "---"])
