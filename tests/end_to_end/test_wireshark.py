"""The dissector for Wireshark, in tshark."""

import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.end_to_end.processes import ProcessTestCase
from tests.support.captures import SERVER, SPEAKING, USER, chat_over_tcp, datagram, exchange, write
from tests.support.links_seen import ANSWERED, SAID, link
from twisted_chat.net.quic_retry import read_initial
from twisted_chat.trace import pcapng, wireshark
from twisted_chat.trace.frame import Frame
from twisted_chat.wire.framing import frame

PATIENCE = 60
"""Seconds that tshark may take, on a busy machine."""
OTHER, FRIEND = ("10.0.0.9", 9999), ("10.0.0.1", 4001)


class DissectorTests(ProcessTestCase):
    """Fields, filters and what is no message."""

    def setUp(self) -> None:
        super().setUp()
        if shutil.which("tshark") is None:
            self.skipTest("tshark is not installed")
        self.home = self.directory()

    def tshark(self, packets: list[Any], *words: str) -> list[list[str]]:
        """What tshark prints of these packets, line by line, its fields apart."""
        path = write(self.home / "capture.pcap", packets)
        script = f"lua_script:{wireshark.dissector()}"
        done = subprocess.run(
            ["tshark", "-n", "-X", script, "-r", path, *words],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=True,
            env={"HOME": str(self.home), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
        )
        errors = [line for line in done.stderr.splitlines() if "Running as user" not in line]
        self.assertEqual(errors, [])
        return [line.split("\t") for line in done.stdout.splitlines()]

    def fields(self, packets: list[Any], *names: str, only: str = "") -> list[list[str]]:
        """These fields of every packet that the filter takes."""
        wanted = [word for name in names for word in ("-e", f"udpchat.{name}")]
        chosen = ["-Y", only] if only else []
        return self.tshark(packets, "-T", "fields", *wanted, *chosen)

    def test_exchange(self) -> None:
        """The recorded exchange has its verbs, names, rooms and addresses."""
        found = self.fields(exchange(), "verb", "kind", "name", "room", "host", "port")
        self.assertEqual(
            found,
            [
                ["hi", "request", "debian", "", "", ""],
                ["hi", "answer", "debian", "", "", ""],
                ["rl", "request", "", "", "", ""],
                ["rl", "answer", "", "", "", ""],
                ["rc", "request", "", "testroom", "", ""],
                ["rc", "answer", "", "testroom", "", ""],
                ["rj", "request", "", "testroom", "", ""],
                ["rj", "answer", "", "", "", ""],
                ["rj", "answer", "", "", "", ""],
                ["rj", "answer", "", "", "192.168.122.25", "34456"],
                ["rk", "request", "", "", "", ""],
            ],
        )

    def test_answers(self) -> None:
        """An answer has its request and the time between."""
        found = self.fields(exchange(), "request_in", "answer_time", only="udpchat.request_in")
        self.assertEqual([number for number, _ in found], ["1", "3", "5", "7"])
        for _, time in found:
            self.assertAlmostEqual(float(time), 0.001, places=5)

    def test_requests(self) -> None:
        """With two passes a request has its answer too."""
        found = self.tshark(
            exchange(),
            "-2",
            "-T",
            "fields",
            "-e",
            "frame.number",
            "-e",
            "udpchat.answer_in",
            "-Y",
            "udpchat.answer_in",
        )
        self.assertEqual(found, [["1", "2"], ["3", "4"], ["5", "6"], ["7", "8"]])

    def test_filters(self) -> None:
        """The fields can be filtered for."""
        for only, count in (
            ('udpchat.verb == "rj"', 4),
            ('udpchat.name == "debian"', 2),
            ('udpchat.room contains "test"', 3),
            ("udpchat.answer_time < 0.5", 4),
            ("udpchat.answer_time > 0.5", 0),
        ):
            self.assertEqual(len(self.fields(exchange(), "verb", only=only)), count, only)

    def test_other_port(self) -> None:
        """A server is found on other ports, and what peers say to each other."""
        packets = [
            datagram(1, FRIEND, OTHER, b"hi ann"),
            datagram(2, OTHER, FRIEND, b"hi ann"),
            datagram(3, FRIEND, USER, "msg ann> grüß dich, > ja\n".encode()),
            datagram(4, FRIEND, USER, b"\x12\x34 anything else"),
        ]
        found = self.fields(packets, "verb", "kind", "name", "text")
        self.assertEqual(found[0], ["hi", "request", "ann", ""])
        self.assertEqual(found[1], ["hi", "answer", "ann", ""])
        self.assertEqual(found[2], ["msg", "said", "ann", "grüß dich, > ja\\n"])
        self.assertEqual(found[3], ["", "", "", ""])

    def test_cases(self) -> None:
        """On other ports it takes and leaves the same datagrams as chat-analyze."""
        packets = [
            datagram(number, ("10.0.0.2", 30_000 + number), OTHER, payload)
            for number, payload in enumerate(SPEAKING)
        ]
        found = self.fields(packets, "verb")
        self.assertEqual(
            dict(zip(SPEAKING, (verb != "" for (verb,) in found), strict=True)), SPEAKING
        )

    def test_refusals(self) -> None:
        """A refusal and what is no message can be found as such."""
        packets = [
            datagram(1, USER, SERVER, b"rj lab"),
            datagram(2, SERVER, USER, b"hi"),
            datagram(3, USER, SERVER, b"nonsense \x1b[2J"),
            datagram(4, USER, SERVER, b""),
            datagram(5, USER, SERVER, b"msg nobody"),
            datagram(6, USER, SERVER, b"by now"),
        ]
        self.assertEqual(
            self.fields(packets, "verb", "request_in", only="udpchat.refused"), [["hi", "1"]]
        )
        # An empty datagram reaches no dissector.
        self.assertEqual(len(self.fields(packets, "verb", only="udpchat.strange")), 3)

    def test_expert(self) -> None:
        """An empty datagram, and TCP on the same port, do it no harm."""
        packets = [datagram(1, USER, SERVER, b""), *chat_over_tcp(), *exchange()]
        self.assertEqual(len(self.fields(packets, "verb", only="udpchat.verb")), 11)

    def test_installed(self) -> None:
        """Put where --wireshark says, it is found without being named."""
        folder = self.home / ".local" / "lib" / "wireshark" / "plugins"
        folder.mkdir(parents=True)
        shutil.copy(wireshark.dissector(), folder)
        path = write(self.home / "capture.pcap", exchange())
        done = subprocess.run(
            ["tshark", "-n", "-r", path, "-Y", "udpchat.verb"],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=True,
            env={"HOME": str(self.home), "PATH": "/usr/bin:/bin"},
        )
        self.assertEqual(done.stdout.count("\n"), 11)


class KeyLogTests(ProcessTestCase):
    """What SSLKEYLOGFILE writes."""

    def setUp(self) -> None:
        if shutil.which("tshark") is None:
            self.skipTest("tshark is not installed")
        super().setUp()
        self.home = self.directory()
        self.frames, keys = link()
        self.keylog = self.home / "keys.log"
        self.keylog.write_text(keys)

    def captured(self, frames: Sequence[Frame]) -> Path:
        """A capture of these."""
        capture = self.home / "link.pcapng"
        capture.write_bytes(
            pcapng.section("x")
            + pcapng.interface("x")
            + b"".join(pcapng.packet(one.at, one.data, "", inbound=True) for one in frames)
        )
        return capture

    def tshark(self, *words: str | Path) -> str:
        """What it prints."""
        done = subprocess.run(
            ["tshark", "-n", "-d", "udp.port==8090,quic", *words],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=True,
            env={"HOME": str(self.home), "PATH": "/usr/bin:/bin"},
        )
        return done.stdout

    def assert_opened(self, capture: Path) -> None:
        """Assert that tshark reads all that was said, with the key log."""
        keys = f"tls.keylog_file:{self.keylog}"
        streams = self.tshark("-r", capture, "-o", keys, "-T", "fields", "-e", "quic.stream_data")
        said = bytes.fromhex(streams.replace("\n", "").replace(",", ""))
        for message in (*SAID, *ANSWERED):
            self.assertIn(frame(message), said)

    def test_opened(self) -> None:
        """With the key log tshark looks into a link of ours, from the handshake on."""
        self.assert_opened(self.captured(self.frames))

    def test_crossing(self) -> None:
        """The filter that docs/analysis.md has lets it do so also where a second Retry stands
        behind what the client has said to the first, as servers of before sent one."""
        frames = list(self.frames)
        (second,) = [one for one in frames if one.data[28] & 0xF0 == 0xF0]
        frames.insert(frames.index(next(one for one in frames if _has_token(one))) + 2, second)
        capture, clean = self.captured(frames), self.home / "clean.pcapng"
        documents = Path(__file__).parents[2] / "docs" / "analysis.md"
        found = re.search(r"-Y '([^']*)'", documents.read_text())
        assert found is not None
        self.tshark("-r", capture, "-w", clean, "-Y", " ".join(found[1].split()))
        self.assert_opened(clean)


def _has_token(one: Frame) -> bool:
    initial = read_initial(one.data[28:])
    return initial is not None and bool(initial.token)
