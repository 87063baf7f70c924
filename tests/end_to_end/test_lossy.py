"""Real programs on hosts with a network between them that loses three of ten datagrams."""

import re
from pathlib import Path

from tests.end_to_end.namespaces import Network
from tests.end_to_end.processes import ProcessTestCase, Program, command
from tests.end_to_end.test_recording import frames
from tests.support.thorough import slow
from twisted_chat.trace.layers import dissect

NAMES = ("adelheid", "balthasar", "clementine")
ROOM = "observatory"
WORD = "nightingale"
PORT = 8090
MANY = 36
"""Lines of each, a third before the server is killed and a third before it is back."""
PATIENCE = 40.0
"""Seconds for what may take several attempts."""


class Lossy(ProcessTestCase):
    """Three people on three hosts, and a server on a fourth."""

    def setUp(self) -> None:
        super().setUp()
        self.network = Network(self, "server", *NAMES)
        self.home = self.directory()

    def start_on(self, host: str, *words: object, terminal: bool = False) -> Program:
        """A `udpchat` on a host."""
        argv = [*self.network.inside(host), *command("udpchat", *words)]
        return self._start(argv, terminal=terminal)

    def serve(self) -> Program:
        """A room server that is ready."""
        server = self.start_on("server", PORT)
        server.expect("room server on UDP port")
        return server

    def meet(self, name: str) -> Program:
        """A person at a terminal who is registered, and records the traffic."""
        where = (self.network.addresses["server"], PORT)
        options = ("--name", name, "--trace", self.trace(name))
        person = self.start_on(name, *where, *options, terminal=True)
        person.expect(f"> you are {name}")
        return person

    def trace(self, name: str) -> Path:
        return self.home / f"{name}.pcapng"

    def line(self, name: str, number: int) -> str:
        return f"{WORD} {number} of {name}"

    def talk(self, people: dict[str, Program], numbers: range) -> None:
        """Everybody says some lines, and is heard by everybody else."""
        for number in numbers:
            for name, person in people.items():
                person.type_lines(self.line(name, number))
        for listener, person in people.items():
            last = [
                f" {name}: {self.line(name, numbers[-1])}\n" for name in NAMES if name != listener
            ]
            person.output.expect_all(*last, patience=PATIENCE)

    @slow
    def test_server_killed_amid_losses(self) -> None:
        """With 30 % lost both ways, and the server killed and back, every line arrives once,
        and in order but where another hands it on, and the recorded traffic holds neither a name
        nor a word."""
        server = self.serve()
        people = {name: self.meet(name) for name in NAMES}
        self.network.lose(0.3)
        first = people[NAMES[0]]
        first.type_lines(f"$roomcreate {ROOM}")
        first.expect(f"> {ROOM} is there now", PATIENCE)
        there: list[Program] = []
        for name, person in people.items():
            person.type_lines(f"$roomjoin {ROOM}")
            person.expect(f"> you are in {ROOM}", PATIENCE)
            for other in there:
                other.expect(f"> {name} came", PATIENCE)
            there.append(person)
        self.talk(people, range(MANY // 3))
        server.kill()
        self.talk(people, range(MANY // 3, 2 * MANY // 3))
        server = self.serve()
        for person in people.values():
            person.type_lines("$userlist")  # What finds out, sooner than a minute's silence.
        self.talk(people, range(2 * MANY // 3, MANY))
        server.output.expect_all(*[f"user {name} registered" for name in NAMES], patience=PATIENCE)
        for person in people.values():
            person.type_lines("$quit")
        for listener, person in people.items():
            self.assertEqual(person.wait(), 0, person.said)
            for name in NAMES:
                heard = re.findall(rf"^< {name}: (.*)$", person.said, re.MULTILINE)
                handed = re.findall(
                    rf"^> [-0-9]+ [:0-9]+ {name}: (.*)$", person.said, re.MULTILINE
                )
                many = 0 if name == listener else MANY
                lines = [self.line(name, number) for number in range(many)]
                self.assertEqual(sorted(heard + handed), sorted(lines))
                self.assertEqual(heard, [line for line in lines if line in heard])
        for name in NAMES:
            self.assert_unreadable(self.trace(name))

    def assert_unreadable(self, trace: Path) -> None:
        """Nothing that was said, nobody's name, and not the room's, is in a capture."""
        packets = [dissect(frame.linktype, frame.data) for frame in frames(trace)]
        payloads = [packet.payload for packet in packets if packet.payload]
        self.assertGreater(len(payloads), MANY)
        for secret in (*NAMES, ROOM, WORD):
            found = [payload for payload in payloads if secret.encode() in payload.lower()]
            self.assertEqual(found, [], secret)
