"""A program whose disk is full: a small file system in memory, which only it can see."""

import json
import os
import shlex
import subprocess
from pathlib import Path
from unittest import SkipTest

from tests.end_to_end.processes import Program, command
from tests.end_to_end.test_udpchat import ChatTestCase, free_udp_port
from tests.store.words import LAB
from tests.support.thorough import slow
from twisted_chat.store.file import StoreFile
from twisted_chat.store.records import HeardRecord

SIZE = 2 * 1024 * 1024
"""Bytes of it."""
IN_PLACE = "mount -t tmpfs -o size={size} tmpfs {place} && exec {program}"

READ_ONLY = "mount --bind {place} {place} && mount -o remount,bind,ro {place} && exec {program}"


def mountable() -> None:
    """Raises SkipTest where one may not mount anything in a mount namespace of one's own."""
    tried = subprocess.run(
        ["unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True, text=True
    )
    if tried.returncode:
        raise SkipTest(f"no mount namespace to be had: {tried.stderr.strip()}")


class FullDisk(ChatTestCase):
    """bob, whose data is on a disk of two megabytes, and alice."""

    def setUp(self) -> None:
        super().setUp()
        mountable()
        port = free_udp_port()
        self.serve(port)
        self.alice = self.person(
            "alice", command("udpchat", "127.0.0.1", port, "-n", "alice", "--line")
        )
        self.alice.type_lines("$roomcreate lab")
        self.alice.expect("you are in lab")
        self.place = Path(self.environment["XDG_DATA_HOME"]) / "small"
        self.place.mkdir()
        self.environment["XDG_DATA_HOME"] = str(self.place)
        program = shlex.join(command("udpchat", "127.0.0.1", port, "-n", "bob", "--line"))
        script = IN_PLACE.format(size=SIZE, place=shlex.quote(str(self.place)), program=program)
        self.bob = self.person("bob", ["unshare", "-m", "sh", "-c", script])
        self.bob.type_lines("$roomjoin lab")
        self.bob.expect("you are in lab")
        self.say("before")
        self.bob.type_lines("ready")
        self.alice.expect("< bob: ready")  # So both are in bob's file.
        # Seen from outside through the process that has it.
        self.seen = Path(f"/proc/{self.bob.process.pid}/root{self.place}")
        self.ballast = self.seen / "ballast"

    def person(self, name: str, argv: list[str]) -> Program:
        one = self._start(argv, terminal=True)
        one.expect(f"> you are {name}")
        return one

    def say(self, text: str) -> None:
        """alice says something, which bob is shown."""
        self.alice.type_lines(text)
        self.bob.expect(f"< alice: {text}")

    def fill(self) -> None:
        """Let there be no room any more."""
        with self.ballast.open("wb", buffering=0) as ballast, self.assertRaises(OSError):
            while True:
                ballast.write(bytes(4096))

    def kept(self) -> list[str]:
        """What bob has in the file."""
        argv = command("udpchat", "export", "lab", "--name", "bob")
        inside = ["nsenter", "-t", str(self.bob.process.pid), "-m"]
        environment = {**os.environ, **self.environment}
        told = subprocess.run([*inside, *argv], env=environment, capture_output=True, check=False)
        self.assertEqual((told.returncode, told.stderr.decode()), (0, ""))
        return [json.loads(line)["text"] for line in told.stdout.splitlines()]

    @slow
    def test_room_again(self) -> None:
        """What comes while it is full is shown, but not acknowledged; nothing is said. When there
        is room again all of that goes on, once."""
        self.fill()
        self.alice.type_lines("meanwhile")
        failing = "nothing is said or acknowledged until it can be"
        self.bob.output.expect_all("< alice: meanwhile", failing)
        self.alice.expect("bob has not got")
        self.bob.type_lines("from bob")
        os.unlink(self.ballast)
        self.bob.expect("what is said is kept again")
        self.alice.output.expect_all("bob has got everything now", "< bob: from bob")
        self.assertEqual(self.kept(), ["before", "ready", "meanwhile", "from bob"])

    def test_in_memory(self) -> None:
        """The person may go on in memory: what waited is acknowledged and said, and the file has
        what it had."""
        self.fill()
        self.alice.type_lines("meanwhile")
        failing = "nothing is said or acknowledged until it can be"
        self.bob.output.expect_all("< alice: meanwhile", failing)
        self.bob.type_lines("from bob", "$nostore")
        self.bob.expect("is kept in memory, and ends with this program")
        self.alice.expect("< bob: from bob")
        self.say("after")
        os.unlink(self.ballast)
        self.assertEqual(self.kept(), ["before", "ready"])


class ReadOnly(ChatTestCase):
    """A store on a disk that cannot be written."""

    def setUp(self) -> None:
        super().setUp()
        mountable()
        self.place = Path(self.environment["XDG_DATA_HOME"]) / "twisted-chat" / "store"
        store = StoreFile(self.place / "plain-bob.sqlite")
        store.write([HeardRecord(LAB, "", "alice", 1_000, "hello")])
        store.close()

    def told(self, *words: object) -> tuple[int, str]:
        """The exit status of a program that cannot write there, and what it tells."""
        place, program = shlex.quote(str(self.place)), shlex.join(command("udpchat", *words))
        script = READ_ONLY.format(place=place, program=program)
        ended = subprocess.run(
            ["unshare", "-m", "sh", "-c", script],
            env={**os.environ, **self.environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        return ended.returncode, ended.stdout + ended.stderr

    def test_read(self) -> None:
        """What is kept there can be read, and a chat says what is wrong, and what to do."""
        status, shown = self.told("history", "lab", "--plain", "-n", "bob")
        self.assertEqual((status, shown.partition(" alice: ")[2]), (0, "hello\n"))
        status, shown = self.told("127.0.0.1", free_udp_port(), "--plain", "-n", "bob")
        self.assertEqual(status, 1)
        self.assertIn("Read-only file system; --no-store goes without it", shown)
