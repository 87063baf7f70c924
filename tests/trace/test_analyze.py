"""The console script `chat-analyze`."""

import contextlib
import gzip
import io
import json
import os
import sys
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.inet import IP, UDP, fragment
from scapy.layers.l2 import Ether
from scapy.packet import Raw

from tests.support.captures import (
    SERVER,
    Call,
    FileTestCase,
    chat_over_tcp,
    datagram,
    exchange,
    write,
)
from tests.support.strategies import some
from twisted_chat.trace import progress, wireshark
from twisted_chat.trace.analyze import main
from twisted_chat.trace.capture import Capture
from twisted_chat.trace.pieces import NoRoom, Pieces


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


class AnalyzeTestCase(FileTestCase):
    """Runs the program in this process."""

    def setUp(self) -> None:
        self.path = write(Path(self.mktemp()).with_suffix(".pcapng"), exchange())
        self.whole = self.path.read_bytes()

    def run_with(self, *words: object) -> tuple[int, str, str]:
        """Its exit status, output and errors."""
        output, errors = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
            ended = self.assertRaises(SystemExit, main, [str(word) for word in words])
        return int(ended.code), output.getvalue(), errors.getvalue()


class Forms(AnalyzeTestCase):
    """What it prints."""

    def test_table(self) -> None:
        """The table by default: a summary, a title, every packet, and what they say together."""
        status, output, errors = self.run_with(self.path)
        self.assertEqual((status, errors), (0, ""))
        lines = output.splitlines()
        self.assertEqual(lines[0], f"{self.path}: 11 packets in 166.099 s, 1 conversation")
        self.assertIn("asks for the rooms", output)
        self.assertIn("leaves its room: never answered (#11)", lines[-1])
        self.assertEqual(len(lines), 4 + 1 + 11 + 1 + 5)

    def test_hex(self) -> None:
        """With --hex the bytes of every layer."""
        _, output, _ = self.run_with("--hex", self.path)
        self.assertEqual(output.count("UDP, 8 bytes"), 11)
        self.assertIn("hi debian", output)

    def test_ladder(self) -> None:
        """With --ladder a ladder for each conversation, and the same findings."""
        path = write(Path(self.mktemp()), [*exchange(), *chat_over_tcp()])
        _, output, _ = self.run_with("--ladder", path)
        self.assertEqual(output.count("time, s"), 2)
        self.assertIn("── asks for the rooms ──", output)
        self.assertIn("orderly, begun by", output)

    def test_json(self) -> None:
        """With --json one document, with all of it."""
        status, output, errors = self.run_with("--json", self.path)
        self.assertEqual((status, errors), (0, ""))
        found = json.loads(output)
        self.assertEqual(found["capture"]["packets"], 11)
        (conversation,) = found["conversations"]
        self.assertEqual(conversation["hosts"][1]["name"], "room server")
        third = conversation["packets"][2]
        self.assertEqual(
            (third["number"], third["time"], third["what"], third["purpose"], third["layer"]),
            (3, 80.359, "asks for the rooms", "set-up", "application"),
        )
        payload = third["layers"][-1]
        data = bytes.fromhex(third["bytes"])[payload["start"] : payload["end"]]
        self.assertEqual((payload["name"], data), ("payload", b"rl"))
        last = conversation["findings"][-1]
        self.assertEqual((last["packets"], last["seconds"]), ([11], None))
        self.assertAlmostEqual(conversation["findings"][0]["seconds"], 0.001, places=5)

    def test_html(self) -> None:
        """With --html a page in a file, and not a word."""
        target = Path(self.mktemp())
        self.assertEqual(self.run_with(self.path, "--html", target), (0, "", ""))
        self.assertIn("registers as debian", target.read_text())

    def test_standard_input(self) -> None:
        """A capture comes from a pipe too, compressed or not."""
        for data in (self.whole, gzip.compress(self.whole)):
            reading, writing = os.pipe()
            with open(writing, "wb") as pipe:
                pipe.write(data)
            with open(reading) as pipe:
                self.patch(sys, "stdin", pipe)
                status, output, errors = self.run_with("-")
            self.assertEqual((status, errors), (0, ""))
            heading, first, *_, last = output.splitlines()
            self.assertEqual(heading.split()[0], "no")
            self.assertTrue(first.endswith("registers as debian"), first)
            self.assertIn("\n-: 11 packets in 166.099 s, 1 conversation\n", output)
            self.assertIn("leaves its room: never answered (#11)", last)

    def test_order_of_conversations(self) -> None:
        """Conversations come in the order in which they begin."""
        calls = [Call(start=number) for number in (0, 5, 9)]
        for number, call in enumerate(calls):
            call.A = (call.A[0], 40_000 + number)
            call.handshake()
        path = write(Path(self.mktemp()), [packet for call in calls for packet in call.packets])
        _, output, _ = self.run_with(path)
        titles = [line for line in output.splitlines() if "TCP chat" in line]
        for number, title in enumerate(titles):
            self.assertTrue(title.startswith(f"{number + 1}. "), title)
            self.assertIn(f":{40_000 + number}, ", title)

    def test_wireshark(self) -> None:
        """With --wireshark the commands that put the dissector where it is found."""
        status, output, _ = self.run_with("--wireshark")
        self.assertEqual(status, 0)
        self.assertTrue(wireshark.dissector().is_file())
        self.assertIn(f"cp '{wireshark.dissector()}' '{wireshark.plugin_folder()}'", output)

    def test_without_tshark(self) -> None:
        """Where there is no tshark to ask, the folder is the one that they all know."""
        self.patch(os, "environ", {**os.environ, "PATH": "/nowhere"})
        self.assertEqual(wireshark.plugin_folder(), Path.home() / ".local/lib/wireshark/plugins")


class Chosen(AnalyzeTestCase):
    """Some of the packets, and other columns of them."""

    ANN, BOB, EVE = ("10.0.0.1", 4001), ("10.0.0.2", 4002), ("10.0.0.3", 4003)

    def setUp(self) -> None:
        said = [
            (self.ANN, SERVER, b"hi ann"),
            (SERVER, self.ANN, b"hi ann"),
            (self.ANN, SERVER, b"rj lab"),
            (self.BOB, SERVER, b"hi bob"),
            (SERVER, self.BOB, b"hi bob"),
            (self.BOB, SERVER, b"rj Lab"),
            (self.ANN, self.BOB, b"msg ann> hello\n"),
            (self.EVE, SERVER, b"rl"),
            (self.BOB, SERVER, b"rk"),
            (self.BOB, SERVER, b"ar ann"),
        ]
        chat = [datagram(number, *one) for number, one in enumerate(said, 1)]
        self.packets = [*chat, *chat_over_tcp()]
        self.path = write(Path(self.mktemp()).with_suffix(".pcap"), self.packets)

    def numbers(self, *words: object) -> list[int]:
        """The packets that are shown."""
        _, output, _ = self.run_with(self.path, "--columns", "no", *words)
        return [int(line) for line in output.splitlines() if line.strip().isdigit()]

    def test_choices(self) -> None:
        """By host, name, room, kind and time, and by several of them."""
        for words, expected in (
            (["--host", "10.0.0.3"], [8]),
            (["--host", "10.0.0.3,10.0.0.1:4001"], [1, 2, 3, 7, 8]),
            (["--host", "10.0.0.1:1"], []),
            (["--name", "ANN"], [1, 2, 3, 7, 10]),
            (["--room", "lab"], [3, 6, 7, 9]),
            (["--kind", "data"], [7, 14, 15, 16, 17]),
            (["--kind", "udpchat,icmp"], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
            (["--from", "3", "--to", "5"], [4, 5, 6]),
            (["--from", "3", "--to", "5", "--name", "bob"], [4, 5, 6]),
        ):
            self.assertEqual(self.numbers(*words), expected, words)

    def test_nothing_chosen(self) -> None:
        """Where nothing is chosen that is said."""
        status, output, errors = self.run_with(self.path, "--name", "nobody")
        self.assertEqual(status, 1)
        self.assertIn("20 packets not chosen", output)
        self.assertIn("none of 20 packets of chats was chosen", errors)

    def test_columns(self) -> None:
        """Columns as Wireshark has them, of segments."""
        _, output, _ = self.run_with(
            self.path, "--kind", "tcp", "--columns", "flags,seq,ack,len,win"
        )
        lines = [line.split() for line in output.splitlines()]
        self.assertIn(["flags", "seq", "ack", "len", "win"], lines)
        self.assertIn(["SYN", "0", "0", "8192"], lines)
        self.assertIn(["PSH,", "ACK", "1", "1", "6", "8192"], lines)
        self.assertIn(["FIN,", "ACK", "7", "16", "0", "8192"], lines)

    def test_write(self) -> None:
        """What is shown is saved as it was captured, for other programs."""
        target = Path(self.mktemp())
        status, _, errors = self.run_with(self.path, "--room", "lab", "--write", target)
        self.assertEqual((status, errors), (0, ""))
        self.assertEqual(target.stat().st_mode & 0o777, 0o600)
        whole = list(Capture(str(self.path)))
        part = list(Capture(str(target)))
        chosen = [whole[number - 1] for number in (3, 6, 7, 9)]
        self.assertEqual(
            [(one.at, one.linktype, one.data, one.length) for one in part],
            [(one.at, one.linktype, one.data, one.length) for one in chosen],
        )
        status, _, errors = self.run_with(self.path, "--write", target)
        self.assertEqual(status, 2)
        self.assertIn("is there already", errors)

    def test_write_fragments(self) -> None:
        """Of what was put together the parts are saved."""
        whole = IP(src="10.0.0.1", dst="10.0.0.2") / UDP(sport=4001, dport=4002)
        pieces = fragment(whole / Raw(b"msg ann> " + b"x" * 3000), 1000)
        target = Path(self.mktemp())
        path = write(Path(self.mktemp()), [Ether() / piece for piece in pieces])
        self.run_with(path, "--write", target)
        self.assertEqual(len(list(Capture(str(target)))), 4)

    def test_text(self) -> None:
        """One conversation as text."""
        status, output, errors = self.run_with(self.path, "--follow-text", "2")
        self.assertEqual((status, errors), (0, ""))
        self.assertEqual(
            output.splitlines(),
            ["192.0.2.1:40000: hello", "192.0.2.2:8090: hi from alpine"],
        )
        _, output, _ = self.run_with(self.path, "--follow-text", "1", "--kind", "data")
        self.assertEqual(output, "10.0.0.1:4001 (ann) > 10.0.0.2:4002 (bob): msg ann> hello␊\n")
        silent = write(Path(self.mktemp()), Call().handshake().packets)
        status, output, errors = self.run_with(silent, "--follow-text", "1")
        self.assertEqual((status, output), (0, ""))
        self.assertIn("nothing was said in conversation 1", errors)
        status, _, errors = self.run_with(self.path, "--follow-text", "3")
        self.assertEqual(status, 2)
        self.assertIn("there is no conversation 3", errors)

    def test_text_of_segments(self) -> None:
        """Text is put in order, without what came twice, and what is missing is said."""
        call = Call().handshake().send("a", "PA", b"one\n", lost=True).send("a", "PA", b"two\n")
        call.send("a", "PA", b"one\n", sequence=1001).send("a", "PA", b"one\n", sequence=1001)
        call.send("b", "PA", b"not ").send("b", "PA", b"this", lost=True).send("b", "PA", b"end")
        path = write(Path(self.mktemp()), call.packets)
        _, output, _ = self.run_with(path, "--follow-text", "1")
        self.assertEqual(
            output.splitlines(),
            [
                "192.0.2.1:40000: one",
                "192.0.2.1:40000: two",
                "192.0.2.2:8090: not ",
                "192.0.2.2:8090: [4 bytes not captured]",
                "192.0.2.2:8090: end",
            ],
        )

    def test_mistakes(self) -> None:
        """What is no host, kind, time, column or number of a conversation."""
        for words, why in (
            (["--host", "here"], "is not an address"),
            (["--host", "10.0.0.1:x"], "is not an address"),
            (["--kind", "words"], "is none of set-up"),
            (["--from", "noon"], "is not a time"),
            (["--to", "inf"], "is not a time"),
            (["--columns", "no,colour"], "is none of no"),
            (["--follow-text", "0"], "is not the number of a conversation"),
            (["--columns", "no", "--json"], "--columns is for the table"),
            (["--write", self.path], "would overwrite the capture"),
        ):
            status, output, errors = self.run_with(self.path, *words)
            self.assertEqual((status, output, errors.count("\n")), (2, "", 1), words)
            self.assertIn(why, errors)


class Trouble(AnalyzeTestCase):
    """One line, that says what was wrong and what would be right."""

    def test_disk_full(self) -> None:
        """Where there is no room for temporary files, what to do."""
        pieces = Pieces()
        full = open("/dev/full", "wb", buffering=0)  # noqa: SIM115
        self.addCleanup(full.close)
        pieces.close()
        pieces._file = full
        problem = self.assertRaises(NoRoom, pieces.write, {0: [(1,)]})
        self.assertIn("TMPDIR=FOLDER chooses another", str(problem))

    def assert_line(self, status: int, why: str, *words: object) -> None:
        """This command ends so, with nothing on its output but one line of errors."""
        ended, output, errors = self.run_with(*words)
        self.assertEqual((ended, output), (status, ""), errors)
        self.assertEqual(errors.count("\n"), 1, errors)
        self.assertIn(why, errors)

    def test_mistakes(self) -> None:
        """A person's mistakes."""
        there = self.path
        self.assert_line(2, "give one FILE")
        self.assert_line(2, "give one FILE", there, there)
        self.assert_line(2, "nosuch", there, "--nosuch")
        self.assert_line(2, "1 to 65535", there, "--port", "0")
        self.assert_line(2, "--json or --ladder", there, "--json", "--ladder")
        self.assert_line(2, "--hex is for the table", there, "--hex", "--ladder")
        self.assert_line(2, "needs no FILE", there, "--wireshark")
        self.assert_line(2, "No such file", "/nowhere.pcap")
        self.assert_line(2, "would overwrite the capture", there, "--html", there)
        self.assert_line(2, "cannot write", there, "--html", "/nowhere/at/all.html")

    def test_no_capture(self) -> None:
        """An empty file, and one that is none."""
        path = Path(self.mktemp())
        path.write_bytes(b"")
        self.assert_line(1, "is empty", path)
        path.write_bytes(b"hello, I am no capture")
        self.assert_line(1, "give a file in pcap or pcapng format", path)

    def test_ports(self) -> None:
        """Chats are found on each --port, and on 8090 only if that is one; a mistake is said."""
        calls = []
        for place, port in enumerate((9000, 9001, 8090)):
            call = Call(start=place)
            call.B = (call.B[0], port)
            calls += call.handshake().packets
        path = write(Path(self.mktemp()), calls)
        for words, ports in (
            ([], [8090]),
            (["--port", 9001], [9001]),
            (["--port", 9000, "--port", 9001], [9000, 9001]),
            (["-p", "9000,9001", "-p", 8090], [9000, 9001, 8090]),
        ):
            _, output, _ = self.run_with(path, *words)
            titles = [line for line in output.splitlines() if "TCP chat" in line]
            self.assertEqual([int(line.rpartition(":")[2]) for line in titles], ports, words)
        self.assert_line(2, "--port: 'http' is not a port", path, "--port", "http")
        _, _, errors = self.run_with(path, "--port", 9, "--port", 7)
        self.assertIn("no chat on ports 7, 9, and no UDP", errors)

    def test_no_chat(self) -> None:
        """A capture without a chat says what there is, and what to do."""
        status, output, errors = self.run_with(
            "--port", 9, write(Path(self.mktemp()), chat_over_tcp())
        )
        self.assertEqual(status, 1)
        self.assertIn("passed over 10 packets (10 TCP on port 8090)", output)
        self.assertIn("no chat on port 9", errors)
        self.assertIn("--port 8090 looks there", errors)

    def test_damaged(self) -> None:
        """Of a damaged capture what could be read is shown, and the rest is said; status 1."""
        data = self.path.read_bytes()
        self.path.write_bytes(data[:-50])
        status, output, errors = self.run_with(self.path)
        self.assertEqual(status, 1)
        self.assertIn("10 packets", output)
        self.assertEqual(errors.count("\n"), 1, errors)
        _, output, _ = self.run_with(self.path, "--json")
        self.assertEqual(len(json.loads(output)["capture"]["problems"]), 1)

    @some
    @given(st.binary(max_size=200), st.sampled_from(["--ladder", "--json", "--hex"]))
    def test_anything(self, data: bytes, form: str) -> None:
        """Any bytes as a capture, in any form: an answer or one line."""
        self.path.write_bytes(self.whole[: len(data) * 20] + data)
        status, output, errors = self.run_with(form, self.path)
        self.assertIn(status, (0, 1))
        self.assertTrue(output or errors)
        self.assertLessEqual(errors.count("\n"), 7)


class Progress(FileTestCase):
    """How far a long reading is."""

    def test_bar(self) -> None:
        """A bar as long as the part that is read, where the size is known."""
        self.assertEqual(
            progress.bar(50, 200, 1234), "[########......................]  25%, 1,234 packets"
        )
        self.assertEqual(progress.bar(50, None, 1234), "1,234 packets")

    def test_shown(self) -> None:
        """On a terminal it is shown and wiped away; elsewhere there is nothing."""
        self.patch(progress, "QUIET", 0.0)
        self.patch(progress, "EVERY", 2)
        path = write(Path(self.mktemp()), exchange())
        for stream, shown in ((Terminal(), True), (io.StringIO(), False)):
            frames = list(progress.watched(Capture(str(path)), stream))
            self.assertEqual(len(frames), 11)
            self.assertEqual("10 packets" in stream.getvalue(), shown)
            self.assertTrue(stream.getvalue().endswith("\r\x1b[K" if shown else ""))

    def test_quick(self) -> None:
        """A reading that takes a moment shows nothing."""
        stream = Terminal()
        list(progress.watched(Capture(str(write(Path(self.mktemp()), exchange()))), stream))
        self.assertEqual(stream.getvalue(), "")
