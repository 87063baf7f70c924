"""What the analysis says of segments and datagrams, and what tshark says of the same."""

import random
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.end_to_end.processes import ProcessTestCase
from tests.support.captures import (
    Call,
    analyzed,
    chat_over_tcp,
    exchange,
    frames,
    write,
)
from tests.support.examples import EXAMPLES
from tests.support.links_seen import link
from tests.trace.test_opening import opened
from twisted_chat.trace import pcapng
from twisted_chat.trace.capture import Capture
from twisted_chat.trace.table import segment

PATIENCE = 60
"""Seconds that tshark may take, on a busy machine."""
SEGMENT = ("tcp.seq", "tcp.ack", "tcp.len", "tcp.window_size")


class AsTshark(ProcessTestCase):
    """A learner finds the same on both screens."""

    def setUp(self) -> None:
        super().setUp()
        if shutil.which("tshark") is None:
            self.skipTest("tshark is not installed")
        self.home = self.directory()

    def fields(self, path: Path, *names: str, told: Sequence[str] = ()) -> list[list[str]]:
        """These fields of every packet, as tshark has them, that is `told` more."""
        words = [word for name in names for word in ("-e", name)]
        done = subprocess.run(
            ["tshark", "-n", "-r", path, *told, "-T", "fields", *words],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=True,
            env={"HOME": str(self.home), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
        )
        return [line.split("\t") for line in done.stdout.splitlines()]

    def assert_segments(self, path: Path, name: str) -> None:
        """Seq, Ack, Len and Win are those of tshark, packet by packet."""
        notes = analyzed(Capture(str(path)))
        rows = {row.number: row for rows in notes.rows.values() for row in rows}
        for number, told in enumerate(self.fields(path, *SEGMENT), 1):
            row = rows.get(number)
            if row is not None and row.verdict.numbers is not None:
                sequence, acknowledged, *rest = segment(row.verdict.numbers)[1:]
                # Without the flag tshark shows what the field holds all the same.
                expected = [told[0], told[1] if acknowledged else "", *told[2:]]
                self.assertEqual([sequence, acknowledged, *rest], expected, f"{name}, {number}")

    def test_segments(self) -> None:
        """Of a whole chat, of one that is joined late, and of each that was once misread."""
        late = Call().handshake().send("a", "PA", b"hello").send("b", "A").close().packets[3:]
        captures: dict[str, list[Any]] = {"whole": chat_over_tcp(), "late": late}
        examples = {name: list(one.packets) for name, one in EXAMPLES.items()}
        for name, packets in {**captures, **examples}.items():
            self.assert_segments(write(self.home / f"{name}.pcap", packets), name)

    def test_windows(self) -> None:
        """Windows are scaled where both SYNs were captured, and say so."""
        call = Call().handshake().send("a", "PA", b"hello", window=100).send("b", "A", window=50)
        for packet, scale in zip(call.packets, (7, 5), strict=False):
            packet["TCP"].options = [("WScale", scale)]
        path = write(self.home / "windows.pcap", call.packets)
        self.assert_segments(path, "windows")
        (rows,) = analyzed(frames(call.packets)).rows.values()
        windows = [row.verdict.numbers.window for row in rows if row.verdict.numbers]
        self.assertEqual(windows, [8192, 8192, 8192 << 7, 100 << 7, 50 << 5])

    def test_lengths(self) -> None:
        """The bytes of datagrams, padded or cut, are those of tshark."""
        path = write(self.home / "exchange.pcap", exchange())
        (rows,) = analyzed(Capture(str(path))).rows.values()
        told = self.fields(path, "udp.length", "ip.src", "udp.srcport")
        for row, (length, source, port) in zip(rows, told, strict=True):
            self.assertEqual(row.end - row.headers[-1].start, int(length))
            self.assertEqual(row.source, (source, int(port)))

    def test_random(self) -> None:
        """Any segments between two ports, in order and not."""
        chance = random.Random(7)
        for turn in range(5):
            call = Call(sequences=(2**32 - 20, chance.randrange(2**32))).handshake()
            for _ in range(30):
                who = chance.choice("ab")
                data = chance.randbytes(chance.randrange(0, 9))
                call.send(who, "PA" if data else "A", data, lost=chance.random() < 0.1)
            self.assert_segments(write(self.home / f"{turn}.pcap", call.packets), str(turn))

    def test_opened(self) -> None:
        """Of a link of QUIC the same packets are opened, with the same numbers and frames."""
        frames, keys = link()
        path, log = self.home / "link.pcapng", self.home / "keys.log"
        blocks = [pcapng.packet(one.at, one.data, "", inbound=True) for one in frames]
        path.write_bytes(pcapng.section("x") + pcapng.interface("x") + b"".join(blocks))
        log.write_text(keys)
        told = ["-o", f"tls.keylog_file:{log}", "-d", "udp.port==8090,quic"]
        rows = [row for rows in opened(frames, keys).rows.values() for row in rows]
        names = "quic.packet_number", "quic.frame_type"
        for row, (numbers, kinds) in zip(rows, self.fields(path, *names, told=told), strict=True):
            packets = row.verdict.opened
            ours = [re.findall(r"[0-9]+$", one.name)[0] for one in packets]
            self.assertEqual(",".join(ours), numbers, row.number)
            inside = [one for packet in packets for one in packet.inside]
            frames_of = sum(one.layer == "transport" for one in inside)
            self.assertEqual(frames_of, len(kinds.split(",")) if kinds else 0, row.number)
