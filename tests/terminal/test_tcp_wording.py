"""Events of TCP chat, as lines of a terminal and as JSON."""

import ast
import json
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

import twisted_chat.tcp
from tests.make_events import TCP_MODULE
from tests.peer.test_events import sentences
from tests.peer.test_hostile import HOSTILE
from tests.support.events import events
from tests.terminal.test_wording import made
from twisted_chat.display import one_line
from twisted_chat.tcp.events import Misread, TextSaid
from twisted_chat.tcp.typed import TypedCommand
from twisted_chat.terminal.json_lines import JsonLines
from twisted_chat.terminal.tcp_face import read_json
from twisted_chat.terminal.tcp_wording import TcpWording

TCP = Path(twisted_chat.tcp.__file__).parent


class Wording(SynchronousTestCase):
    """What is shown of events."""

    def test_every_event(self) -> None:
        """Each has its words, one line of them, whatever is in it."""
        for text in ("alice", *HOSTILE):
            for event in events(TCP_MODULE):
                for example in made(event, text):
                    (line,) = TcpWording().lines(example)
                    self.assertTrue(line.startswith("< " if event is TextSaid else "> "), line)
                    self.assertTrue(one_line(line).isprintable())

    def test_no_sentences(self) -> None:
        """The decisions hold none."""
        for name in ("conversation", "events", "typed"):
            self.assertEqual(sentences(ast.parse((TCP / f"{name}.py").read_text())), [], name)


class Json(SynchronousTestCase):
    """For programs."""

    def test_read(self) -> None:
        """A text is said whatever it looks like, `quit` hangs up, and the rest is a mistake."""
        for text in ("hello", ":q", "/quit", ""):
            self.assertEqual(read_json(json.dumps({"say": text}), person=True), text)
        self.assertIs(read_json('{"do": "quit"}', person=True), TypedCommand.QUIT)
        self.assertIs(read_json(":q", person=True), TypedCommand.QUIT)
        self.assertEqual(read_json("hello", person=False), "hello")
        for line in ("{", "{}", '{"do": "who"}', '{"say": 5}', '{"say": "a", "do": "quit"}'):
            self.assertIsInstance(read_json(line, person=True), Misread, line)

    def test_time(self) -> None:
        """What is told later has the time at which it happened."""
        (line,) = JsonLines(lambda: 5.0).lines(TextSaid("hello"), 2.5)
        self.assertEqual(json.loads(line), {"event": "said", "text": "hello", "time": 2.5})
