"""docs/events.md is what the classes of the events say."""

import json
import re
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.make_events import DOCUMENT, EXAMPLE, document
from tests.support.events import events
from twisted_chat.peer.commands import DELETE, Command, Order, Say
from twisted_chat.peer.events.event import Someone
from twisted_chat.peer.events.keys import KeyChanged
from twisted_chat.peer.events.server import Mistake, NeedsServer
from twisted_chat.terminal.json_lines import JsonLines, event_name, field_name
from twisted_chat.terminal.json_orders import read_order, usage


class Document(SynchronousTestCase):
    """What is written about events."""

    maxDiff = None

    def test_made(self) -> None:
        """The file is what `python -m tests.make_events` makes of the classes now."""
        self.assertEqual(DOCUMENT.read_text().splitlines(), document().splitlines())

    def test_example(self) -> None:
        """The events of the example have the fields that their classes have."""
        kinds = {event_name(kind): kind for kind in events()}
        for line in EXAMPLE.splitlines():
            told = json.loads(line)
            named = {field_name(name) for name in kinds[told.pop("event")].__struct_fields__}
            self.assertEqual(told.keys() - {"time"}, named, line)


class Told(SynchronousTestCase):
    """Events as JSON."""

    def _told(self, event: Any) -> dict[str, Any]:
        (line,) = JsonLines(lambda: 1.23456).lines(event)
        self.assertTrue(line.isascii() and line.isprintable(), line)
        told: dict[str, Any] = json.loads(line)
        return told

    def test_fields(self) -> None:
        """The name is that of the class, values are what was sent, and nothing is obeyed."""
        changed = KeyChanged(Someone("b\x1b[2J\u202e", "f"), "a", "")
        self.assertEqual(
            self._told(changed),
            {
                "event": "key_changed",
                "who": {
                    "name": "b\x1b[2J\u202e",
                    "fingerprint": "f",
                    "address": "",
                    "keyless": False,
                },
                "was": "a",
                "is": "",
                "time": 1.235,
            },
        )

    def test_command(self) -> None:
        """A command is its word."""
        self.assertEqual(self._told(NeedsServer(Command.POKE))["command"], "poke")


class Read(SynchronousTestCase):
    """Lines that programs write."""

    def test_text(self) -> None:
        """A text is said, whatever it looks like; a line without JSON is as at a terminal."""
        for text in ("hello", "$help", "/join", "help", "{", " "):
            self.assertEqual(read_order(json.dumps({"say": text})), Say(text, aloud=True))
        self.assertEqual(read_order("hello"), Say("hello"))
        self.assertEqual(read_order("$who"), Order(Command.WHO))

    def test_every_command(self) -> None:
        """Each command is read as its usage says, with what may be left out and without."""
        for command in Command:
            written = usage(command).replace("NAME", '"bob"').replace("ROOM", '"lab"')
            choice = "".join(command.choices[:1])
            written = written.replace(
                '"answer": ' + "/".join(command.choices), f'"answer": "{choice}"'
            )
            written = (
                written.replace("TEXT", '"hi all"')
                .replace("COUNT", '"20"')
                .replace("COMMAND", '"topic"')
            )
            first = command.argument.partition(" ")[0].strip("[]")
            name = {"ROOM": "lab", "NAME": "bob", "COUNT": "20", "COMMAND": "topic"}.get(first, "")
            text = "hi all" if command.has_text else ""
            room = "lab" if command.argument.endswith(" [ROOM]") else ""
            full = re.sub(r"[\[\]]", "", written)
            self.assertEqual(read_order(full), Order(command, name, choice, text, room), full)
            short = re.sub(r" \[.*\]", "", written)
            if command.argument.endswith("[TEXT]"):
                text = ""
            bare = Order(command, "" if command.argument[:1] == "[" else name, text=text)
            self.assertEqual(read_order(short), bare, short)

    def test_no_topic(self) -> None:
        """An empty topic takes it away; none shows it."""
        self.assertEqual(read_order('{"do": "topic"}'), Order(Command.TOPIC))
        taken_away = Order(Command.TOPIC, choice=DELETE)
        self.assertEqual(read_order('{"do": "topic", "text": ""}'), taken_away)

    def test_names(self) -> None:
        """A name is read in its canonical form, wherever it stands."""
        line = '{"name": "\\uff21nn", "answer": "YES", "do": "Verify"}'
        self.assertEqual(read_order(line), Order(Command.VERIFY, "Ann", "yes"))

    def test_mistakes(self) -> None:
        """What cannot be read is told, and so is what would be right."""
        for line, told in (
            ("{", "this is no JSON: "),
            ('{"a": ' * 9_000, "this JSON is too deep"),
            ("{}", 'right would be {"say": TEXT} or'),
            ('{"say": 5}', '{"say": TEXT} holds nothing but a text'),
            ('{"say": "a", "to": "b"}', "holds nothing but a text"),
            ('{"say": "a\\nb"}', "a text is one line"),
            ('{"say": "\\ud800"}', "surrogate"),
            ('{"do": "dance"}', "there is no such command: there are poke, "),
            ('{"do": ["poke"]}', "there is no such command"),
            ('{"do": "poke"}', 'usage: {"do": "poke", "name": NAME}'),
            ('{"do": "poke", "name": 5}', 'usage: {"do": "poke", "name": NAME}'),
            ('{"do": "poke", "name": "a", "room": "b"}', 'usage: {"do": "poke"'),
            ('{"do": "poke", "name": "a b"}', "a name cannot hold this"),
            ('{"do": "verify", "name": "a", "answer": "x"}', 'usage: {"do": "verify"'),
            ("$dance", "there is no command $dance"),
        ):
            mistake = read_order(line)
            assert isinstance(mistake, Mistake), line
            self.assertIn(told, mistake.why)

    def test_too_long(self) -> None:
        """A line that is too long is told of in JSON too."""
        told = json.loads(JsonLines(lambda: 0.0).mistake("a line over 5 bytes cannot be sent"))
        self.assertEqual(told["event"], "mistake")
        self.assertIn("a line over 5 bytes cannot be sent", told["why"])
