"""Reading capture files, sound and damaged."""

import gzip
import struct
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from scapy.utils import RawPcapWriter

from tests.strategies import some
from tests.trace.captures import (
    SERVER,
    USER,
    FileTestCase,
    chat_over_tcp,
    datagram,
    exchange,
    write,
)
from tests.trace.test_layers import WIRELESS
from twisted_chat.errors import UsageMistake
from twisted_chat.trace import pcapng
from twisted_chat.trace.analysis import Frame
from twisted_chat.trace.capture import Capture, Unreadable
from twisted_chat.trace.layers import dissect


class CaptureTestCase(FileTestCase):
    """Has files, and what is read from them."""

    def file(self, data: bytes) -> str:
        path = Path(self.mktemp())
        path.write_bytes(data)
        return str(path)

    def made(self, suffix: str = ".pcap", packets: list[Any] | None = None) -> bytes:
        """A capture, by default of the recorded exchange."""
        path = Path(self.mktemp()).with_suffix(suffix)
        return write(path, exchange() if packets is None else packets).read_bytes()

    def read(self, data: bytes) -> tuple[list[Frame], list[str]]:
        """The frames of a file with these bytes, and what was said of it."""
        capture = Capture(self.file(data))
        return list(capture), capture.problems


class Sound(CaptureTestCase):
    """Whole files."""

    def test_formats(self) -> None:
        """Packets and times are the same from pcap and pcapng, compressed or not."""
        packets = exchange()
        for suffix in (".pcap", ".pcapng"):
            data = self.made(suffix)
            for form in (data, gzip.compress(data)):
                frames, problems = self.read(form)
                self.assertEqual(problems, [])
                self.assertEqual([one.data for one in frames], [bytes(one) for one in packets])
                self.assertEqual([one.number for one in frames], list(range(1, 12)))
                for frame, packet in zip(frames, packets, strict=True):
                    self.assertAlmostEqual(frame.at / 1e9, float(packet.time), places=4)

    def test_nanoseconds(self) -> None:
        """Nanoseconds are kept, in both formats; comments come along."""
        at = 1_700_000_000_123_456_789
        block = pcapng.packet(at, bytes(exchange()[0])[14:], "said so", inbound=True)
        (frame,), _ = self.read(pcapng.section("x") + pcapng.interface("x") + block)
        self.assertEqual((frame.at, frame.comments), (at, ("said so",)))
        path = Path(self.mktemp())
        with RawPcapWriter(str(path), linktype=1, nano=True) as writer:
            writer.write_header(None)
            writer.write_packet(b"x" * 60, sec=5, usec=123_456_789)
        (frame,), _ = self.read(path.read_bytes())
        self.assertEqual(frame.at, 5_123_456_789)

    def test_other_order_of_bytes(self) -> None:
        """A file of a machine with the other byte order is read."""
        head = struct.pack(">IHHIIII", 0xA1B2C3D4, 2, 4, 0, 0, 65_535, 101)
        (frame,), problems = self.read(head + struct.pack(">IIII", 7, 5, 3, 3) + b"abc")
        self.assertEqual((frame.at, frame.data, problems), (7_000_005_000, b"abc", []))

    def test_link_that_scapy_knows(self) -> None:
        """A link layer that only scapy knows is taken off by it."""
        path = Path(self.mktemp())
        data = bytes(WIRELESS)
        with RawPcapWriter(str(path), linktype=105) as writer:
            writer.write_header(None)
            writer.write_packet(data)
            writer.write_packet(b"nothing of the kind")
        (frame, other), _ = self.read(path.read_bytes())
        self.assertEqual(dissect(frame.linktype, frame.data).payload, b"hi ann")
        self.assertEqual(frame.length, len(frame.data))
        self.assertEqual(other.linktype, 105)

    def test_position(self) -> None:
        """Reading moves through the file, to its end."""
        data = self.made(packets=exchange() * 20)
        capture = Capture(self.file(data))
        positions = [capture.position for _ in capture]
        self.assertEqual(positions, sorted(positions))
        self.assertEqual((capture.size, capture.position), (len(data), len(data)))


class Damaged(CaptureTestCase):
    """What cannot be read whole is read as far as it goes, and said."""

    def test_cut(self) -> None:
        """A file that is cut off anywhere gives the packets before, and says so."""
        for suffix in (".pcap", ".pcapng"):
            data = self.made(suffix)
            whole, _ = self.read(data)
            head = data.index(bytes(exchange()[0]))
            for size in range(head + 20, len(data), 7):
                frames, problems = self.read(data[:size])
                complete = [one for one in frames if len(one.data) == one.length]
                self.assertEqual(complete, whole[: len(complete)])
                self.assertLessEqual(len(frames) - len(complete), 1)
                # Between two packets nobody can tell that there were more.
                ended = len(data[:size]) in self.ends(data, suffix)
                self.assertEqual(not problems, ended, (suffix, size, problems))

    def ends(self, data: bytes, suffix: str) -> set[int]:
        """Where packets end in a capture."""
        found, at = set(), 24 if suffix == ".pcap" else 0
        while at < len(data):
            if suffix == ".pcap":
                at += 16 + int.from_bytes(data[at + 8 : at + 12], "little")
            else:
                at += int.from_bytes(data[at + 4 : at + 8], "little")
            found.add(at)
        return found

    def test_no_capture(self) -> None:
        """An empty file and any other file are Unreadable, in one line."""
        for data, why in ((b"", "is empty"), (b"hello", "is no capture"), (b"\x1f\x8bx", "")):
            problem = self.assertRaises(Unreadable, Capture, self.file(data))
            self.assertIn(why, str(problem))
            self.assertNotIn("\n", str(problem))

    def test_not_there(self) -> None:
        """A file that cannot be opened is a mistake of who named it."""
        for path in ("/nowhere.pcap", "/", "a\0b"):
            self.assertIn("cannot read", str(self.assertRaises(UsageMistake, Capture, path)))

    def test_claims(self) -> None:
        """A block that claims gigabytes is not believed, also not in a compressed file."""
        head = pcapng.section("x") + pcapng.interface("x")
        data = head + struct.pack("<II", 6, 0xFFFFFFF0) + bytes(10_000)
        for form in (data, gzip.compress(data)):
            frames, problems = self.read(form)
            self.assertEqual(frames, [])
            self.assertTrue(problems)

    def test_compressed_and_cut(self) -> None:
        """A compressed file that is cut off says so."""
        frames, problems = self.read(gzip.compress(self.made(packets=exchange() * 50))[:-30])
        self.assertTrue(frames)
        self.assertIn("cannot be read on", problems[-1])

    @some
    @given(st.binary(max_size=300), st.sampled_from([b"", b"\xd4\xc3\xb2\xa1", b"\n\r\r\n"]))
    def test_any_bytes(self, data: bytes, magic: bytes) -> None:
        """Any bytes are a capture, or Unreadable, and nothing else."""
        try:
            capture = Capture(self.file(magic + data))
        except Unreadable:
            return
        for _ in capture:
            pass

    @some
    @given(st.data())
    def test_any_damage(self, data: st.DataObject) -> None:
        """A capture with some bytes damaged gives frames, and ends."""
        whole = data.draw(st.sampled_from(WHOLE))
        at = data.draw(st.integers(0, len(whole) - 1))
        damage = data.draw(st.binary(min_size=1, max_size=8))
        try:
            frames, _ = self.read(whole[:at] + damage + whole[at + len(damage) :])
        except Unreadable:
            return
        self.assertLessEqual(len(frames), len(whole) // 12)


def _whole() -> list[bytes]:
    """One capture of each format."""
    head = pcapng.section("x") + pcapng.interface("x")
    blocks = [
        pcapng.packet(number, bytes(packet)[14:], "x", inbound=True)
        for number, packet in enumerate([*exchange(), *chat_over_tcp()])
    ]
    pcap = struct.pack("<IHHIIII", 0xA1B2C3D4, 2, 4, 0, 0, 65_535, 1)
    for packet in (datagram(1, USER, SERVER, b"hi ann"), *chat_over_tcp()):
        data = bytes(packet)
        pcap += struct.pack("<IIII", 1, 1, len(data), len(data)) + data
    return [head + b"".join(blocks), pcap]


WHOLE = _whole()
