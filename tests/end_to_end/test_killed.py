"""People whose programs are killed while they talk: what was said reaches everybody, once and in
order."""

import os
import random
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from tests.end_to_end.processes import PATIENCE, Program
from tests.end_to_end.test_udpchat import ChatTestCase, free_udp_port
from tests.support.thorough import slow
from twisted_chat.store.reader import open_reader

KILLS = int(os.environ.get("KILLS", "2"))
"""How often each is killed."""
LINES = 5
"""Lines that everybody says before each."""


class Killed(ChatTestCase):
    """People in a room, with a server that lives on."""

    def setUp(self) -> None:
        super().setUp()
        self.port = free_udp_port()
        self.people: dict[str, Program] = {}

    def begin(self, name: str, order: str = "$roomjoin lab") -> None:
        """Start somebody, who comes into the room."""
        one = self.people[name] = self.start("udpchat", "127.0.0.1", self.port, "--name", name)
        one.expect(f"> you are {name}")
        one.type_lines(order)
        one.expect("> you are in lab")

    def here(self, name: str) -> Program:
        """Start somebody."""
        one = self.start_on_terminal("udpchat", "127.0.0.1", self.port, "--name", name, "--line")
        one.expect(f"> you are {name}")
        return one

    def remembers(self, name: str, count: int) -> None:
        """Wait until somebody has noted who else is in the room."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with closing(sqlite3.connect(self.path_of(name))) as store:
                ((noted,),) = store.execute("SELECT count(*) FROM members")
            if noted == count:
                return
            os.sched_yield()
        raise AssertionError(f"{name} remembers {noted}")

    def path_of(self, name: str) -> Path:
        """Where the store is of somebody who has said something."""
        every = Path(self.environment["XDG_DATA_HOME"]).rglob("store/*.sqlite")
        (path,) = [path for path in every if self._is_of(path, name)]
        return path

    def kept(self, name: str) -> list[tuple[str, str]]:
        """What somebody has in their store of the room, in order, with its authors."""
        return self._lines(self.path_of(name))

    def _lines(self, path: Path) -> list[tuple[str, str]]:
        reader = open_reader(path)
        try:
            return [
                (line.author, line.text)
                for talk in reader.talks()
                for line in reader.all_lines(talk)
            ]
        finally:
            reader.close()

    def _is_of(self, path: Path, name: str) -> bool:
        reader = open_reader(path)
        try:
            every = [line for talk in reader.talks() for line in reader.all_lines(talk)]
            return any(line.own and line.author == name for line in every)
        finally:
            reader.close()

    def test_away(self) -> None:
        """What is said to one who is known and not here waits, also for programs and a server
        that are killed and started anew, and goes to them once when both are back."""
        server = self.serve(self.port)
        self.begin("alice", "$roomcreate lab")
        self.begin("bob")
        alice, bob = self.people["alice"], self.people["bob"]
        alice.expect("> bob came")
        bob.type_lines("hello", "$quit")
        bob.wait()
        alice.expect("< bob: hello")
        alice.type_lines("$quit")
        alice.wait()
        alice = self.here("alice")
        alice.type_lines("$msg bob one")
        alice.expect("bob gets one line")
        alice.kill()
        server.kill()
        server = self.serve(self.port)
        alice = self.here("alice")
        alice.type_lines("$msg bob two")
        alice.expect("bob gets one line")
        bob = self.here("bob")
        bob.expect("< alice privately: one")
        bob.expect("< alice privately: two")
        bob.type_lines("$msg alice thanks")
        alice.expect("< bob privately: thanks")
        for one in (alice, bob):
            one.end_input()
            one.wait()
        self.assertEqual(bob.said.count("< alice privately: "), 2)

    @slow
    def test_without_server(self) -> None:
        """A member that is killed and started again while the server is away comes back by what
        it remembers, and the room goes on among those who find each other."""
        server = self.serve(self.port)
        names = ("alice", "bob", "carol")
        people = {name: self.here(name) for name in names}
        people["alice"].type_lines("$roomcreate lab")
        people["alice"].expect("you are in lab")
        for name in names[1:]:
            people[name].type_lines("$roomjoin lab")
            people[name].expect("you are in lab")
        for name, one in people.items():
            one.type_lines(f"{name} begins")
        for name, one in people.items():
            one.output.expect_all(
                *(f"{other}: {other} begins" for other in names if other != name)
            )
        for name in names:
            self.remembers(name, 2)
        server.kill()
        for number, victim in enumerate(names):
            people[victim].kill()
            for name in names:
                if name != victim:
                    people[name].type_lines(f"{name} {number}")
            one = people[victim] = self.start_on_terminal(
                "udpchat", "127.0.0.1", self.port, "--name", victim, "--line"
            )
            one.type_lines("$roomjoin lab")
            others = [name for name in names if name != victim]
            one.output.expect_all(*(f"{name}: {name} {number}" for name in others))
            one.type_lines(f"{victim} is back {number}")
            for name in others:
                people[name].expect(f"{victim}: {victim} is back {number}")
        self.serve(self.port)
        for one in people.values():
            one.expect("the server is back")
        for name, one in people.items():
            one.type_lines(f"{name} ends")
        for name, one in people.items():
            one.output.expect_all(*(f"{other}: {other} ends" for other in names if other != name))
        for one in people.values():
            one.type_lines("$quit")
            one.wait()

    def test_two(self) -> None:
        """What an author has in their store the other has, once, in the author's order."""
        self.talk("alice", "bob")

    def test_three(self) -> None:
        """So it is among three."""
        self.talk("alice", "bob", "carol")

    def talk(self, *names: str) -> None:
        """These say lines, and one after the other is killed at some moment and started again."""
        self.serve(self.port)
        chance = random.Random(KILLS)
        self.begin(names[0], "$roomcreate lab")
        for name in names[1:]:
            self.begin(name)
        for kill in range(KILLS * len(names)):
            victim = names[kill % len(names)]
            for number in range(LINES):
                for name, one in self.people.items():
                    one.type_lines(f"{name} {kill} {number}")
            watcher, speaker = chance.sample(names, 2)
            if seen := chance.randrange(LINES + 1):
                self.people[watcher].expect(f"{speaker}: {speaker} {kill} {seen - 1}")
            self.people[victim].close()
            self.begin(victim)
        for name in names:
            self.people[name].type_lines(f"{name} ends")
        for name, one in self.people.items():
            one.output.expect_all(*(f"{other}: {other} ends" for other in names if other != name))
        for one in self.people.values():
            one.end_input()
            one.wait()
        kept = {name: self.kept(name) for name in names}
        for author in names:
            said = [text for name, text in kept[author] if name == author]
            self.assertEqual(len(said), len(set(said)))
            self.assertGreater(len(said), KILLS * LINES)
            for name in names:
                self.assertEqual([text for who, text in kept[name] if who == author], said)
        for name in names:  # The one order of all.
            self.assertEqual(kept[name], kept[names[0]])
