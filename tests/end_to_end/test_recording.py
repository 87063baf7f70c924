"""`--trace` as people use it, compared with what tcpdump saw of the same chat."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections import defaultdict
from pathlib import Path

from tests.end_to_end import test_tcpchat
from tests.end_to_end.processes import (
    COLUMNS,
    PATIENCE,
    Output,
    Program,
    command,
    free_port,
    refused,
)
from tests.end_to_end.test_udpchat import ChatTestCase, free_udp_port
from tests.support.captures import analyzed
from twisted_chat.addresses import Address
from twisted_chat.launch.tcpchat import main as tcpchat
from twisted_chat.launch.udpchat import main as udpchat
from twisted_chat.trace import headers, pcapng
from twisted_chat.trace.capture import Capture
from twisted_chat.trace.frame import Frame
from twisted_chat.trace.headers import REBUILT
from twisted_chat.trace.layers import dissect
from twisted_chat.trace.taps import TLS, UNIX

Flow = tuple[Address, Address]
HOST = "127.0.0.1"
CLEAR = b"rj __clear_peers__"


def frames(path: Path) -> list[Frame]:
    """The packets of a capture, which has to be whole."""
    capture = Capture(str(path))
    found = list(capture)
    assert capture.problems == [], capture.problems
    return found


def flows(given: list[Frame]) -> dict[Flow, list[bytes]]:
    """The payloads of a capture in their order, by source and destination."""
    found: dict[Flow, list[bytes]] = defaultdict(list)
    for frame in given:
        packet = dissect(frame.linktype, frame.data)
        if packet.payload:
            found[packet.source, packet.destination].append(packet.payload)
    return dict(found)


class RecordingTestCase(ChatTestCase):
    """Has traces, and tcpdump beside them."""

    def setUp(self) -> None:
        super().setUp()
        self.home = self.directory()

    def trace(self, name: str) -> Path:
        return self.home / f"{name}.pcapng"

    def tcpdump(self, expression: str) -> Program:
        """A tcpdump that listens on loopback, its capture on its output."""
        if shutil.which("tcpdump") is None:
            self.skipTest("tcpdump is not installed")
        if os.geteuid() != 0:
            self.skipTest("tcpdump needs root")
        words = ["-i", "lo", "-n", "-U", "--immediate-mode", "-s", "0", "-Z", "root", "-w", "-"]
        program = Program(["tcpdump", *words, expression], {}, terminal=False)
        self.addCleanup(program.close)
        program.errors.expect("listening on lo")
        return program

    def captured(self, tcpdump: Program, awaited: list[str]) -> list[Frame]:
        """What tcpdump saw, when it has seen these payloads."""
        for text in awaited:
            tcpdump.expect(text)
        tcpdump.signal(signal.SIGINT)
        self.assertEqual(tcpdump.wait(), 0)
        path = self.home / "tcpdump.pcap"
        path.write_bytes(tcpdump.output.data)
        return frames(path)


class Datagrams(RecordingTestCase):
    """UDP chat."""

    def test_as_tcpdump(self) -> None:
        """The traces of a server and two peers have what tcpdump saw, flow by flow, in order."""
        port = free_udp_port()
        talk = "udp[8:4] = 0x6d736720 and (udp[12:4] = 0x616c6963 or udp[12:4] = 0x626f623e)"
        tcpdump = self.tcpdump(f"udp port {port} or ({talk})")  # `msg alice>` and `msg bob>`.
        server = self.serve(port, "--trace", self.trace("server"))
        people = []
        for name in ("alice", "bob"):
            words = (HOST, port, "--plain", "--name", name, "--trace", self.trace(name))
            people.append(self.start_on_terminal("udpchat", *words))
            people[-1].expect(f"> you are {name}")
        alice, bob = people
        alice.type_lines("$roomcreate lab", "$roomjoin lab")
        alice.expect("> you are in lab alone")
        bob.type_lines("$roomjoin lab")
        bob.expect("> you are in lab with alice")
        alice.expect("> bob came")
        for number in range(5):
            alice.type_lines(f"grüezi {number}")
            bob.expect(f"< alice: grüezi {number}")
            bob.type_lines(f"hoi {number}")
            alice.expect(f"< bob: hoi {number}")
        for one in people:
            one.type_lines("$quit")
            self.assertEqual(one.wait(), 0)
        server.expect(" left")
        server.expect(" left")
        server.signal(signal.SIGINT)
        self.assertEqual(server.wait(), 0)
        recorded = {name: flows(frames(self.trace(name))) for name in ("server", "alice", "bob")}
        ends = {end for found in recorded.values() for flow in found for end in flow}
        self.assertEqual(len(ends), 3)
        clears = sum(said.count(CLEAR) for said in recorded["server"].values())
        everything = self.captured(tcpdump, [CLEAR.decode()] * clears)
        everything = [frame for frame in everything if set(_ends(frame)) <= ends]
        seen = flows(everything)
        self.assertEqual({flow for found in recorded.values() for flow in found}, set(seen))
        for flow, said in seen.items():
            for name, found in recorded.items():
                if flow in found and flow[0][1] == port != flow[1][1] and name != "server":
                    # What the server sends to who has left already is not received.
                    said = said[: len(found[flow])] + said[len(found[flow]) + 2 :]
                self.assertEqual(found.get(flow, said), said, (name, flow))
        notes = analyzed(everything, port)
        self.assertEqual(len(notes.texts("direct")), 1)

    def test_daemon_killed(self) -> None:
        """A daemon that is killed leaves a trace that can be read, nobody else can read it."""
        port, trace = free_udp_port(), self.trace("daemon")
        pidfile = self.home / "pid"
        words = ("--pidfile", pidfile, "--logfile", self.home / "log", "udpchat")
        options = ("--port", port, "--interface", HOST, "--trace", trace)
        self.start_daemon("twistd", *words, *options, pidfile=pidfile)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(15)
            client.connect((HOST, port))
            for _ in range(3):
                client.send(b"hi ann")
                self.assertEqual(client.recv(100), b"hi ann")
        # What is being written may be cut off where we look; when all is there, nothing is.
        deadline = time.monotonic() + PATIENCE
        while len(list(Capture(str(trace)))) < 6:
            self.assertLess(time.monotonic(), deadline)
        os.kill(int(pidfile.read_text()), signal.SIGKILL)
        pidfile.unlink()
        notes = analyzed(frames(trace), port)
        self.assertEqual(notes.whats[0], "registers as ann")
        self.assertEqual(trace.stat().st_mode & 0o777, 0o600)


class Connections(RecordingTestCase):
    """TCP chat."""

    def chat(self, port: int) -> list[Program]:
        """Two people who are connected, both recorded."""
        waiting = self.start_on_terminal("tcpchat", port, "--trace", self.trace("waiting"))
        waiting.expect("> waiting on ")
        words = (HOST, port, "--trace", self.trace("calling"))
        calling = self.start_on_terminal("tcpchat", *words)
        calling.expect("> connected with ")
        waiting.expect("> connected with ")
        return [waiting, calling]

    def test_as_tcpdump(self) -> None:
        """Both traces have the two streams of words that tcpdump saw, and tcpdump's is orderly."""
        port = free_port()
        tcpdump = self.tcpdump(f"tcp port {port}")
        waiting, calling = self.chat(port)
        for number in range(5):
            calling.type_lines(f"hello {number}")
            waiting.expect(f"< hello {number}")
            waiting.type_lines(f"grüezi {number}")
            calling.expect(f"< grüezi {number}")
        calling.type_lines(":q")
        self.assertEqual((calling.wait(), waiting.wait()), (0, 0))
        seen = self.captured(tcpdump, ["grüezi 4"])
        streams = {flow: b"".join(said) for flow, said in flows(seen).items()}
        self.assertEqual(len(streams), 2)
        for name in ("waiting", "calling"):
            given = frames(self.trace(name))
            found = {flow: b"".join(said) for flow, said in flows(given).items()}
            self.assertEqual(found, streams, name)
        notes = analyzed(seen, port)
        self.assertEqual(notes.whats[:3], ["SYN", "SYN, ACK", "ACK"])
        self.assertTrue(notes.texts("handshake")[0].startswith("three-way"))

    def test_full(self) -> None:
        """At its size the trace stops with one line, and the chat goes on."""
        port = free_port()
        waiting = self.start("tcpchat", port)
        waiting.expect("> waiting on ")
        words = (HOST, port, "--trace", self.trace("full"), "--trace-size", 1)
        calling = self.start("tcpchat", *words)
        lines = [f"{number:07} {'x' * 91}" for number in range(15_000)]
        calling.type("".join(f"{line}\n" for line in lines))
        calling.end_input()
        self.assertEqual((waiting.wait(), calling.wait()), (0, 0))
        said = [line[2:] for line in waiting.output.text.splitlines() if line.startswith("< ")]
        self.assertEqual(said, lines)
        (line,) = calling.errors.text.splitlines()
        self.assertIn("has reached its 1 MiB (--trace-size); nothing more is recorded", line)
        self.assertLessEqual(self.trace("full").stat().st_size, 1024 * 1024)
        self.assertTrue(frames(self.trace("full")))

    def test_daemon(self) -> None:
        """`twistd tcpchat` records too, over a UNIX socket as well."""
        place, seat = self.home / "line", self.home / "seat"
        pidfile = self.home / "pid"
        words = ("--pidfile", pidfile, "--logfile", self.home / "log", "tcpchat")
        options = ("--listen", f"unix:{place}", "--terminal", f"unix:{seat}")
        daemon = self.start_daemon(
            "twistd", *words, *options, "--trace", self.trace("daemon"), pidfile=pidfile
        )
        self.assertEqual(daemon.status, 0, daemon.said)
        with socket.socket(socket.AF_UNIX) as person, socket.socket(socket.AF_UNIX) as caller:
            person.connect(str(seat))
            caller.connect(str(place))
            caller.sendall(b"hello\n")
            output = Output(person.fileno())
            output.expect("< hello")
        daemon.stop()
        (frame,) = frames(self.trace("daemon"))
        self.assertEqual(dissect(frame.linktype, frame.data).payload, b"hello\n")
        self.assertIn("over a UNIX socket", frame.comments[0])


class Endpoints(test_tcpchat.EndpointTests):
    """The chats over every kind of endpoint go on as they do, and are recorded."""

    started = 0

    def chat_both_ways(self, one: Program, other: Program) -> None:
        """Have the chat, and find it in both recordings, marked for what it is."""
        super().chat_both_ways(one, other)
        said = []
        for path in sorted(self.home.glob("*.pcapng")):
            given = frames(path)
            said.append(sorted(b"".join(data) for data in flows(given).values()))
            (comment,) = {comment for frame in given for comment in frame.comments}
            self.assertTrue(comment.startswith(REBUILT))
            kind = self.id().rpartition("_")[2]
            self.assertEqual((TLS in comment, UNIX in comment), (kind == "tls", kind == "unix"))
        self.assertEqual(said, [["grüß dich\n".encode(), b"hello\nbye\n"]] * 2)

    def start_on_terminal(self, program: str, *words: object, columns: int = COLUMNS) -> Program:
        """A program that records."""
        self.started += 1
        trace = self.home / f"{self.started}.pcapng"
        return super().start_on_terminal(program, *words, "--trace", trace, columns=columns)


class Mistakes(RecordingTestCase):
    """What does not work costs one line."""

    def test_one_line(self) -> None:
        """A file that is there, a place that is not, a size that is none; status 1 or 2."""
        there, nowhere = self.trace("there"), self.home / "no" / "where"
        there.write_text("precious")
        alone = ("twistd", "-n", "--pidfile=")
        cases: list[tuple[tuple[str, *tuple[object, ...]], str]] = [
            (("udpchat", 0, "--trace", there), "is there already"),
            (("udpchat", HOST, 8090, "--trace", there), "is there already"),
            (("tcpchat", 0, "--trace", there), "is there already"),
            (("udpchat", 0, "--trace", nowhere), "No such file or directory"),
            ((*alone, "udpchat", "--port", 0, "--trace", there), "is there already"),
            ((*alone, "tcpchat", "--port", 0, "--trace", there), "is there already"),
        ]
        programs = [self.start(*words) for words, _ in cases]
        for program, (words, why) in zip(programs, cases, strict=True):
            status, said = program.wait(), program.said
            self.assertIn(status, (1, 2), words)
            self.assertEqual(said.count("\n"), 1, said)
            self.assertIn(why, said, words)
        self.assertEqual(there.read_text(), "precious")

    def test_words(self) -> None:
        """So do all words that no program can be started with."""
        status, said = refused(tcpchat, "attach", "--trace", self.trace("new"))
        self.assertEqual((status, said.count("\n")), (2, 1), said)
        self.assertIn("give --trace to the daemon", said)
        status, said = refused(udpchat, 0, "--trace", self.trace("new"), "--trace-size", 0)
        self.assertEqual((status, said.count("\n")), (2, 1), said)
        self.assertIn("1 or more", said)


class Analyzing(RecordingTestCase):
    """`chat-analyze` in a shell."""

    def test_nobody_reads_on(self) -> None:
        """`chat-analyze FILE | head` ends without a word."""
        path = self.home / "big.pcapng"
        self.many(path)
        program = " ".join(command("chat-analyze", path))
        done = subprocess.run(
            ["bash", "-c", f"{program} | head -n 1; echo ${{PIPESTATUS[0]}}"],
            capture_output=True,
            text=True,
            check=True,
        )
        self.assertEqual(done.stderr, "")
        self.assertEqual(done.stdout.splitlines()[1], str(128 + signal.SIGPIPE))

    def test_no_room(self) -> None:
        """Output that finds no room, or is closed, costs one line and status 1."""
        path = self.home / "big.pcapng"
        self.many(path)
        full, closed = (">/dev/full", "No space left on device"), (">&-", "Bad file descriptor")
        for words, (where, why) in (
            ((path,), full),
            ((path,), closed),
            (("--json", path), full),
            (("--ladder", path), full),
            (("--wireshark",), full),
            (("--help",), full),
        ):
            program = " ".join(command("chat-analyze", *words))
            done = subprocess.run(
                ["bash", "-c", f"{program} {where}"],
                capture_output=True,
                text=True,
                check=False,
            )
            self.assertEqual(
                (done.returncode, done.stderr),
                (1, f"cannot write to standard output: {why}\n"),
                (words, where),
            )

    def test_any_terminal(self) -> None:
        """A terminal without arrows gets question marks; a pipe is read like a file."""
        path = self.home / "chat.pcapng"
        self.many(path)
        done = subprocess.run(
            command("chat-analyze", "/dev/stdin", "--ladder"),
            input=path.read_bytes(),
            capture_output=True,
            check=True,
            env={**os.environ, "PYTHONIOENCODING": "ascii"},
        )
        self.assertEqual(done.stderr, b"")
        self.assertIn(b"? asks for the users ?", done.stdout)

    def many(self, path: Path) -> None:
        """A capture whose table is longer than any pipe."""
        here, there = (HOST, 4001), (HOST, 8090)
        blocks = [
            pcapng.packet(number, headers.udp(here, there, b"ul"), "", inbound=True)
            for number in range(3000)
        ]
        path.write_bytes(pcapng.section("x") + pcapng.interface("x") + b"".join(blocks))


def _ends(frame: Frame) -> Flow:
    packet = dissect(frame.linktype, frame.data)
    return packet.source, packet.destination
