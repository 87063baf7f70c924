"""Manual pages and shell completions, as the programs are."""

import shutil
import subprocess
from pathlib import Path
from unittest import SkipTest

from twisted.trial.unittest import SynchronousTestCase

from tests.make_manuals import COMMANDS, DEPLOY, escaped, manual, options_of, written

COMPLETIONS = DEPLOY / "completions"
ASKS = """
source {file}
COMP_WORDS=({words} "{last}") COMP_CWORD={number}
_{program}
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


def run(program: str, *words: object) -> tuple[int, str]:
    """The exit status of a program, and what it says. Raises SkipTest where it is not there."""
    if shutil.which(program) is None:
        raise SkipTest(f"there is no {program}")
    done = subprocess.run([program, *map(str, words)], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


class Written(SynchronousTestCase):
    """What is written down."""

    def test_made(self) -> None:
        """The files are what is made of the classes; python -m tests.make_manuals writes them."""
        expected = written()
        found = {path for place in ("man", "completions") for path in (DEPLOY / place).iterdir()}
        self.assertEqual(found, set(expected))
        for path, text in expected.items():
            self.assertEqual(path.read_text(), text, path)

    def test_whole(self) -> None:
        """Each option of a command stands in its manual page, and so do its orders."""
        for command in COMMANDS:
            page = manual(command)
            options = options_of(command)
            self.assertEqual(
                [option.name for option in options if f"\\-{escaped(option.name)}" not in page], []
            )
            self.assertEqual(
                {f"{option.name}=" if option.value else option.name for option in options},
                set(command.options().longOpt),
            )

    def test_readable(self) -> None:
        """groff finds no mistake in a page, and shows what it says."""
        for page in sorted((DEPLOY / "man").iterdir()):
            status, _ = run("groff", "-man", "-Tutf8", "-ww", "-P-cbou", page)
            self.assertEqual(status, 0)
            done = subprocess.run(
                ["groff", "-man", "-Tutf8", "-ww", "-P-cbou", page],
                capture_output=True,
                text=True,
                check=True,
            )
            self.assertEqual(done.stderr, "", page)
            self.assertIn("--help", done.stdout)


class Completed(SynchronousTestCase):
    """What a shell offers."""

    def offers(self, program: str, *typed: str) -> list[str]:
        """What bash offers for the last word."""
        *words, last = typed
        status, said = run(
            "bash",
            "-c",
            ASKS.format(
                file=COMPLETIONS / f"{program}.bash",
                words=" ".join([program, *words]),
                last=last,
                number=len(typed),
                program=program.replace("-", "_"),
            ),
        )
        self.assertEqual(status, 0, said)
        return said.split()

    def test_bash(self) -> None:
        """bash offers first words, orders, the options of each command, and files."""
        self.assertEqual(self.offers("udpchat", "do"), ["doctor"])
        self.assertEqual(self.offers("udpchat", "ctl", "un"), ["unban", "undrain"])
        self.assertEqual(self.offers("udpchat", "link", "--q"), ["--qr"])
        self.assertEqual(self.offers("udpchat", "--no-st"), ["--no-store"])
        self.assertEqual(self.offers("udpchat", "--name", ""), [])
        self.assertEqual(self.offers("tcpchat", "at"), ["attach"])
        start = str(Path(__file__).parent / "make_man")
        self.assertEqual(self.offers("udpchat", "--key", start), [f"{start}uals.py"])
        self.assertEqual(self.offers("chat-analyze", start), [f"{start}uals.py"])

    def test_zsh(self) -> None:
        """zsh reads the files without a mistake."""
        for path in sorted(COMPLETIONS.glob("_*")):
            self.assertEqual(run("zsh", "-n", path), (0, ""))

    def test_fish(self) -> None:
        """fish offers what there is for each command."""
        for line, offered in (
            ("udpchat doc", "doctor"),
            ("udpchat ctl un", "undrain"),
            ("udpchat link --q", "--qr"),
            ("chat-analyze --lad", "--ladder"),
        ):
            program = line.split()[0]
            file = COMPLETIONS / f"{program}.fish"
            status, said = run("fish", "-c", f"source {file}; complete -C '{line}'")
            self.assertEqual(status, 0, said)
            self.assertIn(offered, [row.split("\t")[0] for row in said.splitlines()])
