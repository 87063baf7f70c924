"""What setup.cfg asks for, and the oldest versions of it."""

from twisted.trial.unittest import SynchronousTestCase

from tests.oldest import SETUP, oldest, requirements

EXAMPLE = """
[options]
install_requires =
    Twisted >= 25.5
[options.extras_require]
tls =
    Twisted[tls] >= 25.5
analyze =
    lz4 >= 4.1
test =
    lz4 >= 4.1
    pyte >= 0.8; sys_platform == "linux"
dev =
    ruff == 0.17.6
"""


class Requirements(SynchronousTestCase):
    """Of the package and its extras."""

    def test_oldest(self) -> None:
        """The lowest version of each that a test needs is asked for once."""
        self.assertEqual(
            oldest(EXAMPLE),
            [
                "Twisted == 25.5",
                "Twisted[tls] == 25.5",
                "lz4 == 4.1",
                'pyte == 0.8; sys_platform == "linux"',
            ],
        )

    def test_unbounded(self) -> None:
        """What has no lower bound is an error, as nothing would be tried of it."""
        for line in ("lz4", "lz4 < 5", "lz4 == 4.1"):
            self.assertRaises(ValueError, oldest, EXAMPLE.replace("lz4 >= 4.1", line))

    def test_ours(self) -> None:
        """Ours have bounds, one for each; the linter and the type checker are pinned."""
        lines = oldest(SETUP.read_text())
        names = [line.split("==")[0] for line in lines]
        self.assertEqual(len(names), len(set(names)), lines)
        dev = [line.split() for line in requirements(SETUP.read_text())["dev"]]
        pinned = [name for name, relation, *_ in dev if relation == "=="]
        self.assertEqual(pinned, ["mypy", "mypy-zope", "ruff"])

    def test_sorted(self) -> None:
        """Each list is in order."""
        for extra, lines in requirements(SETUP.read_text()).items():
            self.assertEqual(lines, sorted(lines), extra)
