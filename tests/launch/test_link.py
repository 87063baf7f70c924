"""`udpchat link`."""

import os
from contextlib import redirect_stdout
from io import StringIO

import segno
from twisted.python import usage
from twisted.trial.unittest import SynchronousTestCase

from tests.identity import temporary
from twisted_chat.identity.key_file import data_directory
from twisted_chat.identity.known_file import FILE, KnownFile
from twisted_chat.invitation import Invitation
from twisted_chat.launch.link import LinkOptions, main, qr_code
from twisted_chat.startup import CannotStart

KEY = "ab" * 32


class LinkTests(SynchronousTestCase):
    """What is shown of which words."""

    def setUp(self) -> None:
        home = temporary(self)
        home.mkdir(0o700)
        places = {"XDG_DATA_HOME": str(home), "XDG_CONFIG_HOME": str(home)}
        self.patch(os, "environ", {**os.environ, **places})
        (home / "twisted-chat").mkdir(0o700)
        (home / "twisted-chat" / "config.toml").write_text(
            f"[servers.home]\nhost = 'chat.example.org'\nport = 9\nkey = '{KEY}'\n"
        )

    def shown(self, *words: str) -> str:
        with redirect_stdout(StringIO()) as shown, self.assertRaises(SystemExit) as ended:
            main(words)
        self.assertEqual(ended.exception.code, 0)
        return shown.getvalue()

    def test_shown(self) -> None:
        """One line, with the key that is given, or written down, or known from before."""
        given = ("--server-key", KEY)
        at = "chat.example.org", 9
        for words, expected in (
            (("192.0.2.1", *given), Invitation("192.0.2.1", 8090, "", KEY)),
            (("192.0.2.1", "lab", *given), Invitation("192.0.2.1", 8090, "lab", KEY)),
            (("192.0.2.1", "9", *given), Invitation("192.0.2.1", 9, "", KEY)),
            (("192.0.2.1", "9", "10", *given), Invitation("192.0.2.1", 9, "10", KEY)),
            (("192.0.2.1:9", "lab", *given), Invitation("192.0.2.1", 9, "lab", KEY)),
            (("home", "lab"), Invitation(*at, "lab", KEY)),
            (("chat.example.org:9", "lab"), Invitation(*at, "lab", KEY)),
        ):
            self.assertEqual(self.shown(*words), f"{expected}\n", words)
        KnownFile(data_directory() / FILE).remember_server(("127.0.0.1", 8090), KEY)
        self.assertEqual(self.shown("127.0.0.1"), f"{Invitation('127.0.0.1', 8090, '', KEY)}\n")

    def test_refused(self) -> None:
        """What is wrong is one line; without a key there is no link."""
        for words, part in (
            ((), "of which server?"),
            (("9000",), "Give its HOST before the PORT"),
            (("home", "9000"), "has its port in your config.toml"),
            (("h", "9", "lab", "den"), "one ROOM at most"),
            (("h", "a\x1bb"), "a name cannot hold this"),
            (("h", "0"), "out of range"),
        ):
            with self.assertRaises(usage.UsageError, msg=words) as caught:
                LinkOptions().parseOptions([*words, "--server-key", KEY])
            self.assertIn(part, str(caught.exception))
        with self.assertRaises(CannotStart) as ended:
            main(["127.0.0.1", "lab"])
        self.assertIn("the key of the server at 127.0.0.1:8090 is not known", str(ended.exception))

    def test_qr(self) -> None:
        """The code is that of the link, two of its rows in one, light drawn on dark."""
        link, code = self.shown("home", "lab", "--qr").split("\n", 1)
        rows = code.splitlines()
        halves = {"\u2588": (0, 0), "\u2580": (0, 1), "\u2584": (1, 0), " ": (1, 1)}
        drawn = [[halves[cell][half] for cell in row] for row in rows for half in (0, 1)]
        made = segno.make(link, error="m", micro=False).matrix_iter(border=2)
        expected = [[int(bool(cell)) for cell in row] for row in made]
        self.assertEqual(drawn[: len(expected)], expected)
        self.assertEqual(qr_code(link), code)
        self.assertTrue(all(len(row) <= 60 for row in rows))
