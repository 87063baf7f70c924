"""What a person has written down about their servers."""

import os

from twisted.trial.unittest import SynchronousTestCase

from tests.identity import temporary
from twisted_chat.errors import UsageMistake
from twisted_chat.launch.config import (
    Config,
    ServerEntry,
    TerminalConfig,
    entry_for,
    load_config,
    read_config,
)

KEY = "02184-37615-01971-47035-15735-00683-56558-56098"
WHOLE = f"""
name = "alice"            # me
key = "~/alice.pem"
default = "home"

[servers.home]
host = "chat.example.org"
key = "{KEY}"
rooms = ["lab", "den"]

[servers."at work"]
host = "192.0.2.1"
port = 9000
name = "alice.smith"
"""


class ReadTests(SynchronousTestCase):
    """The file as it is understood."""

    def test_whole(self) -> None:
        """Everything that can stand there."""
        config = read_config(WHOLE)
        home = config.servers["home"]
        self.assertEqual(
            (config.name, config.key, config.default), ("alice", "~/alice.pem", "home")
        )
        self.assertEqual(
            (home.host, home.port, home.rooms), ("chat.example.org", 8090, ("lab", "den"))
        )
        self.assertEqual(len(home.key), 32)
        work = ServerEntry("192.0.2.1", 9000, name="alice.smith")
        self.assertEqual(config.servers["at work"], work)
        self.assertEqual(entry_for(config, "Chat.Example.org", 8090), home)
        self.assertEqual(entry_for(config, "chat.example.org", 8091), None)
        self.assertEqual(read_config(""), Config())

    def test_terminal(self) -> None:
        """How one wants to chat at a terminal."""
        text = "[terminal]\nface = 'line'\ntheme = 'light'\nbell = false\nnotify = ['a', '{who}']"
        expected = TerminalConfig("line", "light", False, ("a", "{who}"))
        self.assertEqual(read_config(text).terminal, expected)
        self.assertEqual(read_config("").terminal, TerminalConfig())

    def test_mistakes(self) -> None:
        """A mistake is one line, which begins with the number of the line where it is."""
        for text, line, part in (
            ("name = alice", 1, "invalid value"),
            ("\nname = 'a'\nname = 'b'", 3, "cannot overwrite"),
            ("\n\nnam = 'a'", 3, "there is no nam here; there are name"),
            ("name = 3", 1, "name: this is to be a text in quotes"),
            ("name = 'a b'", 1, "name: a name cannot hold this"),
            ("key = ''", 1, "key: this is to be a text"),
            ("default = 'x'", 1, "there is no [servers.x]"),
            ("servers = 1", 1, "servers: this is to be a table"),
            ("terminal = 1", 1, "terminal: this is to be a table"),
            ("[terminal]\nface = 'big'", 2, "face: this is to be screen or line"),
            ("[terminal]\nbell = 1", 2, "bell: this is to be true or false"),
            ("[terminal]\nnotify = 'say'", 2, 'notify: this is to be a list: ["PROGRAM"'),
            ("[terminal]\nnotify = []", 2, "notify: this is to be a list"),
            ("[terminal]\nsize = 1", 2, "there is no size here; there are face, theme"),
            ("[servers.a]\nhost = 'h'\nport = 0", 3, "port: this is to be a number"),
            ("[servers.a]\nhost = 'h'\nport = true", 3, "port: this is to be a number"),
            ("name='x'\n[servers.a]\nport = 1", 2, "[servers.a] needs a host"),
            (
                "[servers.a]\nhost='h'\n[servers.b]\nhost='h'\nkey='1'",
                5,
                "key: that is not a fing",
            ),
            ("[servers.a]\nhost='h'\nrooms='lab'", 3, 'rooms: this is to be a list: ["ROOM"'),
            ("[servers.a]\nhost='h'\nrooms=['lab',\n'a b']", 3, "rooms: a name cannot hold"),
            ("[servers]\na.host = 'h'\na.port = 'x'", 3, "port: this is to be"),
            ("[servers]\na = 3", 2, "a server is a table"),
            ("[servers.a]\nhost = 'h'\n[servers.a.x]", 3, "there is no x here"),
        ):
            with self.assertRaises(UsageMistake, msg=text) as caught:
                read_config(text)
            self.assertTrue(str(caught.exception).startswith(f"line {line}: "), caught.exception)
            self.assertIn(part, str(caught.exception))
            self.assertNotIn("\n", str(caught.exception))

    def test_files(self) -> None:
        """The usual file may be away, one that is named may not; what cannot be read is said."""
        place = temporary(self)
        place.mkdir()
        self.patch(os, "environ", {**os.environ, "XDG_CONFIG_HOME": str(place / "none")})
        self.assertEqual(load_config(None), Config())
        written = place / "config.toml"
        for content, part in (
            (None, "there is no file"),
            (b"name = 1", f"{written}, line 1: name"),
            (b"\xff", "is not UTF-8"),
            (b"#" * 70_000, "has more than 65,536 bytes"),
        ):
            if content is not None:
                written.write_bytes(content)
            with self.assertRaises(UsageMistake) as caught:
                load_config(written)
            self.assertIn(part, str(caught.exception))
        with self.assertRaises(UsageMistake) as caught:
            load_config(place)
        self.assertIn("cannot read", str(caught.exception))
