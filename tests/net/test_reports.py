"""What is reported of qh3 is so."""

import re
import subprocess
import sys
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

REPORTS = Path(__file__).parents[2] / "docs" / "qh3.md"


class Reports(SynchronousTestCase):
    """The program that shows a fault."""

    def test_deaf(self) -> None:
        """The other end of a connection is heard from three more addresses, and from no fifth.
        Where this fails, MOVES can be more, and the report can go."""
        (program,) = re.findall(r"```python\n(.*?)```", REPORTS.read_text(), re.DOTALL)
        ran = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
        )
        shown = [line.partition(" ")[2] for line in ran.stdout.splitlines()]
        self.assertEqual(shown, ["heard"] * 3 + ["not heard"] * 5)
