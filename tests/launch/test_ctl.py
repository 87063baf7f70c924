"""What an operator types, and is shown."""

import json
import socket
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any

from twisted.python.usage import UsageError
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.launch.ctl import ControlOptions, ask, shown
from twisted_chat.startup import CannotStart


def read(*words: str) -> dict[str, Any]:
    """The order that these words are."""
    options = ControlOptions()
    options.parseOptions(list(words))
    return options.order


class WordTests(SynchronousTestCase):
    """Words of the command line."""

    def test_orders(self) -> None:
        """Every order, with what belongs to it."""
        for words, order in (
            ("status", {"do": "status"}),
            ("users", {"do": "users"}),
            ("rooms la", {"do": "rooms", "like": "la"}),
            ("who bob", {"do": "who", "name": "bob"}),
            ("kick bob", {"do": "kick", "name": "bob", "reason": ""}),
            ("kick bob too loud", {"do": "kick", "name": "bob", "reason": "too loud"}),
            ("close lab", {"do": "close", "room": "lab"}),
            ("ban name troll*", {"do": "ban", "name": "troll*", "reason": ""}),
            (
                "ban address 192.0.2.0/24 for 2h for spam",
                {"do": "ban", "address": "192.0.2.0/24", "seconds": 7200, "reason": "for spam"},
            ),
            ("unban key 1-2", {"do": "unban", "key": "1-2"}),
            ("bans", {"do": "bans"}),
            ("drain", {"do": "drain"}),
            ("undrain", {"do": "undrain"}),
        ):
            self.assertEqual(read(*words.split()), order)

    def test_mistakes(self) -> None:
        """Each is one line that says what would be right."""
        for words, why in (
            ("", "give an order: status, users"),
            ("stop", "'stop' is no order: give one of status"),
            ("status now", "nothing is to follow, and 'now' does"),
            ("who", "the NAME is missing"),
            ("ban bob", "give key, address or name, and which"),
            ("ban name", "give key, address or name, and which"),
            ("ban name bob for ever", "after for comes how long: 30s, 10m, 2h or 7d"),
            ("ban name bob for", "after for comes how long: 30s, 10m, 2h or 7d"),
        ):
            with self.assertRaises(UsageError) as caught:
                read(*words.split())
            self.assertTrue(str(caught.exception).startswith(why), str(caught.exception))

    def test_shown(self) -> None:
        """Answers in lines, and nothing raw that a user has chosen."""
        self.assertEqual(shown({"ok": True}), ["ok: yes"])
        figures = {"ok": True, "users": 3, "draining": False, "dropped": {"too long": 2}}
        self.assertEqual(shown(figures), ["users: 3", "draining: no", "dropped: too long: 2"])
        users = [{"name": "a\x1b[31m", "key": None, "in": ["lab", "den"]}]
        lines = shown({"ok": True, "users": users, "left_out": 7})
        self.assertEqual(len(lines), 2)
        self.assertNotIn("\x1b", lines[0])
        self.assertTrue(lines[0].startswith("name a") and lines[0].endswith(", in lab den"))
        self.assertEqual(lines[1], "7 more: give a part of the name")
        self.assertEqual(shown({"ok": True, "bans": []}), ["no bans"])
        self.assertEqual(shown({"ok": True, "in": ["a"]}), ["in: a"])


class AskTests(SynchronousTestCase):
    """A server at a socket, or none."""

    def setUp(self) -> None:
        temporary = TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.path = Path(temporary.name) / "control.sock"

    def answer(self, reply: bytes) -> dict[str, Any]:
        """What comes of a server that answers this."""
        got: list[bytes] = []
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(str(self.path))
            server.listen()

            def serve() -> None:
                channel, _ = server.accept()
                with channel:
                    got.append(channel.recv(9999))
                    channel.sendall(reply)

            thread = Thread(target=serve)
            thread.start()
            try:
                return ask(self.path, {"do": "status"})
            finally:
                thread.join()
                self.path.unlink()
                self.assertEqual(json.loads(got[0]), {"do": "status"})

    def test_answer(self) -> None:
        """An order goes there in a line, and the answer comes back."""
        self.assertEqual(self.answer(b'{"ok": true, "users": 1}\n'), {"ok": True, "users": 1})

    def test_no_answer(self) -> None:
        """Nobody there, or somebody else, is one line."""
        for reply in (b"", b"SSH-2.0\n", b"[]\n", b"{}\n"):
            self.assertRaises(CannotStart, self.answer, reply)
        with self.assertRaises(CannotStart) as caught:
            ask(self.path, {"do": "status"})
        self.assertTrue(str(caught.exception).startswith(f"no room server answers at {self.path}"))
