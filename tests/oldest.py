"""The oldest versions that setup.cfg allows, as requirements of pip: each `>=` made `==`.

Run as `python tests/oldest.py`, it prints those that the tests need, one a line.
"""

import configparser
import sys
from pathlib import Path

SETUP = Path(__file__).parent.parent / "setup.cfg"
EXTRAS = ("tls", "analyze", "test")
"""Those that a test needs. What is in `dev` looks at the code, or measures it."""


def requirements(text: str) -> dict[str, list[str]]:
    """What a setup.cfg asks for: by extra, and under the empty name for the package alone."""
    setup = configparser.ConfigParser()
    setup.read_string(text)
    needed = {"": setup["options"]["install_requires"], **setup["options.extras_require"]}
    return {extra: lines.strip().splitlines() for extra, lines in needed.items()}


def oldest(text: str) -> list[str]:
    """Requirements of exactly the lowest versions. Raises ValueError for one without a bound."""
    needed = requirements(text)
    found = {line for extra in ("", *EXTRAS) for line in needed[extra]}
    for line in found:
        if line.count(">=") != 1:
            raise ValueError(f"{line!r} has no lower bound")
    return sorted(line.replace(">=", "==") for line in found)


if __name__ == "__main__":
    sys.stdout.write("\n".join(oldest(SETUP.read_text())) + "\n")
