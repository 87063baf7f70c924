"""Programs as users of UDP chat: real processes, and the bot of docs/events.md."""

import json
import re
import shlex
import sys

from tests.end_to_end.processes import ProcessTestCase, command, free_port
from tests.end_to_end.test_udpchat import ChatTestCase, free_udp_port
from tests.make_events import DOCUMENT, EXAMPLE


def events(text: str) -> list[str]:
    """The names of the events in these lines."""
    return [json.loads(line)["event"] for line in text.splitlines()]


class Programs(ChatTestCase):
    """Peers that speak JSON."""

    def test_bot(self) -> None:
        """The bot of the document answers, and was told what is written there."""
        port, place = free_udp_port(), self.directory()
        server = self.serve(port)
        (bot,) = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
        (place / "bot.py").write_text(bot)
        chat = place / "udpchat"
        chat.write_text(f'#!/bin/sh\n{shlex.join(command("udpchat"))} "$@" | tee {place}/told\n')
        chat.chmod(0o700)
        self.environment["PATH"] = f"{place}:/usr/bin:/bin"
        running = self._start(
            [sys.executable, str(place / "bot.py"), "127.0.0.1", str(port)], terminal=False
        )
        server.expect("user echo registered")
        alice = self.meet("alice", port)
        alice.type_lines("$poke echo", "hello")
        alice.expect("< echo privately: alice said: hello")
        alice.type_lines("$roomjoin lab", "gr\u00fcezi")
        alice.expect("< echo: alice said: gr\u00fcezi")
        alice.type_lines("$quit")
        self.assertEqual(alice.wait(), 0)
        running.kill()
        told = (place / "told").read_text()
        # That alice came the server tells, which may be later than what she says.
        expected = set(events(EXAMPLE)) - {"people_came"}
        self.assertEqual(expected - set(events(told)), set(), told)

    def test_malformed(self) -> None:
        """A line that cannot be read is told of, and the program goes on; its status is that of
        a script."""
        port = free_udp_port()
        self.serve(port)
        program = self.start("udpchat", "127.0.0.1", port, "--json", "--name", "bot")
        program.expect('{"event": "registered_as", "name": "bot"')
        program.type_lines('{"do": "dance"}', '{"say": ', "\x1b[2J", '{"do": "who"}')
        program.output.expect_all('"event": "mistake"', '"this is no JSON', '"event": "unheard"')
        program.expect('{"event": "who", "name": "bot"')
        program.end_input()
        self.assertEqual(program.wait(), 1)
        self.assertTrue(program.output.text.isascii())
        for line in program.output.text.splitlines():
            self.assertIn("time", json.loads(line))


class TwoPrograms(ProcessTestCase):
    """TCP chat between two programs."""

    def test_tcpchat(self) -> None:
        """They hear each other, a line that cannot be read is told of, and both end well."""
        port = free_port()
        one = self.start("tcpchat", port, "--json")
        one.expect('{"event": "waiting_for_call"')
        other = self.start("tcpchat", "127.0.0.1", port, "--json")
        for program in (one, other):
            program.expect('{"event": "connected_with"')
        other.type_lines('{"say": ', '{"say": ":q"}', "gr\u00fcezi")
        other.expect('{"event": "misread", "why": "this is no JSON')
        one.expect('{"event": "said", "text": ":q"')
        one.expect('{"event": "said", "text": "gr\\u00fcezi"')
        one.type_lines("hoi")
        other.expect('{"event": "said", "text": "hoi"')
        one.type_lines('{"do": "quit"}')
        for program in (one, other):
            program.expect('{"event": "line_ended"')
            self.assertEqual(program.wait(), 0)
            self.assertEqual(
                len(events(program.output.text)), len(program.output.text.split("\n")) - 1
            )
